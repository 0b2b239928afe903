import { refInLedger, refOf } from './batches.ts'
import type { Sealing } from './digest.ts'
import type { Ledger, Merge } from './ledger-types.ts'
import { marksAmong, showed, usedOf } from './marks.ts'
import type { Plan } from './types.ts'

type Approving = Pick<Ledger, 'merges' | 'approvals'>

/**
 * The approvals without those that nothing calls for any more: what was taken back out of the files before it was done is
 * approved anew, should it come again. Null where all stay. What could not be read, and what is in dispute or waits, takes none away.
 */
export function withoutLapsed({ merges, approvals }: Approving, plan: Plan, sealing: Sealing): Approving | null {
  if (plan.reads.some(({ complete }) => !complete)) return null
  const open = [...plan.drift, ...plan.conflicts, ...plan.takeovers, ...plan.waiting]
  const refs = new Set([...plan.steps.map(refInLedger), ...open.map(refOf)])
  const lasting = (merge: Merge): Merge => {
    const { marks } = merge
    if (open.some((one) => marks.groups > 0 || showed(marks, one, sealing))) return merge
    const needed = marksAmong(merge, plan.steps, sealing).union(usedOf(merge, approvals))
    return marks.marks.every((mark) => needed.has(mark)) ? merge : { ...merge, marks: { ...marks, marks: marks.marks.filter((mark) => needed.has(mark)), restore: [] } }
  }
  const next = { merges: merges.map(lasting), approvals: approvals.filter(({ spent, ref }) => spent || refs.has(ref)) }
  return next.approvals.length === approvals.length && next.merges.every((merge, i) => merge === merges[i]) ? null : next
}
