import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import { EXIT, HerdbookError } from '../instance/diagnostic.ts'

/** What a command came to. A code of null means that it was cut off. */
export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A command that runs and can be spoken to. */
export interface Running {
  readonly stdin: Writable
  readonly stdout: Readable
  /** The last of what it wrote to stderr. */
  readonly complaint: () => string
  readonly ended: Promise<number | null>
  readonly kill: () => void
}

/** Where commands run: this machine, or another one over SSH. */
export interface Machine {
  readonly start: (command: string) => Promise<Running>
  readonly close: () => Promise<void>
}

const COMPLAINT = 8192
/** Of that what a person reads. */
const SHOWN = 1000

/** Keeps the end of a stream that nobody reads as it comes. */
export function tail(stream: Readable): () => string {
  let text = ''
  stream.setEncoding('utf8')
  stream.on('data', (chunk: string) => {
    text = (text + chunk).slice(-COMPLAINT)
  })
  return () => text.trim()
}

/** The machine that Herdbook runs on. */
export function localMachine(): Machine {
  return {
    start: async (command) => {
      const child = spawn('/bin/sh', ['-c', command], { stdio: ['pipe', 'pipe', 'pipe'] })
      const complaint = tail(child.stderr)
      // a command that ended early breaks the pipe: its code and its complaint say more
      child.stdin.on('error', () => {})
      await once(child, 'spawn')
      return {
        stdin: child.stdin,
        stdout: child.stdout,
        complaint,
        ended: once(child, 'close').then(([code]) => code),
        kill: () => child.kill(),
      }
    },
    close: async () => {},
  }
}

/** In characters: many times what any server has to say. */
const MOST_OUTPUT = 256 * 1024 * 1024

/** Runs a command to its end, or to where it has said more than anybody should have to read. */
export async function run(machine: Machine, command: string, input: string, most = MOST_OUTPUT): Promise<Finished> {
  const running = await machine.start(command)
  let stdout = ''
  let excess = false
  running.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    if (stdout.length + chunk.length <= most) stdout += chunk
    else {
      excess = true
      // Whatever writes there, its pipe is broken by that.
      running.stdout.destroy()
      running.kill()
    }
  })
  running.stdin.end(input)
  const code = await running.ended
  return excess
    ? { code: null, stdout: '', stderr: `it answered more than ${most} characters` }
    : { code, stdout, stderr: running.complaint() }
}

/** BaseAndHead a command that goes on with one line for longer than that. */
export function endlessLine(running: Running, told: () => void, most = MOST_OUTPUT): void {
  let length = 0
  running.stdout.on('data', (chunk: Buffer) => {
    const end = chunk.lastIndexOf(0x0a)
    length = end < 0 ? length + chunk.length : chunk.length - end - 1
    if (length <= most) return
    told()
    running.stdout.destroy()
    running.kill()
  })
}

/** What a person should read of a command that failed. */
export function stderrTail(finished: Pick<Finished, 'code' | 'stderr'>): string {
  const ended = finished.code === null ? 'was cut off' : `ended with code ${finished.code}`
  return finished.stderr === '' ? ended : `${ended}: ${finished.stderr.split('\n').slice(-4).join(' / ').slice(-SHOWN)}`
}

/** A connection that can't be used, in words, with exit 10. */
export function unreachable(code: string, message: string, hint?: string, cause?: unknown): HerdbookError {
  const diagnostic = { code, severity: 'error' as const, message }
  return new HerdbookError(
    EXIT.unreadable,
    [hint === undefined ? diagnostic : { ...diagnostic, hint }],
    cause === undefined ? undefined : { cause },
  )
}
