import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commentOn, farm, type Farm } from '../support/github-instance.ts'
import { clone, git, put, scratch } from '../support/git.ts'
import { ran, type JobRun } from '../support/runner.ts'

// Write permission is not authority: Eve may write here and nothing else. The default branch is open to her, too: what
// protects it on GitHub is not what is tried.

let herd: Farm
beforeAll(async () => {
  herd = await farm({ people: { eve: 'write' } })
})
afterAll(async () => herd[Symbol.asyncDispose]())

const BLOCKS = 'instance/domain-blocks.yaml'
const MODERATORS = 'instance/moderators.yaml'
const BUTTON = '.github/workflows/herdbook-button.yml'
const LEDGER = 'refs/herdbook/production/ledger'
const block = (domain: string): string => `${herd.file(BLOCKS)}\n  - domain: ${domain}\n    severity: none\n`
const SLOW = { timeout: 300_000 }

type Ran = JobRun & { readonly ran: true }
const planned = async (): Promise<Ran> => ran(await herd.settle({ workflows: /^herdbook-pull/ }), 'plan')
async function applied(): Promise<Ran> {
  const newest = herd.events.splice(0).findLast(({ name }) => name === 'push' || name === 'schedule')
  if (newest !== undefined) herd.events.push(newest)
  return ran(await herd.settle({ workflows: /^herdbook-apply/ }), 'apply')
}
const isLive = async (domain: string): Promise<boolean> =>
  (await herd.rows(`select 1 from domain_blocks where domain = '${domain}'`)).length > 0
async function press(verb: string, object: string, reason: string, by: string, job = 'decide'): Promise<Ran> {
  await herd.hub.act.press(BUTTON, { verb, object, reason }, by)
  return ran(await herd.settle(), job)
}

let branches = 0
async function propose(files: { readonly [path: string]: string }, by = 'eve'): Promise<number> {
  const branch = `${by}-${(branches += 1)}`
  await herd.hub.act.push({ by, branch, files })
  const number = await herd.hub.act.openPull({ by, branch, title: 'Change' })
  await planned()
  return number
}
const told = (number: number): string => commentOn(herd, number, ':applied')

describe('a ledger that a writer has forged', SLOW, () => {
  it('is signed for nobody who only writes, and what an owner signs is what Herdbook signed last', async () => {
    using base = scratch()
    await herd.sandbox.handOf('owner').blockDomain('hand.example', { severity: 'noop' })
    const eve = clone(herd.hub.git, `${base.path}/eve`)
    git(eve, 'fetch', '--quiet', 'origin', LEDGER)
    const genuine = git(eve, 'rev-parse', 'FETCH_HEAD')
    git(eve, 'checkout', '--quiet', genuine)
    const line = (id: string): string =>
      '{"commit":null,"fields":{"obfuscate":false,"public_comment":"","reject_media":false,' +
      `"reject_reports":false,"severity":"noop"},"id":"${id}","server_id":"2"}`
    put(eve, {
      'domain-block.jsonl': `${git(eve, 'show', 'HEAD:domain-block.jsonl')}\n${line('hand.example')}\n`,
      'approvals.jsonl': '',
    })
    git(eve, 'add', '--all')
    git(eve, 'commit', '--quiet', '-m', 'Apply 1 step')
    git(eve, 'push', '--quiet', 'origin', `HEAD:${LEDGER}`)
    await herd.hub.act.schedule('23 4 * * *')
    expect((await applied()).stderr).toContain('is not signed with your ledger_key')
    for (const verb of ['new-key', 'unlock', 'begin', 'new-history', 'approve'] as const) {
      const pressed = await press(
        verb,
        verb === 'approve' ? 'domain-block/hand.example' : '',
        'rotated',
        'eve',
        verb === 'new-key' ? 'sign' : 'decide',
      )
      expect([verb, pressed.result, pressed.stderr]).toEqual([
        verb,
        'failure',
        expect.stringContaining('@eve is not an owner'),
      ])
      expect(pressed.stderr).toContain('@ann, @zoe')
    }
    const shown = await press('new-key', '', 'somebody pushed to it', 'ann', 'sign')
    expect([shown.environment, shown.summary]).toEqual([
      'herdbook-owners',
      expect.stringMatching(new RegExp(`${genuine.slice(0, 12)}[^]*does not take over[^]*domain-block/hand\\.example`)),
    ])
    const [, digest = ''] = /The digest of what would be signed is ([0-9a-f]{16})\./.exec(shown.summary) ?? []
    expect((await press('new-key', '0'.repeat(16), 'x', 'ann', 'sign')).exit).toBe(6)
    expect((await press('new-key', digest, 'somebody pushed to it', 'ann', 'sign')).result).toBe('success')
    await herd.hub.act.schedule('23 4 * * *')
    expect((await applied()).exit).toBe(0)
    expect(await isLive('hand.example')).toBe(true)
    expect(git(herd.hub.git, 'show', `${LEDGER}:approvals.jsonl`)).not.toContain('hand.example')
  })
})

describe('what somebody asked for, wrote or pushed', SLOW, () => {
  it('is not approved by their merge or button, though they are an owner; another owner approves it', async () => {
    const number = await propose({ [BLOCKS]: block('anns.example') }, 'ann')
    await herd.hub.act.merge(number, 'ann')
    expect((await applied()).exit).toBe(6)
    expect(told(number)).toContain('it needs an approval by a person who did not ask for it, write it or push it')
    const own = await press('approve', 'domain-block/anns.example', 'mine', 'ann')
    expect([own.exit, own.stderr]).toEqual([
      5,
      expect.stringContaining('You cannot approve what you asked for, wrote or pushed'),
    ])
    expect(await isLive('anns.example')).toBe(false)
    await press('approve', 'domain-block/anns.example', 'looked at', 'zoe')
    expect(await isLive('anns.example')).toBe(true)
  })

  it('and pushed to the default branch itself neither', async () => {
    await herd.hub.act.push({ by: 'ann', branch: 'main', files: { [BLOCKS]: block('direct.example') } })
    expect((await applied()).exit).toBe(6)
    expect((await press('approve', 'domain-block/direct.example', 'mine', 'ann')).exit).toBe(5)
    await press('approve', 'domain-block/direct.example', 'looked at', 'zoe')
    expect(await isLive('direct.example')).toBe(true)
  })

  it('nor where a pull request was made on top of it', async () => {
    await herd.hub.act.push({ by: 'ann', branch: 'main', files: { [BLOCKS]: block('under.example') } })
    const number = await propose({ [BLOCKS]: `${herd.file(BLOCKS)}\n# Looked at.\n` }, 'mo')
    await herd.hub.act.merge(number, 'mo')
    expect((await applied()).exit).toBe(6)
    expect((await press('approve', 'domain-block/under.example', 'mine', 'ann')).exit).toBe(5)
    await press('approve', 'domain-block/under.example', 'looked at', 'zoe')
    expect(await isLive('under.example')).toBe(true)
  })

  it('nor where many commits lie above it; who pushed none approves it', async () => {
    const before = herd.hub.state.branches.get('main') ?? ''
    const buried = await herd.hub.act.push({ by: 'ann', branch: 'main', files: { [BLOCKS]: block('buried.example') } })
    const commitOn = (parent: string, n: number): string =>
      git(herd.hub.git, 'commit-tree', `${n % 2 === 0 ? before : buried}^{tree}`, '-p', parent, '-m', 'x')
    git(
      herd.hub.git,
      'update-ref',
      'refs/heads/main',
      Array.from({ length: 40 }).reduce<string>((parent, _, n) => commitOn(parent, n), buried),
    )
    await herd.hub.act.pushed('mo')
    await herd.hub.act.schedule('23 4 * * *')
    expect((await applied()).exit).toBe(6)
    expect((await press('approve', 'domain-block/buried.example', 'mine', 'ann')).exit).toBe(5)
    await press('approve', 'domain-block/buried.example', 'looked at', 'zoe')
    expect(await isLive('buried.example')).toBe(true)
  })

  it("nor in another's name, with a commit of something else on top", async () => {
    using base = scratch()
    const ann = clone(herd.hub.git, `${base.path}/ann`)
    put(ann, { [BLOCKS]: block('below.example') })
    git(ann, 'commit', '--quiet', '--all', '--author', 'mo <mo@users.noreply.github.com>', '-m', 'Block below.example')
    put(ann, { 'NOTES.md': 'Nothing\n' })
    git(ann, 'add', '--all')
    git(ann, 'commit', '--quiet', '-m', 'Take notes')
    git(ann, 'push', '--quiet', 'origin', 'HEAD:main')
    await herd.hub.act.pushed('ann')
    await herd.hub.act.schedule('23 4 * * *')
    expect((await applied()).exit).toBe(6)
    expect((await press('approve', 'domain-block/below.example', 'mine', 'ann')).exit).toBe(5)
    await press('approve', 'domain-block/below.example', 'looked at', 'zoe')
    expect(await isLive('below.example')).toBe(true)
  })

  it('nor in a merge that they made by hand', async () => {
    const number = await propose({ 'NOTES.md': 'Of another\n' }, 'mo')
    using base = scratch()
    const ann = clone(herd.hub.git, `${base.path}/ann`)
    git(ann, 'merge', '--quiet', '--no-ff', '--no-commit', herd.hub.state.issues.get(number)?.pull?.head.commit ?? '')
    put(ann, { [BLOCKS]: block('in-between.example') })
    git(ann, 'commit', '--quiet', '--all', '--author', 'mo <mo@users.noreply.github.com>', '-m', 'Merge')
    git(ann, 'push', '--quiet', 'origin', 'HEAD:main')
    await herd.hub.act.pushed('ann')
    expect(herd.hub.state.issues.get(number)?.pull?.merged?.by).toBe('ann')
    await herd.hub.act.schedule('23 4 * * *')
    expect((await applied()).exit).toBe(6)
    expect((await press('approve', 'domain-block/in-between.example', 'mine', 'ann')).exit).toBe(5)
    await press('approve', 'domain-block/in-between.example', 'looked at', 'zoe')
    expect(await isLive('in-between.example')).toBe(true)
  })

  it('is not approved by taking back a review after the merge; dismissal then loses no honest review', async () => {
    const one = await propose({ [BLOCKS]: block('withdrawn.example') })
    const review = await herd.hub.act.review(one, 'eve').catch(() => null)
    expect(review).toBeNull()
    await herd.hub.act.merge(one, 'eve')
    await herd.hub.act.review(one, 'eve', 'COMMENTED')
    expect((await applied()).exit).toBe(6)
    expect(await isLive('withdrawn.example')).toBe(false)
    const two = await propose({ [BLOCKS]: block('honest.example') })
    const honest = await herd.hub.act.review(two, 'mo')
    await herd.hub.act.merge(two, 'eve')
    // GitHub's times are whole seconds: one of the same counts as before.
    const merged = herd.hub.state.issues.get(two)?.pull?.merged?.at ?? ''
    while (herd.hub.state.now() <= merged) await new Promise((done) => setImmediate(done))
    await herd.hub.act.dismiss(two, honest, 'ann')
    await applied()
    expect(await isLive('honest.example')).toBe(true)
    await press('approve', 'domain-block/withdrawn.example', 'looked at', 'zoe')
  })

  it('and then put into another name by a commit or a workflow takes an owner who had no part in it', async () => {
    await press('unblock', 'anns.example', 'they mended it', 'eve', 'propose')
    const asked = [...herd.hub.state.issues.values()].findLast(({ pull }) => pull !== null && pull.merged === null)
    if (!asked?.pull) throw new Error('nothing was proposed')
    await herd.hub.act.push({
      by: 'eve',
      branch: asked.pull.head.branch,
      files: { 'notes.md': 'x\n' },
      message: 'A note\n\nAsked-By: ann',
    })
    await planned()
    expect(commentOn(herd, asked.number)).toMatch(/herdbook-approvals v2 .* asked-by=eve [0-9a-f]{32}/)
    await herd.hub.act.review(asked.number, 'eve')
    await herd.hub.act.merge(asked.number, 'eve')
    expect((await applied()).exit).toBe(6)
    expect(await isLive('anns.example')).toBe(true)
    await press('approve', 'domain-block/anns.example', 'looked at', 'zoe')
    expect(await isLive('anns.example')).toBe(false)
    // A pull request that a workflow of Eve's branch opens: GitHub shows a program as its author.
    await herd.hub.act.push({
      by: 'github-actions[bot]',
      branch: 'bot-1',
      files: { [BLOCKS]: block('bots.example') },
      message: 'Block\n\nAsked-By: ann\nHerdbook-Seal: 00000000000000000000000000000000',
    })
    const number = await herd.hub.act.openPull({ by: 'github-actions[bot]', branch: 'bot-1', title: 'Block' })
    await herd.hub.act.comment(number, '/plan', 'eve')
    await planned()
    await herd.hub.act.review(number, 'eve')
    await herd.hub.act.merge(number, 'eve')
    expect((await applied()).exit).toBe(6)
    expect(told(number)).toContain('so an owner must approve it')
    expect(await isLive('bots.example')).toBe(false)
    await press('approve', 'domain-block/bots.example', 'looked at', 'zoe')
    expect(await isLive('bots.example')).toBe(true)
  })

  it('in the name of another is known by whoever pushed it', async () => {
    await herd.hub.act.push({
      by: 'eve',
      branch: 'as-mo',
      files: { [BLOCKS]: block('as-mo.example') },
      author: 'mo',
      committer: 'mo',
    })
    const number = await herd.hub.act.openPull({ by: 'mo', branch: 'as-mo', title: 'As Mo' })
    await planned()
    await herd.hub.act.merge(number, 'eve')
    expect((await applied()).exit).toBe(6)
    expect(await isLive('as-mo.example')).toBe(false)
    await press('approve', 'domain-block/as-mo.example', 'looked at', 'zoe')
  })

  it('of what owners look after takes one of them, in the merge and by button', async () => {
    const number = await propose(
      { [MODERATORS]: herd.file(MODERATORS).replace(/ {2}- account: mod\n(?: {4}.*\n)*/, '') },
      'mo',
    )
    await herd.hub.act.merge(number, 'eve')
    expect((await applied()).exit).toBe(6)
    expect(
      JSON.stringify(
        await herd.rows(
          `select r.name from users u join user_roles r on r.id = u.role_id
           join accounts a on a.id = u.account_id where a.username = 'mod'`,
        ),
      ),
    ).toContain('Moderator')
    expect((await press('approve', 'moderator/mod', 'x', 'eve')).stderr).toContain('@eve is not an owner')
    await press('approve', 'moderator/mod', 'looked at', 'ann')
    expect(
      JSON.stringify(
        await herd.rows(
          `select r.name from users u join user_roles r on r.id = u.role_id
           join accounts a on a.id = u.account_id where a.username = 'mod'`,
        ),
      ),
    ).not.toContain('Moderator')
  })
})

it('without owners in policy.yaml, buttons that take one are refused with the line to add', SLOW, async () => {
  const policy = herd.file('instance/policy.yaml')
  const settled = async (text: string, by: string): Promise<void> => {
    await herd.hub.act.merge(await propose({ 'instance/policy.yaml': text }), by)
    herd.events.length = 0
  }
  await settled('# nobody\n', 'zoe')
  expect((await press('unlock', '', '', 'ann')).stderr).toMatch(/policy\.yaml names no owner[^]*owners: \[/)
  // The first ones are named by whoever administers the repository.
  await settled(policy, 'ann')
  expect((await press('unlock', '', '', 'ann')).stderr).toContain(
    'in a new pull request, approved by an administrator of the repository',
  )
  await settled('# nobody\n', 'herd')
  await settled(policy, 'herd')
  expect((await press('unlock', '', '', 'ann')).exit).toBe(0)
})
