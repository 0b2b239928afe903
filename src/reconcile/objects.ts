import type { Diagnostic } from '../instance/diagnostic.ts'
import type { Source } from '../instance/instance.ts'
import type { Fields, Value } from '../instance/values.ts'
import type { ObjectRef } from './values.ts'

/** What a file says of one object. A field that is not in `fields` is not managed. */
export interface DesiredObject {
  readonly id: string
  readonly fields: Fields
  readonly source: Source
  /** Other places in the files that say the same. */
  readonly alsoIn?: readonly Source[]
  /** The files say that it must not be there; then it has no fields. */
  readonly state?: 'absent'
  /** Its earlier identity, by `renamed_from`. */
  readonly formerly?: string
  /** The impact that the files accept. */
  readonly consent?: number
  /** The time in UTC before which it is not done: `2026-12-04` or `2026-12-04T03:00:00Z`. */
  readonly notBefore?: string
}

/** The desired state of one kind, by all its files. */
export type Desired =
  | { readonly state: 'unmanaged' }
  | {
      readonly state: 'managed'
      readonly objects: readonly DesiredObject[]
      /** `delete` if the files claim to be the whole list (`only_these`): objects that they do not name go. */
      readonly others: 'leave' | 'delete'
      /** The files that are managed. */
      readonly managed: ReadonlySet<string>
      /** Objects that they leave alone. */
      readonly leftAlone?: readonly LeftAloneObject[]
    }

/** One live object, normalised by its kind. */
export interface LiveObject {
  readonly id: string
  /** The far end's own id. */
  readonly serverId: string | null
  readonly fields: Fields
  /** When the server made it, ISO 8601 UTC, if known. */
  readonly createdAt?: string
  /** It is as a new server has it: nobody chose it, so a change is no takeover. */
  readonly untouched?: true
  /** A new server of this version has the same: shown only if a file names it or it was different before. */
  readonly initial?: true
  /** `only_these` does not delete it. */
  readonly spared?: true
  /** How its secrets compare with this run's values, by field; only if its kind has secrets. */
  readonly secrets?: { readonly [field: string]: SecretAnswer }
  /** What the seen list compares; its fields if not given. */
  readonly seenAs?: Value
}

/** An object that is desired and not live: whether it can be created, and with which id. */
export interface Candidate {
  readonly serverId: string | null
  readonly createdAt?: string
  /** The object whose step gives it its id at the far end. */
  readonly madeBy?: ObjectRef
  /** Why it cannot be applied yet; then it waits. */
  readonly obstacle?: string
}

export type Observed =
  | {
      readonly state: 'complete'
      readonly objects: readonly LiveObject[]
      readonly prospects: ReadonlyMap<string, Candidate>
      /** For people: sentences about what is there and no file can hold. */
      readonly unwritable?: readonly string[]
      /** null if earlier files were used in place of live. */
      readonly connection: string | null
      readonly requests: number
    }
  | { readonly state: 'unknown'; readonly reason: Diagnostic; readonly objects: readonly LiveObject[] }
  /** Proven not to exist yet: the step of `by` makes it. `initial`: what a new one of that version holds. */
  | { readonly state: 'not-created'; readonly by: ObjectRef; readonly initial: readonly LiveObject[] }

/** The known objects of a kind; if it does not exist yet, those that a new one holds. */
export const objectsIn = (observed: Observed | undefined): readonly LiveObject[] =>
  observed === undefined ? [] : observed.state === 'not-created' ? observed.initial : observed.objects

/** How the far end compares what it holds with the value that this run has. */
export type SecretAnswer = 'same' | 'different' | 'uncompared' | 'absent'

/** An object that a file leaves alone (`left_alone`), and the place where it says so. */
export interface LeftAloneObject {
  readonly id: string
  readonly source: Source
}
