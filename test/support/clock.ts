// Preloaded into a command (`node --import`): its wall clock is hours off, and jumps at SIGUSR2. Whatever counts time
// by itself, as a lease
// is counted, runs faster, so that a minute is over in seconds.
import { syncBuiltinESMExports } from 'node:module'
import os from 'node:os'
import timers from 'node:timers/promises'

/** How the clocks of a command are set. */
export interface Clock {
  /** Hours that its wall clock is off at first, and after the signal. */
  readonly hours: readonly [number, number]
  /** How many times as fast it counts time. */
  readonly pace: number
}

/** The environment of a command with such clocks. */
export const withClock = (clock: Clock): { readonly [name: string]: string } => ({
  NODE_OPTIONS: `--import=${import.meta.filename}`,
  TEST_CLOCK: JSON.stringify(clock),
})

function set({ hours: [first, later], pace }: Clock): void {
  let hours = first
  process.on('SIGUSR2', () => (hours = later))
  const { now } = Date
  const wall = (): number => now() + hours * 3_600_000
  globalThis.Date = new Proxy(Date, {
    construct: (date, args, as) => Reflect.construct(date, args.length === 0 ? [wall()] : args, as),
    get: (date, name, as) => (name === 'now' ? wall : Reflect.get(date, name, as)),
  })
  const faster = (count: () => number): (() => number) => {
    const start = count()
    return () => start + (count() - start) * pace
  }
  performance.now = faster(performance.now.bind(performance))
  os.uptime = faster(os.uptime)
  const every = setInterval
  globalThis.setInterval = Object.assign(
    (act: (...args: unknown[]) => void, ms: number, ...args: unknown[]) => every(act, ms / pace, ...args),
    every,
  )
  const sleep = timers.setTimeout
  timers.setTimeout = (ms, ...rest) => sleep((ms ?? 0) / pace, ...rest)
  syncBuiltinESMExports()
}

const clock = process.env['TEST_CLOCK']
if (clock !== undefined) set(JSON.parse(clock) as Clock)
