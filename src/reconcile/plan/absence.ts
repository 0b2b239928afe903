import type { LeftBehind } from './types.ts'
import type { Instance } from '../../instance/instance.ts'
import { ABSENT } from './three-way-merge.ts'
import { byText } from '../equal.ts'
import type { Fields, ObjectRef } from '../values.ts'
import type { LiveObject } from '../objects.ts'

/** What it means that the files no longer name an object that Herdbook looks after. */
export type Absence =
  | { readonly is: 'delete' }
  /** It stays; `remove` is what a person does who wants it gone, null where there is nothing to remove. */
  | { readonly is: 'release'; readonly remove: string | null }
  /** Its delete step ends what it gives, and leaves the rest: `stays` says what. */
  | { readonly is: 'lock'; readonly stays: string }

/** An object that the files no longer name, as far as it is known. */
export interface Unnamed {
  readonly id: string
  /** null where it is not there. */
  readonly live: LiveObject | null
}

/** A kind, as far as absence goes. */
export interface Ending {
  readonly absence: Absence
  /** Where not all its objects end alike: a directory that is not empty, or a key of the files that is no longer there. */
  readonly absenceOf?: (object: Unnamed, instance: Instance) => Absence
}

/** What absence means for one object of a kind. */
export const absenceOf = (kind: Ending, object: Unnamed, instance: Instance): Absence =>
  kind.absenceOf?.(object, instance) ?? kind.absence

/** Whether it takes a step, and not only the ledger's word. */
export const takesStep = ({ is }: Absence): boolean => is !== 'release'

/** What a person should know of a delete step that leaves something. */
export const noteOnDelete = (absence: Absence): string | undefined =>
  absence.is === 'lock' ? `It is locked. It keeps ${absence.stays}.` : undefined

/** An object that is released, where there is something that a person could remove. */
export const leftBehind = (ref: ObjectRef, absence: Absence): LeftBehind[] =>
  absence.is === 'release' && absence.remove !== null ? [{ ref, remove: absence.remove }] : []

/** How to remove what is released, in a sentence for each way; in the order of their objects. */
export function leftBehindInWords(list: readonly LeftBehind[]): string[] {
  const ways = Map.groupBy(
    list.toSorted((a, b) => byText(a.ref, b.ref)),
    ({ remove }) => remove,
  )
  return [...ways].map(([remove, all]) => {
    const [stay, them] = all.length === 1 ? ['stays', 'it'] : ['stay', 'them']
    return `${all.map(({ ref }) => ref).join(', ')} ${stay} on the server. To remove ${them}: ${remove}`
  })
}

/** What files or ledger say of an object, as the table of cases takes it. */
export const sideOf = (
  one: { readonly fields: Fields; readonly state?: typeof ABSENT } | undefined,
): Fields | typeof ABSENT | null => (one === undefined ? null : one.state === ABSENT ? ABSENT : one.fields)
