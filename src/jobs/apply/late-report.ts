import type { Approval } from '../../reconcile/ledger/types.ts'
import { count } from '../../words/text.ts'
import type { Session } from '../../session/session.ts'
import type { Job } from '../../session/job.ts'
import { markerOf, ours, upsertComment } from '../../forges/sticky-comment.ts'

/** Whoever merged longer ago has looked by other ways. */
const LOOKS_BACK_MS = 7 * 86_400_000

/** Tells on pull requests what the ledger says was done for them, where an earlier run ended before it could. `told` are those of this run. */
export async function tellMissed(job: Job, { ledger, environment }: Session, told: ReadonlySet<number>): Promise<void> {
  const { forge, io, url } = job
  const recent = io.now().getTime() - LOOKS_BACK_MS
  const spent = ledger.approvals.filter((one) => one.spent && Date.parse(one.at) > recent)
  const done = Map.groupBy<number | undefined, Approval>(spent, ({ pullRequest }) => pullRequest)
  const marker = markerOf(environment, 'applied')
  for (const [number, { length }] of done) {
    if (number === undefined || told.has(number) || ours(await forge.comments(number), marker)) continue
    const text = `**Applied**: ${count(length, 'change', 'changes')} that this approved. The run that did it ended before it could say so; [this one](${url}) found it in the ledger.`
    await upsertComment(job, number, marker, `${marker}\n${text}`)
  }
}
