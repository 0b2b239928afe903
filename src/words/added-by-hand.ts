import type { Plan, UnmanagedObject } from '../reconcile/plan/types.ts'
import { titleOf, wordOf, type KindName } from './describe-step.ts'
import { HIDDEN } from '../redaction/redact-text.ts'
import { readable } from '../redaction/idn.ts'
import { clip, count, listed } from './text.ts'
import { inline } from '../redaction/neutralise.ts'
import { kindNamed } from '../providers/kinds.ts'

/** Whether such an object gives a person power: it is always named where names may be shown. */
export const isStaff = ({ kind }: { readonly kind: string }): boolean => kindNamed(kind)?.staff === true

/** What was added or changed by hand and is in no file, people with a role first. */
export const byHandIn = (plan: Plan): UnmanagedObject[] =>
  plan.unmanaged.filter(({ addedByHand }) => addedByHand).toSorted((a, b) => Number(isStaff(b)) - Number(isStaff(a)))

const MAX_WORDS = 80

/** Its main value: "Owner", "suspend"; null if there is none, or it may not be shown. */
export function likeness({ kind, id, fields }: UnmanagedObject): string | null {
  const main = kindNamed(kind)?.fields.find((field) => field.main)?.name
  if (main === undefined || id === HIDDEN || !Object.hasOwn(fields, main)) return null
  const value = fields[main] ?? null
  return value === '' ? 'nothing' : clip(wordOf(kind, main, value), MAX_WORDS)
}

/** "1,203 domain blocks and 3 moderators". */
export function counted(list: readonly UnmanagedObject[], kinds: readonly KindName[]): string {
  return listed(
    [...Map.groupBy(list, ({ kind }) => kind)].map(([kind, members]) =>
      count(members.length, titleOf(kind, kinds).one, titleOf(kind, kinds).many),
    ),
  )
}

/** The people who hold a role, by name and role; those who may not be named are counted. */
function staffNamed(list: readonly UnmanagedObject[], kinds: readonly KindName[]): string | null {
  const staff = list.filter(isStaff)
  const named = staff.filter(({ id }) => id !== HIDDEN)
  const hidden = staff.filter(({ id }) => id === HIDDEN)
  const names = named.map(withRole)
  return staff.length === 0
    ? null
    : listed([...names, ...(hidden.length === 0 ? [] : [`${counted(hidden, kinds)} who are not named here`])])
}

/** Whether it has no name but a number, `#8`. */
export const isNumbered = ({ id }: Pick<UnmanagedObject, 'id'>): boolean => id.startsWith('#')

/** A number is shown with its kind: a shell takes `#8` alone for a comment. */
export const nameOf = ({ kind, id }: UnmanagedObject): string =>
  inline(readable(isNumbered({ id }) ? `${kind}/${id}` : id))

/** "alice (Owner)". */
export const withRole = (one: UnmanagedObject): string => `${nameOf(one)} (${inline(likeness(one) ?? '')})`

/** What a new seen list contains, in sentences. */
export function lookedAt(list: readonly UnmanagedObject[], kinds: readonly KindName[]): string | null {
  if (list.length === 0) return null
  const staff = staffNamed(list, kinds)
  return (
    `On the server, in no file, and left alone: ${counted(list, kinds)}. From now on, Herdbook reports when one ` +
    `of them changes or another is added by hand.${staff === null ? '' : ` These people hold a role: ${staff}.`}`
  )
}
