import { afterAll, beforeAll, expect, it } from 'vitest'
import { commentOn, farm, type Farm } from '../support/github-instance.ts'
import { ran, type JobRun } from '../support/runner.ts'

let herd: Farm
beforeAll(async () => {
  herd = await farm()
})
afterAll(async () => herd[Symbol.asyncDispose]())

const BLOCKS = 'instance/domain-blocks.yaml'
const MODERATORS = 'instance/moderators.yaml'
const pullJobs = { workflows: /^herdbook-pull/ }
let branches = 0

/** A pull request of a branch of our own, planned. */
async function opened(files: { readonly [path: string]: string }, message: string): Promise<number> {
  const branch = `r${(branches += 1)}`
  await herd.hub.act.push({ by: 'mo', branch, files, message })
  const number = await herd.hub.act.openPull({ by: 'mo', branch, title: message.split('\n')[0] ?? '' })
  ran(await herd.settle(pullJobs), 'plan')
  return number
}

const applied = async (): Promise<JobRun & { readonly ran: true }> =>
  ran(await herd.settle({ workflows: /^herdbook-apply/ }), 'apply')
const kept = async (): Promise<unknown> =>
  (await herd.rows("select severity from domain_blocks where domain = 'kept.example'"))[0]
const roleOf = async (name: string): Promise<unknown> =>
  (
    await herd.rows(
      `select r.name from users u join accounts a on a.id = u.account_id
       left join user_roles r on r.id = u.role_id where a.username = '${name}'`,
    )
  )[0]
const entry = (domain: string): string => `  - domain: ${domain}\n    severity: none\n`

it('a role that was taken by hand is not given back by a merge that its owners were not asked about', async () => {
  const before = await roleOf('mod')
  await herd.rows(
    `update users set role_id = null
     where account_id = (select id from accounts where username = 'mod' and domain is null)`,
  )
  const silent = await opened({ 'README.md': 'A word.\n' }, 'A word\n\nHerdbook-Restore: moderator/mod')
  expect(commentOn(herd, silent)).toMatch(/Herdbook uses these changes only after the merge[^]*restoring moderator/)
  expect(commentOn(herd, silent)).not.toContain('restore=')
  await herd.hub.act.merge(silent, 'ann')
  await applied()
  expect(await roleOf('mod')).not.toEqual(before)
  // With a change of the file, GitHub asks the owners of that file.
  const open = await opened(
    { [MODERATORS]: `${herd.file(MODERATORS)}\n# mod is back\n` },
    'Mod is back\n\nHerdbook-Restore: moderator/mod',
  )
  expect(commentOn(herd, open)).toContain('restore=moderator%2Fmod')
  await herd.hub.act.merge(open, 'ann')
  expect((await applied()).exit).toBe(0)
  expect(await roleOf('mod')).toEqual(before)
})

it('a restore is done once: what somebody changes later by hand is told, and stops no apply', async () => {
  await herd.rows("update domain_blocks set severity = 1 where domain = 'kept.example'")
  const back = await opened({ 'README.md': 'Back.\n' }, 'Back\n\nHerdbook-Restore: domain-block/kept.example')
  await herd.hub.act.merge(back, 'ann')
  // A push that nobody approved keeps the restore among what was merged since the last whole apply.
  await herd.hub.act.push({
    by: 'ann',
    branch: 'main',
    files: { [BLOCKS]: `${herd.file(BLOCKS)}\n${entry('pushed.example')}` },
  })
  const runs = await herd.settle({ workflows: /^herdbook-apply/ })
  expect(runs.flatMap((one) => (one.ran && one.job === 'apply' ? [one.exit] : []))).toContain(6)
  expect(await kept()).toEqual({ severity: 2 })
  await herd.rows("update domain_blocks set severity = 1 where domain = 'kept.example'")
  await herd.hub.act.schedule('23 4 * * *')
  expect((await applied()).exit).toBe(6)
  expect(await kept()).toEqual({ severity: 1 })
  // Nor does a wish for what the files no longer name.
  await herd.rows("update domain_blocks set severity = 2 where domain = 'kept.example'")
  const gone = await opened(
    {
      [BLOCKS]: herd
        .file(BLOCKS)
        .replace(entry('kept.example').trimEnd(), '')
        .replace(/\n{2,}/g, '\n'),
    },
    'Lift it',
  )
  // Not by Ann: what she pushed rides on it.
  await herd.hub.act.merge(gone, 'zoe')
  expect((await applied()).exit).toBe(0)
  expect(await kept()).toBeUndefined()
  await herd.hub.act.schedule('23 4 * * *')
  expect((await applied()).exit).toBe(0)
})

it('who asked for a pull request by a tick does not approve it alone', async () => {
  await herd.sandbox.handOf('second').blockDomain('wolves.example', { severity: 'silence' })
  await herd.rows("update domain_blocks set severity = 1 where domain = 'pushed.example'")
  await herd.hub.act.schedule('47 2 * * *')
  await herd.settle({ workflows: /^herdbook-drift/ })
  const issue =
    [...herd.hub.state.issues.values()].findLast(({ labels }) => labels.includes('herdbook: drift'))?.number ?? 0
  const tick = async (by: string): Promise<number> => {
    await herd.hub.act.tick(issue, '<!-- restore domain-block/pushed.example -->', by)
    ran(await herd.settle({ workflows: /^herdbook-drift/ }), 'tick')
    const pull = [...herd.hub.state.issues.values()].findLast((one) => one.pull !== null)
    if (!pull) throw new Error('no pull request')
    expect(pull.body).toContain(`@${by}`)
    return pull.number
  }
  const number = await tick('mo')
  await herd.hub.act.review(number, 'mo')
  await herd.hub.act.merge(number, 'mo')
  expect((await applied()).exit).toBe(0)
  expect(commentOn(herd, number, ':applied')).toContain(
    'it needs an approval by a person who did not ask for it, write it or push it',
  )
  expect(await herd.rows("select severity from domain_blocks where domain = 'pushed.example'")).toEqual([
    { severity: 1 },
  ])
})
