import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'

/** A process to time. */
export interface Job {
  readonly argv: readonly [string, ...string[]]
  readonly cwd: string
  readonly env?: { readonly [name: string]: string }
  /** A file that it reads as stdin. */
  readonly stdin?: string
}

/**
 * What a process took: seconds, and of itself without its children seconds of CPU and bytes at its peak (zero where it
 * is no Node).
 */
export interface Took {
  readonly wall: number
  readonly cpu: number
  readonly peak: number
}

/** Tells what the process itself used on a descriptor that its children do not get. */
const PROBE =
  "data:text/javascript,import { writeSync } from 'node:fs'; " +
  "process.on('exit', () => { try { writeSync(3, JSON.stringify(process.resourceUsage())) } catch {} })"

/** A job of the Node that runs this, told apart from its children. */
export const node = (cwd: string, args: readonly string[], env: Job['env'] = {}): Job => ({
  argv: [process.execPath, ...args],
  cwd,
  env,
})
export const probed = (job: Job): Job => ({ ...job, argv: [job.argv[0], '--import', PROBE, ...job.argv.slice(1)] })

/**
 * Runs jobs one after the other, whole processes, and adds up what they took. Throws where one ends with a code that is
 * not expected.
 */
export async function run(jobs: readonly Job[], code = 0): Promise<Took> {
  let sum: Took = { wall: 0, cpu: 0, peak: 0 }
  for (const job of jobs) {
    const took = await runOne(job, code)
    sum = { wall: sum.wall + took.wall, cpu: sum.cpu + took.cpu, peak: Math.max(sum.peak, took.peak) }
  }
  return sum
}

/** The end of what a process says, in characters. */
const KEPT = 4096

async function runOne({ argv: [command, ...args], cwd, env, stdin }: Job, code: number): Promise<Took> {
  const input = stdin === undefined ? 'ignore' : openSync(stdin, 'r')
  const from = performance.now()
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env, NO_COLOR: '1' },
    stdio: [input, 'pipe', 'pipe', 'pipe'],
  })
  const texts = ['', '', '', '']
  for (const [fd, stream] of child.stdio.entries())
    if (fd > 0) stream?.on('data', (chunk: Buffer) => (texts[fd] = (texts[fd] + chunk.toString('utf8')).slice(-KEPT)))
  const [ended] = (await once(child, 'close')) as [number | null]
  const wall = (performance.now() - from) / 1000
  if (typeof input === 'number') closeSync(input)
  if (ended !== code)
    throw new Error(`${command} ${args.join(' ')} ended with ${ended}, not ${code}:\n${texts[1]}${texts[2]}`)
  if (texts[3] === '') return { wall, cpu: 0, peak: 0 }
  const used = JSON.parse(texts[3] ?? '') as NodeJS.ResourceUsage
  return { wall, cpu: (used.userCPUTime + used.systemCPUTime) / 1e6, peak: used.maxRSS * 1024 }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2
}

/** A pair of commands in turn, A B A B …: the machine's speed drifts, the ratio of neighbours hardly. */
export interface Compared {
  readonly a: number
  readonly b: number
  /** The median of the ratios of the pairs. */
  readonly ratio: number
}

/** Times A against B by the clock, after a run of each that does not count. */
export async function compare(a: readonly Job[], b: readonly Job[], pairs: number): Promise<Compared> {
  await run(a)
  await run(b)
  const seen: { a: number; b: number }[] = []
  for (let i = 0; i < pairs; i += 1) seen.push({ a: (await run(a)).wall, b: (await run(b)).wall })
  return {
    a: median(seen.map((pair) => pair.a)),
    b: median(seen.map((pair) => pair.b)),
    ratio: median(seen.map((pair) => pair.a / pair.b)),
  }
}
