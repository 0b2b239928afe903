import type { Form, Action, Fields, Hazard, ObjectRef } from '../values.ts'

/** What Herdbook last verified as its own. */
export interface LedgerEntry {
  readonly kind: string
  readonly id: string
  readonly serverId: string | null
  readonly fields: Fields
  /** The consent that the file held then: it is used up, and serves no later step. */
  readonly consent?: number
  /** The files of the instance that it came from, sorted; where they are not there, the first of its kind's. */
  readonly sources?: readonly string[]
  /** The objects that its fields took values of, sorted: such a one goes after it. */
  readonly takes?: readonly ObjectRef[]
  /** Where the files say that it must not be there, and it was not. */
  readonly state?: 'absent'
  /** The commit of the instance that it was applied from; null outside Git. */
  readonly commit: string | null
  /** What a later version wrote beside these: kept, signed and ignored. */
  readonly more?: Fields
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

/** An effect of a step outside its row, such as the worker of a block: a run that is broken off may owe it. */
export interface Intent {
  readonly kind: string
  readonly id: string
  readonly action: Action
  /** The values that it follows from: owed only while the files and live still have them. */
  readonly fields: Fields
  readonly hazard: Hazard
  /** For people: "the suspension of spam.example". */
  readonly what: string
  /** Whether a later run may do it, though it may have been done: what may not is told instead. */
  readonly repeatable: boolean
}

export interface Approval {
  /** A step's digest. */
  readonly digest: string
  readonly ref: ObjectRef
  readonly by: string
  readonly at: string
  /** The merged pull request as `#12`, or the reason given to `approve`. */
  readonly source: string
  /** The merged pull request that its digest is for. */
  readonly pullRequest?: number
  /** Of its digest. */
  readonly form: Form
  readonly spent: boolean
}

/**
 * What a pull request's comment carries of its plan, so that merging it approves just that: a mark for each step, or
 * for each group of steps where there are many, and the objects for which the files are to win. Marks are HMACs over the
 * step and the number of the pull request. The comment as a whole is sealed: many may edit it, and nobody without the key
 * so that it still approves anything.
 */
export interface Marks {
  readonly form: Form
  /** How many groups the steps are shared out to by their names; 0 where each has a mark of its own. */
  readonly groups: number
  readonly marks: readonly string[]
  /** Names of the steps' objects, hashed; none where marks are for groups. They approve nothing: they tell what has moved. */
  readonly names: readonly string[]
  readonly restore: readonly ObjectRef[]
  /** Who had Herdbook propose it, by the seals of its commits. */
  readonly askedBy: readonly string[]
  /** Whether each of its commits is Herdbook's own, so that nobody else wrote any of it. */
  readonly isOurs: boolean
  /** Of the marks and names those of steps that were left over, and who is behind them: none of them approves these. The ledger holds those alone that count. */
  readonly along?: {
    readonly by: readonly string[]
    readonly marks: readonly string[]
    readonly names: readonly string[]
  }
}

/** A pull request that was merged, and what merging it approves. */
export interface Merge {
  readonly pullRequest: number
  /** Who approved it, by a comma. */
  readonly by: string
  readonly at: string
  /** Whether an owner is among them: what owners look after takes one. */
  readonly byOwner: boolean
  readonly marks: Marks
}

/** How much protection was lowered, and when: a budget of weakenings is for a day. */
export interface Weakening {
  readonly kind: string
  readonly at: string
  readonly count: number
}

/** Somebody who is to hold nothing from now on, whatever the files still say. */
export interface Removal {
  readonly ref: ObjectRef
  readonly by: string
  readonly at: string
  readonly why: string
}

/** What was live and in no file when somebody last looked and left it. */
export interface Seen {
  /** Which object it is and what it was like, as `markOf` has it: no name and no value. */
  readonly mark: string
  /** Who left it and why, where somebody said so. */
  readonly by?: string
  readonly at?: string
  readonly why?: string
}

/** By kind and by object. A kind without a list was never looked at. */
export type SeenLists = ReadonlyMap<string, ReadonlyMap<string, Seen>>

/** Somebody wants nothing applied for now. */
export interface Pause {
  readonly by: string
  readonly at: string
  readonly why: string
}

/** A step that was announced before it is done. */
export interface Notice {
  readonly ref: ObjectRef
  /** When it was announced. */
  readonly at: string
  /** The day, in UTC, from which it may be done. */
  readonly from: string
}

/** What was verified of a provider's far end. */
export interface Verified {
  readonly name: string
  /** What proved which far end it was, such as a host key. */
  readonly proof: string
  /** When it was first managed, ISO 8601 UTC. */
  readonly since: string
}

export interface Ledger {
  /** The commit of the ledger's own chain; null where there is none yet. */
  readonly head: string | null
  /** When that commit was made, ISO 8601 UTC. */
  readonly at: string | null
  /** When its first commit was made: what is younger on the server was added since Herdbook looks after it. */
  readonly began: string | null
  /** The form that it is signed in; null where there is none yet. */
  readonly form: Form | null
  /** When it was first signed in a form after version 1; null where it never was of that. */
  readonly upgraded: string | null
  /** The instance's commit last applied, by kind: it moves for the kinds that were read. */
  readonly applied: ReadonlyMap<string, string>
  /** The commit up to which the merges of pull requests were taken in. */
  readonly taken: string | null
  readonly signed: boolean
  readonly entries: ReadonlyMap<ObjectRef, LedgerEntry>
  readonly attempts: readonly Attempt[]
  readonly intents: readonly Intent[]
  readonly approvals: readonly Approval[]
  /** Merged pull requests that still approve something. */
  readonly merges: readonly Merge[]
  readonly notices: readonly Notice[]
  readonly weakenings: readonly Weakening[]
  readonly removed: readonly Removal[]
  /** By name; those that were read since there is such a list. */
  readonly providers: ReadonlyMap<string, Verified>
  readonly seen: SeenLists
  /** While it is there, runs report and apply nothing. */
  readonly paused: Pause | null
  /** Files and keys of a later version: kept, signed and ignored. */
  readonly more: { readonly files: ReadonlyMap<string, string>; readonly meta: Fields }
}
