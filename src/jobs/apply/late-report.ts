import type { Approval } from '../../reconcile/ledger/types.ts'
import type { Session } from '../../session/session.ts'
import type { Job } from '../../session/job.ts'
import { findOurComment, markerOf, upsertComment } from '../../forges/sticky-comment.ts'
import { appliedEarlier } from './texts.ts'

/** How far back reports are written: later, people have looked in another way. */
const LOOK_BACK_MS = 7 * 86_400_000

/** Reports what an earlier run applied and could not report. This run reported to the pull requests in `reported`. */
export async function reportLate(
  job: Job,
  { ledger, environment }: Session,
  reported: ReadonlySet<number>,
): Promise<void> {
  const { forge, io, url } = job
  const recent = io.now().getTime() - LOOK_BACK_MS
  const spent = ledger.approvals.filter((one) => one.spent && Date.parse(one.at) > recent)
  const done = Map.groupBy<number | undefined, Approval>(spent, ({ pullRequest }) => pullRequest)
  const marker = markerOf(environment, 'applied')
  for (const [number, { length }] of done) {
    if (number === undefined || reported.has(number) || findOurComment(await forge.comments(number), marker)) continue
    await upsertComment(job, number, marker, `${marker}\n${appliedEarlier({ changes: length, run: url })}`)
  }
}
