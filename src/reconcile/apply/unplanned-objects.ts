import type { UnplannedObjects } from '../plan/graph.ts'
import { partsOf, refOf } from '../object-ref.ts'
import { objectIn } from '../plan/guard.ts'
import type { LiveState } from '../kind.ts'
import type { Plan } from '../plan/types.ts'

/** The objects that a plan has no step for. One that differs, waits or was not read may not be as the files say. */
export function unplannedIn(plan: Plan, live: LiveState): UnplannedObjects {
  const differing = new Set([...plan.drift, ...plan.conflicts, ...plan.takeovers, ...plan.waiting].map(refOf))
  const unread = new Set(plan.reads.flatMap(({ kind, complete }) => (complete ? [] : [kind])))
  return {
    live: { has: (ref) => objectIn(live, ref) !== undefined },
    open: { has: (ref) => differing.has(ref) || unread.has(partsOf(ref)[0]) },
  }
}
