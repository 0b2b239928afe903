import { holdsOne, referencesIn, resolve, type Reference, type ValueOf } from './references.ts'
import { refOf } from '../object-ref.ts'
import type { Change, Step } from './types.ts'
import type { Desired } from '../objects.ts'
import type { Fields, Value } from '../../instance/values.ts'
import type { ObjectRef } from '../values.ts'

/** What a plan changes, by object: some fields, or all if it is created, deleted or replaced. */
export type ChangedFields = ReadonlyMap<ObjectRef, ReadonlySet<string> | 'all'>

/** An object as the files have it, with its references. */
export interface ReferringObject {
  readonly kind: string
  readonly id: string
  readonly fields: Fields
}

/** The objects of the files that hold a reference. */
export const holdersIn = (all: ReadonlyMap<string, Desired>): readonly ReferringObject[] =>
  [...all].flatMap(([kind, desired]) =>
    desired.state === 'managed'
      ? desired.objects.flatMap(({ id, fields }) => (holdsOne(fields) ? [{ kind, id, fields }] : []))
      : [],
  )

/**
 * Finds all that changes with these drafts: what they set, and the fields that take values of that. The drafts come
 * from a comparison that used the live value of every reference.
 */
export function changing(
  drafts: readonly Pick<Step, 'kind' | 'id' | 'action' | 'changes'>[],
  holders: readonly ReferringObject[],
  replaces: (kind: string) => boolean,
): ChangedFields {
  const result = new Map<ObjectRef, Set<string> | 'all'>()
  const takers = takersOf(holders)
  const open = drafts.flatMap(({ kind, id, action, changes }): Mark[] =>
    action === 'update' ? changes.map(({ field }) => ({ kind, id, field })) : [{ kind, id, field: null }],
  )
  for (let mark = open.pop(); mark !== undefined; mark = open.pop()) {
    const ref = refOf(mark)
    const field = replaces(mark.kind) ? null : mark.field
    const known = result.get(ref)
    if (known === 'all' || (field !== null && known?.has(field))) continue
    result.set(ref, field === null ? 'all' : (known ?? new Set()).add(field))
    for (const { takes, taker } of takers.get(ref) ?? []) if (field === null || takes.field === field) open.push(taker)
  }
  return result
}

/** A field that changes; null for the object as a whole. */
interface Mark {
  readonly kind: string
  readonly id: string
  readonly field: string | null
}

/** By object, the fields that take values of it. */
function takersOf(
  holders: readonly ReferringObject[],
): ReadonlyMap<ObjectRef, readonly { takes: Reference; taker: Mark }[]> {
  const all = holders.flatMap(({ kind, id, fields }) =>
    Object.entries(fields).flatMap(([field, value]) =>
      referencesIn(value).map((takes) => ({ takes, taker: { kind, id, field } })),
    ),
  )
  return Map.groupBy(all, ({ takes }) => takes.object)
}

/** The files' side of a comparison. */
export interface ComparableFields {
  /** With live values in place of references whose value stays; other references stay. */
  readonly fields: Fields
  /** Fields whose value is unknown until other steps are done: they differ from any live value. */
  readonly pending: ReadonlySet<string>
  /** Fields that take a value which cannot be read now: they differ from nothing. */
  readonly unread?: ReadonlySet<string>
}

/** Makes fields of the files ready to be compared with live. */
export function comparable(
  files: Fields,
  live: (ref: ObjectRef) => Fields | undefined,
  changes: ChangedFields,
): ComparableFields {
  if (!holdsOne(files)) return { fields: files, pending: NONE }
  const valueOf = lastingValue(live, changes)
  const sides = Object.entries(files).map(([field, value]) => ({ field, value, side: resolve({ value }, valueOf) }))
  return {
    fields: Object.fromEntries(
      sides.map(({ field, value, side }) => [field, side.state === 'resolved' ? (side.value['value'] ?? null) : value]),
    ),
    pending: new Set(sides.flatMap(({ field, side }) => (side.state === 'unresolved' ? [field] : []))),
  }
}

const NONE: ReadonlySet<string> = new Set()

/** Answers live values that the plan does not change. */
const lastingValue =
  (live: (ref: ObjectRef) => Fields | undefined, changes: ChangedFields): ValueOf =>
  ({ object, field }) => {
    const [fields, moving] = [live(object), changes.get(object)]
    return moving === 'all' || moving?.has(field) || fields === undefined || !Object.hasOwn(fields, field)
      ? undefined
      : fields[field]
  }

/** Uses the verified value of fields whose reference cannot be read now: unknown is no change. */
export function asVerified(
  one: ComparableFields,
  verified: Fields,
  isUnread: (ref: ObjectRef) => boolean,
): ComparableFields {
  const takesUnread = (field: string): boolean =>
    referencesIn(one.fields[field] ?? null).some(({ object }) => isUnread(object))
  const unread = new Set([...one.pending].filter(takesUnread))
  if (unread.size === 0) return one
  const fields = Object.entries(one.fields).flatMap(([field, value]): [string, Value][] => {
    if (!unread.has(field)) return [[field, value]]
    return Object.hasOwn(verified, field) ? [[field, verified[field] ?? null]] : []
  })
  return { fields: Object.fromEntries(fields), pending: one.pending.difference(unread), unread }
}

/** Compares two values of a field. A pending field equals nothing; an unread one equals anything. */
export function sameUnlessPending({ fields, pending, unread = NONE }: ComparableFields, same: Same): Same {
  if (pending.size === 0 && unread.size === 0) return same
  return (field, a, b) => {
    if (unread.has(field)) return true
    const files = fields[field]
    return !(pending.has(field) && (a === files || b === files)) && same(field, a, b)
  }
}

type Same = (field: string, a: Value, b: Value) => boolean

/** A change as it is approved: with the reference of the files, even if its value is known. */
export const changeOf = (field: string, files: Fields | undefined, live: Fields | undefined): Change => ({
  field,
  before: own(live, field),
  after: own(files, field),
})

const own = (fields: Fields | undefined, field: string): Value =>
  fields !== undefined && Object.hasOwn(fields, field) ? (fields[field] ?? null) : null
