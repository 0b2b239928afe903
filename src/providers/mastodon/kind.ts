import type { Diagnostic } from '../../instance/diagnostic.ts'
import type { DescribedKind } from '../described.ts'
import type { DraftStep, KindInput, StepOutcome, Violation, LiveState, WriteContext } from '../../reconcile/kind.ts'
import type { UnmeasuredImpact } from '../../reconcile/provider.ts'
import type { DesiredObject, LiveObject, Candidate } from '../../reconcile/objects.ts'
import type { Impact, Step } from '../../reconcile/plan/types.ts'
import type { MastodonRelease } from '../../instance/versions.ts'
import type { TableShape } from './table.ts'
import type { ReadRequest, Tables, WriteConnection, Writer } from './tables.ts'

/** A kind of Mastodon's: the tables that it reads, and how it is written. */
export interface MastodonKind extends DescribedKind {
  /** The release that brought it. An older server has no such tables; absent for what every server has. */
  readonly since?: MastodonRelease
  /** The tables of a snapshot that `read` needs. */
  readonly tables: readonly TableShape[]
  /** Its part of the console's program. */
  readonly program: URL
  /** The connections that can write it, best first. */
  readonly writes: readonly WriteConnection[]
  /** Conditions that it and others must keep. */
  readonly invariants?: readonly MastodonInvariant[]
  /** Names of accounts that the read must look up. */
  readonly accounts?: (objects: readonly DesiredObject[]) => readonly string[]
  /** Domains whose impact must be measured, with the severity that the files want. */
  readonly measure?: (objects: readonly DesiredObject[]) => ReadRequest['measure']
  /** The table that holds what was measured. */
  readonly measured?: TableShape
  /** What of that the API must measure: live does not block it as strictly. */
  readonly unmeasured?: (wanted: ReadRequest['measure'], tables: Pick<Tables, 'read'>) => ReadRequest['measure']
  /** From rows to normalised objects. Pure; throws a HerdbookError on an odd shape, which makes the kind unknown. */
  readonly read: (
    tables: Tables,
    hints: KindInput,
  ) => {
    readonly objects: readonly LiveObject[]
    readonly prospects?: ReadonlyMap<string, Candidate>
    /** Sentences about what the server has and no file can hold. */
    readonly unwritable?: readonly string[]
  }
  readonly weakens?: (step: DraftStep, tables: Tables) => boolean
  /** Whether a step gives access, or opens something to more people. */
  readonly opens?: (step: DraftStep) => boolean
  readonly impact?: (step: DraftStep, tables: Tables) => Impact | UnmeasuredImpact | undefined
  /** Rules that need the live state: a warning or a refusal beside a step. */
  readonly advice?: (step: DraftStep, tables: Tables, hints: KindInput) => readonly Diagnostic[]
  /** Writes steps in the order given, and yields the outcome of each. */
  readonly apply: (steps: readonly Step[], context: ApplyContext) => AsyncIterable<StepOutcome>
}

export interface ApplyContext extends Omit<WriteContext, 'connection'> {
  readonly writer: Writer
  readonly connection: WriteConnection
}

/** A condition that every state of accounts and roles must meet. */
export interface MastodonInvariant {
  readonly name: string
  readonly kinds: readonly string[]
  readonly violations: (world: LiveState, facts: InvariantFacts) => readonly Violation[]
}

/** What rules need besides the objects. */
export interface InvariantFacts {
  readonly minimumOwners: number
  /** The acting account, which the audit log names, as in the files. */
  readonly actingAccount: string | null
  /** The accounts that Herdbook acts as. */
  readonly acting: readonly ActingAccount[]
  /** Accounts that can log in: confirmed, approved, not disabled, suspended or moved. */
  readonly functional: ReadonlySet<string>
}

/** An account that Herdbook acts as, or may act as if Herdbook could not look that up. */
export interface ActingAccount {
  readonly account: string
  /** For people. Only an account that the files name is named: this may become public. */
  readonly called: string
  /** Herdbook could not look up whether it is this one. */
  readonly unsure?: true
  /** The acting account of the audit log, or the account of the API's token. */
  readonly as: 'actor' | 'token'
  /** The permissions that it has and needs. */
  readonly keeps: readonly string[]
}
