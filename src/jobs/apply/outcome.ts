import { EXIT, type Diagnostic, type ExitCode } from '../../instance/diagnostic.ts'
import { refOf } from '../../reconcile/object-ref.ts'
import type { Sealing } from '../../reconcile/digest.ts'
import { coveredBy, showed } from '../../reconcile/approval-marks.ts'
import type { ApplyReport } from '../../reconcile/report.ts'
import type { ObjectRef } from '../../reconcile/values.ts'
import type { Step } from '../../reconcile/plan/types.ts'
import type { Session } from '../../session/session.ts'
import type { MergedPullRequest, VoidReason } from '../../approvals/merged-pull-requests.ts'
import { mergeApprovedNothing } from './texts.ts'

/** The ledger and the merged pull requests when a run began to apply. */
export interface ApplyStart {
  readonly session: Session
  readonly merged: readonly MergedPullRequest[]
}

/** The result of an apply in the pipeline. */
export interface ApplyOutcome {
  readonly exit: ExitCode
  /** null if it ended before it did anything. */
  readonly report: ApplyReport | null
  readonly diagnostics: readonly Diagnostic[]
  readonly start: ApplyStart | null
  /** An error that is a defect of Herdbook. */
  readonly defect?: unknown
}

/**
 * Finds the objects that these merged pull requests change, and that also changed on the server: people decide first.
 * An object that was applied once for a pull request is no longer its own.
 */
export function disputedIn(
  { plan }: ApplyReport,
  merges: readonly MergedPullRequest[],
  start: ApplyStart,
): ReadonlySet<ObjectRef> {
  const [steps, sealing] = [new Set(plan.steps.map(refOf)), start.session.sealing]
  const done = new Set(
    start.session.ledger.approvals.flatMap(({ spent, pullRequest, ref }) => (spent ? [`${pullRequest} ${ref}`] : [])),
  )
  const isOf = ({ pull, merge }: MergedPullRequest, one: Pick<Step, 'kind' | 'id'>): boolean =>
    merge !== null && showed(merge.marks, one, sealing) && !done.has(`${pull.number} ${refOf(one)}`)
  const open = [...plan.conflicts, ...plan.takeovers, ...plan.waiting].filter((one) => !steps.has(refOf(one)))
  return new Set(open.filter((one) => merges.some((merged) => isOf(merged, one))).map(refOf))
}

/** The same for all pull requests of a run. */
export const disputedAmong = (report: ApplyReport, start: ApplyStart | null): ReadonlySet<ObjectRef> =>
  start === null ? new Set() : disputedIn(report, start.merged, start)

/** Adds which merges approved nothing, and why, if something waits for an approval. */
export function withUnapprovedMerges(report: ApplyReport, start: ApplyStart | null): ApplyReport {
  const notes = isWaiting(report)
    ? (start?.merged ?? []).flatMap((one) => (one.void === null ? [] : [approvedNothing(one.pull.number, one.void)]))
    : []
  return { ...report, findings: [...report.findings, ...notes] }
}

/** Whether something waits for an approval. */
export const isWaiting = ({ skipped }: ApplyReport): boolean => skipped.some(({ why }) => why === 'not-approved')

/** Says that merging a pull request approved nothing, and why. */
export const approvedNothing = (pullRequest: number, why: VoidReason): Diagnostic => ({
  code: 'merge-approves-nothing',
  severity: 'warning',
  ...mergeApprovedNothing(pullRequest, why),
})

const isPaused = ({ diagnostics }: ApplyOutcome): boolean => diagnostics.some(({ code }) => code === 'paused')

/** Whether a run has no failure. Differences are reported in their own issue, and are none. */
export const isClean = (outcome: ApplyOutcome): boolean =>
  isPaused(outcome) ||
  ([EXIT.ok, EXIT.changes, EXIT.drift, EXIT.conflict] as readonly ExitCode[]).includes(outcome.exit)

/** Takes the part of a report about one pull request: steps that it approved, and unapproved ones that it showed. */
export function partOf(
  report: ApplyReport,
  { merge }: MergedPullRequest,
  { merged }: ApplyStart,
  sealing: Sealing,
): ApplyReport {
  const { steps } = report.plan
  const covered = (one: MergedPullRequest['merge']): readonly Step[] =>
    one === null ? [] : coveredBy(one, steps, sealing)
  const mine = new Set(covered(merge))
  const approvedByAny = new Set(merged.flatMap((one) => covered(one.merge)))
  const isMine = (step: Step): boolean =>
    mine.has(step) || (!approvedByAny.has(step) && merge !== null && showed(merge.marks, step, sealing))
  const refs = new Set(steps.filter(isMine).map(({ kind, id }) => `${kind}/${id}`))
  return {
    ...report,
    plan: { ...report.plan, steps: steps.filter(isMine) },
    done: report.done.filter(isMine),
    failed: report.failed.filter(({ step }) => isMine(step)),
    skipped: report.skipped.filter(({ step }) => isMine(step)),
    notReached: report.notReached.filter(isMine),
    remaining: report.remaining.filter(({ kind, id }) => refs.has(`${kind}/${id}`)),
  }
}
