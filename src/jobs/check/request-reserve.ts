import { say } from '../../session/io.ts'
import type { Job } from '../../session/job.ts'

/** GitHub gives the workflows of a repository 1,000 requests an hour, all together: what anybody can cause leaves so many for applying what was merged. */
const RESERVE = 300

/** Whether GitHub takes too few requests from now on for what nobody here has asked for; then the run says so. */
export async function isScarce({ forge, io, summarize }: Job): Promise<boolean> {
  const left = forge.remaining()
  if (left === null || left >= RESERVE) return false
  const note = `GitHub takes ${left} more requests from this repository within the hour, and they are kept for applying what is merged: this pull request is looked at when it is next pushed to or edited, or when somebody who may write comments /plan with its commit.`
  say(io, note)
  await summarize(note)
  return true
}
