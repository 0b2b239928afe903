import { isEnough, takesOwner } from '../../approvals/files-of-step.ts'
import { current, formsIn, missing } from '../../reconcile/approvals.ts'
import { refOf } from '../../reconcile/object-ref.ts'
import { approvalsBy } from '../../reconcile/approval-marks.ts'
import type { Step } from '../../reconcile/plan/types.ts'
import { listed } from '../../words/text.ts'
import { ownersIn, OWNERS_LINE } from '../../approvals/policy-owners.ts'
import type { MergedFiles } from '../../session/merged-instance.ts'
import type { Session } from '../../session/session.ts'
import { authorsBehind, type Authors } from '../../approvals/authors.ts'
import type { Job } from '../../session/job.ts'
import { needsOwner, needsOwnerButNone, onePersonDecides } from './texts.ts'

/** Finds who is behind steps left over from earlier merges, by their digests. */
export async function authorsOfLeftovers(
  job: Job,
  session: Session,
  base: string,
  steps: readonly Step[],
): Promise<ReadonlyMap<string, Authors>> {
  const authors = await authorsBehind(job, session, base, steps.map(refOf))
  return new Map(steps.map((step) => [step.digest, authors.get(refOf(step)) ?? null]))
}

/** Finds the leftovers among these steps, and who is behind them: those people cannot approve them by another merge. */
export function leftoversAmong(
  steps: readonly Step[],
  authors: ReadonlyMap<string, Authors>,
): { readonly by: readonly string[]; readonly steps: readonly Step[] } {
  const left = steps.filter(({ digest }) => authors.has(digest))
  return { by: [...new Set(left.flatMap(({ digest }) => [...(authors.get(digest) ?? [])]))], steps: left }
}

/** Says who must approve these steps, if that is an owner or if only one person is named. */
export async function whoDecides({ trusted }: MergedFiles, steps: readonly Step[]): Promise<string[]> {
  const owners = await ownersIn(trusted)
  const named = listed(owners.map((owner) => `@${owner}`))
  if (owners.length === 1) return [onePersonDecides(named)]
  if (!steps.some(takesOwner)) return []
  return [owners.length === 0 ? needsOwnerButNone(OWNERS_LINE) : needsOwner(named)]
}

/** Finds the steps that an earlier merge or a person approved already. They need no approval by this merge. */
export function alreadyApproved({ ledger, sealing, io }: Session, steps: readonly Step[]): ReadonlySet<string> {
  const held = current(ledger.approvals, io.now(), formsIn(ledger, io.now()))
  const approvals = [...held, ...approvalsBy(ledger.merges, steps, ledger.approvals, sealing, isEnough)]
  const open = new Set(missing(steps, approvals, sealing))
  return new Set(steps.flatMap((step) => (open.has(step) ? [] : [step.digest])))
}
