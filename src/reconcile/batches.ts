import type { Kind, ObjectRef, Step } from './types.ts'

/** Steps that go to one kind in one call, in the order of the plan. */
export interface Batch {
  readonly kind: Kind
  readonly door: 'rest' | 'console'
  readonly steps: readonly Step[]
}

export const refOf = (step: Pick<Step, 'kind' | 'id'>): ObjectRef => `${step.kind}/${step.id}`

/** REST takes one step at a time; the console takes all that don't wait for each other at once. */
export function batches(kinds: readonly Kind[], steps: readonly Step[]): Batch[] {
  const byName = new Map(kinds.map((kind) => [kind.name, kind]))
  const result: { kind: Kind; door: 'rest' | 'console'; steps: Step[] }[] = []
  let blocked = new Set<ObjectRef>()
  for (const step of steps) {
    const kind = byName.get(step.kind)
    if (!kind || step.door === null) continue
    const last = result.at(-1)
    const joins = last?.door === 'console' && step.door === 'console' && last.kind === kind && sameSide(last.steps, step) && !blocked.has(refOf(step))
    if (last && joins) last.steps.push(step)
    else {
      result.push({ kind, door: step.door, steps: [step] })
      blocked = new Set()
    }
    for (const ref of kind.before?.(step) ?? []) blocked.add(ref)
  }
  return result
}

const sameSide = (batch: readonly Step[], step: Step): boolean => (batch[0]?.action === 'delete') === (step.action === 'delete')
