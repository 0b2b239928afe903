import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { commentOn, farm, type Farm } from '../support/farm.ts'
import { scratch } from '../support/git.ts'
import { ran } from '../support/runner.ts'

// A Herdbook with a defect: what the pull request is told with throws, as it never should.

const ROOT = resolve(import.meta.dirname, '../..')
const BLOCKS = 'instance/domain-blocks.yaml'
const WORDS = 'words that only the run has'

let herd: Farm
const base = scratch()
const broken = join(base.path, 'herdbook')
beforeAll(async () => {
  herd = await farm()
  for (const name of ['.github', 'src', 'schema', 'instance', 'package.json', 'package-lock.json']) cpSync(join(ROOT, name), join(broken, name), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules'), join(broken, 'node_modules'))
  for (const name of ['markdown', 'differences']) {
    const file = join(broken, `src/render/${name}.ts`)
    const text = readFileSync(file, 'utf8')
    const defect = text.replace(/(export function render(?:Markdown|Differences)\([^]*?\): string \{\n)/, `$1  if (Math.random() < 2) throw new TypeError('${WORDS}')\n`)
    expect(defect).not.toBe(text)
    writeFileSync(file, defect)
  }
})
afterAll(async () => {
  await herd[Symbol.asyncDispose]()
  base[Symbol.dispose]()
})

it.each([
  ['a branch', 'plan', false],
  ['a fork', 'check', true],
] as const)('a defect leaves the pull request of %s with a comment and a check that say so', async (_, name, fork) => {
  const by = fork ? 'stan' : 'mo'
  await herd.hub.act.push({ by, branch: `of-${by}`, fork, files: { [BLOCKS]: `${herd.file(BLOCKS)}\n  - domain: one.example\n    severity: none\n` } })
  const number = await herd.hub.act.openPull({ by, branch: `of-${by}`, fork, title: 'Block' })
  const job = ran(await herd.settle({ workflows: /^herdbook-pull/, actionFolder: () => broken }), name)
  expect([job.exit, job.result]).toEqual([1, 'failure'])
  expect(job.stderr).toContain(WORDS)
  const comment = commentOn(herd, number)
  expect(comment).toMatch(/^<!-- herdbook:production -->\n### Herdbook itself failed: 1 error\n/)
  expect(comment).toContain('It is a defect in Herdbook, and not of your change.')
  expect(job.summary).toContain('### Herdbook itself failed')
  expect(comment + job.summary).not.toContain(WORDS)
  const head = herd.hub.state.issues.get(number)?.pull?.head.commit
  expect(herd.hub.state.statuses.findLast(({ commit }) => commit === head)).toMatchObject({ state: 'error', context: 'herdbook', description: 'Herdbook failed: see the comment, and the run.' })
})

it('what is mended plans it, in the same comment', async () => {
  const [number = 0] = [...herd.hub.state.issues.values()].flatMap((issue) => (issue.pull?.head.branch === 'of-mo' ? [issue.number] : []))
  await herd.hub.act.comment(number, '/plan', 'mo')
  expect(ran(await herd.settle({ workflows: /^herdbook-pull/ }), 'plan').exit).toBe(0)
  expect(commentOn(herd, number)).toContain('**Merging this approves 1 change**')
})
