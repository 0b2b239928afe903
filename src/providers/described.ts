import type { Show } from '../instance/documents.ts'
import type { Shape } from '../instance/edit/shapes.ts'
import type { Field } from '../instance/field.ts'
import type { KindRules } from '../instance/rules/rule.ts'
import type { Kind } from '../reconcile/kind.ts'
import type { Action, Hazard } from '../reconcile/values.ts'
import type { Fields } from '../instance/values.ts'

/** A kind with what it says of itself for rooms that name no kind: editing, words, redaction, `adopt`. */
export interface DescribedKind extends Kind, KindRules {
  /** The table of fields, in the order of the file. */
  readonly fields: readonly Field[]
  /** How its objects stand in the files. */
  readonly shape: Shape
  readonly words: KindWords
  /** It gives a person power: always named where names may be shown, never only counted. */
  readonly staff?: true
  /** What `show` in policy.yaml must allow before objects that are in no file are named where others read. */
  readonly private?: keyof Show
  /** The identity in a name as a person types it. */
  readonly identify: (written: string) => string
  readonly adopt: Adopt
}

/** The code of the finding that the server is older than what brought a kind. */
export const TOO_NEW = 'needs-newer-server'

/** What `adopt` does with a kind. */
export interface Adopt {
  /**
   * It is taken over only when asked for: it need not be in a public repository. This is what the option says, which
   * is named like the file.
   */
  readonly onRequest?: string
  /** Its empty list means something: nothing is there, and an addition by hand is drift. */
  readonly whenEmpty?: true
  /** Whether a live object is, for the files, one that is not there; never, if not given. */
  readonly gone?: (live: Fields) => boolean
  /** Whether the files can hold an object in this release of Mastodon; all, if not given. */
  readonly holds?: (id: string, version: string | null) => boolean
}

/** A step in words: `{id}`, `{before.FIELD}`, `{after.FIELD}` and `{seen.FIELD}` are names, `{n}` a number of steps. */
export interface Phrase {
  readonly action: Action
  /** Fits only a change from, or to, these values; the first phrase that fits is used. */
  readonly from?: Fields
  readonly to?: Fields
  readonly one: string
  readonly many: string
}

/** A kind in words. A kind without a phrase for a step uses its title. */
export interface KindWords {
  readonly phrases: readonly Phrase[]
  /** What its impact does to follows, by hazard. */
  readonly impact?: { readonly [hazard in Hazard]: string }
}
