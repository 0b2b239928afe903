import type { Diagnostic } from '../instance/diagnostic.ts'
import type { InstanceFile } from '../instance/documents.ts'
import type { Instance } from '../instance/instance.ts'
import type { Draft, Invariant, Kind, Lease, Outcome, WriteContext } from './kind.ts'
import type { Intent, Ledger } from './ledger/types.ts'
import type { Course, Unfinished, Check, Impact, Step } from './plan/types.ts'
import type { Desired, Observed } from './objects.ts'
import type { Fields } from './values.ts'

/** What a run is for: to look, to look with what somebody only proposes, or to write. */
export type Use = 'plan' | 'proposal' | 'apply'

/** What a provider can do here, as it is configured. */
export interface Capability {
  /** Whether a run of this use can read a kind. */
  readonly reads: (kind: string) => boolean
  /** The connection that writes so many steps of a kind; null where none is configured. */
  readonly writes: (kind: string, steps: number) => string | null
}

/** What is to be read: in one go for all kinds. */
export interface Request {
  readonly instance: Instance
  readonly desired: ReadonlyMap<string, Desired>
  /** The kinds whose objects are asked for. */
  readonly kinds: readonly Kind[]
  /** What the files name no more and the ledger still does is looked for, too. */
  readonly ledger: Ledger
}

/** What a reading is understood with. */
export interface ReadContext extends Request {
  readonly environment: string
  readonly now: Date
}

/** What was read of a far end. Pure from here on: files of a base and of a proposal are understood by one reading. */
export interface Reading {
  /** The version that the far end says of itself, by which files are checked; null where it says none. */
  readonly version: string | null
  /** What proves which far end it is, such as a host key; null where nothing was read. Where anything was, a missing one is refused once one was verified. */
  readonly proof: string | null
  readonly understand: (input: ReadContext) => Live
  /** The same with what these steps make it worth asking for; itself where that is nothing. */
  readonly lookInto: (steps: readonly Pick<Step, 'kind' | 'id'>[]) => Promise<Reading>
}

/** What a step does, as far as only live tells. */
export interface Assessment {
  /** Lowers protection: counted against the budget of weakenings. */
  readonly weakens: boolean
  /** Gives somebody access, or opens something to more people. */
  readonly opens: boolean
  /** Nothing where nobody is touched. */
  readonly impact?: Impact | Unmeasured
}

/** An impact that nobody could count, and why. */
export interface Unmeasured {
  readonly unmeasured: string | null
}

/** Live as the kinds of a provider understand it. */
export interface Live {
  readonly observed: ReadonlyMap<string, Observed>
  readonly invariants: readonly Invariant[]
  readonly checks: readonly Check[]
  /** Protocols that were cut off. Their objects are as they were before, until they have ended. */
  readonly unfinished: readonly Unfinished[]
  readonly assess: (step: Draft) => Assessment
  /** Rules that need live: warnings and refusals beside a step. */
  readonly advice: (step: Step) => readonly Diagnostic[]
  /** What speaks against these steps together, or is to be known beside them. */
  readonly against: (steps: readonly Step[]) => readonly Diagnostic[]
  readonly writes: Capability['writes']
  /** Facts that the far end checks again where it writes these steps. */
  readonly guard: (steps: readonly Step[]) => Fields
}

/** What a finish came to. `refused`: nothing was done, for certain; `failed`: nobody knows. */
export type Finished =
  | { readonly state: 'done' }
  | { readonly state: 'refused' | 'failed'; readonly reason: Diagnostic }

/** What going on with a protocol came to. `cut`: the lease ended, and it stands where its record says. */
export type Ended = Finished | { readonly state: 'cut' }

/** The way in for writing: one for a run, opened when something certainly goes through it. */
export interface WriteSession {
  /** Writes steps of one kind, in the order given, and answers what came of each as it comes. */
  readonly write: (kind: string, steps: readonly Step[], context: WriteContext) => AsyncIterable<Outcome>
  /** Finishes what runs that were broken off still owe: all of it, or none. */
  readonly finish: (pending: readonly Intent[]) => Promise<Finished>
  /** Brings a protocol that was cut off to its end, or takes it back. */
  readonly resume: (one: Unfinished, course: Exclude<Course, 'waits'>, lease: Lease) => Promise<Ended>
  /** Told which connections will be needed for certain: they may open while others work. */
  readonly expect: (connections: ReadonlySet<string>) => void
  readonly close: () => Promise<void>
}

/** An outside system that is read and written, as one configuration names it. Nothing is opened before it is used. */
export interface Provider {
  readonly name: string
  /** Its name in this instance, such as `host:herd.example`: what digests of its steps bind. */
  readonly identity: string
  readonly kinds: readonly Kind[]
  /** Kinds that its invariants look at together: where one is managed, all are read. */
  readonly together: readonly (readonly string[])[]
  readonly can: (use: Use) => Capability
  /** Reads all that is asked for in the fewest round trips. What can't be read is unknown and stops nothing else; throws only for a far end that is not the instance's. */
  readonly read: (request: Request) => Promise<Reading>
  /** What is known without asking anybody. */
  readonly unread: Reading
  readonly open: () => Promise<WriteSession>
  readonly close: () => Promise<void>
}

/** A provider's folder, before a configuration is known. `Access` is what it opens its connections with. */
export interface ProviderFolder<Access> {
  readonly name: string
  readonly kinds: readonly Kind[]
  /** Its name in an instance of this configuration: what digests of its steps bind, also in a run that never connects. */
  readonly identity: (config: InstanceFile) => string
  readonly connect: (config: InstanceFile, access: Access) => Provider
}
