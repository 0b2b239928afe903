import type { Diagnostic } from '../instance/diagnostic.ts'
import type { InstanceFile } from '../instance/documents.ts'
import type { Instance } from '../instance/instance.ts'
import type { DraftStep, Invariant, Kind, Lease, StepOutcome, WriteContext } from './kind.ts'
import type { Intent, Ledger } from './ledger/types.ts'
import type { ProtocolDecision, UnfinishedProtocol, Check, Impact, Step } from './plan/types.ts'
import type { Desired, Observed } from './objects.ts'
import type { Fields } from '../instance/values.ts'

/** What a run is for: to plan, to plan a pull request, or to write. */
export type RunPurpose = 'plan' | 'proposal' | 'apply'

/** What a provider can do with this configuration. */
export interface Capability {
  /** Whether a run of this use can read a kind. */
  readonly reads: (kind: string) => boolean
  /** The connection that writes so many steps of a kind; null if none is configured. */
  readonly writes: (kind: string, steps: number) => string | null
}

/** What to read, in one request for all kinds. */
export interface ReadingRequest {
  readonly instance: Instance
  readonly desired: ReadonlyMap<string, Desired>
  /** The kinds whose objects are asked for. */
  readonly kinds: readonly Kind[]
  /** Objects that only the ledger still names are read, too. */
  readonly ledger: Ledger
}

/** What a reading is understood with. */
export interface ReadContext extends ReadingRequest {
  readonly environment: string
  readonly now: Date
}

/** What was read of a far end. Pure from here on: base and proposal are compared with one reading. */
export interface FarEndReading {
  /** The far end's version, by which files are checked; null if it names none. */
  readonly version: string | null
  /** The proof of which far end it is, such as a host key. A missing one is refused if one was verified before. */
  readonly proof: string | null
  readonly understand: (input: ReadContext) => ProviderLive
  /** Reads more that these steps need; answers itself if that is nothing. */
  readonly lookInto: (steps: readonly Pick<Step, 'kind' | 'id'>[]) => Promise<FarEndReading>
}

/** What a step does, by live. */
export interface Assessment {
  /** Lowers protection: counted against the budget of weakenings. */
  readonly weakens: boolean
  /** Gives a person access, or opens something to more people. */
  readonly opens: boolean
  /** Absent if nobody is affected. */
  readonly impact?: Impact | UnmeasuredImpact
}

/** An impact that could not be counted, and why. */
export interface UnmeasuredImpact {
  readonly unmeasured: string | null
}

/** Live as the kinds of a provider understand it. */
export interface ProviderLive {
  readonly observed: ReadonlyMap<string, Observed>
  readonly invariants: readonly Invariant[]
  readonly checks: readonly Check[]
  /** Protocols that were cut off. Until they end, their objects show as they were before. */
  readonly unfinished: readonly UnfinishedProtocol[]
  readonly assess: (step: DraftStep) => Assessment
  /** Rules that need live: warnings and refusals beside a step. */
  readonly advice: (step: Step) => readonly Diagnostic[]
  /** What speaks against these steps together, and what people should know about them. */
  readonly against: (steps: readonly Step[]) => readonly Diagnostic[]
  readonly writes: Capability['writes']
  /** Facts that the far end checks again when it writes these steps. */
  readonly guard: (steps: readonly Step[]) => Fields
}

/** The result of a finish. `refused`: certainly nothing was done; `failed`: that is unknown. */
export type FinishResult =
  | { readonly state: 'done' }
  | { readonly state: 'refused' | 'failed'; readonly reason: Diagnostic }

/** The result of resuming a protocol. `cut`: the lease ended, and its record says how far it got. */
export type ProtocolResult = FinishResult | { readonly state: 'cut' }

/** Writes to a provider: one session for a run, opened when it is certainly needed. */
export interface WriteSession {
  /** Writes steps of one kind in the order given, and answers the result of each as it comes. */
  readonly write: (kind: string, steps: readonly Step[], context: WriteContext) => AsyncIterable<StepOutcome>
  /** Finishes the pending work of interrupted runs: all of it or none. */
  readonly finish: (pending: readonly Intent[]) => Promise<FinishResult>
  /** Finishes or undoes a protocol that was cut off. */
  readonly resume: (
    one: UnfinishedProtocol,
    course: Exclude<ProtocolDecision, 'waits'>,
    lease: Lease,
  ) => Promise<ProtocolResult>
  /** Hears which connections are certainly needed, so that they can open early. */
  readonly expect: (connections: ReadonlySet<string>) => void
  readonly close: () => Promise<void>
}

/** An outside system that is read and written, as one configuration names it. Nothing is opened before it is used. */
export interface Provider {
  readonly name: string
  /** Its name in this instance, such as `host:herd.example`. Digests of its steps bind it. */
  readonly identity: string
  readonly kinds: readonly Kind[]
  /** Kinds that its invariants need together: if one is managed, all are read. */
  readonly together: readonly (readonly string[])[]
  readonly can: (use: RunPurpose) => Capability
  /** Reads all in few round trips. What cannot be read is unknown. Throws only if it is not the instance's far end. */
  readonly read: (request: ReadingRequest) => Promise<FarEndReading>
  /** What is known without any request. */
  readonly unread: FarEndReading
  readonly open: () => Promise<WriteSession>
  readonly close: () => Promise<void>
}

/** A provider without a configuration. `Access`: what it opens its connections with. */
export interface ProviderFolder<Access> {
  readonly name: string
  readonly kinds: readonly Kind[]
  /** Its name in an instance with this configuration. Digests of its steps bind it, even if a run never connects. */
  readonly identity: (config: InstanceFile) => string
  readonly connect: (config: InstanceFile, access: Access) => Provider
}
