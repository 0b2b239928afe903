import type { Kind } from './kind.ts'
import type { Needs } from './needs.ts'
import type { ObjectRef, Step } from './types.ts'

/** Steps that go to one kind in one call, in the order of the plan. */
export interface Batch {
  readonly kind: Kind
  readonly door: string
  readonly steps: readonly Step[]
}

export const refOf = (step: Pick<Step, 'kind' | 'id'>): ObjectRef => `${step.kind}/${step.id}`

/** The kind and the id of an object. */
export function partsOf(ref: ObjectRef): readonly [kind: string, id: string] {
  const slash = ref.indexOf('/')
  return [ref.slice(0, slash), ref.slice(slash + 1)]
}

/** How the ledger names a step's object. Whoever reads the repository reads it: an object that no file ever named has only the step's digest there. */
export const idInLedger = ({ id, digest, unmanaged }: Pick<Step, 'id' | 'digest' | 'unmanaged'>): string =>
  unmanaged ? `~${digest.slice(0, 32)}` : id

/** The same with its kind. */
export const refInLedger = (step: Pick<Step, 'kind' | 'id' | 'digest' | 'unmanaged'>): ObjectRef =>
  refOf({ kind: step.kind, id: idInLedger(step) })

/** One step at a time, so that each finds what came of the one before; those at once that their kind puts together. */
export function batches(kinds: readonly Kind[], steps: readonly Step[], needs: Needs): Batch[] {
  const byName = new Map(kinds.map((kind) => [kind.name, kind]))
  const result: { kind: Kind; door: string; steps: Step[] }[] = []
  let among = new Set<Step>()
  for (const step of steps) {
    const kind = byName.get(step.kind)
    if (!kind || step.door === null) continue
    const last = result.at(-1)
    const [first] = last?.door === step.door && last.kind === kind ? last.steps : []
    if (
      last &&
      first &&
      kind.together?.(first, step) &&
      first.removal === step.removal &&
      !needs(step).some((one) => among.has(one))
    )
      last.steps.push(step)
    else {
      result.push({ kind, door: step.door, steps: [step] })
      among = new Set()
    }
    among.add(step)
  }
  return result
}
