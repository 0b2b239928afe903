import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { node, type Job } from './measure.ts'

export const ROOT = join(import.meta.dirname, '../..')
export const scratch = mkdtempSync(join(tmpdir(), 'herdbook-bench-'))

/** What users run, the built form, in a copy: a build meanwhile does not change what is measured. */
export const DIST = join(scratch, 'built/dist')
for (const part of ['dist', 'schema', 'package.json'])
  cpSync(join(ROOT, part), join(scratch, 'built', part), { recursive: true })
symlinkSync(join(ROOT, 'node_modules'), join(scratch, 'built/node_modules'))
export const CLI = join(DIST, 'cli.js')

/** An embedded Mastodon in a process of its own. */
export interface Server extends AsyncDisposable {
  readonly url: string
  readonly tokens: { readonly [name: string]: string }
  readonly directory: string
  readonly database: string
}

export async function startServer(blocks: number): Promise<Server> {
  const child = spawn(process.execPath, [CLI, 'sandbox', '--json', '--blocks', `${blocks}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'close')
  let text = ''
  for await (const chunk of child.stdout.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    text += String(chunk)
    if (text.trimEnd().endsWith('\n}')) break
  }
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    await ended
  }
  return { ...(JSON.parse(text) as Omit<Server, typeof Symbol.asyncDispose>), [Symbol.asyncDispose]: stop }
}

/** The severities that the embedded Mastodon gives its blocks, in the order of their numbers. */
const severity = (n: number): string => (n % 10 === 0 ? 'limit' : n % 10 === 1 ? 'none' : 'suspend')

/** `domain-blocks.yaml` with as many blocks. */
export function blockList(blocks: number): string {
  const entries = Array.from(
    { length: blocks },
    (_, i) => `  - domain: blocked-${i + 1}.example\n    severity: ${severity(i + 1)}\n    public_comment: Spam\n`,
  )
  return `# yaml-language-server: $schema=../schema/domain-blocks.schema.json\ndomain_blocks:\n${entries.join('')}`
}

/** A repository with an instance, and where its connections write down what went through them. */
export interface Herd {
  readonly dir: string
  readonly file: string
  /** The command line in it. */
  readonly herdbook: (...args: string[]) => Job
  readonly write: (blocks: number) => void
  /** The psql that its database connection starts, and what that was given last, all of it. */
  readonly psql: string
  readonly asked: string
  readonly execs: () => number
  /** How many requests to write the console was given. */
  readonly consoleWrites: () => number
}

let herds = 0

/** A herd on a server. Its connections are programs that keep a copy of what goes through and hand it on. */
export function newHerd(server: Server | null, blocks: number, connection: 'database' | 'rest' = 'database'): Herd {
  const dir = join(scratch, `${(herds += 1)}`)
  const [execs, asked, said] = ['execs', 'asked', 'said'].map((name) => join(dir, '.git', name)) as [
    string,
    string,
    string,
  ]
  mkdirSync(join(dir, 'instance'), { recursive: true })
  const rest = (url: string): string => `mastodon:\n  api: { url: '${url}', token: { env: HB_TOKEN } }\n`
  const connections =
    server === null
      ? ''
      : rest(server.url) + (connection === 'rest' ? '' : counted(server, dir, { execs, asked, said }))
  writeFileSync(join(dir, 'instance/instance.yaml'), `domain: herd.example\nacting_account: owner\n${connections}`)
  writeFileSync(
    join(dir, 'instance/policy.yaml'),
    `raises:\n  - { kind: domain-block, create: ${blocks + 1}, until: 2099-01-01, reason: To be measured }\n`,
  )
  const file = join(dir, 'instance/domain-blocks.yaml')
  const git = (...args: string[]): Buffer =>
    execFileSync('git', ['-c', 'user.name=Bench', '-c', 'user.email=bench@herd.example', ...args], { cwd: dir })
  const write = (count: number): void => {
    writeFileSync(file, blockList(count))
    git('add', 'instance')
    git('commit', '--quiet', '--message', `${count} blocks`)
  }
  git('init', '--quiet', '--initial-branch=main')
  write(blocks)
  const env = { HB_TOKEN: server?.tokens['apply'] ?? '' }
  const lines = (path: string, wanted: RegExp): number =>
    readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => wanted.test(line)).length
  return {
    dir,
    file,
    herdbook: (...args) => node(dir, [CLI, ...args], env),
    write,
    psql: join(dir, '.git/psql'),
    asked,
    execs: () => lines(execs, /./),
    consoleWrites: () => lines(said, /^\{"id":\d+,"op":"write"/),
  }
}

function counted(
  server: Server,
  dir: string,
  { execs, asked, said }: { execs: string; asked: string; said: string },
): string {
  const psql = program(join(dir, '.git/psql'), `echo psql >> '${execs}'\ntee '${asked}' | '${server.database}' "$@"`)
  program(join(dir, '.git/mastodon/bin/rails'), `cd '${server.directory}' && tee -a '${said}' | bin/rails "$@"`)
  return (
    `  database: { over: local, native: { psql: '${psql}' } }\n` +
    `  console: { over: local, native: { directory: '${join(dir, '.git/mastodon')}' } }\n`
  )
}

export function program(path: string, script: string): string {
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, `#!/bin/sh\n${script}\n`)
  chmodSync(path, 0o755)
  return path
}

/** One line of a shell. */
export const shell = (cwd: string, line: string, stdin: string): Job => ({ argv: ['/bin/sh', '-c', line], cwd, stdin })
