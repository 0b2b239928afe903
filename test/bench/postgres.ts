import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Where Debian and Ubuntu put PostgreSQL, a folder for each version. */
const INSTALLED = '/usr/lib/postgresql'

/** A PostgreSQL of its own, on a socket in a folder that goes with it. */
export interface Cluster extends AsyncDisposable {
  readonly version: string
  /** What a script prints, in a database, by a psql of its own. */
  readonly psql: (database: string, sql: string) => Promise<string>
}

/** The newest PostgreSQL that is installed; null where there is none. */
export function installed(): { readonly version: string; readonly bin: string } | null {
  const versions = ((): string[] => {
    try {
      return readdirSync(INSTALLED)
    } catch {
      return []
    }
  })()
  const [version] = versions.filter((name) => /^\d+$/.test(name)).sort((a, b) => Number(b) - Number(a))
  return version === undefined ? null : { version, bin: join(INSTALLED, version, 'bin') }
}

/** PostgreSQL refuses to run as root: then it runs as the user that its package made. */
function owner(): { readonly uid: number; readonly gid: number } | Record<string, never> {
  if (process.getuid?.() !== 0) return {}
  const id = (option: string): number => Number(execFileSync('id', [option, 'postgres'], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

/** For throw-away data alone: nothing outlives a crash. */
const SETTINGS = [
  'listen_addresses=',
  'fsync=off',
  'synchronous_commit=off',
  'full_page_writes=off',
  'wal_level=minimal',
  'max_wal_senders=0',
  'max_wal_size=8GB',
  'maintenance_work_mem=256MB',
  'autovacuum=off',
]

const SIGNALS = ['SIGINT', 'SIGTERM'] as const

/** Starts a throw-away cluster as Debian's package sets it up, but for how it keeps its data. */
export async function startCluster({
  version,
  bin,
}: {
  readonly version: string
  readonly bin: string
}): Promise<Cluster> {
  const dir = mkdtempSync(join(tmpdir(), 'herdbook-pg-'))
  const user = owner()
  chmodSync(dir, 0o700)
  if ('uid' in user) chownSync(dir, user.uid, user.gid)
  const data = join(dir, 'data')
  const call = (program: string, args: readonly string[]): void =>
    void execFileSync(join(bin, program), args, { cwd: dir, ...user, stdio: ['ignore', 'ignore', 'inherit'] })
  const stop = (): void => {
    try {
      call('pg_ctl', ['stop', '--pgdata', data, '--mode=immediate', '-w'])
    } finally {
      rmSync(dir, { recursive: true, force: true })
    }
  }
  // It is nobody's child: whoever stops the bench would leave it behind.
  const broken = (): never => {
    stop()
    process.exit(130)
  }
  for (const signal of SIGNALS) process.once(signal, broken)
  const dispose = async (): Promise<void> => {
    for (const signal of SIGNALS) process.off(signal, broken)
    stop()
  }
  const psql = async (database: string, sql: string): Promise<string> => {
    const child = spawn(
      join(bin, 'psql'),
      ['-XqAt', '-v', 'ON_ERROR_STOP=1', '-h', dir, '-U', 'herd', '-d', database],
      { cwd: dir, ...user, stdio: ['pipe', 'pipe', 'pipe'] },
    )
    const said = { out: '', err: '' }
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said.out += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said.err += text))
    child.stdin.end(sql)
    const [code] = (await once(child, 'close')) as [number | null]
    if (code !== 0) throw new Error(`psql ended with ${code}: ${said.err}`)
    return said.out.trim()
  }
  try {
    call('initdb', [
      '--pgdata',
      data,
      '--username=herd',
      '--auth=trust',
      '--encoding=UTF8',
      '--locale=C.UTF-8',
      '--no-sync',
    ])
    call('pg_ctl', [
      'start',
      '--pgdata',
      data,
      '--log',
      join(dir, 'log'),
      '-w',
      '-o',
      [...SETTINGS, `unix_socket_directories=${dir}`].map((one) => `-c ${one}`).join(' '),
    ])
  } catch (error) {
    rmSync(dir, { recursive: true, force: true })
    throw error
  }
  return { version, psql, [Symbol.asyncDispose]: dispose }
}
