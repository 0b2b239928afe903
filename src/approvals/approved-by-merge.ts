import type { NotApprovedReason } from '../words/not-approved.ts'
import { KINDS } from '../providers/kinds.ts'
import { refusals } from '../reconcile/exit.ts'
import { keyOf, worseThan } from '../reconcile/findings.ts'
import type { PlanInput } from '../reconcile/plan/input.ts'
import { narrow } from '../reconcile/plan/plan.ts'
import type { Plan, Step } from '../reconcile/plan/types.ts'
import { filesOf, takesOwner } from './files-of-step.ts'

/** A pull request's plan, and what a merge approves of it. */
export interface ApprovablePlan {
  /** All steps. Errors about steps that the merge approves refuse it; other errors are only warnings. */
  readonly plan: Plan
  /** The steps that the merge does not approve, by digest, and why. */
  readonly withheld: ReadonlyMap<string, NotApprovedReason>
}

interface PlannedSteps {
  readonly plan: Plan
  readonly input: PlanInput
  readonly leftover: ReadonlySet<string>
  /** Digests of steps that were approved before. */
  readonly approved: ReadonlySet<string>
  /** Digests of leftover steps for which it is unknown who is behind them. */
  readonly nobodys?: ReadonlySet<string>
}

/**
 * Chooses the steps that a merge approves: its own, and leftovers from earlier merges that bring no error. A leftover
 * that needs an owner, lowers protection or deletes must also have its files changed by this merge: only then people
 * look at it.
 */
export function approvable(planned: PlannedSteps, changed: ReadonlySet<string>): ApprovablePlan {
  const { plan, leftover, approved, nobodys = new Set() } = planned
  const { true: left = [], false: own = [] } = Object.groupBy(plan.steps, ({ digest }) => `${leftover.has(digest)}`)
  const mayJoin = (step: Step): boolean =>
    isTouched(filesOf(step), changed) || (!takesOwner(step) && !step.weakens && step.action !== 'delete')
  const asked = left.filter((step) => !approved.has(step.digest) && !nobodys.has(step.digest) && mayJoin(step))
  const errorsOf = (steps: readonly Step[]): Plan['findings'] => refusals(part(planned, steps))
  const sent = [...own, ...withoutErrors(own, asked, errorsOf)]
  const reasons = reasonsFor({ asked: new Set(asked), sent: new Set(sent), approved, nobodys })
  return {
    plan: { ...plan, findings: withOtherErrorsAsWarnings(plan, part(planned, sent)) },
    withheld: new Map(plan.steps.flatMap(reasons)),
  }
}

const isTouched = (files: readonly string[], changed: ReadonlySet<string>): boolean =>
  files.length > 0 && files.every((file) => changed.has(file))

/** Says why a step is not approved, by its digest; nothing for an approved one. */
function reasonsFor({
  asked,
  sent,
  approved,
  nobodys,
}: {
  readonly asked: ReadonlySet<Step>
  readonly sent: ReadonlySet<Step>
  readonly approved: ReadonlySet<string>
  readonly nobodys: ReadonlySet<string>
}): (step: Step) => [string, NotApprovedReason][] {
  const whyNot = (step: Step): NotApprovedReason =>
    approved.has(step.digest)
      ? 'approved'
      : nobodys.has(step.digest)
        ? 'nobodys'
        : asked.has(step)
          ? 'refused'
          : takesOwner(step)
            ? 'not-asked'
            : 'other-file'
  return (step) => {
    if (!sent.has(step)) return [[step.digest, whyNot(step)]]
    return isNameless(step) ? [[step.digest, 'unknown-account']] : []
  }
}

/** Whether the account behind the name could not be read: an approval is for an account, not for a name. */
const isNameless = ({ kind, serverId }: Step): boolean =>
  serverId === null && KINDS.some(({ name, ofAccounts }) => name === kind && ofAccounts === true)

function part(planned: PlannedSteps, steps: readonly Step[]): Plan {
  const kept = new Set(steps)
  return narrow(planned, (step) => kept.has(step))
}

/** Leaves out candidates that bring an error or make one worse. It halves the list until it finds them. */
function withoutErrors(
  beside: readonly Step[],
  candidates: readonly Step[],
  errorsOf: (steps: readonly Step[]) => Plan['findings'],
): readonly Step[] {
  if (candidates.length === 0 || worseThan(errorsOf(beside), errorsOf([...beside, ...candidates])).length === 0)
    return candidates
  if (candidates.length === 1) return []
  const half = Math.ceil(candidates.length / 2)
  const first = withoutErrors(beside, candidates.slice(0, half), errorsOf)
  return [...first, ...withoutErrors([...beside, ...first], candidates.slice(half), errorsOf)]
}

/** Adds the findings about the whole plan to those about a part. Other errors become warnings: they refuse nothing. */
function withOtherErrorsAsWarnings(whole: Plan, { findings }: Plan): Plan['findings'] {
  const known = new Set(findings.map(keyOf))
  return [
    ...findings,
    ...whole.findings
      .filter((one) => !known.has(keyOf(one)))
      .map((one) => (one.severity === 'error' ? { ...one, severity: 'warning' as const } : one)),
  ]
}
