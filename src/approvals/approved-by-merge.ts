import type { Why } from '../words/not-approved.ts'
import { KINDS } from '../providers/index.ts'
import { refusals } from '../reconcile/exit.ts'
import { keyOf, worseThan } from '../reconcile/findings.ts'
import type { PlanInput } from '../reconcile/plan/input.ts'
import { narrow } from '../reconcile/plan/plan.ts'
import type { Plan, Step } from '../reconcile/plan/types.ts'
import { filesOf, takesOwner } from './owned.ts'

/** A pull request's plan, and what of it merging approves. */
export interface Approvable {
  /** All steps. Only what speaks against those that a merge would send refuses it; the rest is a warning. */
  readonly plan: Plan
  /** By digest: the steps that merging does not approve. */
  readonly withheld: ReadonlyMap<string, Why>
}

interface Planned {
  readonly plan: Plan
  readonly input: PlanInput
  readonly leftover: ReadonlySet<string>
  /** Digests of steps that were approved before. */
  readonly approved: ReadonlySet<string>
  /** Digests of left-over steps of which nobody can tell who is behind them. */
  readonly nobodys?: ReadonlySet<string>
}

/**
 * Chooses the steps that a merge approves: its own, and of those left over from earlier merges what nothing speaks
 * against. What belongs to owners, and what lowers protection or deletes, is approved where people look at it: where the
 * merge changes its files.
 */
export function approvable(planned: Planned, changed: ReadonlySet<string>): Approvable {
  const { plan, leftover, approved, nobodys = new Set() } = planned
  const { true: left = [], false: own = [] } = Object.groupBy(plan.steps, ({ digest }) => `${leftover.has(digest)}`)
  const rides = (step: Step): boolean =>
    isTouched(filesOf(step), changed) || (!takesOwner(step) && !step.weakens && step.action !== 'delete')
  const asked = left.filter((step) => !approved.has(step.digest) && !nobodys.has(step.digest) && rides(step))
  const errorsOf = (steps: readonly Step[]): Plan['findings'] => refusals(part(planned, steps))
  const sent = [...own, ...sound(own, asked, errorsOf)]
  const reasons = reasonsFor({ asked: new Set(asked), sent: new Set(sent), approved, nobodys })
  return {
    plan: { ...plan, findings: softened(plan, part(planned, sent)) },
    withheld: new Map(plan.steps.flatMap(reasons)),
  }
}

const isTouched = (files: readonly string[], changed: ReadonlySet<string>): boolean =>
  files.length > 0 && files.every((file) => changed.has(file))

/** Why a step is not approved, by its digest; nothing for one that is. */
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
}): (step: Step) => [string, Why][] {
  const whyNot = (step: Step): Why =>
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

/** A grant to a name of which nobody could read whose it is: an approval is for an account. */
const isNameless = ({ kind, serverId }: Step): boolean =>
  serverId === null && KINDS.some(({ name, ofAccounts }) => name === kind && ofAccounts === true)

function part(planned: Planned, steps: readonly Step[]): Plan {
  const kept = new Set(steps)
  return narrow(planned, (step) => kept.has(step))
}

/** Of the candidates those that bring no error to what is sent beside them, nor make one worse: halved until those that do are found. */
function sound(
  beside: readonly Step[],
  candidates: readonly Step[],
  errorsOf: (steps: readonly Step[]) => Plan['findings'],
): readonly Step[] {
  if (candidates.length === 0 || worseThan(errorsOf(beside), errorsOf([...beside, ...candidates])).length === 0)
    return candidates
  if (candidates.length === 1) return []
  const half = Math.ceil(candidates.length / 2)
  const first = sound(beside, candidates.slice(0, half), errorsOf)
  return [...first, ...sound([...beside, ...first], candidates.slice(half), errorsOf)]
}

/** What is found about a part, and what else about the whole, which refuses nothing of that part. */
function softened(whole: Plan, { findings }: Plan): Plan['findings'] {
  const known = new Set(findings.map(keyOf))
  return [
    ...findings,
    ...whole.findings
      .filter((one) => !known.has(keyOf(one)))
      .map((one) => (one.severity === 'error' ? { ...one, severity: 'warning' as const } : one)),
  ]
}
