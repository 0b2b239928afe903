import type { Diagnostic } from '../../instance/diagnostic.ts'
import { byPolicy, missing } from '../approvals.ts'
import { refOf } from '../object-ref.ts'
import { refusals } from '../exit.ts'
import { approvalsBy } from '../approval-marks.ts'
import { notDue } from '../plan/not-before.ts'
import { narrow } from '../plan/plan.ts'
import type { ApplyDeps } from './progress.ts'
import { restartsIn, withRestarts } from '../plan/restarts.ts'
import type { Sealing } from '../digest.ts'
import type { PlanWithInput } from '../reconciler.ts'
import type { Approval, Ledger, MergeApproval } from '../ledger/types.ts'
import type { SkippedStep } from '../report.ts'
import type { ObjectRef } from '../values.ts'
import type { Plan, Step } from '../plan/types.ts'

/** Steps that may not go out in this run, and why. */
export type WithheldSteps = ApplyDeps['withheld']

/** Which approvals count, by the rules of the instance. */
export interface ApprovalRules {
  /** Whether a merge's approval is enough for a step. */
  readonly isEnough: (merge: MergeApproval, step: Step) => boolean
  /** null if steps need no approval. */
  readonly required: {
    /** Why a step has no approval that counts. */
    readonly reasonFor: (step: Step) => string
    /** Chooses what goes out together; answers the steps that are held back, each with the reasons. */
    readonly hold: (
      open: readonly Step[],
      approvals: readonly Approval[],
      against: (steps: readonly Step[]) => readonly Diagnostic[],
    ) => ReadonlyMap<Step, readonly Diagnostic[]>
  } | null
}

/** Adds to the ledger what the merged pull requests approve of a plan. */
export function withApprovals(ledger: Ledger, plan: Plan, sealing: Sealing, { isEnough }: ApprovalRules): Ledger {
  const given = approvalsBy(ledger.merges, plan.steps, ledger.approvals, sealing, isEnough)
  return { ...ledger, approvals: [...ledger.approvals, ...given] }
}

/**
 * The steps that may not go out: those without a required approval, and those that would exceed a limit together with
 * older approved ones. If that would leave nothing of the approved steps, they stay in for a gate to refuse.
 */
export function withheldOf(
  planned: PlanWithInput,
  approvals: readonly Approval[],
  sealing: Sealing,
  { required }: ApprovalRules,
): WithheldSteps {
  if (required === null) return new Map()
  const restarts = restartsIn(planned.plan.steps, planned.input.kinds)
  const unapproved = withRestarts(
    new Map<ObjectRef, Omit<SkippedStep, 'step'>>(
      lacking(planned, approvals, sealing, restarts).map((step) => [
        refOf(step),
        { why: 'not-approved', reason: required.reasonFor(step) },
      ]),
    ),
    restarts,
  )
  const open = planned.plan.steps.filter((step) => !unapproved.has(refOf(step)))
  const against = (steps: readonly Step[]): readonly Diagnostic[] => {
    const kept = new Set(steps)
    return refusals(narrow(planned, (step) => kept.has(step)))
  }
  const held: ReadonlyMap<Step, readonly Diagnostic[]> =
    against([]).length === 0 ? required.hold(open, approvals, against) : new Map()
  if (held.size === open.length) return unapproved
  const refused = [...held].map(([step, errors]): [ObjectRef, Omit<SkippedStep, 'step'>] => [
    refOf(step),
    { why: 'refused', reason: [...new Set(errors.map(({ message }) => message))].join(' ') },
  ])
  return withRestarts(new Map([...unapproved, ...refused]), restarts)
}

/** Adds the steps that are not due yet to those that are held back. */
export const allWithheld = ({ plan, input }: PlanWithInput, held: WithheldSteps, now: Date): WithheldSteps =>
  withRestarts(new Map([...notDue(plan.steps, now), ...held]), restartsIn(plan.steps, input.kinds))

/** The plan without its withheld steps. */
export const outgoing = (planned: PlanWithInput, withheld: WithheldSteps): Plan =>
  narrow(planned, (step) => !withheld.has(refOf(step)))

/** The steps that lack an approval. A policy approves its own corrections; a restart is approved with its causes. */
function lacking(
  { plan, input }: PlanWithInput,
  approvals: readonly Approval[],
  sealing: Sealing,
  restarts: ReadonlyMap<Step, readonly Step[]>,
): Step[] {
  const isCaused = (step: Step): boolean => (restarts.get(step)?.length ?? 0) > 0
  return missing(plan.steps, approvals, sealing).filter(
    (step) => !byPolicy(step, input) && !isCaused(step) && step.removal !== true,
  )
}
