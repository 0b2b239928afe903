import { cpSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'
import { commit, git, newRepository, scratch } from '../support/git.ts'
import { github } from '../support/github.ts'
import { deliver, ran, type JobRun } from '../support/runner.ts'
import { runnerOn } from '../support/runner-github.ts'

const ROOT = resolve(import.meta.dirname, '../..')

it("a copy of Herdbook's repository does nothing while it holds the example, and says so", async () => {
  using base = scratch()
  const tree = newRepository(join(base.path, 'copy'), { '.gitignore': 'node_modules\n' })
  for (const name of ['.github', 'src', 'schema', 'instance', 'package.json', 'package-lock.json'])
    cpSync(join(ROOT, name), join(tree, name), { recursive: true })
  const main = commit(tree, 'Copy')

  const runs: JobRun[] = []
  const written: string[] = []
  await using hub = await github({
    people: { mo: 'write' },
    onEvent: async (event) => void runs.push(...(await deliver(runnerOn(hub, {}, { workflows: /^herdbook-/ }), event))),
    onExchange: ({ method, path }) => void (method === 'GET' || written.push(`${method} ${path}`)),
  })
  git(tree, 'push', '--quiet', '--force', hub.git, `${main}:main`)
  await hub.act.pushed('herd')
  await hub.act.push({ by: 'mo', branch: 'topic', files: { 'instance/rules.yaml': 'rules: []\n' } })
  await hub.act.openPull({ by: 'mo', branch: 'topic', title: 'Topic' })
  await hub.act.push({ by: 'mallory', branch: 'evil', fork: true, files: { 'instance/rules.yaml': 'rules: []\n' } })
  await hub.act.openPull({ by: 'mallory', branch: 'evil', title: 'Evil', fork: true })

  for (const job of ['apply', 'replan', 'plan', 'check']) {
    expect(ran(runs, job), job).toMatchObject({ result: 'success', exit: 0, stderr: '' })
    expect(ran(runs, job).summary, job).toMatch(
      /still holds the example files of herd\.example, so this job does nothing.*herdbook init DOMAIN/,
    )
  }
  expect(written).toEqual([])
})
