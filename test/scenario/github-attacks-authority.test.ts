import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { commentOn, farm, type Farm } from '../support/github-instance.ts'
import { clone, git, put, scratch } from '../support/git.ts'
import { handsOn } from '../support/hands-on.ts'

// Who merges, presses and pushes decides only what is theirs to decide, however Git's history is laid: Eve may write
// here and nothing else, and the default branch is open to her.

let herd: Farm
beforeAll(async () => {
  herd = await farm({ people: { eve: 'write' } })
})
afterAll(async () => herd[Symbol.asyncDispose]())

const BLOCKS = 'instance/domain-blocks.yaml'
const POLICY = 'instance/policy.yaml'
const CONFIG = 'instance/instance.yaml'
const SLOW = { timeout: 300_000 }
const entry = (domain: string): string => `  - domain: ${domain}\n    severity: none\n`

const { planned, applied, live, withBlock, press } = handsOn(() => herd)
const headOf = (number: number): { readonly branch: string; readonly commit: string } => {
  const head = herd.hub.state.issues.get(number)?.pull?.head
  if (!head) throw new Error(`#${number} is no pull request`)
  return head
}

let branches = 0
/** Opens a pull request with these files, and has it planned. */
async function propose(by: string, files: { readonly [path: string]: string }): Promise<number> {
  const branch = `${by}-${(branches += 1)}`
  await herd.hub.act.push({ by, branch, files })
  const number = await herd.hub.act.openPull({ by, branch, title: 'Change' })
  await planned()
  return number
}

/** A clone of somebody who signs as whom they like, and whose pushes are Eve's. */
async function byHand(
  work: (dir: string, as: (login: string) => readonly string[]) => void,
  by = 'eve',
): Promise<void> {
  using base = scratch()
  const dir = clone(herd.hub.git, `${base.path}/clone`)
  work(dir, (login) => ['-c', `user.name=${login}`, '-c', `user.email=${login}@users.noreply.github.com`])
  await herd.hub.act.pushed(by)
}

describe('a merge approves', SLOW, () => {
  it('nothing of a pull request whose commits it brings along and whose change it leaves out', async () => {
    const evil = await propose('eve', { [BLOCKS]: withBlock('along.example') })
    await byHand((dir) => {
      git(dir, 'fetch', '--quiet', 'origin', headOf(evil).commit)
      put(dir, { 'README.md': 'Words.\n' })
      git(dir, 'add', '--all')
      git(dir, 'commit', '--quiet', '--message', 'Words')
      git(dir, 'merge', '--quiet', '--strategy', 'ours', '--message', 'Merge', headOf(evil).commit)
      git(dir, 'push', '--quiet', 'origin', 'HEAD:words')
    })
    const harmless = await herd.hub.act.openPull({ by: 'eve', branch: 'words', title: 'Words' })
    await planned()
    expect(commentOn(herd, harmless)).not.toContain('along.example')
    await herd.hub.act.merge(harmless, 'ann')
    // GitHub calls both merged, and by Ann.
    expect(herd.hub.state.issues.get(evil)?.pull?.merged?.by).toBe('ann')
    await herd.hub.act.push({ by: 'eve', branch: 'main', files: { [BLOCKS]: withBlock('along.example') } })
    expect((await applied()).exit).toBe(6)
    expect(await live()).not.toContain('along.example')
    expect(commentOn(herd, evil, ':applied')).toContain('another merge brought in its commits')
    await press('approve', 'domain-block/along.example', 'zoe')
    expect(await live()).toContain('along.example')
  })

  it("nothing that whoever merges pushed below a merge of the base, in the author's name", async () => {
    const number = await propose('mo', { [BLOCKS]: withBlock('honest.example') })
    await herd.hub.act.push({ by: 'ann', branch: 'main', files: { 'README.md': 'More words.\n' } })
    await byHand((dir, as) => {
      git(dir, 'fetch', '--quiet', 'origin', headOf(number).commit)
      git(dir, 'checkout', '--quiet', 'FETCH_HEAD')
      put(dir, { [BLOCKS]: `${git(dir, 'show', `HEAD:${BLOCKS}`)}\n${entry('below.example')}` })
      git(dir, ...as('mo'), 'commit', '--quiet', '--all', '--message', 'Below')
      git(dir, 'merge', '--quiet', '--no-edit', 'origin/main')
      git(dir, 'push', '--quiet', 'origin', `HEAD:${headOf(number).branch}`)
    })
    await planned()
    await herd.hub.act.merge(number, 'eve')
    expect((await applied()).exit).toBe(6)
    expect(await live()).not.toContain('below.example')
    await press('approve', 'domain-block/below.example', 'zoe')
    await press('approve', 'domain-block/honest.example', 'zoe')
  })

  it("nothing by a review of what is below a rebase's last commit; of two merged so, it approves both", async () => {
    const number = await propose('eve', { [BLOCKS]: withBlock('looked.example') })
    await herd.hub.act.review(number, 'mo')
    const { branch } = headOf(number)
    await herd.hub.act.push({
      by: 'eve',
      branch,
      files: { 'instance/email-domain-blocks.yaml': 'email_domain_blocks:\n  - domain: unlooked.example\n' },
    })
    await herd.hub.act.push({ by: 'eve', branch, files: { 'README.md': 'Last words.\n' } })
    await planned()
    await herd.hub.act.merge(number, 'eve', 'rebase')
    expect((await applied()).exit).toBe(6)
    expect(await live()).not.toContain('looked.example')
    expect(await herd.rows('select 1 from email_domain_blocks')).toEqual([])
    const other = await propose('eve', { [BLOCKS]: withBlock('first.example') })
    await herd.hub.act.push({
      by: 'eve',
      branch: headOf(other).branch,
      files: { [BLOCKS]: withBlock('second.example') },
    })
    await planned()
    await herd.hub.act.merge(other, 'ann', 'rebase')
    await applied()
    expect(await live()).toContain('second.example')
  })
})

it('a pause is not taken over by pausing once more', SLOW, async () => {
  await press('pause', '', 'ann')
  await press('pause', '', 'eve')
  expect((await press('resume', '', 'eve')).stderr).toContain('@eve is not an owner')
  expect((await press('resume', '', 'zoe')).exit).toBe(0)
})

describe('an instance.yaml that would ask nobody', SLOW, () => {
  it.each<[string, (config: Record<string, unknown>) => object, string]>([
    [
      'since it names no forge',
      ({ forge: _forge, ...config }) => config,
      'Add to instance/instance.yaml: forge: { github: herd/instance }',
    ],
    [
      'since its key is one that others know',
      (config) => ({ ...config, ledger_key: { file: '/proc/version' } }),
      'ledger_key: { env: HERDBOOK_LEDGER_KEY }',
    ],
  ])('%s, is obeyed by no job that applies or decides, and the way back is named', async (_what, change, hint) => {
    const [before, blocks] = [herd.file(CONFIG), herd.file(BLOCKS)]
    await herd.hub.act.push({
      by: 'eve',
      branch: 'main',
      files: { [CONFIG]: stringify(change(parse(before))), [BLOCKS]: withBlock('unasked.example') },
    })
    const run = await applied()
    expect([run.exit, run.stderr]).toEqual([5, expect.stringContaining(hint)])
    expect((await press('approve', 'domain-block/unasked.example', 'zoe')).exit).toBe(5)
    expect(await live()).not.toContain('unasked.example')
    await herd.hub.act.push({ by: 'ann', branch: 'main', files: { [CONFIG]: `${before}\n`, [BLOCKS]: `${blocks}\n` } })
    expect((await applied()).exit).toBe(0)
  })
})

it(
  'owners whom no owner has named hold nothing, whatever is merged on top of them; those of before do, and name others',
  SLOW,
  async () => {
    const policy = herd.file(POLICY)
    const naming = (names: string, more = ''): { readonly [path: string]: string } => ({
      [POLICY]: `${policy.replace(/owners: .*/, `owners: [${names}]`)}\n${more}`,
    })
    await herd.hub.act.push({
      by: 'eve',
      branch: 'main',
      files: { ...naming('eve'), [BLOCKS]: withBlock('named.example') },
    })
    expect((await applied()).exit).toBe(6)
    expect((await press('approve', 'domain-block/named.example', 'eve')).stderr).toContain(
      'policy.yaml names @eve as an owner, but that change has no valid approval',
    )
    const own = await propose('eve', { [BLOCKS]: withBlock('sole.example') })
    await herd.hub.act.merge(own, 'eve')
    expect((await applied()).exit).toBe(6)
    expect(await live()).not.toMatch(/named|sole/)
    const budgets = await propose('mo', naming('eve', 'budgets:\n  default:\n    create: 30\n'))
    await herd.hub.act.merge(budgets, 'ann')
    herd.events.length = 0
    expect((await press('unlock', '', 'eve')).exit).toBe(5)
    expect((await press('approve', 'domain-block/named.example', 'zoe')).exit).not.toBe(5)
    expect(await live()).toContain('named.example')
    const named = await propose('zoe', naming('ann, zoe, mo'))
    await herd.hub.act.merge(named, 'ann')
    herd.events.length = 0
    expect((await press('unlock', '', 'mo')).exit).toBe(0)
  },
)

it(
  'what was approved and taken back before it was done is approved no more: neither by the merge nor by hand',
  SLOW,
  async () => {
    const before = herd.file(BLOCKS)
    const number = await propose('mo', { [BLOCKS]: withBlock('stale.example') })
    await herd.hub.act.merge(number, 'ann')
    await herd.hub.act.push({ by: 'mo', branch: 'main', files: { [BLOCKS]: `${before}\n${entry('byhand.example')}` } })
    // Nothing is done about the one any more, and the other waits.
    expect((await applied()).exit).toBe(6)
    herd.desk()
    await herd.herdbook(['approve', 'agreed', '--yes'])
    await herd.hub.act.push({ by: 'mo', branch: 'main', files: { [BLOCKS]: `${before}\n` } })
    expect((await applied()).exit).toBe(0)
    await herd.hub.act.push({
      by: 'eve',
      branch: 'main',
      files: { [BLOCKS]: withBlock('stale.example', 'byhand.example') },
    })
    expect((await applied()).exit).toBe(6)
    expect(await live()).not.toMatch(/stale|byhand/)
  },
)
