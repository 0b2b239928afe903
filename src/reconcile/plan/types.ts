import type { Diagnostic } from '../../instance/diagnostic.ts'
import type { Source } from '../../instance/instance.ts'
import type { Intent, LedgerEntry, Removal } from '../ledger/types.ts'
import type { Action, Cause, Fields, Hazard, ObjectRef, Value } from '../values.ts'

export interface Change {
  readonly field: string
  /** null where the field had no value. */
  readonly before: Value
  readonly after: Value
}

/** What a step does to people or to the service, measured on what is live. */
export interface Impact {
  /** For people, with the verb first: "restarts nginx". */
  readonly text: string
  /** What a consent is compared with: it covers an impact of this much, or less. */
  readonly weight: number
  readonly details: Fields
}

/** What a check is known by. */
export interface CheckName {
  readonly code: string
  readonly about: ObjectRef
}

/** A read-only condition with a threshold. Never a step, and outside digests. */
export interface Check extends CheckName {
  readonly state: 'green' | 'amber' | 'red' | 'unknown'
  readonly message: string
  readonly hint?: string
}

/** One change to one object. */
export interface Step {
  readonly kind: string
  readonly id: string
  /** The identity that the ledger knows it by, where the step renames it. */
  readonly formerly?: string
  readonly action: Action
  readonly cause: Cause
  readonly hazard: Hazard
  readonly serverId: string | null
  /** The object whose step makes that id; there just while there is none. */
  readonly madeBy?: ObjectRef
  /** The server's time of the account that a grant is for. */
  readonly createdAt?: string
  readonly changes: readonly Change[]
  /** All managed fields as they will be; empty for a delete. */
  readonly target: Fields
  /** All fields as the plan saw them; empty for a create. */
  readonly seen: Fields
  /** Neither the files nor the ledger name its object: it goes since the file is the whole list (`only_these`), or since somebody added it by hand and somebody restores. */
  readonly unmanaged?: true
  /** Somebody was removed at once: it needs no other approval, fits every budget, and may leave one who holds the role Owner. */
  readonly removal?: true
  readonly impact?: Impact
  readonly consent?: number
  /** The consent that the file still holds and an earlier step used up. */
  readonly usedConsent?: number
  readonly source?: Source
  /** Where else the files say the same. */
  readonly alsoIn?: readonly Source[]
  /** The files that it goes by, sorted: those that say it, and those that the ledger has for its object. Not there where that is the first of its kind's alone. */
  readonly files?: readonly string[]
  /** Lowers protection: counted against the budget of weakenings. */
  readonly weakens: boolean
  /** What a person should know of how it is done, in a sentence. */
  readonly note?: string
  /** Members hear of it first: when they were told, null where they are not yet; and the day, in UTC, from which it may be done, were they told now. */
  readonly notice?: { readonly at: string | null; readonly from: string }
  /** The time in UTC before which it is not done; absent once that has come. */
  readonly notBefore?: string
  /** null where no connection that is configured can write it: such a step is shown and skipped. */
  readonly connection: string | null
  readonly calls: number
  readonly digest: string
}

/** A difference that is told, not applied. */
export interface Difference {
  readonly kind: string
  readonly id: string
  readonly cause: Exclude<Cause, 'change'>
  /** The files say that it must not be there. */
  readonly state?: 'absent'
  /** What the three say; null where the object is not there. */
  readonly desired: Fields | null
  readonly live: Fields | null
  readonly ledger: Fields | null
  readonly fields: readonly string[]
  readonly source?: Source
  /** Where else the files say the same. */
  readonly alsoIn?: readonly Source[]
  /** How it can be settled, where that is not by `adopt` or `restore`, as most can. */
  readonly ways?: readonly WayOut[]
}

export interface Waiting {
  readonly kind: string
  readonly id: string
  readonly reason: string
  readonly source: Source
}

export interface Unmanaged {
  readonly kind: string
  readonly id: string
  /** Somebody added or changed it by hand, and nobody has decided yet: to adopt, restore or leave it. */
  readonly addedByHand: boolean
  /** It was there and different when somebody last looked. */
  readonly changed?: true
  /** `restore` takes it away. */
  readonly restorable?: true
  readonly initial?: true
  readonly spared?: true
  /** How the seen list has it; empty where it may not be told. */
  readonly mark: string
  readonly fields: Fields
}

/** How many objects of a kind are managed no more. */
export interface LetGo {
  readonly kind: string
  readonly objects: number
}

export interface KindRead {
  readonly kind: string
  readonly complete: boolean
  readonly reason?: string
  readonly objects: number
  readonly requests: number
  readonly connection?: string
  /** It is not there yet: the step of this object makes it. */
  readonly by?: ObjectRef
  /** It is gone, and the ledger holds objects of it. */
  readonly lost?: true
  /** Names of secrets that this run could not compare, sorted. */
  readonly uncompared?: readonly string[]
}

/** What the first apply to a provider creates of a kind: no budget limits it. */
export interface FirstApply {
  readonly provider: string
  readonly kind: string
  readonly creates: number
}

/** Ordered steps and everything that a person must know beside them. A value: saved, compared, rendered. */
export interface Plan {
  readonly version: 1
  readonly environment: string
  readonly domain: string
  readonly commit: string | null
  readonly ledger: string | null
  readonly digest: string
  readonly reads: readonly KindRead[]
  /** Protocols that were cut off, and what the next apply does with each, before any step. */
  readonly unfinished: readonly Protocol[]
  readonly steps: readonly Step[]
  readonly drift: readonly Difference[]
  readonly conflicts: readonly Difference[]
  readonly takeovers: readonly Difference[]
  readonly unmanaged: readonly Unmanaged[]
  readonly waiting: readonly Waiting[]
  /** Kinds whose file or key is not there: not read, not touched. */
  readonly released: readonly string[]
  /** What the files no longer speak of and the server keeps: apply takes it out of the ledger. */
  readonly letGo: readonly LetGo[]
  /** Of these what a person can remove, and how. */
  readonly leftBehind: readonly LeftBehind[]
  /** Objects that the files leave alone: not compared, not told, not touched, and the ledger keeps what it has of them. */
  readonly leftAlone: readonly ObjectRef[]
  /** Objects and fields that apply only writes down in the ledger: in sync, released, gone on both sides. */
  readonly adjustments: readonly Adjustment[]
  /** What runs that were broken off owe still, and apply finishes. */
  readonly owed: readonly Intent[]
  /** Who was removed at once, and is still named by the files or on the server. */
  readonly removed: readonly Removal[]
  readonly findings: readonly Diagnostic[]
  /** Conditions beside the plan: outside its digest. */
  readonly checks: readonly Check[]
  /** Where first applies are meant: what they create. Outside the digest, which binds the steps themselves. */
  readonly first?: readonly FirstApply[]
}

/** A change of the ledger that needs no write to live. */
export type Adjustment =
  | { readonly to: 'record'; readonly entry: LedgerEntry }
  | { readonly to: 'forget'; readonly ref: ObjectRef }

/** What the files no longer name, what stays, and what a person does who wants it gone. */
export interface LeftBehind {
  readonly ref: ObjectRef
  readonly remove: string
}

/** How a difference can be settled: keep the server's version, use the files' version, or leave its object alone from now on. */
export type WayOut = 'adopt' | 'restore' | 'left_alone'

/** An apply of one object in phases that was cut off, as the far end keeps it. */
export interface Unfinished {
  readonly kind: string
  readonly id: string
  /** Of the step that it carries out. */
  readonly digest: string
  readonly phase: string
  /** The objects on which nothing else is done meanwhile, besides its own. */
  readonly owns: readonly ObjectRef[]
  /** For people: how far it got. */
  readonly said: string
}

/**
 * What the next apply does with it: on, where the files still say so and the approval stands; back, where they no
 * longer do, which needs none. Where the files still say so and nobody's approval stands, it waits for one.
 */
export type Course = 'on' | 'back' | 'waits'

export interface Protocol extends Unfinished {
  readonly course: Course
}
