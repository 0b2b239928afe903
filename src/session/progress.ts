import { progress } from '../terminal/progress.ts'
import type { Io } from './io.ts'

/** Runs something that may take a while, and says so on stderr when it does. */
export async function withProgress<Result>(
  io: Io,
  what: string,
  work: (told: (detail: string) => void) => Promise<Result>,
): Promise<Result> {
  const line = progress(io.stderr)
  line.start(what)
  try {
    return await work((detail) => line.step(detail))
  } finally {
    line.done()
  }
}
