import { isEnough, takesOwner } from '../../approvals/owned.ts'
import { current, formsIn, missing } from '../../reconcile/approvals.ts'
import { refOf } from '../../reconcile/object-ref.ts'
import { approvalsBy } from '../../reconcile/approval-marks.ts'
import type { Step } from '../../reconcile/plan/types.ts'
import { listed } from '../../words/text.ts'
import { ownersIn, OWNERS_LINE } from '../../approvals/owners.ts'
import type { Merge } from '../../session/merged-instance.ts'
import type { Session } from '../../session/session.ts'
import { authorsBehind, type Authors } from '../../approvals/authors.ts'
import type { Job } from '../../session/job.ts'

/** Who is behind steps that are left over, by their digests. */
export async function handsOfLeft(
  job: Job,
  session: Session,
  base: string,
  steps: readonly Step[],
): Promise<ReadonlyMap<string, Authors>> {
  const hands = await authorsBehind(job, session, base, steps.map(refOf))
  return new Map(steps.map((step) => [step.digest, hands.get(refOf(step)) ?? null]))
}

/** Of these steps those that are left over, and who is behind them: whoever that is approves them by no other merge either. */
export function alongIn(
  steps: readonly Step[],
  hands: ReadonlyMap<string, Authors>,
): { readonly by: readonly string[]; readonly steps: readonly Step[] } {
  const left = steps.filter(({ digest }) => hands.has(digest))
  return { by: [...new Set(left.flatMap(({ digest }) => [...(hands.get(digest) ?? [])]))], steps: left }
}

/** Who has to approve these steps: an owner, where one is asked; and that one person decides, where only one is named. */
export async function decidingOf({ trusted }: Merge, steps: readonly Step[]): Promise<string[]> {
  const owners = await ownersIn(trusted)
  const named = listed(owners.map((owner) => `@${owner}`))
  const asked = steps.some(takesOwner)
  if (owners.length === 1) return [`One person decides here: ${named}.`]
  if (!asked) return []
  return [
    owners.length === 0
      ? `This takes an owner, and policy.yaml names none yet. Add to it: ${OWNERS_LINE}`
      : `This takes the approval of an owner who did not ask for it, write it or push it: ${named}.`,
  ]
}

/** Digests of the steps that earlier merges, or somebody by hand, approved already: they wait, and need nothing of this one. */
export function approvedIn({ ledger, sealing, io }: Session, steps: readonly Step[]): ReadonlySet<string> {
  const held = current(ledger.approvals, io.now(), formsIn(ledger, io.now()))
  const approvals = [...held, ...approvalsBy(ledger.merges, steps, ledger.approvals, sealing, isEnough)]
  const open = new Set(missing(steps, approvals, sealing))
  return new Set(steps.flatMap((step) => (open.has(step) ? [] : [step.digest])))
}
