import { partsOf } from '../reconcile/object-ref.ts'
import type { Provider } from '../reconcile/provider.ts'
import * as reconciler from '../reconcile/reconciler.ts'
import {
  desiredOf,
  NO_PLAN_OPTIONS,
  type PlanWithInput,
  type Subject,
  type PlanOptions,
} from '../reconcile/reconciler.ts'
import type { Ledger } from '../reconcile/ledger/types.ts'
import type { ObjectRef } from '../reconcile/values.ts'
import { KINDS } from '../providers/kinds.ts'
import { NAME as MASTODON } from '../providers/mastodon/provider.ts'
import { commitOf, type Session } from './session.ts'

/** The subject of a session's plan. */
export const subjectOf = (session: Session, ledger: Ledger = session.ledger): Subject => ({
  instance: session.instance,
  config: session.config,
  environment: session.environment,
  commit: commitOf(session),
  ledger,
  isKept: session.store !== null,
  sealing: session.sealing,
  now: session.io.now(),
  errorsFor: (provider, version) => (provider === MASTODON ? session.errorsFor(version) : []),
})

/** Reads live, compares, and answers the plan with what it was made from. */
export const planNow = (
  session: Session,
  providers: readonly Provider[],
  planOptions: PlanOptions = NO_PLAN_OPTIONS,
  ledger: Ledger = session.ledger,
): Promise<PlanWithInput> => reconciler.planNow(subjectOf(session, ledger), providers, planOptions)

/**
 * Adds what merged pull requests want restored, if it is still managed and not done yet.
 * Whether it was approved is checked for each step.
 */
export function planOptionsWith(planOptions: PlanOptions, { instance, ledger, io }: Session): PlanOptions {
  const kinds = new Set(
    [...desiredOf(KINDS, instance, io.now())].flatMap(([kind, { state }]) => (state === 'managed' ? [kind] : [])),
  )
  const isManaged = (ref: ObjectRef): boolean => kinds.has(partsOf(ref)[0]) || ledger.entries.has(ref)
  const done = new Set(
    ledger.approvals.filter(({ spent }) => spent).map(({ pullRequest, ref }) => `${pullRequest ?? ''} ${ref}`),
  )
  const wished = ledger.merges.flatMap(({ pullRequest, marks }) =>
    marks.restore.filter((ref) => isManaged(ref) && !done.has(`${pullRequest} ${ref}`)),
  )
  return { ...planOptions, restore: new Set([...planOptions.restore, ...wished]) }
}
