import type { Kind } from '../kind.ts'
import type { Needs } from './needs.ts'
import type { Step } from './types.ts'

/** Steps that go to one kind in one call, in the order of the plan. */
export interface Batch {
  readonly kind: Kind
  readonly connection: string
  readonly steps: readonly Step[]
}

/** Puts steps into calls: one at a time, so that each sees the result of the one before, unless its kind joins them. */
export function batches(kinds: readonly Kind[], steps: readonly Step[], needs: Needs): Batch[] {
  const byName = new Map(kinds.map((kind) => [kind.name, kind]))
  const result: { kind: Kind; connection: string; steps: Step[] }[] = []
  let among = new Set<Step>()
  for (const step of steps) {
    const kind = byName.get(step.kind)
    if (!kind || step.connection === null) continue
    const last = result.at(-1)
    const [first] = last?.connection === step.connection && last.kind === kind ? last.steps : []
    if (
      last &&
      first &&
      kind.together?.(first, step) &&
      first.removal === step.removal &&
      !needs(step).some((one) => among.has(one))
    )
      last.steps.push(step)
    else {
      result.push({ kind, connection: step.connection, steps: [step] })
      among = new Set()
    }
    among.add(step)
  }
  return result
}
