import { EXIT, worstExit, type ExitCode } from '../instance/diagnostic.ts'
import { SECRET_CHANGED } from './plan/secret-fields.ts'
import { whyUnread } from './findings.ts'
import type { ApplyReport, SkippedStep } from './report.ts'
import type { KindRead, Plan } from './plan/types.ts'

/** The errors that refuse a plan. Errors about kinds that were not read have their own exit code. */
export function refusals(plan: Plan): Plan['findings'] {
  const isUnread = whyUnread(plan)
  return plan.findings.filter((finding) => finding.severity === 'error' && !isUnread(finding))
}

/** Whether a kind was not read. One that is lost was read. */
const isUnread = ({ complete, lost }: KindRead): boolean => !complete && lost !== true

/** Whether something was changed or added by hand. */
const isChangedByHand = ({ drift, unmanaged, findings }: Plan): boolean =>
  drift.length > 0 ||
  unmanaged.some(({ addedByHand }) => addedByHand) ||
  findings.some(({ code }) => code === SECRET_CHANGED)

/** The exit code of showing a plan. */
export function exitOfPlan(plan: Plan): ExitCode {
  const codes: [boolean, ExitCode][] = [
    [plan.reads.some(isUnread), EXIT.unreadable],
    [refusals(plan).length > 0, EXIT.refused],
    [plan.conflicts.length + plan.takeovers.length > 0, EXIT.conflict],
    [plan.unfinished.length + plan.steps.length + plan.owed.length + plan.letGo.length > 0, EXIT.changes],
    [isChangedByHand(plan), EXIT.drift],
    [plan.checks.some(({ state }) => state === 'red'), EXIT.red],
  ]
  return worstExit(codes.flatMap(([holds, code]) => (holds ? [code] : [])))
}

/** The exit code of an apply. Drift that stays is no failure. */
export function exitOfApply(report: ApplyReport): ExitCode {
  const { plan, failed, skipped, notReached, unfinished, remaining, findings } = report
  const errors = findings.filter((finding) => finding.severity === 'error')
  const skips = (why: SkippedStep['why']): boolean => skipped.some((one) => one.why === why)
  const codes: [boolean, ExitCode][] = [
    [plan.reads.some(isUnread), EXIT.unreadable],
    [errors.length + failed.length + notReached.length + remaining.length > 0 || skips('blocked'), EXIT.partial],
    [skips('not-approved'), EXIT.stale],
    [skips('refused'), EXIT.refused],
    [plan.conflicts.length + plan.takeovers.length > 0, EXIT.conflict],
    [skips('no-door') || unfinished.length > 0, EXIT.changes],
  ]
  return worstExit(codes.flatMap(([holds, code]) => (holds ? [code] : [])))
}
