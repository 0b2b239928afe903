import { afterAll, beforeAll, expect, it } from 'vitest'
import { directly, farm, type Farm } from '../support/github-instance.ts'
import { git } from '../support/git.ts'
import { ran } from '../support/runner.ts'

const BLOCKS = 'instance/domain-blocks.yaml'
const BUTTON = '.github/workflows/herdbook-button.yml'
const LEDGER = 'refs/herdbook/production/ledger'

let herd: Farm
beforeAll(async () => {
  herd = await farm()
})
afterAll(async () => herd[Symbol.asyncDispose]())

async function pressed(verb: string, reason = 'decided at night', attempt = 1, object = '') {
  await herd.hub.act.press(BUTTON, { verb, object, reason }, 'zoe')
  return herd.settle({ again: { by: 'zoe', attempt } })
}
async function merged(domain: string, branch: string): Promise<void> {
  await herd.hub.act.push({
    by: 'mo',
    branch,
    files: { [BLOCKS]: `${herd.file(BLOCKS)}\n  - domain: ${domain}\n    severity: none\n` },
  })
  const number = await herd.hub.act.openPull({ by: 'mo', branch, title: `Note ${domain}` })
  ran(await herd.settle({ workflows: /^herdbook-pull/ }), 'plan')
  await herd.hub.act.merge(number, 'ann')
}
const apply = async () => ran(await herd.settle({ workflows: /^herdbook-apply/ }), 'apply')
const isLive = async (domain: string): Promise<boolean> =>
  (await herd.rows(`select 1 from domain_blocks where domain = '${domain}'`)).length > 0

it('a history that was rewritten is taken by a button, once, with a reason', async () => {
  await merged('old.example', 'old')
  expect((await apply()).exit).toBe(0)
  const desk = herd.desk()
  git(desk, 'commit', '--quiet', '--amend', '-m', 'The same, said otherwise')
  git(desk, 'push', '--quiet', '--force', 'origin', 'HEAD:main')
  await herd.hub.act.pushed('ann')
  expect((await apply()).stderr).toContain('does not contain')
  expect(ran(await pressed('new-history', ''), 'decide').stderr).toContain('needs a reason')
  expect(ran(await pressed('new-history', 'as said', 2), 'decide').result).toBe('failure')
  // Its second job alone, started again: nobody asks the first one.
  await herd.hub.act.press(BUTTON, { verb: 'new-history', object: '', reason: 'as said' }, 'zoe')
  const event = herd.events.splice(0).at(-1)
  if (event === undefined) throw new Error('nothing was pressed')
  expect(
    await directly(herd, 'apply', event, { GITHUB_RUN_ATTEMPT: '2', HERDBOOK_TOKEN: herd.sandbox.tokens.apply }),
  ).toMatch(/^6: [^]*does not contain/)
  const runs = await pressed('new-history')
  expect([ran(runs, 'decide').summary, ran(runs, 'apply').exit]).toEqual([
    expect.stringMatching(
      /accepts the rewritten history of the default branch\. Asked for by `@zoe`: decided at night/,
    ),
    0,
  ])
  await merged('new.example', 'new')
  expect((await apply()).exit).toBe(0)
  expect(await isLive('new.example')).toBe(true)
})

it('a ledger that nobody can read is signed anew by a button, and what is live stays', async () => {
  git(herd.desk(), 'push', '--quiet', '--force', 'origin', `HEAD:${LEDGER}`)
  await herd.hub.act.schedule('23 4 * * *')
  expect((await apply()).exit).not.toBe(0)
  const { summary } = ran(await pressed('new-key'), 'sign')
  const [, digest = ''] = /The digest of what would be signed is ([0-9a-f]{16})/.exec(summary) ?? []
  expect(ran(await pressed('new-key', 'as shown', 1, digest), 'sign').result).toBe('success')
  await herd.hub.act.schedule('23 4 * * *')
  expect((await apply()).exit).toBe(0)
  expect([await isLive('old.example'), await isLive('new.example')]).toEqual([true, true])
})

it('a first apply is begun by a button', async () => {
  for (const ref of [LEDGER, 'refs/heads/herdbook-ledger/production']) git(herd.hub.git, 'update-ref', '-d', ref)
  await merged('first.example', 'first')
  expect((await apply()).stderr).toContain("has no ledger (Herdbook's record in Git) yet")
  expect(ran(await pressed('begin'), 'apply').exit).toBe(0)
  expect(await isLive('first.example')).toBe(true)
})
