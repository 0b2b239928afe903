import { partsOf, refInLedger, refOf } from '../object-ref.ts'
import type { Sealing } from '../digest.ts'
import type { Ledger, MergeApproval } from '../ledger/types.ts'
import { coveredBy, marksAmong, showed, usedOf } from '../approval-marks.ts'
import type { ObjectRef } from '../values.ts'
import type { Plan } from '../plan/types.ts'

type Approving = Pick<Ledger, 'merges' | 'approvals'>

/**
 * Drops approvals that no change needs any more: a change that left the files and comes back needs a new approval. Null
 * if all stay. Objects that were not read, differ or wait keep their approvals.
 */
export function withoutLapsed({ merges, approvals }: Approving, plan: Plan, sealing: Sealing): Approving | null {
  const isComplete = plan.reads.every(({ complete }) => complete)
  const open = [...plan.drift, ...plan.conflicts, ...plan.takeovers, ...plan.waiting, ...plan.unfinished]
  const refs = new Set([...plan.steps.map(refInLedger), ...open.map(refOf)])
  const lasting = (merge: MergeApproval): MergeApproval => {
    const { marks } = merge
    if (open.some((one) => marks.groups > 0 || showed(marks, one, sealing))) return merge
    const needed = marksAmong(merge, plan.steps, sealing).union(usedOf(merge, approvals))
    return marks.marks.every((mark) => needed.has(mark))
      ? merge
      : { ...merge, marks: { ...marks, marks: marks.marks.filter((mark) => needed.has(mark)), restore: [] } }
  }
  const next = {
    merges: merges.map((merge) => withoutOver(isComplete ? lasting(merge) : merge, approvals, plan, sealing)),
    approvals: isComplete ? approvals.filter(({ spent, ref }) => spent || refs.has(ref)) : approvals,
  }
  return next.approvals.length === approvals.length && next.merges.every((merge, i) => merge === merges[i])
    ? null
    : next
}

/** Drops restore requests that are in sync, done, or about something else now. Kinds that were not read keep theirs. */
function withoutOver(
  merge: MergeApproval,
  approvals: Approving['approvals'],
  plan: Plan,
  sealing: Sealing,
): MergeApproval {
  const { restore, groups } = merge.marks
  if (restore.length === 0 || groups > 0) return merge
  const read = new Set(plan.reads.flatMap(({ kind, complete }) => (complete ? [kind] : [])))
  const used = usedOf(merge, approvals)
  const called = coveredBy(merge, plan.steps, sealing).filter(
    (step) => !marksAmong(merge, [step], sealing).isSubsetOf(used),
  )
  const wanted = new Set<ObjectRef>(
    [...called, ...plan.drift, ...plan.conflicts, ...plan.takeovers, ...plan.waiting].map(refOf),
  )
  const left = restore.filter((ref) => wanted.has(ref) || !read.has(partsOf(ref)[0]))
  return left.length === restore.length ? merge : { ...merge, marks: { ...merge.marks, restore: left } }
}
