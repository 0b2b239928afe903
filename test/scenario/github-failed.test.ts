import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { commentOn, farm, type Farm } from '../support/github-instance.ts'
import { scratch } from '../support/git.ts'
import { ran } from '../support/runner.ts'

// A Herdbook with a defect: what the pull request is told with throws, as it never should.

const ROOT = resolve(import.meta.dirname, '../..')
const BLOCKS = 'instance/domain-blocks.yaml'
const WORDS = 'words that only the run has'

let herd: Farm
const base = scratch()
/** What answers a pull request, and what is read before anything of it is. */
const broken = join(base.path, 'telling')
const blind = join(base.path, 'reading')
const DEFECT = `if (Math.random() < 2) throw new TypeError('${WORDS}')`
beforeAll(async () => {
  herd = await farm()
  copied(broken)
  for (const name of ['plan', 'stranger-pull-request'])
    change(
      join(broken, `src/comments/${name}.ts`),
      /(export function render(?:Markdown|Differences)\([^]*?\): string \{\n)/,
    )
  copied(blind)
  change(join(blind, 'src/session/default-branch.ts'), /(export async function openBase\([^]*?\): Promise<\w+> \{\n)/)
})

function copied(tree: string): void {
  for (const name of ['.github', 'src', 'schema', 'instance', 'package.json', 'package-lock.json'])
    cpSync(join(ROOT, name), join(tree, name), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules'), join(tree, 'node_modules'))
}

function change(file: string, where: RegExp): void {
  const text = readFileSync(file, 'utf8')
  const defect = text.replace(where, `$1  ${DEFECT}\n`)
  expect(defect).not.toBe(text)
  writeFileSync(file, defect)
}

afterAll(async () => {
  await herd[Symbol.asyncDispose]()
  base[Symbol.dispose]()
})

it.each([
  ['a branch', 'plan', false, 'one', () => broken],
  ['a fork', 'check', true, 'two', () => broken],
  ['a branch, before anything of it was read,', 'plan', false, 'three', () => blind],
  ['a fork, before anything of it was read,', 'check', true, 'four', () => blind],
] as const)(
  'a defect leaves the pull request of %s with a comment and a check that say so',
  async (_, name, fork, branch, tree) => {
    const by = fork ? 'stan' : 'mo'
    await herd.hub.act.push({
      by,
      branch,
      fork,
      files: { [BLOCKS]: `${herd.file(BLOCKS)}\n  - domain: one.example\n    severity: none\n` },
    })
    const number = await herd.hub.act.openPull({ by, branch, fork, title: 'Block' })
    const job = ran(await herd.settle({ workflows: /^herdbook-pull/, actionFolder: tree }), name)
    expect([job.exit, job.result]).toEqual([1, 'failure'])
    expect(job.stderr).toContain(WORDS)
    const comment = commentOn(herd, number)
    expect(comment).toMatch(/^<!-- herdbook:production -->\n### A defect in Herdbook: 1 error\n/)
    expect(comment).toContain('This is a defect in Herdbook, not in your change.')
    expect(job.summary).toContain('### A defect in Herdbook')
    expect(comment + job.summary).not.toContain(WORDS)
    const head = herd.hub.state.issues.get(number)?.pull?.head.commit
    expect(herd.hub.state.statuses.findLast(({ commit }) => commit === head)).toMatchObject({
      state: 'error',
      context: 'herdbook',
      description: 'Herdbook failed: see the comment and the run.',
    })
  },
)

it('what is mended plans it, in the same comment', async () => {
  const [number = 0] = [...herd.hub.state.issues.values()].flatMap((issue) =>
    issue.pull?.head.branch === 'one' ? [issue.number] : [],
  )
  await herd.hub.act.comment(number, '/plan', 'mo')
  expect(ran(await herd.settle({ workflows: /^herdbook-pull/ }), 'plan').exit).toBe(0)
  expect(commentOn(herd, number)).toContain('**Merging this approves 1 change**')
})
