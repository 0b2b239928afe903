import { byText } from './equal.ts'
import type { PlanInput } from './input.ts'
import type { OrderHints } from './kind.ts'
import type { Fields, ObjectRef, Step } from './types.ts'

/** Creates and updates in the order of the registry, then deletes in its reverse; inside a kind the kind's own order. */
export function order(steps: readonly Step[], input: PlanInput): Step[] {
  const { kinds, instance } = input
  const rank = new Map(kinds.map((kind, i) => [kind.name, i]))
  const own = new Map(kinds.map((kind) => [kind.name, kind.order]))
  const hints: OrderHints = { instance, fieldsOf: (ref) => fieldsOf(ref, input) }
  const place = (step: Step): number => {
    const at = rank.get(step.kind) ?? kinds.length
    return step.action === 'delete' ? 2 * kinds.length - at : at
  }
  return steps.toSorted((a, b) => place(a) - place(b) || own.get(a.kind)?.(a, b, hints) || byText(a.id, b.id))
}

function fieldsOf(ref: ObjectRef, { desired, observed }: PlanInput): Fields {
  const [kind, id] = [ref.slice(0, ref.indexOf('/')), ref.slice(ref.indexOf('/') + 1)]
  const files = desired.get(kind)
  const wanted = files?.state === 'managed' ? files.objects.find((object) => object.id === id) : undefined
  return (wanted ?? observed.get(kind)?.objects.find((object) => object.id === id))?.fields ?? {}
}
