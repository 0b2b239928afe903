import { execFile } from 'node:child_process'
import { cpSync, existsSync, readdirSync } from 'node:fs'
import { delimiter, dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { commentOn, farm } from '../support/github-instance.ts'
import { scratch } from '../support/git.ts'
import { ran } from '../support/runner.ts'

const ROOT = resolve(import.meta.dirname, '../..')

it('plans a pull request in a tree that has what users install, and nothing for development', async () => {
  using base = scratch()
  const tree = join(base.path, 'herdbook')
  for (const name of ['.github', 'src', 'schema', 'instance', 'package.json', 'package-lock.json'])
    cpSync(join(ROOT, name), join(tree, name), { recursive: true })
  const env = { ...process.env, PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH'] ?? ''}` }
  // As the action installs.
  await promisify(execFile)(
    'npm',
    [
      'ci',
      '--prefix',
      tree,
      '--omit=dev',
      '--omit=optional',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--prefer-offline',
    ],
    { env },
  )
  expect(readdirSync(join(tree, 'node_modules'))).toContain('simple-git')
  for (const name of ['vitest', 'typescript', '@types/node', 'oxlint', '@electric-sql/pglite', 'cpu-features'])
    expect(existsSync(join(tree, 'node_modules', name)), name).toBe(false)

  await using herd = await farm()
  await herd.hub.act.push({
    by: 'mo',
    branch: 'topic',
    files: {
      'instance/domain-blocks.yaml':
        `${herd.file('instance/domain-blocks.yaml')}\n` + '  - domain: one.example\n    severity: none\n',
    },
  })
  const number = await herd.hub.act.openPull({ by: 'mo', branch: 'topic', title: 'Topic' })
  const job = ran(await herd.settle({ workflows: /^herdbook-pull/, actionFolder: () => tree }), 'plan')
  expect([job.result, job.exit]).toEqual(['success', 0])
  expect(commentOn(herd, number)).toContain('Lists `one.example` without a limit')
}, 400_000)
