import type { Diagnostic } from '../instance/diagnostic.ts'
import type { Instance } from '../instance/instance.ts'
import type { Absence, Unnamed } from './plan/absence.ts'
import type { Claims } from './claims.ts'
import type { WayOut, CheckName, Impact, Difference, Step } from './plan/types.ts'
import type { Attempt, Intent, LedgerEntry } from './ledger/types.ts'
import type { DesiredObject, LiveObject } from './objects.ts'
import type { DriftPolicy, Fields, Hazard, ObjectRef, Value } from './values.ts'

/** The state of all kinds as it would be: what invariants are checked on. */
export type LiveState = ReadonlyMap<string, ReadonlyMap<string, LiveObject>>

/** One way in which a condition is not met, and by how much: a state is worse where `by` has grown. */
export interface Violation {
  /** What of the condition, where it can be broken in more than one way at once: a violation is known by that, not by its words. */
  readonly of: string
  readonly what: string
  readonly by: number
  /** What to type so that it holds, where that is known. */
  readonly hint?: string
}

/** A condition that every state must meet. */
export interface Invariant {
  readonly name: string
  readonly kinds: readonly string[]
  /** How a state breaks it. `removal`: for the step that removes somebody at once, whom no minimum holds back. */
  readonly violations: (world: LiveState, removal: boolean) => readonly Violation[]
}

export interface Hints {
  readonly instance: Instance
  readonly desired: readonly DesiredObject[]
  /** This kind's entries of the ledger, by id. */
  readonly ledger: ReadonlyMap<string, LedgerEntry>
  readonly attempts: readonly Attempt[]
  /** What the hints of another kind are, for one that is made of its objects (the order of the rules). */
  readonly objectsOf: (kind: string) => Pick<Hints, 'desired' | 'ledger' | 'attempts'>
  readonly now: Date
}

/** Other objects than the one of a step. */
export interface Others {
  /** As it will be: as the files say, else as it is live. */
  readonly fieldsOf: (ref: ObjectRef) => Fields
  /** As it is live; undefined where it is not there. */
  readonly liveOf: (ref: ObjectRef) => Fields | undefined
}

/** What the order of steps may go by besides the steps. */
export interface OrderHints extends Others {
  readonly instance: Instance
}

/** What one step came to: `refused` where nothing of it was written for certain, `failed` where nobody knows. */
export type Outcome =
  | { readonly state: 'done'; readonly step: Step; readonly serverId: string | null }
  | { readonly state: 'refused' | 'failed'; readonly step: Step; readonly reason: Diagnostic }

/** A type of object under management, as the engine knows it: data and pure functions. What reads and writes it is its provider's. */
export interface Kind {
  /** In kebab-case, as in `file/etc/motd`; unique over all providers. */
  readonly name: string
  /** The provider it belongs to. */
  readonly provider: string
  /** For people: "file", "files". */
  readonly title: { readonly one: string; readonly many: string }
  /** The files of `instance/` that may feed it. The first is the one that it had when it had one: it stays the first. */
  readonly sources: readonly [string, ...string[]]
  readonly drift: DriftPolicy
  /** What happens when the files no longer name an object that the ledger knows. */
  readonly absence: Absence
  /** Where not all its objects end alike. */
  readonly absenceOf?: (object: Unnamed, instance: Instance) => Absence
  /** How a difference of an object that was compiled can be settled. By `adopt` and `restore` where it is not given. */
  readonly waysOut?: (difference: Difference) => readonly WayOut[]
  /** Each object is an account's, by its id: what is approved for it is for that account, and not for a name. */
  readonly ofAccounts?: true
  /** From the files to normalised objects: what each of its files claims. Pure. */
  readonly claims: (instance: Instance, now: Date) => Claims
  /** What the ledger holds or a run attempted, as it is to be compared now: in the names of today, without what is not there at the moment. */
  readonly remembered?: (fields: Fields, instance: Instance, live: Fields) => Fields
  /** Whether two normalised values of a field mean the same. Deep equality where it is not given. */
  readonly same?: (field: string, a: Value, b: Value) => boolean
  /** Fields that mean something only together: while one is changed on both sides or taken over, the others wait with it. Any other stands by itself. */
  readonly bound?: readonly (readonly string[])[]
  /** Why the far end would refuse a step through this connection as things stand: its object then waits. */
  readonly obstacle?: (step: Draft, connection: Step['connection'], others: Others) => string | undefined
  readonly hazard: (step: Draft) => Hazard
  /** How people accept in the files what a step does for good. */
  readonly consent?: Consent
  /** True where an update is a delete and a create, between which the object is gone. */
  readonly replaces?: true
  /** Requests that a step costs. 1 where it is not given. */
  readonly calls?: (step: Draft) => number
  readonly note?: (step: Draft) => string | undefined
  /** Objects whose steps must have succeeded before this one. */
  readonly after?: (step: Draft) => readonly ObjectRef[]
  /** Objects whose steps must not be done unless this one has succeeded. */
  readonly before?: (step: Step) => readonly ObjectRef[]
  /** What to type where the files still name somebody who was removed at once. */
  readonly removal?: (id: string) => string
  /** The field that holds the digest of what a unit read when it was started or reloaded last: a step of that alone restarts it. */
  readonly restarts?: string
  /** Checks that a step needs: it is held back while one of them is red or unknown. */
  readonly needs?: (step: Step) => readonly CheckName[]
  /** What the write of a step owes outside its object, to be written down before and cleared after. */
  readonly intent?: (step: Step) => Intent | null
  /** Where a person sees whether that was done: "the log of the unit". */
  readonly owedIn?: string
  /** Steps through one connection that are written at once: because one alone is refused, or one by one takes too long. */
  readonly together?: (a: Step, b: Step) => boolean
  /** Orders this kind's own creates and updates, or its deletes. By id where it is not given. */
  readonly order?: (a: Step, b: Step, hints: OrderHints) => number
}

/** What a kind says of the order of its steps. */
export type Linking = Pick<Kind, 'name' | 'after' | 'before' | 'restarts'>

/** A number in the files that accepts an impact, and the words for it. */
export interface Consent {
  /** The key of the entry that holds it. */
  readonly key: string
  /** What is counted: "follow relations". */
  readonly unit: string
  /** Whether a step with this impact needs it. */
  readonly needed: (step: Draft, impact: Impact) => boolean
  /** What an earlier step that used it up was: "suspension". */
  readonly usedBy: string
  /** What to do where nothing can count it. */
  readonly uncounted: string
}

/** What steps are written with. */
export interface WriteContext {
  /** The connection that the steps go through. */
  readonly connection: string
  /** The far end's id of an object, as live has it or as this run created it. */
  readonly serverId: (ref: ObjectRef) => string | null
  /** Facts that the far end checks again where it writes. */
  readonly guard: Fields
  readonly lease: Lease
}

/** The lock that a run holds, as a far end is told of it. */
export interface Lease {
  /** Its holder's. */
  readonly nonce: string
  /** Asked before each phase of a protocol: where it is false, nothing more is written, and the record stays. */
  readonly holds: () => boolean
}

/** A step before the engine has measured and sealed it. */
export type Draft = Pick<
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
