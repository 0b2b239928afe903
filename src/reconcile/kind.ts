import type { Diagnostic } from '../instance/diagnostic.ts'
import type { Instance } from '../instance/instance.ts'
import type { Absence, AbsentObject } from './plan/absence.ts'
import type { Claims } from './claims.ts'
import type { WayOut, CheckName, Impact, Difference, Step } from './plan/types.ts'
import type { Attempt, Intent, LedgerEntry } from './ledger/types.ts'
import type { DesiredObject, LiveObject } from './objects.ts'
import type { Hazard, ObjectRef } from './values.ts'
import type { DriftPolicy } from '../instance/policy.ts'
import type { Fields, Value } from '../instance/values.ts'

/** The state of all kinds as it would be: what invariants are checked on. */
export type LiveState = ReadonlyMap<string, ReadonlyMap<string, LiveObject>>

/** One way in which a condition is not met, and by how much. A state is worse if `by` is larger. */
export interface Violation {
  /** Which part of the condition. A violation is known by it, not by its text. */
  readonly of: string
  readonly what: string
  readonly by: number
  /** What to type so that it holds, if that is known. */
  readonly hint?: string
}

/** A condition that every state must meet. */
export interface Invariant {
  readonly name: string
  readonly kinds: readonly string[]
  /** How a state breaks it. `removal`: for a removal at once, which no minimum holds back. */
  readonly violations: (world: LiveState, removal: boolean) => readonly Violation[]
}

export interface KindInput {
  readonly instance: Instance
  readonly desired: readonly DesiredObject[]
  /** This kind's entries of the ledger, by id. */
  readonly ledger: ReadonlyMap<string, LedgerEntry>
  readonly attempts: readonly Attempt[]
  /** The hints of another kind, for a kind made of its objects (the order of the rules). */
  readonly objectsOf: (kind: string) => Pick<KindInput, 'desired' | 'ledger' | 'attempts'>
  readonly now: Date
}

/** Finds other objects than that of a step. */
export interface OtherObjects {
  /** As it will be: by the files, else as it is live. */
  readonly fieldsOf: (ref: ObjectRef) => Fields
  /** As it is live; undefined if it is not there. */
  readonly liveOf: (ref: ObjectRef) => Fields | undefined
}

/** What the order of steps may use besides the steps. */
export interface OrderHints extends OtherObjects {
  readonly instance: Instance
}

/** The result of a step. `refused`: certainly nothing was written; `failed`: that is unknown. */
export type StepOutcome =
  | { readonly state: 'done'; readonly step: Step; readonly serverId: string | null }
  | { readonly state: 'refused' | 'failed'; readonly step: Step; readonly reason: Diagnostic }

/** A type of object under management: data and pure functions. Its provider reads and writes it. */
export interface Kind {
  /** In kebab-case, as in `file/etc/motd`; unique over all providers. */
  readonly name: string
  /** The provider it belongs to. */
  readonly provider: string
  /** For people: "file", "files". `whole` stands for all of them, if `many` does not: "the terms of service". */
  readonly title: { readonly one: string; readonly many: string; readonly whole?: string }
  /** The files of `instance/` for it. The first is the oldest and stays the first. */
  readonly sources: readonly [string, ...string[]]
  readonly drift: DriftPolicy
  /** What happens when the files no longer name an object that the ledger knows. */
  readonly absence: Absence
  /** Given if its objects end in different ways. */
  readonly absenceOf?: (object: AbsentObject, instance: Instance) => Absence
  /** The ways out of a difference of a compiled object; `adopt` and `restore` if not given. */
  readonly waysOut?: (difference: Difference) => readonly WayOut[]
  /** Each object belongs to an account: an approval is for the account's id, not for a name. */
  readonly ofAccounts?: true
  /** Makes normalised objects of the files: a claim for each file. Pure. */
  readonly claims: (instance: Instance, now: Date) => Claims
  /** Makes fields of ledger or attempts ready to be compared: with current names, without what is not there now. */
  readonly remembered?: (fields: Fields, instance: Instance, live: Fields) => Fields
  /** Whether two normalised values of a field mean the same. Deep equality if not given. */
  readonly same?: (field: string, a: Value, b: Value) => boolean
  /** Fields that belong together: if one is a conflict or a takeover, all wait. */
  readonly bound?: readonly (readonly string[])[]
  /** Why the far end would refuse a step through this connection now: its object then waits. */
  readonly obstacle?: (step: DraftStep, connection: Step['connection'], others: OtherObjects) => string | undefined
  readonly hazard: (step: DraftStep) => Hazard
  /** How people accept in the files what cannot be undone. */
  readonly consent?: Consent
  /** An update is a delete and a create; between them the object is gone. */
  readonly replaces?: true
  /** Requests that a step costs; 1 if not given. */
  readonly calls?: (step: DraftStep) => number
  readonly note?: (step: DraftStep) => string | undefined
  /** Objects whose steps must succeed before this one. */
  readonly after?: (step: DraftStep) => readonly ObjectRef[]
  /** Objects whose steps are done only if this one succeeded. */
  readonly before?: (step: Step) => readonly ObjectRef[]
  /** What to type if the files still name a person who was removed at once. */
  readonly removal?: (id: string) => string
  /** The field with the digest of what a unit read at its last start. A step of this field alone restarts it. */
  readonly restarts?: string
  /** Checks that a step needs: it waits while one of them is red or unknown. */
  readonly needs?: (step: Step) => readonly CheckName[]
  /** The effects of a step outside its object, written down before the write and cleared after it. */
  readonly intents?: (step: Step) => readonly Intent[]
  /** Where a person sees whether such an effect was done: "the log of the unit". */
  readonly owedIn?: string
  /** Whether two steps go out in one call, since one alone is refused or takes too long. */
  readonly together?: (a: Step, b: Step) => boolean
  /** Orders this kind's own creates and updates, or its deletes; by id if not given. */
  readonly order?: (a: Step, b: Step, hints: OrderHints) => number
}

/** What a kind says of the order of its steps. */
export type KindOrder = Pick<Kind, 'name' | 'after' | 'before' | 'restarts'>

/** A number in the files that accepts an impact, and its words. */
export interface Consent {
  /** The key of the entry that holds it. */
  readonly key: string
  /** What is counted: "follow relations". */
  readonly unit: string
  /** Whether a step with this impact needs it. */
  readonly needed: (step: DraftStep, impact: Impact) => boolean
  /** The earlier step that used it up: "suspension". */
  readonly usedBy: string
  /** What to do if nothing can count it. */
  readonly uncounted: string
}

/** What steps are written with. */
export interface WriteContext {
  /** The connection that the steps go through. */
  readonly connection: string
  /** The far end's id of an object, by live or by this run's create. */
  readonly serverId: (ref: ObjectRef) => string | null
  /** Facts that the far end checks again when it writes. */
  readonly guard: Fields
  readonly lease: Lease
}

/** The lock of a run, as a far end sees it. */
export interface Lease {
  /** The holder's nonce. */
  readonly nonce: string
  /** Asked before each phase of a protocol. If false, nothing more is written, and the record stays. */
  readonly holds: () => boolean
}

/** A step before the engine has measured and sealed it. */
export type DraftStep = Pick<
  Step,
  | 'kind'
  | 'id'
  | 'formerly'
  | 'action'
  | 'cause'
  | 'serverId'
  | 'madeBy'
  | 'createdAt'
  | 'changes'
  | 'target'
  | 'seen'
  | 'source'
  | 'alsoIn'
  | 'files'
  | 'consent'
  | 'usedConsent'
  | 'unmanaged'
  | 'removal'
  | 'notBefore'
>
