/** Seconds of CPU that this process spends on it, whoever else wants the machine. */
export function cpuOf(act: () => void): number {
  const start = process.cpuUsage()
  act()
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1e6
}

/** Less than this is the clock's and the collector's, and says nothing of growth. */
const NOISE = 0.05
const TRIES = 5

/** How many times more four times the length may cost: what is quadratic costs sixteen times. */
const MOST = 6

export interface Cost {
  readonly seconds: number
  /** Against a quarter of the length. */
  readonly times: number
}

/**
 * What is wrong with the cost of a length and of four times that, the best of several tries; null where it grows no
 * faster than the text.
 */
export function tooDear<T>(
  made: (length: number) => T,
  act: (made: T) => void,
  length: number,
  seconds = Number.POSITIVE_INFINITY,
): Cost | null {
  const [short, long] = [made(length), made(4 * length)]
  let [least, most] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
  for (let tries = 0; tries < TRIES; tries += 1) {
    least = Math.min(
      least,
      cpuOf(() => act(short)),
    )
    most = Math.min(
      most,
      cpuOf(() => act(long)),
    )
    if (most < seconds && most < MOST * Math.max(least, NOISE)) return null
    // What takes this long is no accident.
    if (most > 10) break
  }
  return { seconds: most, times: most / least }
}
