import type { DigestForm, Action, Hazard, ObjectRef } from '../values.ts'
import type { Fields } from '../../instance/values.ts'

/** What Herdbook last verified as its own. */
export interface LedgerEntry {
  readonly kind: string
  readonly id: string
  readonly serverId: string | null
  readonly fields: Fields
  /** The consent that the file held then: it is used up. */
  readonly consent?: number
  /** The files of the instance that it came from, sorted; the first of its kind's if not given. */
  readonly sources?: readonly string[]
  /** The objects that its fields took values of, sorted: they are deleted after it. */
  readonly takes?: readonly ObjectRef[]
  /** The files say that it must not be there, and it was not. */
  readonly state?: 'absent'
  /** The commit of the instance that it was applied from; null outside Git. */
  readonly commit: string | null
  /** What a later version wrote: kept, signed and ignored. */
  readonly more?: Fields
}

/** A write that is about to be made, recorded before the first one goes out. */
export interface Attempt {
  readonly kind: string
  readonly id: string
  readonly action: Action
  /** The values about to be set; empty for a delete. */
  readonly fields: Fields
  readonly commit: string | null
}

/** An effect of a step outside its row, such as the worker of a block. An interrupted run may leave it pending. */
export interface Intent {
  readonly kind: string
  readonly id: string
  readonly action: Action
  /** The values that it follows from: pending only while files and live still have them. */
  readonly fields: Fields
  readonly hazard: Hazard
  /** For people: "the suspension of spam.example". */
  readonly what: string
  /** Whether a later run may repeat it, even if it was done. If not, people are warned. */
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
  /** The form of its digest. */
  readonly form: DigestForm
  readonly spent: boolean
}

/**
 * What a pull request's comment holds of its plan, so that merging it approves exactly that: a mark for each step or
 * group of steps, and the objects to restore. Marks are HMACs over the step and the number of the pull request. The
 * whole comment is sealed: after an edit without the key it approves nothing.
 */
export interface ApprovalMarks {
  readonly form: DigestForm
  /** The number of groups that steps are split into by their names; 0 if each step has its own mark. */
  readonly groups: number
  readonly marks: readonly string[]
  /** Hashed names of the steps' objects; none with groups. They approve nothing, but show what has moved. */
  readonly names: readonly string[]
  readonly restore: readonly ObjectRef[]
  /** Who asked Herdbook to propose it, by the seals of its commits. */
  readonly askedBy: readonly string[]
  /** Whether all of its commits are Herdbook's own. */
  readonly isOurs: boolean
  /** Marks and names of leftover steps, and the people behind them, who may not approve these steps. */
  readonly along?: {
    readonly by: readonly string[]
    readonly marks: readonly string[]
    readonly names: readonly string[]
  }
}

/** A pull request that was merged, and what merging it approves. */
export interface MergeApproval {
  readonly pullRequest: number
  /** Who approved it, by a comma. */
  readonly by: string
  readonly at: string
  /** Whether an owner is among them: changes of the owners' files need one. */
  readonly byOwner: boolean
  readonly marks: ApprovalMarks
}

/** How much protection was lowered, and when: a budget of weakenings is for a day. */
export interface Weakening {
  readonly kind: string
  readonly at: string
  readonly count: number
}

/** A person who may hold nothing from now on, whatever the files still say. */
export interface Removal {
  readonly ref: ObjectRef
  readonly by: string
  readonly at: string
  readonly why: string
}

/** An object that was live and in no file when a person last looked and left it. */
export interface SeenObject {
  /** The mark of the object and its state, by `markOf`: no name and no value. */
  readonly mark: string
  /** Who left it and why, if a person did. */
  readonly by?: string
  readonly at?: string
  readonly why?: string
}

/** By kind and by object. A kind without a list was never looked at. */
export type SeenLists = ReadonlyMap<string, ReadonlyMap<string, SeenObject>>

/** A pause: nothing is applied while it lasts. */
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
export interface VerifiedProvider {
  readonly name: string
  /** What proved which far end it was, such as a host key. */
  readonly proof: string
  /** When it was first managed, ISO 8601 UTC. */
  readonly since: string
}

export interface Ledger {
  /** The commit of the ledger's own chain; null if there is none yet. */
  readonly head: string | null
  /** When that commit was made, ISO 8601 UTC. */
  readonly at: string | null
  /** When its first commit was made. Younger objects on the server were added under management. */
  readonly began: string | null
  /** The form that it is signed in; null if there is none yet. */
  readonly form: DigestForm | null
  /** When it was first signed in a later form than version 1; null if it never had version 1. */
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
  readonly merges: readonly MergeApproval[]
  readonly notices: readonly Notice[]
  readonly weakenings: readonly Weakening[]
  readonly removed: readonly Removal[]
  /** By name; those that were read since this list exists. */
  readonly providers: ReadonlyMap<string, VerifiedProvider>
  readonly seen: SeenLists
  /** While it is there, runs report and apply nothing. */
  readonly paused: Pause | null
  /** Files and keys of a later version: kept, signed and ignored. */
  readonly more: { readonly files: ReadonlyMap<string, string>; readonly meta: Fields }
}
