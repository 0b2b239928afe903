import { accountId } from '../providers/mastodon/kinds/community/accounts.ts'
import { KINDS } from '../providers/mastodon/kinds/index.ts'
import { functionalAccounts } from '../providers/mastodon/kinds/community/moderator.ts'
import { actingAs } from '../providers/mastodon/kinds/community/acting.ts'
import { EXIT, HerdbookError, type Diagnostic } from '../instance/diagnostic.ts'
import type { Instance } from '../instance/instance.ts'
import type { TokenAccount, ReadRequest, Reader, TableName, Tables } from '../reconcile/doors.ts'
import { hintsFor } from '../reconcile/input.ts'
import type { InvariantFacts, Kind } from '../reconcile/kind.ts'
import type { Ledger } from '../reconcile/ledger-types.ts'
import type { Desired, Observed } from '../reconcile/types.ts'

/** Live, as the doors answered and as the kinds understand it. */
export interface Observation {
  readonly tables: Tables
  readonly observed: ReadonlyMap<string, Observed>
  readonly facts: Omit<InvariantFacts, 'minimumOwners'>
}

/** What the files say of every kind. */
export function desiredOf(instance: Instance, now: Date): Map<string, Desired> {
  return new Map(KINDS.map((kind) => [kind.name, kind.desired(instance, now)]))
}

/** Kinds that guard each other: who holds a role decides what may become of roles. */
const TOGETHER: readonly (readonly string[])[] = [['role', 'moderator']]

/** The kinds to read: the managed ones, and those that their invariants look at. */
function kindsToRead(desired: ReadonlyMap<string, Desired>): Kind[] {
  const managed = new Set([...desired].filter(([, d]) => d.state === 'managed').map(([name]) => name))
  for (const group of TOGETHER) if (group.some((name) => managed.has(name))) for (const name of group) managed.add(name)
  return KINDS.filter((kind) => managed.has(kind.name))
}

/** What the doors are asked for: one request for all kinds. */
export function requestFor(desired: ReadonlyMap<string, Desired>, instance: Instance): ReadRequest {
  const kinds = kindsToRead(desired)
  const objectsOf = (kind: Kind) => {
    const d = desired.get(kind.name)
    return d?.state === 'managed' ? d.objects : []
  }
  const measure = kinds.flatMap((kind) => kind.measure?.(objectsOf(kind)) ?? [])
  const acting = instance.documents['instance.yaml']?.acting_account
  const named = kinds.flatMap((kind) => kind.accounts?.(objectsOf(kind)) ?? [])
  // Whether the account that acts is there is asked beside what the API does not read: for the block lists alone it would take another door.
  const looks = named.length > 0 || (acting !== undefined && kinds.some((kind) => !kind.writes.includes('rest')))
  const tables = new Set<TableName>([
    ...(looks ? (['accounts'] as const) : []),
    ...kinds.flatMap((kind) => kind.tables),
    ...(measure.length > 0 ? (['impact'] as const) : []),
    ...(acting !== undefined ? (['audit'] as const) : []),
  ])
  const accounts = [...named, ...(acting !== undefined && tables.has('accounts') ? [accountId(acting)] : [])]
  return { tables: [...tables], accounts: [...new Set(accounts)], measure, ...(acting === undefined ? {} : { acting }) }
}

/** What rows are understood with. */
export interface Understanding {
  readonly instance: Instance
  readonly desired: ReadonlyMap<string, Desired>
  readonly ledger: Ledger
  readonly now: Date
}

/** Reads live, once, and has every kind make its objects of the rows. */
export async function observe(reader: Reader, input: Understanding): Promise<Observation> {
  return observed(await reader.read(requestFor(input.desired, input.instance)), input)
}

/** Has every kind make its objects of rows that were read. */
export function observed(tables: Tables, input: Understanding): Observation {
  const kinds = kindsToRead(input.desired)
  return {
    tables,
    observed: new Map(kinds.map((kind) => [kind.name, observeKind(kind, tables, input)])),
    facts: factsOf({ tables, instance: input.instance }, { state: 'none' }),
  }
}

function observeKind(kind: Kind, tables: Tables, input: Parameters<typeof hintsFor>[1]): Observed {
  try {
    const { objects, prospects } = kind.read(tables, hintsFor(kind, input))
    const [first] = kind.tables.map((name) => tables[name])
    if (first?.state !== 'complete') throw new HerdbookError(EXIT.unreadable, [first?.reason ?? unread(kind)])
    return { state: 'complete', objects, prospects: prospects ?? new Map(), door: first.door, requests: first.requests }
  } catch (error) {
    if (!(error instanceof HerdbookError)) throw error
    return { state: 'unknown', reason: error.diagnostics[0] ?? unread(kind), objects: [] }
  }
}

const unread = (kind: Kind): Diagnostic => ({
  code: 'not-read',
  severity: 'error',
  about: kind.name,
  message: `The ${kind.title.many} could not be read.`,
})

/** What invariants go by besides the objects: who can log in, and whom Herdbook acts as. */
export function factsOf(
  { tables, instance }: { readonly tables: Tables; readonly instance: Instance },
  tokenAccount: TokenAccount,
): Observation['facts'] {
  const accounts = tables.accounts.state === 'complete' ? tables.accounts.rows : []
  const named = instance.documents['instance.yaml']?.acting_account
  return {
    actingAccount: named === undefined ? null : accountId(named),
    acting: actingAs({ tables, instance, tokenAccount }),
    functional: functionalAccounts(accounts),
  }
}
