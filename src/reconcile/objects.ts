import type { Diagnostic } from '../instance/diagnostic.ts'
import type { Source } from '../instance/instance.ts'
import type { Fields, ObjectRef, Value } from './values.ts'

/** What a file says of one object. A field that is not in `fields` is not managed. */
export interface DesiredObject {
  readonly id: string
  readonly fields: Fields
  readonly source: Source
  /** Where else the files say the same. */
  readonly alsoIn?: readonly Source[]
  /** Where the files say that it must not be there; it has no fields then. */
  readonly state?: 'absent'
  /** The identity it had before, where the file says `renamed_from`. */
  readonly formerly?: string
  /** How much of an impact that can't be undone the files accept. */
  readonly consent?: number
  /** The time in UTC before which it is not done: `2026-12-04` or `2026-12-04T03:00:00Z`. */
  readonly notBefore?: string
}

/** The desired state of one kind, of all its files. */
export type Desired =
  | { readonly state: 'unmanaged' }
  | {
      readonly state: 'managed'
      readonly objects: readonly DesiredObject[]
      /** `delete` where the files claim to be the whole list (`only_these`), for objects that they do not name. */
      readonly others: 'leave' | 'delete'
      /** The files that are managed. */
      readonly managed: ReadonlySet<string>
      /** What they leave alone. */
      readonly leftAlone?: readonly LeftObject[]
    }

/** One live object, normalised by its kind. */
export interface LiveObject {
  readonly id: string
  /** The far end's own id. */
  readonly serverId: string | null
  readonly fields: Fields
  /** When the server made it, ISO 8601 UTC, where the connection tells. */
  readonly createdAt?: string
  /** True where it is as the server came: nobody's word, so that a change takes nothing over. */
  readonly untouched?: true
  /** True where a new server of this version has the same: it is not told while no file names it, unless it was different when somebody last looked. */
  readonly initial?: true
  /** True where nobody takes it away by leaving it out of a list (`only_these`). */
  readonly spared?: true
  /** How its secrets compare with the values that this run has, by field; there just where its kind has any. */
  readonly secrets?: { readonly [field: string]: SecretAnswer }
  /** What of it the seen list goes by; its fields where this is not given. */
  readonly seenAs?: Value
}

/** What is known of an object that is desired and not live: may it be created, and on what? */
export interface Candidate {
  readonly serverId: string | null
  readonly createdAt?: string
  /** The object that gets it its id of the far end, where that is a step of this plan. */
  readonly madeBy?: ObjectRef
  /** Why it can't be applied yet; the object then waits. */
  readonly obstacle?: string
}

export type Observed =
  | {
      readonly state: 'complete'
      readonly objects: readonly LiveObject[]
      readonly prospects: ReadonlyMap<string, Candidate>
      /** What is there and no file can hold, in sentences for people. */
      readonly beyond?: readonly string[]
      /** null where earlier files stand in for live. */
      readonly connection: string | null
      readonly requests: number
    }
  | { readonly state: 'unknown'; readonly reason: Diagnostic; readonly objects: readonly LiveObject[] }
  /** Not there yet, by positive proof: the step of `by` makes it. `initial`: what a new one of that version holds, recorded with the kind; once it is there, what is still so is `untouched`. */
  | { readonly state: 'not-created'; readonly by: ObjectRef; readonly initial: readonly LiveObject[] }

/** The objects that are known of a kind; of what is not there yet those that a new one holds. */
export const objectsIn = (observed: Observed | undefined): readonly LiveObject[] =>
  observed === undefined ? [] : observed.state === 'not-created' ? observed.initial : observed.objects

/** How the far end compares what it holds with the value that this run has. */
export type SecretAnswer = 'same' | 'different' | 'uncompared' | 'absent'

/** An object that a file leaves alone (`left_alone`), and where it says so. */
export interface LeftObject {
  readonly id: string
  readonly source: Source
}
