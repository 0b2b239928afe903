import { progress } from '../terminal/progress.ts'
import type { Io } from './io.ts'

/** Runs work that may take a while, and shows its progress on stderr. */
export async function withProgress<Result>(
  io: Io,
  what: string,
  work: (step: (detail: string) => void) => Promise<Result>,
): Promise<Result> {
  const line = progress(io.stderr)
  line.start(what)
  try {
    return await work((detail) => line.step(detail))
  } finally {
    line.done()
  }
}
