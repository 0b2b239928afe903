import { EXIT, fail, HerdbookError, type Diagnostic } from '../../instance/diagnostic.ts'
import type { ObjectChange } from '../../instance/edit/objects.ts'
import type { DescribedKind } from '../../providers/described.ts'
import { KINDS } from '../../providers/kinds.ts'
import { byText, equal } from '../../reconcile/equal.ts'
import type { Kind } from '../../reconcile/kind.ts'
import type { Desired, LiveObject } from '../../reconcile/objects.ts'
import { keyOf, type Field } from '../../instance/field.ts'
import type { Fields } from '../../instance/values.ts'
import type { Plan, Step } from '../../reconcile/plan/types.ts'
import { SHOW_ALL, isHidden, type Disclosure } from '../../redaction/redact.ts'
import { partsOf, refOf } from '../../reconcile/object-ref.ts'
import type { ObjectRef } from '../../reconcile/values.ts'
import { numbered } from '../../reconcile/numbered.ts'
import type { PlanWithInput } from '../../reconcile/reconciler.ts'
import { noSuchObject, notShown } from './texts.ts'

/** What to adopt in addition to what is public. */
export interface AdoptOptions {
  readonly privateComments?: true | undefined
  /** Kinds that are taken over only when asked for, and are. */
  readonly kinds?: ReadonlySet<string>
  /** What may be written into files that others read (default: everything). */
  readonly show?: Disclosure | undefined
}

/** What a person asked for: whole kinds, or single objects of them. */
export type AdoptSelection = ReadonlyMap<string, 'all' | ReadonlySet<string>>

/**
 * The changes that write the server's version into the files: every difference, and objects that the files don't have.
 * An object that only the files have stays.
 */
export function adoption(
  planned: PlanWithInput,
  asked: AdoptSelection,
  desired: ReadonlyMap<string, Desired>,
  options: AdoptOptions,
): ObjectChange[] {
  const { plan: seen, input, versions } = planned
  const changes = KINDS.flatMap((kind) => {
    const named = asked.get(kind.name)
    const observed = input.live.observed.get(kind.name)
    if (named === undefined || observed?.state !== 'complete') return []
    const live = new Map(observed.objects.map((object) => [object.id, object]))
    const managed = new Map(objectsIn(desired.get(kind.name)).map((object) => [object.id, object.fields]))
    const ids =
      named === 'all'
        ? named
        : new Set([...named].map((id) => numbered(id, (one) => live.has(one) || managed.has(one))))
    const chosen =
      ids === 'all'
        ? [
            ...new Set([
              ...differing(seen, kind),
              ...storedIn(live, managed),
              ...(options.privateComments ? withMore(kind, live, managed) : []),
            ]),
          ]
        : [...ids]
    refuseUnknown(kind, ids, live, managed)
    return chosen
      .filter((id) => kind.adopt.holds?.(id, versions.get(kind.provider) ?? null) ?? true)
      .toSorted(byText)
      .map((id) =>
        refuseHidden(kind, id, { live: live.get(id)?.fields ?? {}, managed: managed.get(id) ?? {} }, options),
      )
      .map((id) => ({
        ref: `${kind.name}/${id}`,
        fields: without(
          aboutToChange(seen, `${kind.name}/${id}`),
          fieldsFor(kind, live.get(id), managed.get(id), options),
        ),
      }))
  })
  return [...changes, ...ORDERS.flatMap((one) => placesIn(one, planned, changes, desired))]
}

/** The fields that a step is about to change, if other fields of the object differ: only those others are adopted. */
function aboutToChange({ steps, drift, conflicts, takeovers }: Plan, ref: string): ReadonlySet<string> {
  const isIt = (one: Pick<Step, 'kind' | 'id'>): boolean => `${one.kind}/${one.id}` === ref
  const differs = [...drift, ...conflicts, ...takeovers].some(isIt)
  return new Set(differs ? steps.filter(isIt).flatMap(({ changes }) => changes.map(({ field }) => field)) : [])
}

const without = (names: ReadonlySet<string>, fields: Fields | null): Fields | null =>
  fields && Object.fromEntries(Object.entries(fields).filter(([field]) => !names.has(field)))

/** A kind that is the order of a list, and the kind of the list's items. */
interface OrderedKind {
  readonly order: Kind
  readonly items: Kind
}

/** The kinds whose new objects are put into the server's order. */
export const ORDERS: readonly OrderedKind[] = KINDS.flatMap((order) => {
  const { form, file } = order.shape
  const items = KINDS.find(({ shape }) => shape.form === 'list' && shape.file === file)
  return form === 'order' && items !== undefined ? [{ order, items }] : []
})

/** Puts new objects in the server's order, unless the order itself changes or differs. */
function placesIn(
  { order, items }: OrderedKind,
  { plan: { steps, drift, conflicts, takeovers }, input }: PlanWithInput,
  changes: readonly ObjectChange[],
  desired: ReadonlyMap<string, Desired>,
): ObjectChange[] {
  const isOf = ({ name }: Kind, ref: ObjectRef): boolean => partsOf(ref)[0] === name
  const known = new Set(objectsIn(desired.get(items.name)).map(({ id }) => refOf({ kind: items.name, id })))
  const fresh = changes.some(({ ref, fields }) => isOf(items, ref) && fields !== null && !known.has(ref))
  const open = [...steps, ...drift, ...conflicts, ...takeovers].some(({ kind }) => kind === order.name)
  const observed = input.live.observed.get(order.name)
  const live = observed?.state === 'complete' ? observed.objects[0] : undefined
  const value = live?.fields['order']
  if (!fresh || open || live === undefined || value === undefined || changes.some(({ ref }) => isOf(order, ref)))
    return []
  return [{ ref: refOf({ kind: order.name, id: live.id }), fields: { order: value } }]
}

export const objectsIn = (desired: Desired | undefined) => (desired?.state === 'managed' ? desired.objects : [])

/** Objects that the server stores although they equal the default: a person may have set them. */
const storedIn = (live: ReadonlyMap<string, LiveObject>, managed: ReadonlyMap<string, Fields>): string[] =>
  [...live].flatMap(([id, { initial, untouched }]) => (initial && !untouched && !managed.has(id) ? [id] : []))

/** Objects with a value on the server that is adopted only on request, and is not in the files. */
const withMore = (
  kind: DescribedKind,
  live: ReadonlyMap<string, LiveObject>,
  managed: ReadonlyMap<string, Fields>,
): string[] =>
  [...managed].flatMap(([id, fields]) =>
    kind.fields.some(
      ({ name, onRequest }) => onRequest && !Object.hasOwn(fields, name) && (live.get(id)?.fields[name] ?? '') !== '',
    )
      ? [id]
      : [],
  )

/** The objects of a kind on which the server and the files disagree, without those that only the files have. */
function differing(seen: Plan, kind: Kind): string[] {
  const lists = [seen.drift, seen.conflicts, seen.takeovers, seen.unmanaged.filter(({ spared }) => !spared)]
  return [...new Set(lists.flatMap((list) => list.filter((item) => item.kind === kind.name).map((item) => item.id)))]
}

function refuseUnknown(
  kind: Kind,
  ids: 'all' | ReadonlySet<string>,
  live: ReadonlyMap<string, LiveObject>,
  managed: ReadonlyMap<string, Fields>,
): void {
  const nowhere = ids === 'all' ? [] : [...ids].filter((id) => !live.has(id) && !managed.has(id))
  const list: Diagnostic[] = nowhere.map((id) => ({
    code: 'no-such-object',
    severity: 'error',
    about: `${kind.name}/${id}`,
    ...noSuchObject(`${kind.name}/${id}`),
  }))
  if (list.length > 0) throw new HerdbookError(EXIT.invalid, list)
}

/** Refuses (exit 9) to write a hidden value where it is shown: a person adopts it in their own clone. */
function refuseHidden(
  kind: Kind,
  id: string,
  { live, managed }: { readonly live: Fields; readonly managed: Fields },
  { show = SHOW_ALL }: AdoptOptions,
): string {
  const hidden = Object.keys(managed).filter(
    (field) =>
      live[field] !== undefined &&
      !equal(live[field], managed[field] ?? null) &&
      isHidden(kind.name, field, live[field], show),
  )
  if (hidden.length === 0) return id
  const ref = `${kind.name}/${id}`
  const { message, hint } = notShown(ref, hidden)
  return fail(EXIT.invalid, 'not-shown', message, { hint })
}

function fieldsFor(
  kind: DescribedKind,
  live: LiveObject | undefined,
  managed: Fields | undefined,
  { privateComments, show = SHOW_ALL }: AdoptOptions,
): Fields | null {
  if (!live || kind.adopt.gone?.(live.fields) === true) return null
  const table = new Map(kind.fields.map((field) => [field.name, field]))
  // What stands beside the list has fewer fields.
  const beside = kind.shape.form === 'list' && kind.shape.beside?.id === live.id ? kind.shape.beside : undefined
  const onRequest = (field: string): boolean => table.get(field)?.onRequest === true
  const wanted = (field: string): boolean => {
    if (managed)
      return (
        Object.hasOwn(managed, field) || (onRequest(field) && privateComments === true && live.fields[field] !== '')
      )
    if (beside) return beside.fields.includes(field)
    return (
      (!onRequest(field) || privateComments === true) && !isHidden(kind.name, field, live.fields[field] ?? null, show)
    )
  }
  return Object.fromEntries(Object.entries(live.fields).filter(([name]) => wanted(name) && isWritten(table.get(name))))
}

/** Whether a file holds the field. */
const isWritten = (field: Field | undefined): boolean => field !== undefined && keyOf(field) !== null
