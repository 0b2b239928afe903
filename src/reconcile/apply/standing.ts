import type { Standing } from '../plan/graph.ts'
import { partsOf, refOf } from '../object-ref.ts'
import { objectIn } from '../plan/guard.ts'
import type { LiveState } from '../kind.ts'
import type { Plan } from '../plan/types.ts'

/** How objects stand beside a plan's steps: what is told as a difference, waits or was not read may be anything but what the files say. */
export function standingIn(plan: Plan, live: LiveState): Standing {
  const told = new Set([...plan.drift, ...plan.conflicts, ...plan.takeovers, ...plan.waiting].map(refOf))
  const unread = new Set(plan.reads.flatMap(({ kind, complete }) => (complete ? [] : [kind])))
  return {
    live: { has: (ref) => objectIn(live, ref) !== undefined },
    open: { has: (ref) => told.has(ref) || unread.has(partsOf(ref)[0]) },
  }
}
