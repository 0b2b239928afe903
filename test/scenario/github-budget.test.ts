import { afterAll, beforeAll, expect, it } from 'vitest'
import { commentOn, farm, type Farm } from '../support/github-instance.ts'
import { ran, type JobRun } from '../support/runner.ts'
import { regexOf } from '../support/regex-of.ts'

let herd: Farm
beforeAll(async () => {
  herd = await farm()
})
afterAll(async () => herd[Symbol.asyncDispose]())

const BLOCKS = 'instance/domain-blocks.yaml'
const EMAIL = 'instance/email-domain-blocks.yaml'
const SLOW = { timeout: 300_000 }
const names = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${prefix}${i}.example`)
const entries = (domains: readonly string[]): string =>
  domains.map((domain) => `  - domain: ${domain}\n    severity: limit\n`).join('')

let branches = 0
async function propose(files: { readonly [path: string]: string }): Promise<number> {
  const branch = `b${(branches += 1)}`
  await herd.hub.act.push({ by: 'mo', branch, files })
  const number = await herd.hub.act.openPull({ by: 'mo', branch, title: `Change ${branch}` })
  ran(await herd.settle({ workflows: /^herdbook-pull/ }), 'plan')
  return number
}
async function applied(): Promise<JobRun & { readonly ran: true }> {
  const newest = herd.events.splice(0).findLast(({ name }) => name === 'push' || name === 'schedule')
  if (newest !== undefined) herd.events.push(newest)
  return ran(await herd.settle({ workflows: /^herdbook-apply/ }), 'apply')
}
const live = async (prefix: string): Promise<number> =>
  (await herd.rows(`select 1 from domain_blocks where domain like '${prefix}%'`)).length

it(
  'two merges that exceed a budget together are both applied, one after the other, and jam nothing',
  SLOW,
  async () => {
    await herd.hub.act.push({
      by: 'ann',
      branch: 'main',
      files: { [BLOCKS]: `${herd.file(BLOCKS)}\n${'  # room between two changes of this file\n'.repeat(9)}` },
    })
    await applied()
    const base = herd.file(BLOCKS)
    // In two places of the file, so that both can be merged.
    const one = await propose({ [BLOCKS]: `${base}\n${entries(names('one', 20))}` })
    const two = await propose({
      [BLOCKS]: `${base.replace('domain_blocks:\n', `domain_blocks:\n${entries(names('two', 20))}`)}\n`,
    })
    await herd.hub.act.merge(one, 'ann')
    await herd.hub.act.merge(two, 'ann')
    expect((await applied()).exit).toBe(0)
    expect([await live('one'), await live('two')]).toEqual([20, 20])
    for (const number of [one, two]) expect(commentOn(herd, number, ':applied')).toMatch(/\*\*Applied\*\*/)
  },
)

it('one merge that exceeds it alone holds no other up, and says so', SLOW, async () => {
  const large = await propose({ [BLOCKS]: `${herd.file(BLOCKS)}\n${entries(names('large', 30))}` })
  // Its check is red: somebody merges it all the same.
  await herd.hub.act.merge(large, 'ann')
  expect((await applied()).exit).toBe(5)
  const small = await propose({ [EMAIL]: 'email_domain_blocks:\n  - domain: mail.example\n' })
  const comment = commentOn(herd, small)
  expect(comment).toMatch(/\*\*Merging this approves 1 change\*\*/)
  expect(comment).toMatch(/30 changes from earlier merges are applied first/)
  await herd.hub.act.merge(small, 'ann')
  expect((await applied()).exit).toBe(5)
  expect(await herd.rows("select 1 from email_domain_blocks where domain = 'mail.example'")).toHaveLength(1)
  expect(await live('large')).toBe(0)
  expect(commentOn(herd, large, ':applied')).toMatch(/the limit \(budgets in `policy\.yaml`\) is 25 for one apply/)
  await herd.hub.act.push({
    by: 'ann',
    branch: 'main',
    files: { 'instance/policy.yaml': `${herd.file('instance/policy.yaml')}\nbudgets:\n  default:\n    create: 40\n` },
  })
  expect((await applied()).exit).toBe(0)
  expect(await live('large')).toBe(30)
})

it('what is lifted past every pull request does not drip away on others, a few at a time', SLOW, async () => {
  const kept = herd
    .file(BLOCKS)
    .split('\n')
    .filter((line, i, all) => !/domain: one\d/.test(line) && !/domain: one\d/.test(all[i - 1] ?? ''))
    .join('\n')
  await herd.hub.act.push({ by: 'mo', branch: 'main', files: { [BLOCKS]: kept } })
  expect((await applied()).exit).toBe(6)
  const before = await live('one')
  expect(before).toBe(20)
  for (const domain of ['drip.example', 'drop.example']) {
    const number = await propose({ [EMAIL]: `${herd.file(EMAIL)}\n  - domain: ${domain}\n` })
    expect(commentOn(herd, number)).toMatch(/a pull request approves them only if it changes their own file/)
    await herd.hub.act.merge(number, 'ann')
    await applied()
    expect(await live('one')).toBe(before)
  }
})

it('a day has one budget of weakenings, whatever the number of merges', SLOW, async () => {
  await herd.hub.act.push({
    by: 'ann',
    branch: 'main',
    files: { [BLOCKS]: `${herd.file(BLOCKS)}\n${entries(names('one', 20))}` },
  })
  await applied()
  const without = (prefix: string, count: number): string => {
    const gone = new Set(names(prefix, 20).slice(0, count))
    return herd
      .file(BLOCKS)
      .replaceAll(/ {2}- domain: (\S+)\n {4}severity: limit\n?/g, (entry, domain: string) =>
        gone.has(domain) ? '' : entry,
      )
  }
  const four = await propose({ [BLOCKS]: without('two', 4) })
  await herd.hub.act.merge(four, 'ann')
  expect((await applied()).exit).toBe(0)
  expect(await live('two')).toBe(16)
  const more = await propose({ [BLOCKS]: without('two', 7) })
  expect(commentOn(herd, more)).toMatch(
    regexOf(
      /3 weakenings of domain blocks, but the limit \(budgets in `policy\.yaml`\) is 5 in 24 hours\. /,
      /Herdbook already did 4 of them in the last 24 hours/,
    ),
  )
})
