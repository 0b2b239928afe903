import { EXIT, HerdbookError, type Diagnostic } from '../../instance/diagnostic.ts'
import { TOO_NEW } from '../described.ts'
import type { Instance } from '../../instance/instance.ts'
import { releaseOf, within } from '../../instance/versions.ts'
import { policyOf } from '../../instance/policy.ts'
import { hintsFor } from '../../reconcile/plan/input.ts'
import type { KindInput, Invariant, Kind } from '../../reconcile/kind.ts'
import type { ProviderLive, ReadingRequest, ReadContext } from '../../reconcile/provider.ts'
import type { Observed } from '../../reconcile/objects.ts'
import type { Step } from '../../reconcile/plan/types.ts'
import { checkAge } from './stale-ledger.ts'
import type { InvariantFacts, MastodonKind } from './kind.ts'
import { accountId, ACCOUNTS, functionalAccounts } from './kinds/accounts.ts'
import { actingAs, actorMissing } from './kinds/acting-account.ts'
import { KINDS } from './kinds/index.ts'
import { INVARIANTS } from './kinds/invariants.ts'
import { AUDIT } from './audit.ts'
import type { TableShape } from './table.ts'
import { rowsKnown, tableIn, type ReadRequest, type Tables, type TokenAccount } from './tables.ts'
import { kindTooNew, kindUnread, noConnection } from './texts.ts'

const kindsIn = (kinds: readonly Kind[]): MastodonKind[] => {
  const names = new Set(kinds.map(({ name }) => name))
  return KINDS.filter(({ name }) => names.has(name))
}

/** Makes one request for all kinds. */
export function requestFor({ desired, instance, kinds: asked }: ReadingRequest): ReadRequest {
  const kinds = kindsIn(asked)
  const objectsOf = (kind: Kind) => {
    const d = desired.get(kind.name)
    return d?.state === 'managed' ? d.objects : []
  }
  const measure = kinds.flatMap((kind) => kind.measure?.(objectsOf(kind)) ?? [])
  const acting = instance.documents['instance.yaml']?.acting_account
  const named = kinds.flatMap((kind) => kind.accounts?.(objectsOf(kind)) ?? [])
  // The acting account is looked up only beside what the API cannot read: block lists alone need no other connection.
  const looksUpAccounts =
    named.length > 0 || (acting !== undefined && kinds.some((kind) => !kind.writes.includes('rest')))
  const tables = new Set<TableShape>([
    ...(looksUpAccounts ? [ACCOUNTS] : []),
    ...kinds.flatMap((kind) => kind.tables),
    ...(measure.length > 0 ? kinds.flatMap(({ measured = [] }) => measured) : []),
    ...(acting !== undefined ? [AUDIT] : []),
  ])
  const accounts = [...named, ...(acting !== undefined && tables.has(ACCOUNTS) ? [accountId(acting)] : [])]
  return {
    tables: [...tables].map(({ name }) => name),
    accounts: [...new Set(accounts)],
    measure,
    ...(acting === undefined ? {} : { acting }),
  }
}

/** Lets every kind make its objects from the rows. */
export function observed(tables: Tables, input: ReadContext): Map<string, Observed> {
  return new Map(kindsIn(input.kinds).map((kind) => [kind.name, observeKind(kind, tables, input)]))
}

function observeKind(kind: MastodonKind, tables: Tables, input: Parameters<typeof hintsFor>[1]): Observed {
  try {
    if (!within(kind, releaseOf(tables.version))) throw new HerdbookError(EXIT.unreadable, [notYet(kind, tables)])
    const { objects, prospects, unwritable = [] } = kind.read(tables, hintsFor(kind, input))
    const [first] = kind.tables.map((shape) => tableIn(tables, shape))
    if (first?.state !== 'complete') throw new HerdbookError(EXIT.unreadable, [first?.reason ?? unread(kind)])
    return {
      state: 'complete',
      objects,
      prospects: prospects ?? new Map(),
      ...(unwritable.length === 0 ? {} : { unwritable }),
      connection: first.connection,
      requests: first.requests,
    }
  } catch (error) {
    if (!(error instanceof HerdbookError)) throw error
    return { state: 'unknown', reason: error.diagnostics[0] ?? unread(kind), objects: [] }
  }
}

const notYet = ({ name, title, since, sources }: MastodonKind, { version }: Tables): Diagnostic => ({
  code: TOO_NEW,
  severity: 'error',
  about: name,
  ...kindTooNew({ kinds: title.many, since: since ?? '', version: version ?? '', file: sources[0] ?? '' }),
})

const unread = (kind: Kind): Diagnostic => ({
  code: 'not-read',
  severity: 'error',
  about: kind.name,
  message: kindUnread(kind.title.many),
})

/** Collects what invariants need besides the objects: who can log in, and which accounts Herdbook acts as. */
export function factsOf(
  tables: Tables,
  instance: Instance,
  tokenAccount: TokenAccount,
): Omit<InvariantFacts, 'minimumOwners'> {
  const accounts = rowsKnown(tables, ACCOUNTS)
  const named = instance.documents['instance.yaml']?.acting_account
  return {
    actingAccount: named === undefined ? null : accountId(named),
    acting: actingAs({ tables, instance, tokenAccount }),
    functional: functionalAccounts(accounts),
  }
}

/**
 * Eases the facts for an immediate removal: one owner is enough, and a token that cannot be looked up does not stop it,
 * since someone may have revoked it.
 */
const forRemoval = (facts: InvariantFacts): InvariantFacts => ({
  ...facts,
  minimumOwners: Math.min(1, facts.minimumOwners),
  acting: facts.acting.filter(({ unsure }) => !unsure),
})

function invariantsOf(facts: InvariantFacts): Invariant[] {
  const removing = forRemoval(facts)
  return INVARIANTS.map(({ name, kinds, violations }) => ({
    name,
    kinds,
    violations: (world, removal) => violations(world, removal ? removing : facts),
  }))
}

function checkConnections(steps: readonly Step[]): Diagnostic[] {
  const unwritable = KINDS.filter((kind) => steps.some((step) => step.kind === kind.name && step.connection === null))
  return unwritable.map((kind) => ({
    code: 'no-door',
    severity: 'warning' as const,
    about: kind.name,
    ...noConnection({ kinds: kind.title.many, writes: kind.writes }),
  }))
}

/** The tables of one read, and what belongs to them. */
export interface ReadTables {
  readonly tables: Tables
  readonly tokenAccount: TokenAccount
  readonly writes: ProviderLive['writes']
}

/** Makes live from the tables. `objects` are those that the kinds made from these tables before. */
export function understand(
  { tables, tokenAccount, writes }: ReadTables,
  input: ReadContext,
  objects: ReadonlyMap<string, Observed> = observed(tables, input),
): ProviderLive {
  const { instance, ledger, now } = input
  const facts = { ...factsOf(tables, instance, tokenAccount), minimumOwners: policyOf(instance, now).minimumOwners }
  const byName = new Map(KINDS.map((kind) => [kind.name, kind]))
  const hints = new Map<string, KindInput>()
  const hintsOf = (kind: Kind): KindInput => {
    const own = hints.get(kind.name) ?? hintsFor(kind, input)
    hints.set(kind.name, own)
    return own
  }
  const { minimumOwners: minimum_owners } = facts
  return {
    observed: objects,
    invariants: invariantsOf(facts),
    checks: [],
    unfinished: [],
    assess: (step) => {
      const kind = byName.get(step.kind)
      const impact = kind?.impact?.(step, tables)
      const weakens = kind?.weakens?.(step, tables) ?? false
      const opens = kind?.opens?.(step) ?? false
      return { weakens, opens, ...(impact === undefined ? {} : { impact }) }
    },
    advice: (step) => {
      const kind = byName.get(step.kind)
      return kind?.advice?.(step, tables, hintsOf(kind)) ?? []
    },
    against: (steps) => [
      ...checkConnections(steps),
      ...checkAge({ tables, ledger, now, actingAccount: facts.actingAccount }),
      ...actorMissing(steps, tables, instance),
    ],
    writes,
    guard: (steps) => ({
      minimum_owners: steps.every(({ removal }) => removal) ? Math.min(1, minimum_owners) : minimum_owners,
    }),
  }
}
