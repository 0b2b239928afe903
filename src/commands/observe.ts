import { KINDS } from '../kinds/index.ts'
import { functionalAccounts } from '../kinds/community/moderator.ts'
import { roleNames } from '../kinds/community/role.ts'
import { permissionNames } from '../instance/versions.ts'
import { EXIT, HerdbookError, type Diagnostic } from '../instance/diagnostic.ts'
import type { Instance } from '../instance/instance.ts'
import type { ReadRequest, Reader, TableName, Tables } from '../reconcile/doors.ts'
import { entriesOf, hintsFor } from '../reconcile/input.ts'
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
  const tables = new Set<TableName>([...kinds.flatMap((kind) => kind.tables), ...(measure.length > 0 ? (['impact'] as const) : []), ...(acting !== undefined ? (['audit'] as const) : [])])
  const accounts = [...kinds.flatMap((kind) => kind.accounts?.(objectsOf(kind)) ?? []), ...(acting !== undefined && tables.has('accounts') ? [acting.toLowerCase()] : [])]
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
  return { tables, observed: new Map(kinds.map((kind) => [kind.name, observeKind(kind, tables, input)])), facts: factsOf(tables, input) }
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

const unread = (kind: Kind): Diagnostic => ({ code: 'not-read', severity: 'error', about: kind.name, message: `The ${kind.title.many} could not be read.` })

function factsOf(tables: Tables, { instance, ledger }: Understanding): Observation['facts'] {
  const acting = instance.documents['instance.yaml']?.acting_account?.toLowerCase() ?? null
  const accounts = tables.accounts.state === 'complete' ? tables.accounts.rows : []
  const roles = tables.roles.state === 'complete' ? tables.roles.rows : []
  const held = accounts.find((row) => row.username.toLowerCase() === acting)?.role_id ?? null
  const role = roles.find((row) => row.id === held)
  return {
    actingAccount: acting,
    // As invariants know it: by the name of today's files, which may be about to rename it.
    actingRole: role ? (roleNames(roles, instance.documents['roles.yaml']?.roles ?? [], entriesOf('role', ledger)).get(role.id) ?? role.name) : null,
    actingPermissions: role ? permissionNames(role.permissions) : [],
    functional: functionalAccounts(accounts),
  }
}
