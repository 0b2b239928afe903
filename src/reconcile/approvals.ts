import { refInLedger } from './batches.ts'
import { digestIn, type Sealing } from './marks.ts'
import type { Approval, ObjectRef, Step } from './types.ts'

/** Approves steps: each once, by name and for a reason. */
export function approve(approvals: readonly Approval[], steps: readonly Step[], by: Pick<Approval, 'by' | 'at' | 'source'>): Approval[] {
  return [...approvals, ...steps.map((step) => ({ digest: step.digest, ref: refInLedger(step), ...by, spent: false }))]
}

/** The approvals that cover a step: by its own digest, or by that of the pull request that it was merged with. A spent one covers nothing. */
function covering(step: Step, approvals: readonly Approval[], sealing: Sealing): Approval[] {
  return approvals.filter(({ spent, digest, pullRequest }) => !spent && digest === (pullRequest === undefined ? step.digest : digestIn(step, pullRequest, sealing)))
}

const byRef = (approvals: readonly Approval[]): Map<ObjectRef, Approval[]> => Map.groupBy(approvals, ({ ref }) => ref)

/** The steps that no approval covers. */
export function missing(steps: readonly Step[], approvals: readonly Approval[], sealing: Sealing): Step[] {
  const known = byRef(approvals)
  return steps.filter((step) => covering(step, known.get(refInLedger(step)) ?? [], sealing).length === 0)
}

/** Uses up all approvals of these digests, and all of these objects: what a killed run did for them left no digest. */
export function spend(approvals: readonly Approval[], digests: Iterable<string>, refs: Iterable<ObjectRef> = []): Approval[] {
  const used = new Set([...digests, ...refs])
  return approvals.map((approval) => (used.has(approval.digest) || used.has(approval.ref) ? { ...approval, spent: true } : approval))
}

const YEAR = 366 * 86_400_000

/** Whether something was decided within the last year: a pull request that was merged before that approves nothing more. */
export const isRecent = ({ at }: { readonly at: string }, now: Date): boolean => !(now.getTime() - Date.parse(at) > YEAR)

/** Approvals without those that were used up and are no longer needed to know a pull request again. */
export const current = (approvals: readonly Approval[], now: Date): Approval[] => approvals.filter((approval) => !approval.spent || isRecent(approval, now))

/** Who approved these steps, each name once. */
export function approvers(steps: readonly Step[], approvals: readonly Approval[], sealing: Sealing): string[] {
  const known = byRef(approvals)
  return [...new Set(steps.flatMap((step) => covering(step, known.get(refInLedger(step)) ?? [], sealing).map(({ by }) => by)))]
}
