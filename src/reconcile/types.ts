import type { Diagnostic } from '../instance/diagnostic.ts'
import type { Instance, Source } from '../instance/instance.ts'
import type { ReadRequest, Tables, TableName, Writer } from './doors.ts'

/** A JSON value; what fields hold and digests are made of. */
export type Value = null | boolean | number | string | readonly Value[] | { readonly [key: string]: Value }
export type Fields = { readonly [field: string]: Value }

/** `kind/identity`, such as `domain-block/spam.example`. */
export type ObjectRef = string

export type Action = 'create' | 'update' | 'delete'
export type Cause = 'change' | 'drift' | 'conflict' | 'takeover'
export type Hazard = 'reversible' | 'disruptive' | 'irreversible'
export type DoorName = 'database' | 'rest' | 'console'

/** What a file says of one object. A field that is not in `fields` is not managed. */
export interface DesiredObject {
  readonly id: string
  readonly fields: Fields
  readonly source: Source
  /** The identity it had before, where the file says `renamed_from`. */
  readonly formerly?: string
  /** Relations that people accept to sever (`accept_severed_relationships`). */
  readonly consent?: number
  /** What a write needs to know besides the fields and is not compared, such as `notify_members`. */
  readonly extra?: Fields
}

export type Desired =
  | { readonly state: 'unmanaged' }
  | {
      readonly state: 'managed'
      readonly objects: readonly DesiredObject[]
      /** `delete` where the file claims to be the whole list (`only_these`), for objects it does not name. */
      readonly others: 'leave' | 'delete'
    }

/** One live object, normalised by its kind. */
export interface LiveObject {
  readonly id: string
  /** The server's own id: a row's id; for a moderator, the account's. */
  readonly serverId: string | null
  readonly fields: Fields
  /** When the server made it, ISO 8601 UTC, where the door tells. */
  readonly createdAt?: string
  /** True where it is as the server came: nobody's word, so that a change takes nothing over. */
  readonly untouched?: true
}

/** What is known of an object that is desired and not live: may it be created, and on what? */
export interface Prospect {
  readonly serverId: string | null
  readonly createdAt?: string
  /** Why it can't be applied yet; the object then waits. */
  readonly obstacle?: string
}

export type Observed =
  | {
      readonly state: 'complete'
      readonly objects: readonly LiveObject[]
      readonly prospects: ReadonlyMap<string, Prospect>
      readonly door: DoorName
      readonly requests: number
    }
  | { readonly state: 'unknown'; readonly reason: Diagnostic; readonly objects: readonly LiveObject[] }

/** What Herdbook last verified as its own. */
export interface LedgerEntry {
  readonly kind: string
  readonly id: string
  readonly serverId: string | null
  readonly fields: Fields
  /** The consent that the file held then: it is used up, and serves no later step. */
  readonly consent?: number
  /** The commit of the instance that it was applied from; null outside Git. */
  readonly commit: string | null
}

/** A write that was about to be made, recorded before the first one went out. */
export interface Attempt {
  readonly kind: string
  readonly id: string
  readonly action: Action
  /** The values about to be set; empty for a delete. */
  readonly fields: Fields
  readonly commit: string | null
}

/** An effect outside its row that a killed run may still owe, such as workers queued after a bulk insert. */
export interface Intent {
  readonly id: string
  readonly kind: string
  readonly what: string
  readonly data: Fields
}

export interface Approval {
  /** A step's digest. */
  readonly digest: string
  readonly ref: ObjectRef
  readonly by: string
  readonly at: string
  /** The merged pull request, or the reason given to `approve`. */
  readonly source: string
  readonly spent: boolean
}

export interface Ledger {
  /** The commit of the ledger's own chain; null where there is none yet. */
  readonly head: string | null
  /** When that commit was made, ISO 8601 UTC. */
  readonly at: string | null
  /** When its first commit was made: what is younger on the server was added since Herdbook looks after it. */
  readonly began: string | null
  /** The instance's commit last applied. */
  readonly applied: string | null
  readonly signed: boolean
  readonly entries: ReadonlyMap<ObjectRef, LedgerEntry>
  readonly attempts: readonly Attempt[]
  readonly intents: readonly Intent[]
  readonly approvals: readonly Approval[]
}

export interface Budget {
  readonly create: number
  readonly update: number
  readonly delete: number
  readonly weaken: number
}

export type DriftPolicy = 'report' | 'correct'

export interface Policy {
  readonly budgetOf: (kind: string) => Budget
  readonly driftOf: (kind: string) => DriftPolicy
  readonly minimumOwners: number
}

export interface Change {
  readonly field: string
  /** null where the field had no value. */
  readonly before: Value
  readonly after: Value
}

/** What a step does to people, measured on the live server. */
export interface Impact {
  /** Follows of members that would be cut, or hidden by a silence. */
  readonly follows: number
  readonly followers: number
  readonly accounts: number
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
  /** The server's time of the account that a grant is for. */
  readonly createdAt?: string
  readonly changes: readonly Change[]
  /** All managed fields as they will be; empty for a delete. */
  readonly target: Fields
  /** All fields as the plan saw them; empty for a create. */
  readonly seen: Fields
  readonly extra?: Fields
  readonly impact?: Impact
  readonly consent?: number
  readonly source?: Source
  /** Lowers protection: counted against the budget of weakenings. */
  readonly weakens: boolean
  /** What a person should know of how it is done, in a sentence. */
  readonly note?: string
  /** null where no door that is configured can write it: such a step is shown and skipped. */
  readonly door: Exclude<DoorName, 'database'> | null
  readonly calls: number
  readonly digest: string
}

/** A difference that is told, not applied. */
export interface Standoff {
  readonly kind: string
  readonly id: string
  readonly cause: Exclude<Cause, 'change'>
  /** What the three say; null where the object is not there. */
  readonly desired: Fields | null
  readonly live: Fields | null
  readonly ledger: Fields | null
  readonly fields: readonly string[]
  readonly source?: Source
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
  /** Younger than the ledger: somebody made it by hand since. */
  readonly addedByHand: boolean
  readonly fields: Fields
}

export interface KindRead {
  readonly kind: string
  readonly complete: boolean
  readonly reason?: string
  readonly objects: number
  readonly requests: number
  readonly door?: DoorName
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
  readonly steps: readonly Step[]
  readonly drift: readonly Standoff[]
  readonly conflicts: readonly Standoff[]
  readonly takeovers: readonly Standoff[]
  readonly unmanaged: readonly Unmanaged[]
  readonly waiting: readonly Waiting[]
  /** Kinds whose file or key is not there: not read, not touched. */
  readonly released: readonly string[]
  /** Objects and fields that apply only writes down in the ledger: in sync, released, gone on both sides. */
  readonly adjustments: readonly Adjustment[]
  readonly findings: readonly Diagnostic[]
}

/** A change of the ledger that needs no write to live. */
export type Adjustment =
  | { readonly to: 'record'; readonly entry: LedgerEntry }
  | { readonly to: 'forget'; readonly ref: ObjectRef }

/** The state of all kinds as it would be: what invariants are checked on. */
export type World = ReadonlyMap<string, ReadonlyMap<string, LiveObject>>

/** One way in which a condition is not met, and by how much: a state is worse where `by` has grown. */
export interface Violation {
  readonly what: string
  readonly by: number
}

/** A condition that every state must meet. */
export interface Invariant {
  readonly name: string
  readonly kinds: readonly string[]
  readonly violations: (world: World, facts: InvariantFacts) => readonly Violation[]
}

export interface InvariantFacts {
  readonly minimumOwners: number
  readonly actingAccount: string | null
  /** The role that it holds now, and what that allows. */
  readonly actingRole: string | null
  readonly actingPermissions: readonly string[]
  /** Accounts that can log in: confirmed, approved, not disabled, suspended or moved. */
  readonly functional: ReadonlySet<string>
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

/** What the order of steps may go by besides the steps. */
export interface OrderHints {
  readonly instance: Instance
  /** Another object as it will be: as the files say, else as it is live. */
  readonly fieldsOf: (ref: ObjectRef) => Fields
}

/** What one write came to. */
export type Outcome =
  | { readonly state: 'done'; readonly step: Step; readonly serverId: string | null }
  | { readonly state: 'failed'; readonly step: Step; readonly reason: Diagnostic }

/** A type of object under management: five verbs, no class. Adding a kind is adding a file that makes one. */
export interface Kind {
  /** In kebab-case, as in `domain-block/spam.example`. */
  readonly name: string
  /** For people: "domain block", "domain blocks". */
  readonly title: { readonly one: string; readonly many: string }
  /** The file of `instance/` that holds it. */
  readonly file: string
  readonly drift: DriftPolicy
  /** The tables of a snapshot that `read` needs. */
  readonly tables: readonly TableName[]
  /** The doors that can write it, best first. */
  readonly writes: readonly Exclude<DoorName, 'database'>[]
  /** What happens when the file no longer names an object that the ledger knows. */
  readonly absence: 'delete' | 'release'
  /** True for objects that are only released when the files no longer name them, whatever `absence` says. */
  readonly releases?: (id: string, instance: Instance) => boolean
  /** Accounts that the read must look up by name. */
  readonly accounts?: (objects: readonly DesiredObject[]) => readonly string[]
  /** Domains whose impact must be measured, with the severity that the files want. */
  readonly measure?: (objects: readonly DesiredObject[]) => ReadRequest['measure']
  /** From the files to normalised objects. Pure. */
  readonly desired: (instance: Instance, now: Date) => Desired
  /** From rows to normalised objects. Pure; throws a HerdbookError on an odd shape, which makes the kind unknown. */
  readonly read: (tables: Tables, hints: Hints) => { readonly objects: readonly LiveObject[]; readonly prospects?: ReadonlyMap<string, Prospect> }
  /** What the ledger holds or a run attempted, as it is to be compared now: in the names of today, without what is not there at the moment. */
  readonly remembered?: (fields: Fields, instance: Instance, live: Fields) => Fields
  /** Whether two normalised values of a field mean the same. Deep equality where it is not given. */
  readonly same?: (field: string, a: Value, b: Value) => boolean
  readonly hazard: (step: Draft) => Hazard
  readonly weakens?: (step: Draft) => boolean
  readonly impact?: (step: Draft, tables: Tables) => Impact | 'unmeasured' | undefined
  /** True where the impact asks for consent in the file. */
  readonly needsConsent?: (step: Draft, impact: Impact) => boolean
  /** True where an update is a delete and a create, between which the object is gone. */
  readonly replaces?: true
  /** REST calls that a step costs. 1 where it is not given. */
  readonly calls?: (step: Draft) => number
  readonly note?: (step: Draft) => string | undefined
  /** Objects whose steps must have succeeded before this one. */
  readonly after?: (step: Step) => readonly ObjectRef[]
  /** Objects whose steps must not be done unless this one has succeeded. */
  readonly before?: (step: Step) => readonly ObjectRef[]
  /** What the write of these steps owes outside its rows, to be written down before and cleared after. */
  readonly intent?: (steps: readonly Step[]) => Intent | null
  /** Steps that the console writes at once: because one alone is refused, or one by one takes too long. */
  readonly together?: (a: Step, b: Step) => boolean
  /** Orders this kind's own creates and updates, or its deletes. By id where it is not given. */
  readonly order?: (a: Step, b: Step, hints: OrderHints) => number
  /** Rules that need the live state: a warning or a refusal beside a step. */
  readonly advice?: (step: Draft, tables: Tables, hints: Hints) => readonly Diagnostic[]
  /** Writes steps, in the order given, and answers what came of each as it comes. */
  readonly apply: (steps: readonly Step[], context: ApplyContext) => AsyncIterable<Outcome>
}

export interface ApplyContext {
  readonly writer: Writer
  readonly door: Exclude<DoorName, 'database'>
  /** The server's id of an object, as live has it or as this run created it. */
  readonly serverId: (ref: ObjectRef) => string | null
  /** Facts that a door checks again inside its transaction. */
  readonly guard: { readonly [name: string]: Value }
}

/** What an apply came to. Every step of its plan is in one of the four lists. */
export interface ApplyReport {
  readonly plan: Plan
  readonly done: readonly Step[]
  readonly failed: readonly { readonly step: Step; readonly reason: Diagnostic }[]
  readonly skipped: readonly { readonly step: Step; readonly reason: string }[]
  readonly notReached: readonly Step[]
  /** What was written and is not there when read again. */
  readonly remaining: readonly { readonly kind: string; readonly id: string; readonly fields: readonly string[]; readonly reason: string }[]
  readonly findings: readonly Diagnostic[]
}

/** A step before the engine has measured and sealed it. */
export type Draft = Pick<Step, 'kind' | 'id' | 'formerly' | 'action' | 'cause' | 'serverId' | 'createdAt' | 'changes' | 'target' | 'seen' | 'source' | 'consent' | 'extra'>
