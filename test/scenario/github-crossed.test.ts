import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commentOn, farm, type Farm } from '../support/github-instance.ts'
import { ran, type JobRun } from '../support/runner.ts'
import { regexOf } from '../support/regex-of.ts'

// The server becomes another between the plan of a pull request and its merge.

let herd: Farm
beforeAll(async () => {
  herd = await farm()
})
afterAll(async () => herd[Symbol.asyncDispose]())

const BLOCKS = 'instance/domain-blocks.yaml'
const MODERATORS = 'instance/moderators.yaml'
const entry = (domain: string, severity = 'none'): string => `  - domain: ${domain}\n    severity: ${severity}\n`

let branches = 0
/** Opens a pull request that changes the list as it is on the default branch, and has it planned. */
async function propose(change: (text: string) => string): Promise<number> {
  const branch = `b${(branches += 1)}`
  await herd.hub.act.push({ by: 'mo', branch, files: { [BLOCKS]: change(`${herd.file(BLOCKS)}\n`) } })
  const number = await herd.hub.act.openPull({ by: 'mo', branch, title: `Change ${branch}` })
  ran(await herd.settle({ workflows: /^herdbook-pull/ }), 'plan')
  return number
}
const adding = (domain: string, severity?: string): Promise<number> => propose((text) => text + entry(domain, severity))

const failures = () =>
  [...herd.hub.state.issues.values()].filter(
    ({ labels, pull }) => pull === null && labels.includes('herdbook: failure'),
  )
const applied = async (): Promise<JobRun & { readonly ran: true }> =>
  ran(await herd.settle({ workflows: /^herdbook-apply/ }), 'apply')

describe('what a merge was to change and somebody crossed', () => {
  it('what changed on both sides is told with both and the ways out, exits 6, and holds back no others', async () => {
    const number = await propose(
      (text) => text.replace(entry('kept.example'), entry('kept.example', 'limit')) + entry('beside3.example'),
    )
    await herd.hub.act.merge(number, 'ann')
    await herd.rows("update domain_blocks set severity = 1 where domain = 'kept.example'")
    const job = await applied()
    expect(job.exit).toBe(6)
    expect(job.summary).toMatch(/changed on the server in the meantime/)
    const comment = commentOn(herd, number, ':applied')
    expect(comment).toMatch(/^### 1 done and 1 changed on the server in the meantime, of 2 changes/m)
    expect(comment).toMatch(
      regexOf(
        /`domain-block\/kept\.example`[^]*`suspend` on the server, `limit` in the files[^]*/,
        /`herdbook adopt domain-block\/kept\.example`[^]*`herdbook restore domain-block\/kept\.example`[^]*button/,
      ),
    )
    expect(failures().at(-1)).toMatchObject({ state: 'open', body: expect.stringContaining('kept.example') })
    expect(await herd.rows("select 1 from domain_blocks where domain = 'beside3.example'")).toHaveLength(1)
    expect(await herd.rows("select severity from domain_blocks where domain = 'kept.example'")).toEqual([
      { severity: 1 },
    ])
    await herd.rows("update domain_blocks set severity = 0 where domain = 'kept.example'")
    await herd.hub.act.schedule('23 4 * * *')
    expect((await applied()).exit).toBe(0)
    expect(failures().map(({ state }) => state)).not.toContain('open')
  })

  it('what can not be done yet, since an account has changed meanwhile, is told on the pull request', async () => {
    await herd.sandbox.handOf('owner').signUp('gone')
    await herd.hub.act.push({
      by: 'mo',
      branch: 'gone',
      files: { [MODERATORS]: `${herd.file(MODERATORS)}\n  - account: gone\n    role: Moderator\n` },
    })
    const number = await herd.hub.act.openPull({ by: 'mo', branch: 'gone', title: 'A moderator' })
    ran(await herd.settle({ workflows: /^herdbook-pull/ }), 'plan')
    await herd.rows("update accounts set suspended_at = now() where username = 'gone'")
    await herd.hub.act.merge(number, 'ann')
    expect((await applied()).exit).toBe(6)
    expect(commentOn(herd, number, ':applied')).toMatch(
      /^### 1 changed on the server in the meantime, of 1 change[^]*moderator `gone`: cannot get a role yet/m,
    )
    await herd.hub.act.push({
      by: 'ann',
      branch: 'main',
      files: { [MODERATORS]: `${herd.file(MODERATORS).replace(/ {2}- account: gone\n {4}role: Moderator\n?/, '')}\n` },
    })
    expect((await applied()).exit).toBe(0)
  })

  it('what could not be read is told on the pull request, and nothing is called done', async () => {
    const number = await adding('unread.example')
    await herd.rows('alter table domain_blocks rename column obfuscate to veil')
    await herd.hub.act.merge(number, 'ann')
    const { exit, summary } = await applied()
    await herd.rows('alter table domain_blocks rename column veil to obfuscate')
    expect(exit).toBe(10)
    for (const text of [summary, commentOn(herd, number, ':applied'), failures().at(-1)?.body]) {
      expect(text).toMatch(
        /### Herdbook could not read all of `herd\.example`, so it applied nothing[^]*Domain blocks/i,
      )
      expect(text).not.toContain('matches the files')
    }
    await herd.hub.act.schedule('23 4 * * *')
    expect((await applied()).exit).toBe(0)
    expect(commentOn(herd, number, ':applied')).toContain('**Applied**: lists `unread.example`')
  })

  it('what somebody did by hand just so meanwhile is told as done, once', async () => {
    const number = await adding('same.example', 'limit')
    await herd.sandbox
      .handOf('owner')
      .blockDomain('same.example', { severity: 'silence', reject_media: false, reject_reports: false })
    await herd.hub.act.merge(number, 'ann')
    expect((await applied()).exit).toBe(0)
    const comment = commentOn(herd, number, ':applied')
    expect(comment).toMatch(/\n\*\*Nothing to apply\*\*: `herd\.example` matches the files\./)
    await herd.hub.act.schedule('23 4 * * *')
    await applied()
    expect(commentOn(herd, number, ':applied')).toBe(comment)
  })

  it('what somebody else did meanwhile, though nothing else is to be done, is told on the pull request', async () => {
    const number = await adding('meanwhile.example', 'limit')
    await herd.sandbox.handOf('owner').blockDomain('meanwhile.example', { severity: 'suspend' })
    await herd.hub.act.merge(number, 'ann')
    expect((await applied()).exit).toBe(6)
    expect(commentOn(herd, number, ':applied')).toMatch(
      /^### 1 changed on the server in the meantime, of 1 change[^]*`suspend` on the server, `limit` in the files/m,
    )
    // The newest run says the same as long as nobody has settled it.
    await herd.hub.act.schedule('23 4 * * *')
    expect((await applied()).exit).toBe(6)
    herd.desk()
    await herd.herdbook(['restore', 'domain-block/meanwhile.example', '--yes'], 6)
    await herd.herdbook([
      'approve',
      'as the files say',
      'domain-block/meanwhile.example',
      '--restore',
      'domain-block/meanwhile.example',
      '--yes',
    ])
    await herd.herdbook(['restore', 'domain-block/meanwhile.example', '--yes'])
    await herd.hub.act.schedule('23 4 * * *')
    expect((await applied()).exit).toBe(0)
    expect(failures().map(({ state }) => state)).not.toContain('open')
  })
})
