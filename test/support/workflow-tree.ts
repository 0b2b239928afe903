import { cpSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { commit, git, newRepository, scratch } from './git.ts'
import { type JobRun, type Runner } from './runner.ts'

const ROOT = resolve(import.meta.dirname, '../..')

/** Stands where Herdbook stands, and says what it was given. */
const PROBE = `import { execFileSync } from 'node:child_process'
import { appendFileSync } from 'node:fs'
const { env } = process
const git = (...args: string[]): string => {
  try {
    return execFileSync('git', args, { encoding: 'utf8', stdio: 'pipe' }).trim()
  } catch {
    return 'refused'
  }
}
appendFileSync(env.GITHUB_STEP_SUMMARY ?? '', '# Told\\n')
console.error('heard')
console.log(JSON.stringify({
  argv: process.argv.slice(2),
  secrets: Object.fromEntries(Object.entries(env).filter(([name]) => name.startsWith('HERDBOOK_'))),
  token: env.GITHUB_TOKEN,
  branch: git('symbolic-ref', '--short', 'HEAD'),
  pushes: git('push', '--dry-run', 'origin', 'HEAD:refs/herdbook/production/lock') !== 'refused',
}))
if (git('show', 'HEAD:exit') !== 'refused') process.exit(6)
`

const ALL = [
  'HERDBOOK_OLD_LEDGER_KEY',
  'HERDBOOK_TOKEN',
  'HERDBOOK_SSH_KEY',
  'HERDBOOK_READ_TOKEN',
  'HERDBOOK_READER_KEY',
  'HERDBOOK_LEDGER_KEY',
  'NEVER_NAMED',
]
/** What each secret of an environment holds. */
export const secretsOf = (environment: string) =>
  Object.fromEntries(ALL.map((name) => [name, `${name} of ${environment}`]))

/**
 * The workflows and the action as they stand, with the probe in place of Herdbook, on a remote and a runner for them.
 */
export function workflowTree() {
  const base = scratch()
  const tree = newRepository(join(base.path, 'tree'), {
    'src/cli.ts': PROBE,
    'package-lock.json': '{}',
    '.gitignore': 'node_modules\n',
  })
  cpSync(join(ROOT, '.github'), join(tree, '.github'), { recursive: true })
  const main = commit(tree, 'Workflows')
  git(tree, 'switch', '--quiet', '--create', 'topic')
  const topic = commit(tree, 'Topic', { 'instance/rules.yaml': 'rules: []\n' })
  git(tree, 'switch', '--quiet', 'main')
  const remote = join(base.path, 'herd.git')
  git(base.path, 'clone', '--quiet', '--bare', tree, remote)
  return { tree, main, topic, remote, runner: runnerFor(remote), [Symbol.dispose]: () => base[Symbol.dispose]() }
}

const runnerFor = (remote: string): Runner => ({
  remote,
  repository: 'herd/instance',
  defaultBranch: 'main',
  apiUrl: 'http://127.0.0.1:1',
  serverUrl: 'https://github.com',
  environments: Object.fromEntries(
    ['plan', 'apply', 'owners'].map((name) => [`herdbook-${name}`, { secrets: secretsOf(name), branches: ['main'] }]),
  ),
  token: (permissions) => JSON.stringify(permissions),
  workflows: /^herdbook-/,
})

/** What the probe was given. */
interface Told {
  readonly argv: readonly string[]
  readonly secrets: { readonly [name: string]: string }
  readonly token: string
  readonly branch: string
  readonly pushes: boolean
}
/** The last line of a job, as the probe wrote it. */
export const told = (one: { readonly stdout: string }): Told =>
  JSON.parse(one.stdout.trim().split('\n').at(-1) ?? '') as Told

/** What has run, as `workflow/job runs herdbook … in ENVIRONMENT`. */
export const said = (runs: readonly JobRun[]): string[] =>
  runs.flatMap((one) =>
    one.ran
      ? [
          `${one.workflow.replace(/^herdbook-|\.yml$/g, '')}/${one.job}: ` +
            `${told(one).argv.join(' ')}${one.environment === null ? '' : ` in ${one.environment}`}`,
        ]
      : [],
  )
