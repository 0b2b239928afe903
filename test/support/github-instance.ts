import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { stringify } from 'yaml'
import type { InstanceFile } from '../../src/instance/documents.ts'
import type { GitHub, GitHubEvent, GitHubOptions } from '../testkit/github/index.ts'
import { call, type Ran } from './cli.ts'
import { clone, commit, git, newBare, put, scratch } from './git.ts'
import { github } from './github.ts'
import { runnerOn } from './runner-github.ts'
import { deliver, type JobRun, type Runner } from './runner.ts'
import { connectionsOf } from './sandbox.ts'
import { forkSandbox, type SandboxClient } from './sandbox-client.ts'

/**
 * What GitHub does by the ruleset that `init` asks for: the branch that follows the ledger is neither set back nor
 * taken away.
 */
const ONLY_GROWS = `#!/bin/sh
case $1 in refs/heads/herdbook-ledger/*) ;; *) exit 0 ;; esac
case $2 in *[!0]*) git merge-base --is-ancestor "$2" "$3" || { echo "$1 only grows" >&2; exit 1; } ;; esac
`

const POLICY = 'instance/policy.yaml'
/** Two decide here: somebody else than who asked for a change, wrote it or pushed it. */
const OWNERS = ['ann', 'zoe']
const withOwners = (policy: string): string =>
  /^owners:/m.test(policy) ? policy : `owners: [${OWNERS.join(', ')}]\n${policy}`

const ROOT = resolve(import.meta.dirname, '../..')
export const LEDGER_KEY = 'a ledger key that only tests use'

/**
 * An instance on a stand-in for GitHub, with the workflows as they stand, and an embedded Mastodon that it is live on.
 */
export interface Farm extends AsyncDisposable {
  readonly hub: GitHub
  readonly sandbox: SandboxClient
  /** Runs what GitHub would run for all that has happened since the last time, in order. */
  readonly settle: (more?: Partial<Runner>) => Promise<readonly JobRun[]>
  /** What has happened and was not run yet; taking it away drops it. */
  readonly events: GitHubEvent[]
  /** A clone of a person who works with Git, on the newest commit of the default branch. */
  readonly desk: () => string
  /** A verb in that clone, with all secrets. */
  readonly herdbook: (args: readonly string[], code?: number) => Promise<Ran>
  /** A file on the default branch. */
  readonly file: (path: string) => string
  readonly rows: (sql: string) => Promise<readonly object[]>
}

export interface FarmOptions extends Pick<GitHubOptions, 'private' | 'people' | 'limits' | 'settings' | 'onExchange'> {
  readonly config?: Partial<InstanceFile>
  /** The connections that instance.yaml names, of all that there are. */
  readonly connections?: readonly (keyof NonNullable<InstanceFile['mastodon']>)[]
  /** Files besides what is adopted. */
  readonly files?: { readonly [path: string]: string }
  /** The token that applies; the sandbox's own `apply` unless given. */
  readonly token?: 'apply' | 'announce'
}

/**
 * Everything in place, with one block that is there already: adopted, applied once, workflows pushed, Environments
 * made.
 */
export async function farm({
  config = {},
  connections: named = ['api', 'database', 'console'],
  files = {},
  token = 'apply',
  ...options
}: FarmOptions = {}): Promise<Farm> {
  const base = mkdtempSync(join(tmpdir(), 'herdbook-farm-'))
  const bare = newBare(base, 'instance.git')
  writeFileSync(join(bare, 'hooks/update'), ONLY_GROWS, { mode: 0o755 })
  const sandbox = await forkSandbox({})
  const events: GitHubEvent[] = []
  const hub = await github({
    git: bare,
    ...options,
    settings: { environments: ENVIRONMENTS, ...options.settings },
    people: { mo: 'write', ann: 'maintain', zoe: 'maintain', ...options.people },
    onEvent: (event) => void events.push(event),
  })
  const desk = clone(bare, join(base, 'desk'))
  const env = {
    HERDBOOK_TOKEN: sandbox.tokens[token],
    HERDBOOK_READ_TOKEN: sandbox.tokens.plan,
    HERDBOOK_LEDGER_KEY: LEDGER_KEY,
  }
  const herdbook = async (args: readonly string[], code = 0): Promise<Ran> => {
    await sandbox.newWindow()
    const ran = await call(desk, args, { env })
    if (ran.code !== code)
      throw new Error(`herdbook ${args.join(' ')} ended with ${ran.code}, not ${code}:\n${ran.out}`)
    return ran
  }
  const api = { url: sandbox.url, token: { env: 'HERDBOOK_TOKEN' }, read_token: { env: 'HERDBOOK_READ_TOKEN' } }
  const instance = {
    domain: sandbox.domain,
    acting_account: 'owner',
    ledger_key: { env: 'HERDBOOK_LEDGER_KEY' },
    forge: { github: hub.repository },
    mastodon: Object.fromEntries(
      named.map((connection) => [connection, { ...connectionsOf(sandbox), api }[connection]]),
    ),
    ...config,
  }
  put(desk, { 'instance/instance.yaml': stringify(instance) })
  cpSync(join(ROOT, '.github/workflows'), join(desk, '.github/workflows'), { recursive: true })
  pinned(desk)
  await sandbox.handOf('owner').blockDomain('kept.example', { severity: 'noop' })
  await herdbook(['adopt', '--moderators', '--ip-blocks'])
  commit(desk, 'Adopt', { ...files, [POLICY]: withOwners(files[POLICY] ?? '') })
  git(desk, 'push', '--quiet', 'origin', 'HEAD:main')
  await herdbook(['apply', '--yes'])
  await hub.act.pushed(hub.state.owner)
  events.length = 0
  const secrets = {
    'herdbook-plan': env,
    'herdbook-apply': env,
    'herdbook-owners': { HERDBOOK_LEDGER_KEY: LEDGER_KEY },
  }
  return {
    hub,
    sandbox,
    events,
    settle: async (more = {}) => {
      const done: JobRun[] = []
      for (let event = events.shift(); event !== undefined; event = events.shift()) {
        await sandbox.newWindow()
        done.push(...(await deliver(runnerOn(hub, secrets, { workflows: /^herdbook-/, ...more }), event)))
      }
      return done
    },
    desk: () => {
      git(desk, 'fetch', '--quiet', 'origin')
      git(desk, 'reset', '--quiet', '--hard', 'origin/main')
      return desk
    },
    herdbook,
    file: (path) => git(bare, 'show', `main:${path}`),
    rows: (sql) => sandbox.query(sql),
    [Symbol.asyncDispose]: async () => {
      await hub[Symbol.asyncDispose]()
      await sandbox.close()
      rmSync(base, { recursive: true, force: true })
    },
  }
}

/** The action as `init` writes it, pinned to a commit: it comes from this tree. */
function pinned(desk: string): void {
  const names = git(desk, 'ls-files', '--others', '--', '.github/workflows').split('\n')
  const action = `herdbook/herdbook/.github/actions/herdbook@${'a'.repeat(40)}`
  for (const name of names) {
    const text = git(desk, 'cat-file', 'blob', git(desk, 'hash-object', '-w', name))
    put(desk, {
      [name]: `${text.replaceAll('./.github/actions/herdbook', action)}\n`,
    })
  }
}

const environment = (secrets: readonly string[], reviewers: readonly string[] = []) => ({
  branches: ['main'],
  reviewers,
  preventSelfReview: false,
  secrets: [...secrets],
  variables: [],
})

const ENVIRONMENTS = {
  'herdbook-plan': environment(['HERDBOOK_READ_TOKEN', 'HERDBOOK_LEDGER_KEY']),
  'herdbook-apply': environment(['HERDBOOK_TOKEN', 'HERDBOOK_READ_TOKEN', 'HERDBOOK_LEDGER_KEY']),
  'herdbook-owners': environment(['HERDBOOK_LEDGER_KEY'], OWNERS),
}

/** The comment of a pull request that is ours, without what people don't see. */
export function commentOn({ hub }: Pick<Farm, 'hub'>, issue: number, of = ''): string {
  const bodies = [...hub.state.comments.values()]
    .filter((one) => one.issue === issue && one.body.startsWith(`<!-- herdbook:production${of} -->`))
    .map(({ body }) => body)
  if (bodies.length !== 1) throw new Error(`${bodies.length} comments of ours on #${issue}`)
  return bodies[0] ?? ''
}

/**
 * A job as the action calls it, in this process and without the conditions that the workflow puts before it. Answers
 * its exit code and all that it said.
 */
export async function directly(
  { hub, sandbox, desk }: Farm,
  job: string,
  { name, payload }: { readonly name: string; readonly payload: GitHubEvent['payload'] },
  more: { readonly [name: string]: string } = {},
): Promise<string> {
  using folder = scratch()
  const path = join(folder.path, 'event.json')
  put(folder.path, { 'event.json': JSON.stringify(payload) })
  const token = hub.workflowToken({ contents: 'write', issues: 'write', pull_requests: 'write', statuses: 'write' })
  const { code, out } = await call(desk(), ['github', job], {
    env: {
      GITHUB_EVENT_NAME: name,
      GITHUB_EVENT_PATH: path,
      GITHUB_REPOSITORY: hub.repository,
      GITHUB_API_URL: hub.url,
      GITHUB_TOKEN: token,
      HERDBOOK_READ_TOKEN: sandbox.tokens.plan,
      HERDBOOK_LEDGER_KEY: LEDGER_KEY,
      ...more,
    },
  })
  return `${code}: ${out}`
}
