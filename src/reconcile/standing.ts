import type { Standing } from './graph.ts'
import { refOf } from './batches.ts'
import type { World } from './kind.ts'
import type { ObjectRef, Plan } from './types.ts'

/** How objects stand beside a plan's steps: what is told as a difference, waits or was not read may be anything but what the files say. */
export function standingIn(plan: Plan, live: World): Standing {
  const told = new Set([...plan.drift, ...plan.conflicts, ...plan.takeovers, ...plan.waiting].map(refOf))
  const unread = new Set(plan.reads.flatMap(({ kind, complete }) => (complete ? [] : [kind])))
  return {
    live: { has: (ref) => partsOf(ref, (kind, id) => live.get(kind)?.has(id) ?? false) },
    open: { has: (ref) => told.has(ref) || partsOf(ref, (kind) => unread.has(kind)) },
  }
}

function partsOf<Result>(ref: ObjectRef, act: (kind: string, id: string) => Result): Result {
  const slash = ref.indexOf('/')
  return act(ref.slice(0, slash), ref.slice(slash + 1))
}
