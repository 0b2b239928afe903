import type { Diagnostic } from '../instance/diagnostic.ts'
import type { Instance } from '../instance/instance.ts'
import type { ReadRequest, TableName, Tables, Writer } from './doors.ts'
import type { Attempt, Intent, LedgerEntry } from './ledger-types.ts'
import type {
  Desired,
  DesiredObject,
  DoorName,
  DriftPolicy,
  Fields,
  Hazard,
  Impact,
  LiveObject,
  ObjectRef,
  Prospect,
  Step,
  Value,
} from './types.ts'

/** The state of all kinds as it would be: what invariants are checked on. */
export type World = ReadonlyMap<string, ReadonlyMap<string, LiveObject>>

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
  readonly violations: (world: World, facts: InvariantFacts) => readonly Violation[]
}

export interface InvariantFacts {
  readonly minimumOwners: number
  /** The account that stands in the audit log, as the files name it. */
  readonly actingAccount: string | null
  /** The accounts that Herdbook acts as. */
  readonly acting: readonly Acting[]
  /** Accounts that can log in: confirmed, approved, not disabled, suspended or moved. */
  readonly functional: ReadonlySet<string>
}

/** An account that Herdbook acts as, or may act as where nobody could look that up. */
export interface Acting {
  readonly account: string
  /** For people. Only an account that the files name is told by its name: this is read by everybody. */
  readonly called: string
  /** Nobody could look up whether it is this one. */
  readonly unsure?: true
  /** Whether it stands in the audit log, or writes through the API. */
  readonly as: 'actor' | 'token'
  /** What it may do now, and needs. */
  readonly keeps: readonly string[]
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
  /** Each object is an account's, by its id: what is approved for it is for that account, and not for a name. */
  readonly ofAccounts?: true
  /** Accounts that the read must look up by name. */
  readonly accounts?: (objects: readonly DesiredObject[]) => readonly string[]
  /** Domains whose impact must be measured, with the severity that the files want. */
  readonly measure?: (objects: readonly DesiredObject[]) => ReadRequest['measure']
  /** From the files to normalised objects. Pure. */
  readonly desired: (instance: Instance, now: Date) => Desired
  /** From rows to normalised objects. Pure; throws a HerdbookError on an odd shape, which makes the kind unknown. */
  readonly read: (
    tables: Tables,
    hints: Hints,
  ) => { readonly objects: readonly LiveObject[]; readonly prospects?: ReadonlyMap<string, Prospect> }
  /** What the ledger holds or a run attempted, as it is to be compared now: in the names of today, without what is not there at the moment. */
  readonly remembered?: (fields: Fields, instance: Instance, live: Fields) => Fields
  /** Whether two normalised values of a field mean the same. Deep equality where it is not given. */
  readonly same?: (field: string, a: Value, b: Value) => boolean
  /** Fields that mean something only together: while one is changed on both sides or taken over, the others wait with it. Any other stands by itself. */
  readonly bound?: readonly (readonly string[])[]
  /** Why the server would refuse a step through this door as things stand: its object then waits. */
  readonly obstacle?: (step: Draft, door: Step['door'], others: Others) => string | undefined
  readonly hazard: (step: Draft) => Hazard
  readonly weakens?: (step: Draft, tables: Tables) => boolean
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
  /** What the write of a step through the console owes outside its row, to be written down before and cleared after. */
  readonly intent?: (step: Step) => Intent | null
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

/** A step before the engine has measured and sealed it. */
export type Draft = Pick<
  Step,
  | 'kind'
  | 'id'
  | 'formerly'
  | 'action'
  | 'cause'
  | 'serverId'
  | 'createdAt'
  | 'changes'
  | 'target'
  | 'seen'
  | 'source'
  | 'consent'
  | 'usedConsent'
  | 'unmanaged'
  | 'removal'
>
