import type { Instance } from '../../instance/instance.ts'
import type { Sealing } from '../digest.ts'
import type { KindInput, Kind } from '../kind.ts'
import type { ProviderLive } from '../provider.ts'
import type { Ledger, LedgerEntry } from '../ledger/types.ts'
import type { Desired } from '../objects.ts'
import type { ObjectRef } from '../values.ts'
import type { DriftPolicy } from '../../instance/policy.ts'

export interface Budget {
  readonly create: number
  readonly update: number
  readonly delete: number
  readonly weaken: number
}

export interface Policy {
  readonly budgetOf: (kind: string) => Budget
  readonly driftOf: (kind: string) => DriftPolicy
  readonly announce: { readonly noticeDays: number | null } | null
}

/** All that a plan depends on, time included. */
export interface PlanInput {
  readonly environment: string
  readonly domain: string
  readonly commit: string | null
  readonly instance: Instance
  readonly kinds: readonly Kind[]
  readonly desired: ReadonlyMap<string, Desired>
  readonly live: ProviderLive
  /** What proves which far ends were read. */
  readonly proofs: Proofs
  readonly ledger: Ledger
  readonly policy: Policy
  readonly now: Date
  /** Objects for which the files' version is used, once. */
  readonly restore: ReadonlySet<ObjectRef>
  /** Whether steps need an approval at all. */
  readonly needsApproval: boolean
  /** Takeovers become steps: the files' version is used for what the ledger does not know. */
  readonly takeOver: boolean
  /** First applies are intended: no budget limits what they create. */
  readonly first: boolean
  /** What digests are made for and with. */
  readonly sealing: Sealing
}

/** This kind's entries of the ledger, by id. */
export function entriesOf(kind: string, { entries }: Ledger): ReadonlyMap<string, LedgerEntry> {
  const known = byKind.get(entries) ?? inKinds(entries)
  byKind.set(entries, known)
  return known.get(kind) ?? NO_ENTRIES
}

type Kinds = ReadonlyMap<string, ReadonlyMap<string, LedgerEntry>>

/** Grouped once for each ledger, since every kind asks more than once. */
const byKind = new WeakMap<Ledger['entries'], Kinds>()
const NO_ENTRIES: ReadonlyMap<string, LedgerEntry> = new Map()

const inKinds = (entries: Ledger['entries']): Kinds =>
  new Map(
    [...Map.groupBy(entries.values(), ({ kind }) => kind)].map(([kind, own]) => [
      kind,
      new Map(own.map((entry) => [entry.id, entry])),
    ]),
  )

/** What a kind gets besides the rows when it reads. */
export function hintsFor(kind: Kind, input: Pick<PlanInput, 'instance' | 'desired' | 'ledger' | 'now'>): KindInput {
  const objectsOf = (name: string): Pick<KindInput, 'desired' | 'ledger' | 'attempts'> => {
    const desired = input.desired.get(name)
    return {
      desired: desired?.state === 'managed' ? desired.objects : [],
      ledger: entriesOf(name, input.ledger),
      attempts: input.ledger.attempts.filter((attempt) => attempt.kind === name),
    }
  }
  return { ...objectsOf(kind.name), instance: input.instance, objectsOf, now: input.now }
}

/** The proof of which far end was read, by provider; null if nothing was read. */
export type Proofs = ReadonlyMap<string, string | null>
