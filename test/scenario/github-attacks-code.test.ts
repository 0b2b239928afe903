import { cpSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { commit, git, newRepository, scratch } from '../support/git.ts'
import { mergeGroup, pullRequest } from '../support/payloads.ts'
import { deliver, ran, type Runner } from '../support/runner.ts'
import { gitOf } from '../support/runner-git.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const base = scratch()
afterAll(() => base[Symbol.dispose]())

/** Stands where Herdbook stands, in one tree as ours and in the other as somebody's who wants the token. */
const tool = (whose: string): string => `console.log('${whose} tool', process.env.HERDBOOK_READ_TOKEN ?? 'no token')\n`
const LOCK = {
  name: 'herdbook',
  version: '0.0.0',
  lockfileVersion: 3,
  requires: true,
  packages: { '': { name: 'herdbook', version: '0.0.0', hasInstallScript: true } },
}
const manifest = (scripts: object): string =>
  JSON.stringify({ name: 'herdbook', version: '0.0.0', private: true, type: 'module', scripts })

const tree = newRepository(join(base.path, 'tree'), {
  'src/cli.ts': tool('our'),
  'schema/instance.schema.json': '{}',
  'package.json': manifest({}),
  'package-lock.json': JSON.stringify(LOCK),
  '.gitignore': 'node_modules\n',
})
cpSync(join(ROOT, '.github'), join(tree, '.github'), { recursive: true })
commit(tree, 'Workflows')

const STEAL = 'echo "their action $HERDBOOK_READ_TOKEN"'
const ACTION =
  'name: Theirs\ndescription: Theirs\ninputs: { job: { description: x, required: true } }\n' +
  `runs:\n  using: composite\n  steps:\n    - shell: bash\n      run: |\n        ${STEAL}\n` +
  '        npm ci --offline --no-audit --no-fund --foreground-scripts --prefix "$GITHUB_ACTION_PATH/../../.."\n' +
  '        node "$GITHUB_ACTION_PATH/../../../src/cli.ts"\n' +
  '        cat "$GITHUB_ACTION_PATH/../../../schema/instance.schema.json"\n'
const WORKFLOW =
  'on: [pull_request_target, merge_group]\npermissions: {}\njobs:\n  theirs:\n' +
  '    runs-on: ubuntu-latest\n    environment: herdbook-plan\n    timeout-minutes: 1\n    steps:\n' +
  '      - run: echo "their workflow $GOT"\n        env:\n          GOT: ${{ secrets.HERDBOOK_READ_TOKEN }}\n'
const theirs = {
  '.github/actions/herdbook/action.yml': ACTION,
  '.github/workflows/herdbook-pull-request.yml': WORKFLOW,
  'package.json': manifest({ preinstall: 'echo "their script $HERDBOOK_READ_TOKEN"' }),
  'schema/instance.schema.json': '"their schema"\n',
  'src/cli.ts': tool('their'),
}
git(tree, 'switch', '--quiet', '--create', 'theirs')
const head = commit(tree, 'Theirs', theirs)
git(tree, 'switch', '--quiet', 'main')
const remote = join(base.path, 'herd.git')
git(base.path, 'clone', '--quiet', '--bare', tree, remote)
git(remote, 'update-ref', 'refs/pull/12/head', head)
git(remote, 'update-ref', '-d', 'refs/heads/theirs')

const TOKEN = 'the token that reads'
const runner: Runner = {
  remote,
  repository: 'herd/instance',
  defaultBranch: 'main',
  apiUrl: 'http://127.0.0.1:1',
  serverUrl: 'https://github.com',
  environments: { 'herdbook-plan': { secrets: { HERDBOOK_READ_TOKEN: TOKEN }, branches: ['main'] } },
  token: (permissions) => JSON.stringify(permissions),
  workflows: /^herdbook-pull/,
}
const FORK = { from: 'mallory/instance', head }

describe('code that a fork brings: an action, a workflow, scripts of package.json, schema/, the tool itself', () => {
  it('has the token where a workflow checks the head out and goes on as before', async () => {
    const file = '.github/workflows/herdbook-pull-request.yml'
    const text = `${gitOf(remote, 'show', `main:${file}`)}\n`
    const careless = text.replaceAll(
      '      - uses: ./',
      '      - run: git fetch --quiet origin refs/pull/12/head && git checkout --quiet FETCH_HEAD\n      - uses: ./',
    )
    const other = join(base.path, 'careless.git')
    git(base.path, 'clone', '--quiet', '--mirror', remote, other)
    git(tree, 'switch', '--quiet', '--create', 'careless')
    commit(tree, 'Careless', { [file]: careless })
    git(tree, 'push', '--quiet', '--force', other, 'careless:main')
    const { stdout } = ran(
      await deliver({ ...runner, remote: other }, pullRequest({ ...FORK, action: 'labeled', label: 'herdbook: plan' })),
      'plan',
    )
    for (const what of ['action', 'script', 'tool']) expect(stdout).toContain(`their ${what} ${TOKEN}`)
    expect(stdout).toContain('their schema')
  })

  it('is never run where secrets are, nor where a stranger comes without any', async () => {
    const asked = await deliver(runner, pullRequest({ ...FORK, action: 'labeled', label: 'herdbook: plan' }))
    const unasked = await deliver(runner, pullRequest(FORK))
    expect([...asked, ...unasked].flatMap((one) => (one.ran ? [`${one.job}: ${one.stdout}`] : []))).toEqual([
      `plan: our tool ${TOKEN}\n`,
      'check: our tool no token\n',
    ])
  })

  it('gets no secret through a merge queue either, whose workflow is the one that was put together', async () => {
    git(remote, 'update-ref', 'refs/heads/gh-readonly-queue/main/pr-12', head)
    expect(await deliver(runner, mergeGroup({ head }))).toEqual([
      expect.objectContaining({
        job: 'theirs',
        ran: false,
        why: expect.stringContaining('may not use the environment herdbook-plan') as string,
      }),
    ])
    // Were the environment for any branch, it would.
    const open: Runner = {
      ...runner,
      environments: { 'herdbook-plan': { secrets: { HERDBOOK_READ_TOKEN: TOKEN }, branches: null } },
    }
    expect(ran(await deliver(open, mergeGroup({ head })), 'theirs').stdout).toContain(`their workflow ${TOKEN}`)
  })
})
