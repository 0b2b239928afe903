import { partsOf } from '../object-ref.ts'
import { byText } from '../equal.ts'
import { graphOf, inOrder } from './graph.ts'
import { takesIn } from './needs.ts'
import type { PlanInput } from './input.ts'
import type { OrderHints, OtherObjects } from '../kind.ts'
import { afterMakers } from './not-created.ts'
import { objectsIn } from '../objects.ts'
import { type Fields } from '../../instance/values.ts'
import { type ObjectRef } from '../values.ts'
import { type Step } from './types.ts'

/** Orders steps: needs first; else creates and updates in the order of kinds, then deletes in reverse. */
export function order(steps: readonly Step[], input: PlanInput): Step[] {
  const { kinds, instance, ledger, live } = input
  const rank = new Map(kinds.map((kind, i) => [kind.name, i]))
  const own = new Map(kinds.map((kind) => [kind.name, kind.order]))
  const hints: OrderHints = { instance, ...othersIn(input) }
  const place = (step: Step): number => {
    const at = rank.get(step.kind) ?? kinds.length
    return step.action === 'delete' ? 2 * kinds.length - at : at
  }
  const sorted = steps.toSorted((a, b) => place(a) - place(b) || own.get(a.kind)?.(a, b, hints) || byText(a.id, b.id))
  return inOrder(graphOf(sorted, afterMakers(kinds, live.observed), takesIn(ledger)))
}

/** Finds objects by reference. Each list is indexed once. */
export function othersIn({ desired, live: { observed } }: Pick<PlanInput, 'desired' | 'live'>): OtherObjects {
  const indexed = new Map<
    string,
    { readonly files: ReadonlyMap<string, Fields>; readonly live: ReadonlyMap<string, Fields> }
  >()
  const byId = (list: readonly { readonly id: string; readonly fields: Fields }[]): ReadonlyMap<string, Fields> =>
    new Map(list.map(({ id, fields }) => [id, fields]))
  const sidesOf = (kind: string) => {
    const files = desired.get(kind)
    const sides = indexed.get(kind) ?? {
      files: byId(files?.state === 'managed' ? files.objects : []),
      live: byId(objectsIn(observed.get(kind))),
    }
    indexed.set(kind, sides)
    return sides
  }
  const liveOf = (ref: ObjectRef): Fields | undefined => {
    const [kind, id] = partsOf(ref)
    return sidesOf(kind).live.get(id)
  }
  const fieldsOf = (ref: ObjectRef): Fields => {
    const [kind, id] = partsOf(ref)
    return sidesOf(kind).files.get(id) ?? liveOf(ref) ?? {}
  }
  return { fieldsOf, liveOf }
}
