import type { LeftBehindObject } from './types.ts'
import type { Instance } from '../../instance/instance.ts'
import { ABSENT } from './three-way-merge.ts'
import { byText } from '../equal.ts'
import type { Fields } from '../../instance/values.ts'
import type { ObjectRef } from '../values.ts'
import type { LiveObject } from '../objects.ts'
import { lockedBut, staysOnServer } from './texts.ts'

/** What it means that the files no longer name an object that Herdbook looks after. */
export type Absence =
  | { readonly is: 'delete' }
  /** It stays. `remove` says how a person removes it; null if there is nothing to remove. */
  | { readonly is: 'release'; readonly remove: string | null }
  /** Its delete step takes away its rights and keeps the rest: `stays` says what. */
  | { readonly is: 'lock'; readonly stays: string }

/** An object that the files no longer name. */
export interface AbsentObject {
  readonly id: string
  /** null if it is not there. */
  readonly live: LiveObject | null
}

/** What a kind says about absence. */
export interface AbsenceRules {
  readonly absence: Absence
  /** Given if its objects end in different ways: a directory that is not empty, a key that left the files. */
  readonly absenceOf?: (object: AbsentObject, instance: Instance) => Absence
}

/** What absence means for one object of a kind. */
export const absenceOf = (kind: AbsenceRules, object: AbsentObject, instance: Instance): Absence =>
  kind.absenceOf?.(object, instance) ?? kind.absence

/** Whether absence takes a step, and not only a change of the ledger. */
export const takesStep = ({ is }: Absence): boolean => is !== 'release'

/** The note of a delete step that leaves something. */
export const noteOnDelete = (absence: Absence): string | undefined =>
  absence.is === 'lock' ? lockedBut(absence.stays) : undefined

/** A released object, if there is something that a person could remove. */
export const leftBehind = (ref: ObjectRef, absence: Absence): LeftBehindObject[] =>
  absence.is === 'release' && absence.remove !== null ? [{ ref, remove: absence.remove }] : []

/** For people: how to remove released objects, one sentence for each way, in the order of the objects. */
export function leftBehindInWords(list: readonly LeftBehindObject[]): string[] {
  const ways = Map.groupBy(
    list.toSorted((a, b) => byText(a.ref, b.ref)),
    ({ remove }) => remove,
  )
  return [...ways].map(([remove, all]) => staysOnServer({ refs: all.map(({ ref }) => ref), remove }))
}

/** What files or ledger say of an object, in the form that the three-way merge takes. */
export const sideOf = (
  one: { readonly fields: Fields; readonly state?: typeof ABSENT } | undefined,
): Fields | typeof ABSENT | null => (one === undefined ? null : one.state === ABSENT ? ABSENT : one.fields)
