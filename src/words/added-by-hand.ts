import type { Plan, Unmanaged } from '../reconcile/plan/types.ts'
import { own } from '../instance/get-own.ts'
import { titleOf, wordOf, type KindName } from './describe.ts'
import { HIDDEN } from '../redaction/redact-text.ts'
import { readable } from '../redaction/idn.ts'
import { clip, count, listed } from './text.ts'
import { inline } from '../redaction/neutralise.ts'
import { WORDS } from './kinds.ts'

/** Whether such an object gives somebody power: always named where it may be. */
export const isStaff = ({ kind }: { readonly kind: string }): boolean => own(WORDS, kind)?.staff === true

/** What was added or changed by hand and no file names, who got a role first. */
export const byHandIn = (plan: Plan): Unmanaged[] =>
  plan.unmanaged.filter(({ addedByHand }) => addedByHand).toSorted((a, b) => Number(isStaff(b)) - Number(isStaff(a)))

const LONGEST = 80

/** What it is like, in a word or two: "Owner", "suspend"; null where there is nothing to say, or it may not be told. */
export function likeness({ kind, id, fields }: Unmanaged): string | null {
  const main = own(WORDS, kind)?.main
  if (main === undefined || id === HIDDEN || !Object.hasOwn(fields, main)) return null
  const value = fields[main] ?? null
  return value === '' ? 'nothing' : clip(wordOf(kind, main, value), LONGEST)
}

/** "1,203 domain blocks and 3 moderators". */
export function counted(list: readonly Unmanaged[], kinds: readonly KindName[]): string {
  return listed(
    [...Map.groupBy(list, ({ kind }) => kind)].map(([kind, members]) =>
      count(members.length, titleOf(kind, kinds).one, titleOf(kind, kinds).many),
    ),
  )
}

/** Who holds a role, by name and role; those who may not be named are counted. */
function staffNamed(list: readonly Unmanaged[], kinds: readonly KindName[]): string | null {
  const staff = list.filter(isStaff)
  const named = staff.filter(({ id }) => id !== HIDDEN)
  const hidden = staff.filter(({ id }) => id === HIDDEN)
  const names = named.map(withRole)
  return staff.length === 0
    ? null
    : listed([...names, ...(hidden.length === 0 ? [] : [`${counted(hidden, kinds)} who are not named here`])])
}

/** Whether it has no name but a number, `#8`. */
export const isNumbered = ({ id }: Pick<Unmanaged, 'id'>): boolean => id.startsWith('#')

/** What has no name is shown as it is typed: a shell takes `#8` by itself for a comment. */
export const nameOf = ({ kind, id }: Unmanaged): string => inline(readable(isNumbered({ id }) ? `${kind}/${id}` : id))

/** "alice (Owner)". */
export const withRole = (one: Unmanaged): string => `${nameOf(one)} (${inline(likeness(one) ?? '')})`

/** What a seen list has begun with, in sentences. */
export function lookedAt(list: readonly Unmanaged[], kinds: readonly KindName[]): string | null {
  if (list.length === 0) return null
  const staff = staffNamed(list, kinds)
  return `In no file, and left alone: ${counted(list, kinds)}. From now on you are told when one of them changes or another is added by hand.${staff === null ? '' : ` Who holds a role: ${staff}.`}`
}
