import type { Diagnostic } from '../../instance/diagnostic.ts'
import type { Source } from '../../instance/instance.ts'
import type { Intent, LedgerEntry, Removal } from '../ledger/types.ts'
import type { Action, Cause, Hazard, ObjectRef } from '../values.ts'
import type { Fields, Value } from '../../instance/values.ts'

export interface Change {
  readonly field: string
  /** null where the field had no value. */
  readonly before: Value
  readonly after: Value
}

/** What a step does to people or to the service, measured on live. */
export interface Impact {
  /** For people, with the verb first: "restarts nginx". */
  readonly text: string
  /** The number that a consent is compared with: it covers this much or less. */
  readonly weight: number
  readonly details: Fields
}

/** The name of a check. */
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
  /** The object whose step makes that id; only while there is none. */
  readonly madeBy?: ObjectRef
  /** When the server made the account that a grant is for. */
  readonly createdAt?: string
  readonly changes: readonly Change[]
  /** All managed fields as they will be; empty for a delete. */
  readonly target: Fields
  /** All fields as the plan saw them; empty for a create. */
  readonly seen: Fields
  /** Its object is in neither files nor ledger: `only_these` deletes it, or a restore of what was added by hand. */
  readonly unmanaged?: true
  /** A removal at once: needs no approval, fits every budget, and may leave one person with the role Owner. */
  readonly removal?: true
  readonly impact?: Impact
  readonly consent?: number
  /** The consent that the file still holds and an earlier step used up. */
  readonly usedConsent?: number
  readonly source?: Source
  /** Where else the files say the same. */
  readonly alsoIn?: readonly Source[]
  /** The files behind it, sorted: by the files and the ledger. Absent if that is only the first file of its kind. */
  readonly files?: readonly string[]
  /** Lowers protection: counted against the budget of weakenings. */
  readonly weakens: boolean
  /** What a person should know about how it is done, in a sentence. */
  readonly note?: string
  /** Members get notice first. `at`: when they got it, null if not yet. `from`: the day (UTC) from which it is due. */
  readonly notice?: { readonly at: string | null; readonly from: string }
  /** The time in UTC before which it is not done; absent when it has come. */
  readonly notBefore?: string
  /** null if no configured connection can write it: such a step is shown and skipped. */
  readonly connection: string | null
  readonly calls: number
  readonly digest: string
}

/** A difference that is shown, not applied. */
export interface Difference {
  readonly kind: string
  readonly id: string
  readonly cause: Exclude<Cause, 'change'>
  /** The files say that it must not be there. */
  readonly state?: 'absent'
  /** The three sides; null if the object is not there. */
  readonly desired: Fields | null
  readonly live: Fields | null
  readonly ledger: Fields | null
  readonly fields: readonly string[]
  readonly source?: Source
  /** Where else the files say the same. */
  readonly alsoIn?: readonly Source[]
  /** The ways out of it; `adopt` and `restore` if not given. */
  readonly ways?: readonly WayOut[]
}

export interface WaitingObject {
  readonly kind: string
  readonly id: string
  readonly reason: string
  readonly source: Source
}

export interface UnmanagedObject {
  readonly kind: string
  readonly id: string
  /** It was added or changed by hand, and no person has decided yet to adopt, restore or leave it. */
  readonly addedByHand: boolean
  /** It was there and different when a person last looked. */
  readonly changed?: true
  /** `restore` takes it away. */
  readonly restorable?: true
  readonly initial?: true
  readonly spared?: true
  /** Its mark in the seen list; empty if it may not be shown. */
  readonly mark: string
  readonly fields: Fields
}

/** How many objects of a kind are no longer managed. */
export interface ReleasedCount {
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
  /** It does not exist yet: the step of this object makes it. */
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
  readonly unmanaged: readonly UnmanagedObject[]
  readonly waiting: readonly WaitingObject[]
  /** Kinds whose file or key is not there: neither read nor touched. */
  readonly released: readonly string[]
  /** Objects that left the files and that the server keeps: an apply takes them out of the ledger. */
  readonly letGo: readonly ReleasedCount[]
  /** Those of them that a person can remove, and how. */
  readonly leftBehind: readonly LeftBehindObject[]
  /** Objects that the files leave alone: not compared, shown or touched; the ledger keeps its entries. */
  readonly leftAlone: readonly ObjectRef[]
  /** Changes of the ledger alone: what is in sync, released, or gone on both sides. */
  readonly adjustments: readonly Adjustment[]
  /** Pending work of interrupted runs, which an apply finishes. */
  readonly owed: readonly Intent[]
  /** People who were removed at once and are still in the files or on the server. */
  readonly removed: readonly Removal[]
  readonly findings: readonly Diagnostic[]
  /** Conditions beside the plan: outside its digest. */
  readonly checks: readonly Check[]
  /** What first applies create, if they are intended. Outside the digest, which binds the steps themselves. */
  readonly first?: readonly FirstApply[]
}

/** A change of the ledger that needs no write to live. */
export type Adjustment =
  | { readonly to: 'record'; readonly entry: LedgerEntry }
  | { readonly to: 'forget'; readonly ref: ObjectRef }

/** An object that left the files and stays, and how a person removes it. */
export interface LeftBehindObject {
  readonly ref: ObjectRef
  readonly remove: string
}

/** A way out of a difference: keep the server's version, use the files' version, or leave the object alone. */
export type WayOut = 'adopt' | 'restore' | 'left_alone'

/** An apply of one object in phases that was cut off, as the far end keeps it. */
export interface UnfinishedProtocol {
  readonly kind: string
  readonly id: string
  /** The digest of the step that it carries out. */
  readonly digest: string
  readonly phase: string
  /** Other objects on which nothing else is done meanwhile. */
  readonly owns: readonly ObjectRef[]
  /** For people: how far it got. */
  readonly said: string
}

/**
 * What the next apply does with a protocol. `on`: finish it; the files ask for it and it is approved. `back`: undo it;
 * the files no longer ask for it, and that needs no approval. `waits`: it is not approved, or its kind was not read.
 */
export type ProtocolDecision = 'on' | 'back' | 'waits'

export interface Protocol extends UnfinishedProtocol {
  readonly course: ProtocolDecision
}
