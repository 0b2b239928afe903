import { KINDS } from '../providers/mastodon/kinds/index.ts'
import { actorMissing } from '../providers/mastodon/kinds/community/acting.ts'
import { INVARIANTS } from '../providers/mastodon/kinds/invariants.ts'
import { EXIT, HerdbookError } from '../instance/diagnostic.ts'
import { policyOf } from '../instance/policy.ts'
import type { InstanceFile } from '../instance/documents.ts'
import type { Reader } from '../reconcile/doors.ts'
import type { PlanInput } from '../reconcile/input.ts'
import { plan } from '../reconcile/plan.ts'
import type { Kind } from '../reconcile/kind.ts'
import type { Ledger } from '../reconcile/ledger-types.ts'
import type { Desired, ObjectRef, Plan, Step } from '../reconcile/types.ts'
import { numberedIn } from './numbered.ts'
import { desiredOf, factsOf, observe, type Observation } from './observe.ts'
import { commitOf, type Session } from './session.ts'

/** What a person says beside the files: which objects the files win, once. */
export interface Wishes {
  readonly restore: ReadonlySet<ObjectRef>
  readonly takeOver: boolean
}

export const NO_WISHES: Wishes = { restore: new Set(), takeOver: false }

export interface Planned {
  readonly plan: Plan
  readonly input: PlanInput
}

/** Block lists of more writes than this go through the console where there is one. */
const FEW = 36

/** The door that writes a number of steps of a kind, as `instance.yaml` has them. */
export function doorOf(config: InstanceFile, kind: Kind, writes: number): Step['door'] {
  const doors = { rest: config.mastodon?.api !== undefined, console: config.mastodon?.console !== undefined }
  const best = writes > FEW && kind.writes.includes('console') ? (['console', ...kind.writes] as const) : kind.writes
  return best.find((door) => doors[door]) ?? null
}

/** All that a plan is made of, from what was read. */
export function inputFor(
  session: Session,
  seen: Observation & { readonly desired: ReadonlyMap<string, Desired> },
  wishes: Wishes = NO_WISHES,
  ledger: Ledger = session.ledger,
): PlanInput {
  const { instance, config, io } = session
  const now = io.now()
  const policy = policyOf(instance, now, new Map(KINDS.map((kind) => [kind.name, kind.drift])))
  return {
    environment: session.environment,
    domain: config.domain,
    commit: commitOf(session),
    instance,
    kinds: KINDS,
    desired: seen.desired,
    observed: seen.observed,
    tables: seen.tables,
    ledger,
    policy,
    now,
    restore: numberedIn(wishes.restore, seen.observed),
    takeOver: wishes.takeOver,
    invariants: INVARIANTS,
    facts: { ...seen.facts, minimumOwners: policy.minimumOwners },
    against: (steps) => actorMissing(steps, seen.tables, instance),
    doorOf: (kind, writes) => doorOf(config, kind, writes),
    sealing: session.sealing,
  }
}

/** Without a ledger nothing is deleted: whom a list leaves out may be anybody's. */
const sparing = (desired: ReadonlyMap<string, Desired>): Map<string, Desired> =>
  new Map([...desired].map(([kind, d]) => [kind, d.state === 'managed' ? { ...d, others: 'leave' } : d]))

/** Reads live and compares: the plan, and what it was made of. */
export async function planNow(
  session: Session,
  reader: Reader,
  wishes: Wishes = NO_WISHES,
  ledger: Ledger = session.ledger,
): Promise<Planned> {
  const { instance } = session
  const now = session.io.now()
  const desired = session.store ? desiredOf(instance, now) : sparing(desiredOf(instance, now))
  const observation = await observe(reader, { instance, desired, ledger, now })
  const errors = session.errorsFor(observation.tables.version)
  if (errors.length > 0) throw new HerdbookError(EXIT.invalid, errors)
  const input = inputFor(session, { ...observation, desired }, wishes, ledger)
  return lookedUp({ plan: plan(input), input }, reader)
}

/** Where a step may take a role from those that Herdbook acts as, whose its token is is looked up, and planned with. */
export async function lookedUp(planned: Planned, reader: Pick<Reader, 'tokenAccount'>): Promise<Planned> {
  const { input } = planned
  if (!planned.plan.steps.some(({ kind }) => input.invariants.some(({ kinds }) => kinds.includes(kind)))) return planned
  const tokenAccount = await reader.tokenAccount()
  if (tokenAccount.state === 'none') return planned
  const next = { ...input, facts: { ...input.facts, ...factsOf(input, tokenAccount) } }
  return { plan: plan(next), input: next }
}

/**
 * What merged pull requests want restored is wished for, too, as far as it is managed still and was not done; whether it
 * was approved is asked for each step.
 */
export function wishesWith(wishes: Wishes, { instance, ledger, io }: Session): Wishes {
  const kinds = new Set(
    [...desiredOf(instance, io.now())].flatMap(([kind, { state }]) => (state === 'managed' ? [kind] : [])),
  )
  const isManaged = (ref: ObjectRef): boolean => kinds.has(ref.slice(0, ref.indexOf('/'))) || ledger.entries.has(ref)
  const done = new Set(
    ledger.approvals.filter(({ spent }) => spent).map(({ pullRequest, ref }) => `${pullRequest ?? ''} ${ref}`),
  )
  const wished = ledger.merges.flatMap(({ pullRequest, marks }) =>
    marks.restore.filter((ref) => isManaged(ref) && !done.has(`${pullRequest} ${ref}`)),
  )
  return { ...wishes, restore: new Set([...wishes.restore, ...wished]) }
}
