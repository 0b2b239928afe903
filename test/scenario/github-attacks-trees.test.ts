import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commentOn, farm, type Farm } from '../support/github-instance.ts'
import { expectInert, expectNoControls } from '../support/github-html.ts'
import { commands, type Ran } from '../support/run-output.ts'
import { ran } from '../support/runner.ts'

// Trees and files that no honest Git and no honest person writes. GitHub takes some of them; the stand-in takes all.

const SLOW = { timeout: 300_000 }
const BLOCKS = 'instance/domain-blocks.yaml'
const FILE = 'domain-blocks.yaml'

let herd: Farm
beforeAll(async () => {
  herd = await farm()
})
afterAll(async () => herd[Symbol.asyncDispose]())

const inHub = (args: readonly string[], input: string | Buffer = ''): string =>
  execFileSync('git', [...args], { cwd: herd.hub.git, input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] }).trim()
const blob = (text: string): string => inHub(['hash-object', '-w', '--stdin'], text)

interface Leaf {
  readonly mode: string
  readonly name: string
  readonly id: string
}

/** A tree as it is written, whatever Git thinks of it. */
const tree = (leaves: readonly Leaf[]): string =>
  inHub(
    ['hash-object', '-w', '-t', 'tree', '--literally', '--stdin'],
    Buffer.concat(leaves.flatMap(({ mode, name, id }) => [Buffer.from(`${mode} ${name}\0`), Buffer.from(id, 'hex')])),
  )

const leavesOf = (at: string): Leaf[] =>
  inHub(['ls-tree', '-z', at])
    .split('\0')
    .filter((row) => row !== '')
    .map((row) => {
      const [, mode = '', id = '', name = ''] = /^(\d+) \w+ (\w+)\t(.*)$/s.exec(row) ?? []
      return { mode: mode.replace(/^0/, ''), name, id }
    })

/** The tree of the default branch with another `instance`; and one with more in it. */
const withInstance = (leaf: Omit<Leaf, 'name'>, more: readonly Leaf[] = []): string =>
  tree(
    [...leavesOf('main').filter(({ name }) => name !== 'instance'), { ...leaf, name: 'instance' }, ...more].toSorted(
      (a, b) => (a.name < b.name ? -1 : 1),
    ),
  )
const beside = (...more: readonly Leaf[]): string =>
  withInstance({
    mode: '40000',
    id: tree([...leavesOf('main:instance'), ...more].toSorted((a, b) => (a.name < b.name ? -1 : 1))),
  })
const file = (name: string, text: string): Leaf => ({ mode: '100644', name, id: blob(text) })

let branches = 0
async function proposed(
  root: string,
): Promise<{ readonly number: number; readonly job: Ran; readonly comment: string }> {
  const commit = inHub([
    '-c',
    'user.name=mo',
    '-c',
    'user.email=mo@herd.example',
    'commit-tree',
    root,
    '-p',
    'main',
    '-m',
    'Tree',
  ])
  const branch = `tree-${(branches += 1)}`
  await herd.hub.act.push({ by: 'mo', branch, files: { 'README.md': 'x\n' } })
  await herd.hub.act.reset(branch, commit, 'mo')
  const number = await herd.hub.act.openPull({ by: 'mo', branch, title: 'Tree' })
  const jobs = await herd.settle({ workflows: /^herdbook-pull/ })
  return { number, job: ran(jobs, 'plan'), comment: commentOn(herd, number) }
}

const blocking = (domain: string): string => `${herd.file(BLOCKS)}\n  - domain: ${domain}\n    severity: none\n`
const EVIL = 'evil.example'

/** Told as something, by no defect, and with no approval of what nobody saw. */
function expectTold({ job, comment }: Awaited<ReturnType<typeof proposed>>): void {
  expect(job.exit, job.stderr).not.toBe(1)
  expect(commands(job)).toEqual([])
  expectNoControls(comment)
  const rows = comment.trimEnd().split('\n')
  expectInert(comment, {
    links: ['https://github.com/'],
    comments: rows.filter((row, i) => /^<!--.*-->$/.test(row) && (i < 2 || i === rows.length - 1)),
  })
  if (/Merging this approves/.test(comment)) expect(comment).toMatch(/Lists `[a-z.]+`/)
}

describe('a tree that is none', SLOW, () => {
  it.each<[string, () => string]>([
    [
      'the same file twice',
      () =>
        withInstance({
          mode: '40000',
          id: tree([
            ...leavesOf('main:instance').filter(({ name }) => name !== FILE),
            file(FILE, blocking('first.example')),
            file(FILE, blocking(EVIL)),
          ]),
        }),
    ],
    [
      'the folder twice',
      () =>
        withInstance({ mode: '40000', id: inHub(['rev-parse', 'main:instance']) }, [
          { mode: '40000', name: 'instance', id: tree([file(FILE, blocking(EVIL))]) },
        ]),
    ],
    ['a folder that is a link', () => withInstance({ mode: '120000', id: blob('/etc') })],
    ['a folder that is a submodule', () => withInstance({ mode: '160000', id: inHub(['rev-parse', 'main']) })],
    ['a folder that is a file', () => withInstance({ mode: '100644', id: blob('x') })],
    [
      'names that lead out of it',
      () =>
        beside(
          file('../evil.yaml', 'x: 1\n'),
          file('..', 'x'),
          file('.git', 'gitdir: /tmp\n'),
          file('a/b.yaml', 'x: 1\n'),
        ),
    ],
    [
      'names that look alike',
      () =>
        beside(
          file('Domain-Blocks.yaml', blocking(EVIL)),
          file('d\u043emain-blocks.yaml', blocking(EVIL)),
          file('domain-blocks.yaml ', blocking(EVIL)),
          file('domain-blocks.yaml\u200b', blocking(EVIL)),
          file('\u202elmay.skcolb', blocking(EVIL)),
        ),
    ],
    [
      'names for a terminal and a runner',
      () =>
        beside(
          file('x\u001b[2J::add-mask::y.yaml', 'x: 1\n'),
          file('\n::stop-commands::z\n', 'x: 1\n'),
          file('</details><!--.md', 'x'),
          file('@everyone #1.md', 'x'),
        ),
    ],
    [
      'a name of no text',
      () => beside({ ...file('x', 'x: 1\n'), name: Buffer.from([0xff, 0xfe, 0x2e, 0x79]).toString('latin1') }),
    ],
    [
      'modes of nothing',
      () => beside({ ...file('odd.md', 'x'), mode: '100600' }, { ...file('odder.md', 'x'), mode: '777' }),
    ],
    [
      'two thousand files',
      () =>
        ((id) => beside(...Array.from({ length: 2_000 }, (_, i) => ({ mode: '100644', name: `text-${i}.md`, id }))))(
          blob('x'),
        ),
    ],
  ])('%s: is told as what it is', async (_what, root) => {
    const pull = await proposed(root())
    expectTold(pull)
    await herd.hub.act.close(pull.number, 'mo')
    herd.events.length = 0
  })

  it('of files that only look like those that are read is never called no change', async () => {
    const pull = await proposed(
      beside(
        file('Domain-Blocks.yaml', blocking(EVIL)),
        file('d\u043emain-blocks.yaml', blocking(EVIL)),
        file('\u202elmay.skcolb', 'x'),
      ),
    )
    expect(pull.comment).toMatch(/3 other files change[^]*Domain-Blocks\.yaml[^]*d\u043emain-blocks\.yaml/)
    expect(pull.comment).not.toContain('**No changes**')
  })

  it('and is the same after the merge as in the plan: what files say twice is applied as it was shown', async () => {
    const pull = await proposed(
      withInstance({
        mode: '40000',
        id: tree([
          ...leavesOf('main:instance').filter(({ name }) => name !== FILE),
          file(FILE, blocking('shown.example')),
          file(FILE, blocking(EVIL)),
        ]),
      }),
    )
    const shown = ['shown.example', EVIL].filter((domain) => pull.comment.includes(`Lists \`${domain}\``))
    const merged = await herd.hub.act.merge(pull.number, 'ann').then(
      () => true,
      () => false,
    )
    if (merged) await herd.settle({ workflows: /^herdbook-apply/ })
    const live = (
      await herd.rows("select domain from domain_blocks where domain in ('shown.example', 'evil.example')")
    ).flatMap((row) => ('domain' in row ? [String(row.domain)] : []))
    expect(live.filter((domain) => !shown.includes(domain))).toEqual([])
  })
})
