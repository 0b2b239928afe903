import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import { EXIT, HerdbookError } from '../instance/diagnostic.ts'
import { CUT_OFF, endedWith, outputTooLong } from './texts.ts'

/** The result of a command. A code of null means that it was cut off. */
export interface CommandResult {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A running command, with its input and output. */
export interface RunningCommand {
  readonly stdin: Writable
  readonly stdout: Readable
  /** The end of what it wrote to stderr. */
  readonly stderr: () => string
  readonly ended: Promise<number | null>
  readonly kill: () => void
}

/** Where commands run: this machine, or another one over SSH. */
export interface Machine {
  readonly start: (command: string) => Promise<RunningCommand>
  readonly close: () => Promise<void>
}

/** How many characters of stderr are kept. */
const MAX_KEPT = 8192
/** How many of them a person is shown. */
const MAX_SHOWN = 1000

/** Keeps the end of a stream. */
export function tail(stream: Readable): () => string {
  let text = ''
  stream.setEncoding('utf8')
  stream.on('data', (chunk: string) => {
    text = (text + chunk).slice(-MAX_KEPT)
  })
  return () => text.trim()
}

/** Opens the machine that Herdbook runs on. */
export function localMachine(): Machine {
  return {
    start: async (command) => {
      const child = spawn('/bin/sh', ['-c', command], { stdio: ['pipe', 'pipe', 'pipe'] })
      const stderr = tail(child.stderr)
      // A command that ends early breaks the pipe: its exit code and stderr say why.
      child.stdin.on('error', () => {})
      await once(child, 'spawn')
      return {
        stdin: child.stdin,
        stdout: child.stdout,
        stderr,
        ended: once(child, 'close').then(([code]) => code),
        kill: () => child.kill(),
      }
    },
    close: async () => {},
  }
}

/** In characters: many times what any server answers. */
const MAX_OUTPUT = 256 * 1024 * 1024

/** Runs a command to its end, or until its output is too long. */
export async function run(machine: Machine, command: string, input: string, most = MAX_OUTPUT): Promise<CommandResult> {
  const running = await machine.start(command)
  let stdout = ''
  let excess = false
  running.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    if (stdout.length + chunk.length <= most) stdout += chunk
    else {
      excess = true
      // This breaks the pipe of whatever still writes.
      running.stdout.destroy()
      running.kill()
    }
  })
  running.stdin.end(input)
  const code = await running.ended
  return excess ? { code: null, stdout: '', stderr: outputTooLong(most) } : { code, stdout, stderr: running.stderr() }
}

/** Ends a command whose output has a line longer than `most`, and calls `onEnd`. */
export function endlessLine(running: RunningCommand, onEnd: () => void, most = MAX_OUTPUT): void {
  let length = 0
  running.stdout.on('data', (chunk: Buffer) => {
    const end = chunk.lastIndexOf(0x0a)
    length = end < 0 ? length + chunk.length : chunk.length - end - 1
    if (length <= most) return
    onEnd()
    running.stdout.destroy()
    running.kill()
  })
}

/** Says how a command failed, with the end of its stderr. */
export function stderrTail(finished: Pick<CommandResult, 'code' | 'stderr'>): string {
  const ended = finished.code === null ? CUT_OFF : endedWith(finished.code)
  return finished.stderr === ''
    ? ended
    : `${ended}: ${finished.stderr.split('\n').slice(-4).join(' / ').slice(-MAX_SHOWN)}`
}

/** Makes the error of a connection that cannot be used (exit 10). */
export function unreachable(code: string, message: string, hint?: string, cause?: unknown): HerdbookError {
  const diagnostic = { code, severity: 'error' as const, message }
  return new HerdbookError(
    EXIT.unreadable,
    [hint === undefined ? diagnostic : { ...diagnostic, hint }],
    cause === undefined ? undefined : { cause },
  )
}
