import type { Standing } from './graph.ts'
import { partsOf, refOf } from './batches.ts'
import { objectIn } from './guard.ts'
import type { World } from './kind.ts'
import type { Plan } from './types.ts'

/** How objects stand beside a plan's steps: what is told as a difference, waits or was not read may be anything but what the files say. */
export function standingIn(plan: Plan, live: World): Standing {
  const told = new Set([...plan.drift, ...plan.conflicts, ...plan.takeovers, ...plan.waiting].map(refOf))
  const unread = new Set(plan.reads.flatMap(({ kind, complete }) => (complete ? [] : [kind])))
  return {
    live: { has: (ref) => objectIn(live, ref) !== undefined },
    open: { has: (ref) => told.has(ref) || unread.has(partsOf(ref)[0]) },
  }
}
