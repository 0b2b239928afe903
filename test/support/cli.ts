import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { openSecrets } from '../../src/secrets/secrets.ts'
import type { Io } from '../../src/session/io.ts'
import { main } from '../../src/command-line/main.ts'
import { EXIT } from '../../src/instance/diagnostic.ts'
import { VERBS } from '../../src/verbs/index.ts'

const CLI = join(import.meta.dirname, '../../src/cli.ts')

/** The environment, as on a machine of a person: where these tests run must not change what they see. */
const HERE = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => name !== 'CI' && !/^(GITHUB|HERDBOOK)_/.test(name)),
)

/** What a command line came to. */
export interface Ran {
  /** null where a signal ended it. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  /** Both, one after the other. */
  readonly out: string
}

export interface RunOptions {
  readonly env?: { readonly [name: string]: string }
  readonly cwd?: string
  /** A command that becomes the process; only for one of its own. */
  readonly under?: readonly string[]
  /** Another program than the CLI; only in a process of its own. */
  readonly program?: string
  /** What the clock says; only in process. */
  readonly now?: Date
  /** How wide the terminal is that both streams are taken for; only in process. */
  readonly columns?: number
  /** What is piped in; only in process. */
  readonly stdin?: string
  /** Aborted as a signal would; only in process. */
  readonly signal?: AbortSignal
}

/** A command line as a process of its own, that can be killed. */
export interface Started {
  readonly child: ChildProcess
  readonly ran: Promise<Ran>
}

/** Starts the real CLI in a process of its own. */
export function start(
  dir: string,
  args: readonly string[],
  { env = {}, cwd = dir, under = [], program = CLI }: RunOptions = {},
): Started {
  const [command = process.execPath, ...rest] = [...under, process.execPath, program, ...args]
  const child = spawn(command, rest, {
    cwd,
    env: { ...HERE, ...env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const texts = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (chunk: string) => (texts[name] += chunk))
  return { child, ran: once(child, 'close').then(([code]) => ({ code, ...texts, out: texts.stdout + texts.stderr })) }
}

/** Runs the same verb in this process: no boot of Node, all else as it is. */
export async function call(
  dir: string,
  args: readonly string[],
  { env = {}, cwd = dir, now, columns, signal, stdin }: RunOptions = {},
): Promise<Ran> {
  const [stdout, stderr] = [sink(columns), sink(columns)]
  const io: Io = {
    cwd,
    env: { ...HERE, ...env },
    stdin:
      stdin === undefined
        ? process.stdin
        : (Object.assign(Readable.from([Buffer.from(stdin)]), {
            fd: 0 as const,
            isTTY: false,
          }) as unknown as NodeJS.ReadStream),
    stdout: stdout.stream,
    stderr: stderr.stream,
    secrets: openSecrets({ ...HERE, ...env }),
    now: () => now ?? new Date(),
    signal: signal ?? new AbortController().signal,
    exit: EXIT.ok,
  }
  const code = await main(args, VERBS, io)
  return { code, stdout: stdout.text(), stderr: stderr.text(), out: stdout.text() + stderr.text() }
}

/** A stream that is no terminal and keeps what it was given. */
function sink(columns: number | undefined): { readonly stream: NodeJS.WriteStream; readonly text: () => string } {
  let text = ''
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString('utf8')
      done()
    },
  })
  // Nothing asks a stream that is no terminal for more than this.
  return { stream: Object.assign(stream, { columns }) as unknown as NodeJS.WriteStream, text: () => text }
}
