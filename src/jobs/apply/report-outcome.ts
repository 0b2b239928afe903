import { EXIT, HerdbookError, worstExit, type Diagnostic, type ExitCode } from '../../instance/diagnostic.ts'
import { KINDS } from '../../providers/kinds.ts'
import { showed } from '../../reconcile/approval-marks.ts'
import type { ObjectRef } from '../../reconcile/values.ts'
import { renderApplied } from '../../comments/applied.ts'
import { renderFailure, renderFailureIssue } from '../../comments/failure.ts'
import { tell } from '../../session/io.ts'
import type { Session } from '../../session/session.ts'
import { refresh } from '../drift.ts'
import type { Job } from '../../session/job.ts'
import type { MergedPullRequest } from '../../approvals/merged-pull-requests.ts'
import { reportLate } from './late-report.ts'
import { approvedNothing, disputedAmong, disputedIn, isClean, isWaiting, partOf, type ApplyOutcome } from './outcome.ts'
import { findOurComment, markerOf, upsertComment } from '../../forges/sticky-comment.ts'
import { SUMMARY_LIMIT } from '../summary.ts'
import { failureOver } from './texts.ts'

const FAILURE_LABEL = 'herdbook: failure'

/** Reports an apply: in the summary, on its pull requests, and in the issue about a failure. */
export async function reportOutcome(job: Job, outcome: ApplyOutcome): Promise<void> {
  const { report, start, exit, diagnostics } = outcome
  job.io.exit = isClean(outcome) ? EXIT.ok : exit
  tell(job.io, diagnostics)
  const show = start?.session.instance.documents['policy.yaml']?.show ?? {}
  const shown = { kinds: KINDS, visibility: job.event.visibility, show, run: job.url }
  const options = { ...shown, disputed: report === null ? new Set<ObjectRef>() : disputedAmong(report, start) }
  await job.summarize(
    report ? renderApplied(report, { ...options, limit: SUMMARY_LIMIT }) : renderFailure(exit, diagnostics, options),
  )
  await each(job, [() => (isClean(outcome) ? closeFailures(job) : reportFailure(job, outcome, options))])
  const reported = new Set<number>()
  const onPullRequests = (start?.merged ?? []).map((merged) => async () => {
    if (await commentOnPullRequest(job, merged, outcome, options)) reported.add(merged.pull.number)
  })
  await each(job, onPullRequests)
  await each(job, [
    ...(start ? [() => reportLate(job, start.session, reported)] : []),
    ...(isClean(outcome) ? [() => refresh(job)] : []),
  ])
}

/** Writes one report after the other. One that fails does not stop the others, and fails the run. */
async function each({ io }: Job, reports: readonly (() => Promise<void>)[]): Promise<void> {
  for (const write of reports) {
    try {
      await write()
    } catch (error) {
      if (!(error instanceof HerdbookError)) throw error
      tell(io, error.diagnostics)
      io.exit = worstExit([io.exit, error.exit])
    }
  }
}

type RenderOptions = Omit<Parameters<typeof renderApplied>[1], 'marker' | 'hidden' | 'limit'>

/** Comments on a merged pull request what became of it. Returns whether there was anything to say. */
async function commentOnPullRequest(
  job: Job,
  merged: MergedPullRequest,
  { report, start, exit, diagnostics }: ApplyOutcome,
  options: RenderOptions,
): Promise<boolean> {
  const { pull, merge } = merged
  if (start === null) return false
  const marker = markerOf(start.session.environment, 'applied')
  const failed = (code: ExitCode, list: readonly Diagnostic[]): Promise<boolean> =>
    upsertComment(job, pull.number, marker, renderFailure(code, list, { ...options, marker })).then(() => true)
  if (
    merged.void === 'self' ||
    merged.void === 'unresolved' ||
    (merged.void !== null && report !== null && isWaiting(report))
  )
    return failed(EXIT.stale, [approvedNothing(pull.number, merged.void)])
  if (report === null || diagnostics.length > 0) return diagnostics.length > 0 && failed(exit, diagnostics)
  const sealing = start.session.sealing
  const [part, disputed] = [partOf(report, merged, start, sealing), disputedIn(report, [merged], start)]
  const isEmpty =
    disputed.size === 0 && [part.done, part.failed, part.skipped, part.notReached].every((list) => list.length === 0)
  if (isEmpty && !(await isUnreported(job, merged, start.session))) return false
  const moved = new Set<ObjectRef>(
    part.skipped.flatMap(({ step, why }) =>
      why === 'not-approved' && merge && showed(merge.marks, step, sealing) ? [`${step.kind}/${step.id}`] : [],
    ),
  )
  const seconds =
    pull.merged === null ? {} : { seconds: Math.max(0, (job.io.now().getTime() - Date.parse(pull.merged.at)) / 1000) }
  const body = renderApplied(part, { ...options, ...seconds, moved, disputed, marker })
  const issue = issueBehind(job, pull)
  if (issue !== null) await upsertComment(job, issue, marker, body).catch(unlessMissing)
  // Last: where this comment is, all of it was reported.
  await upsertComment(job, pull.number, marker, body)
  return true
}

/** Whether a pull request has no report yet, and the ledger has no approval of it: `reportLate` does those. */
async function isUnreported(
  { forge }: Job,
  { pull, merge }: MergedPullRequest,
  { ledger, environment }: Session,
): Promise<boolean> {
  if (
    merge === null ||
    merge.marks.marks.length === 0 ||
    ledger.approvals.some(({ pullRequest }) => pullRequest === pull.number)
  )
    return false
  return !findOurComment(await forge.comments(pull.number), markerOf(environment, 'applied'))
}

/** Ignores an issue that does not exist: people name branches as they like. */
function unlessMissing(error: unknown): void {
  if (!(error instanceof HerdbookError && error.diagnostics.every(({ code }) => code === 'forge-missing'))) throw error
}

/** Finds the issue with the form behind a pull request, to answer the person there. */
function issueBehind({ event }: Job, { head }: MergedPullRequest['pull']): number | null {
  const number = /^herdbook\/issue-([1-9]\d{0,8})$/.exec(head.branch)?.[1]
  return head.repository === event.repository && number !== undefined ? Number(number) : null
}

/** Keeps one issue open, however many runs fail. */
async function reportFailure(
  { forge, io }: Job,
  { exit, report, diagnostics, start }: ApplyOutcome,
  options: RenderOptions,
): Promise<void> {
  const domain = start?.session.config.domain ?? forge.repository
  const { title, body } = renderFailureIssue({ domain, exit, report, diagnostics }, options)
  io.secrets.abortOnSecret(`${title}\n${body}`)
  const [open, ...more] = (await forge.openIssues(FAILURE_LABEL)).filter(({ byBot }) => byBot)
  if (open === undefined) await forge.createIssue({ title, body, labels: [FAILURE_LABEL] })
  else await forge.editIssue(open.number, { title, body })
  // Two runs at once may have made two.
  for (const { number } of more) await forge.editIssue(number, { state: 'closed' })
}

async function closeFailures({ forge, url }: Job): Promise<void> {
  for (const { number } of (await forge.openIssues(FAILURE_LABEL)).filter(({ byBot }) => byBot)) {
    await forge.comment(number, failureOver(url))
    await forge.editIssue(number, { state: 'closed' })
  }
}
