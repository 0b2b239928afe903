import { say } from '../../session/io.ts'
import type { Job } from '../../session/job.ts'
import { fewRequestsLeft } from './texts.ts'

/** GitHub allows a repository's workflows 1,000 requests an hour. Jobs that anyone can start leave these for apply. */
const RESERVE = 300

/** Whether only the reserve of requests is left. Then the run says so. */
export async function isReserveReached({ forge, io, summarize }: Job): Promise<boolean> {
  const left = forge.remaining()
  if (left === null || left >= RESERVE) return false
  const note = fewRequestsLeft(left)
  say(io, note)
  await summarize(note)
  return true
}
