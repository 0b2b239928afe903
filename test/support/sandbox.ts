import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import type { InstanceFile } from '../../src/instance/documents.ts'
import type { PlanForm } from '../../src/json/plan.ts'
import type { WebInterface } from '../../src/sandbox/web-interface.ts'
import type { SandboxOptions } from '../../src/sandbox/index.ts'
import { call, start, type Ran, type RunOptions, type Started } from './cli.ts'
import { clone, commit, git, newRepository, put } from './git.ts'
import { forkSandbox, type SandboxClient } from './sandbox-client.ts'

/** A repository of an instance, and the command line in it. */
export interface Herd {
  readonly dir: string
  readonly sandbox: SandboxClient
  /** A person at the web interface. */
  readonly hand: WebInterface
  /** Runs the real command line in this process; `start` runs it in one of its own. */
  readonly run: (args: readonly string[], options?: RunOptions) => Promise<Ran>
  readonly start: (args: readonly string[], options?: RunOptions) => Started
  /** Writes files of the instance, by name, and commits them; pushes where there is a remote. */
  readonly write: (files: { readonly [name: string]: string }, message?: string) => void
  /** Changes the text of one file of the instance, and commits. */
  readonly edit: (name: string, change: (text: string) => string) => void
  readonly read: (name: string) => string
  /** Rows of the live database. */
  readonly rows: (sql: string) => Promise<readonly object[]>
}

export interface HerdOptions {
  /** The folder of the clone; one in the folder of temporary files unless given. */
  readonly on?: string
  /** A bare repository to push to. */
  readonly remote?: boolean
  /** What instance.yaml says besides. */
  readonly config?: Partial<InstanceFile>
  /** Replaces the connections. */
  readonly mastodon?: NonNullable<InstanceFile['mastodon']>
  /** The value of the token's variable; the sandbox's own `apply` unless given. */
  readonly token?: string
  /** `none`: nothing but instance.yaml. `live`: adopted, committed and recorded in the ledger by a first apply. */
  readonly begin?: 'none' | 'live'
}

/** The connections into a sandbox. */
export function connectionsOf(
  sandbox: Pick<SandboxClient, 'url' | 'directory' | 'database'>,
): NonNullable<InstanceFile['mastodon']> {
  return {
    api: { url: sandbox.url, token: { env: 'HB_TOKEN' } },
    database: { over: 'local', native: { psql: sandbox.database } },
    console: { over: 'local', native: { directory: sandbox.directory } },
  }
}

/** A sandbox of a test file, with as many repositories on it as its tests ask for. */
export interface Pasture extends AsyncDisposable {
  readonly sandbox: SandboxClient
  readonly herd: (options?: HerdOptions) => Promise<Herd>
}

/** Starts a sandbox. */
export async function pasture(options: SandboxOptions = {}): Promise<Pasture> {
  const sandbox = await forkSandbox(options)
  const base = mkdtempSync(join(tmpdir(), 'herdbook-herd-'))
  let herds = 0
  return {
    sandbox,
    herd: (wanted = {}) => newHerd(wanted.on ?? join(base, `${(herds += 1)}`), sandbox, wanted),
    [Symbol.asyncDispose]: async () => {
      await sandbox.close()
      rmSync(base, { recursive: true, force: true })
    },
  }
}

async function newHerd(
  dir: string,
  sandbox: SandboxClient,
  { remote = false, config = {}, mastodon, token, begin = 'live' }: HerdOptions,
): Promise<Herd> {
  const file = {
    domain: sandbox.domain,
    mastodon: mastodon ?? connectionsOf(sandbox),
    acting_account: 'owner',
    ...config,
  }
  newRepository(dir, { 'instance/instance.yaml': stringify(file) })
  if (remote) {
    git(dir, 'clone', '--quiet', '--bare', '.', `${dir}.git`)
    git(dir, 'remote', 'add', 'origin', `${dir}.git`)
    git(dir, 'fetch', '--quiet', 'origin')
    git(dir, 'branch', '--quiet', '--set-upstream-to=origin/main')
  }
  const herd = herdIn(dir, sandbox, token)
  if (begin === 'live') {
    await must(herd, ['adopt', '--moderators', '--ip-blocks'])
    herd.write({}, 'Adopt')
    await must(herd, ['apply', '--yes'])
  }
  return herd
}

/** Another clone of a herd's remote. */
export function cloneOf({ dir, sandbox }: Herd, name: string, ...options: string[]): Herd {
  return herdIn(
    clone(options.length > 0 ? `file://${dir}.git` : `${dir}.git`, `${dir}-${name}`, ...options),
    sandbox,
    undefined,
  )
}

function herdIn(dir: string, sandbox: SandboxClient, token = sandbox.tokens.apply): Herd {
  const env = (given: RunOptions = {}): RunOptions => ({
    ...given,
    env: { HB_TOKEN: token, HB_KEY: 'a ledger key that only tests use', ...given.env },
  })
  const read = (name: string): string => readFileSync(join(dir, 'instance', name), 'utf8')
  const write: Herd['write'] = (files, message = 'Change') => {
    put(join(dir, 'instance'), files)
    commit(dir, message)
    if (git(dir, 'remote') !== '') git(dir, 'push', '--quiet', 'origin', 'HEAD:main')
  }
  return {
    dir,
    sandbox,
    hand: sandbox.handOf('owner'),
    // The limits of the API are tested by themselves; here they would only slow things down.
    run: async (args, options) => {
      await sandbox.newWindow()
      return call(dir, args, env(options))
    },
    start: (args, options) => start(dir, args, env(options)),
    write,
    edit: (name, change) => write({ [name]: change(read(name)) }),
    read,
    rows: (sql) => sandbox.query(sql),
  }
}

/** Runs, and fails with all that was said where the exit code is another one. */
export async function must(herd: Herd, args: readonly string[], code = 0, options?: RunOptions): Promise<Ran> {
  const ran = await herd.run(args, options)
  if (ran.code !== code) throw new Error(`herdbook ${args.join(' ')} ended with ${ran.code}, not ${code}:\n${ran.out}`)
  return ran
}

/** Signs the ledger anew, once it has said what that comes to. */
export async function signAnew(herd: Herd, why: string, options?: RunOptions): Promise<void> {
  const { out } = await must(herd, ['ledger', 'sign', why], 5, options)
  await must(herd, ['ledger', 'sign', why, '--confirm', /--confirm ([0-9a-f]{16})/.exec(out)?.[1] ?? ''], 0, options)
}

/** The plan as JSON, where the exit code is the one expected. */
export async function planOf(herd: Herd, code: number, ...args: string[]): Promise<PlanForm> {
  return JSON.parse((await must(herd, ['plan', '--json', ...args], code)).stdout)
}

export const refs = (list: readonly { readonly kind: string; readonly id: string }[]): string[] =>
  list.map(({ kind, id }) => `${kind}/${id}`).toSorted()

/** Replaces instance.yaml's connections. */
export function setConfig({ dir, sandbox }: Pick<Herd, 'dir' | 'sandbox'>, config: Partial<InstanceFile>): void {
  writeFileSync(
    join(dir, 'instance/instance.yaml'),
    stringify({ domain: sandbox.domain, acting_account: 'owner', mastodon: connectionsOf(sandbox), ...config }),
  )
}
