import { EXIT, type Diagnostic, type ExitCode } from '../../instance/diagnostic.ts'
import { refOf } from '../../reconcile/object-ref.ts'
import type { Sealing } from '../../reconcile/digest.ts'
import { coveredBy, showed } from '../../reconcile/approval-marks.ts'
import type { ApplyReport } from '../../reconcile/report.ts'
import type { ObjectRef } from '../../reconcile/values.ts'
import type { Step } from '../../reconcile/plan/types.ts'
import type { Session } from '../../session/session.ts'
import type { MergedPullRequest, Void } from '../../approvals/merged-pull-requests.ts'

/** What a run knew when it began to apply. */
export interface Known {
  readonly session: Session
  readonly landed: readonly MergedPullRequest[]
}

/** What an apply of the pipeline came to. */
export interface Outcome {
  readonly exit: ExitCode
  /** null where it ended before anything was done. */
  readonly report: ApplyReport | null
  readonly diagnostics: readonly Diagnostic[]
  readonly known: Known | null
  /** What no run should end with. */
  readonly defect?: unknown
}

/**
 * The objects that these merged pull requests were to change and of which the server has become another meanwhile: nothing
 * is done about them before people have settled it. What was done for a pull request once is no longer its own.
 */
export function disputedIn(
  { plan }: ApplyReport,
  merges: readonly MergedPullRequest[],
  known: Known,
): ReadonlySet<ObjectRef> {
  const [steps, sealing] = [new Set(plan.steps.map(refOf)), known.session.sealing]
  const done = new Set(
    known.session.ledger.approvals.flatMap(({ spent, pullRequest, ref }) => (spent ? [`${pullRequest} ${ref}`] : [])),
  )
  const isOf = ({ pull, merge }: MergedPullRequest, one: Pick<Step, 'kind' | 'id'>): boolean =>
    merge !== null && showed(merge.marks, one, sealing) && !done.has(`${pull.number} ${refOf(one)}`)
  const open = [...plan.conflicts, ...plan.takeovers, ...plan.waiting].filter((one) => !steps.has(refOf(one)))
  return new Set(open.filter((one) => merges.some((landed) => isOf(landed, one))).map(refOf))
}

/** The same for all pull requests that a run knew of. */
export const disputedAmong = (report: ApplyReport, known: Known | null): ReadonlySet<ObjectRef> =>
  known === null ? new Set() : disputedIn(report, known.landed, known)

/** Says which merges approve nothing, and why, where something waits for an approval. */
export function withUnapprovedMerges(report: ApplyReport, known: Known | null): ApplyReport {
  const notes = isWaiting(report)
    ? (known?.landed ?? []).flatMap((one) => (one.void === null ? [] : [voidNote(one.pull.number, one.void)]))
    : []
  return { ...report, findings: [...report.findings, ...notes] }
}

/** Whether something waits for an approval. */
export const isWaiting = ({ skipped }: ApplyReport): boolean => skipped.some(({ why }) => why === 'not-approved')

const VOID: { readonly [why in Void]: string } = {
  altered: 'the comment with its plan was edited since, or it is of another commit than was merged',
  along: 'another merge brought its commits along, and did not make of the files what its plan shows',
  self: 'nobody approved it but who asked for it, wrote it or pushed it',
  unresolved: 'GitHub does not tell who wrote or pushed all of it, so it takes the approval of an owner',
}

/** Says that merging a pull request approved nothing, and why. */
export const voidNote = (pullRequest: number, why: Void): Diagnostic => ({
  code: 'merge-approves-nothing',
  severity: 'warning',
  message: `Merging #${pullRequest} approved nothing: ${VOID[why]}.`,
  hint: 'Look at what is not applied: herdbook plan. Where it is right, an owner who had no part in it approves it: herdbook approve "why", or on GitHub the button approve',
})

const isPaused = ({ diagnostics }: Outcome): boolean => diagnostics.some(({ code }) => code === 'paused')

/** What was changed by hand or on both sides is told elsewhere, and is no failure of this run. */
export const isClean = (outcome: Outcome): boolean =>
  isPaused(outcome) ||
  ([EXIT.ok, EXIT.changes, EXIT.drift, EXIT.conflict] as readonly ExitCode[]).includes(outcome.exit)

/** The part of a report that is about one pull request: what it approved, and what nobody approved and it may have meant. */
export function partOf(
  report: ApplyReport,
  { merge }: MergedPullRequest,
  { landed }: Known,
  sealing: Sealing,
): ApplyReport {
  const { steps } = report.plan
  const covered = (one: MergedPullRequest['merge']): readonly Step[] =>
    one === null ? [] : coveredBy(one, steps, sealing)
  const mine = new Set(covered(merge))
  const anybodys = new Set(landed.flatMap((one) => covered(one.merge)))
  const isMine = (step: Step): boolean =>
    mine.has(step) || (!anybodys.has(step) && merge !== null && showed(merge.marks, step, sealing))
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
