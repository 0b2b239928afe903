import type { PullRequest } from '../../forges/forge.ts'
import type { Diagnostic, ExitCode, HerdbookError } from '../../instance/diagnostic.ts'
import { KINDS } from '../../providers/kinds.ts'
import { exitOfPlan } from '../../reconcile/exit.ts'
import { marksBlock, marksOf, sealComment } from '../../reconcile/approval-marks.ts'
import { redact, redactedDiagnostics, disclosure } from '../../redaction/redact.ts'
import { renderFailure } from '../../comments/failure.ts'
import type { QuotableFiles } from '../../comments/findings.ts'
import { renderMarkdown } from '../../comments/plan.ts'
import { tell } from '../../session/io.ts'
import { textsIn, type MergedFiles, type ProposedSession } from '../../session/merged-instance.ts'
import type { ProposedPlan } from '../../reconcile/propose.ts'
import { approvable } from '../../approvals/approved-by-merge.ts'
import { offerConsent } from './suggest-consent.ts'
import { contextOf } from '../../forges/check-name.ts'
import type { Job } from '../../session/job.ts'
import type { MergeAttempt } from '../../session/default-branch.ts'
import { alreadyApproved, authorsOfLeftovers, leftoversAmong, whoDecides } from './who-decides.ts'
import { NOT_PLANNED } from './texts.ts'
import { checkLine, oneLine, stateOf, stepNotes } from '../status-check.ts'
import { SUMMARY_LIMIT } from '../summary.ts'
import { markerOf, upsertComment } from '../../forges/sticky-comment.ts'
import type { CommitRequests } from '../../approvals/trailers.ts'

/** A planned pull request, with all that its comment shows. */
export interface PlannedPullRequest extends ProposedPlan {
  readonly merge: MergedFiles
  readonly proposal: ProposedSession
  readonly requests: CommitRequests
  /** Files of kinds that the merge changes. */
  readonly changed: ReadonlySet<string>
}

/** Writes the comment with the plan and its marks, the check and the summary of the run. */
export async function postPlan(
  job: Job,
  pull: PullRequest,
  { leftover, byFiles, merge, proposal, requests, changed, ...whole }: PlannedPullRequest,
): Promise<void> {
  const { session, edits } = proposal
  const { environment, sealing } = session
  const approved = alreadyApproved(session, whole.plan.steps)
  const authors = await authorsOfLeftovers(
    job,
    session,
    merge.base,
    whole.plan.steps.filter(({ digest, cause }) => cause === 'change' && leftover.has(digest) && !approved.has(digest)),
  )
  const nobodys = new Set([...authors].flatMap(([digest, people]) => (people === null ? [digest] : [])))
  const { plan, withheld } = approvable({ ...whole, leftover, approved, nobodys }, changed)
  const exit = exitOfPlan(plan)
  const sourceOf = await textsIn(merge.merged)
  const options = {
    kinds: KINDS,
    visibility: job.event.visibility,
    show: session.instance.documents['policy.yaml']?.show ?? {},
    sourceOf,
    filesAt: filesAt(job, pull, merge),
    proposal: {
      pullRequest: pull.number,
      base: merge.base,
      head: merge.head,
      leftover,
      withheld,
      byFiles,
      edits,
      deciding: await whoDecides(
        merge,
        plan.steps.filter(({ digest }) => !withheld.has(digest)),
      ),
      run: job.url,
    },
  }
  const marker = markerOf(environment, 'plan')
  const planned = { pullRequest: pull.number, head: merge.head }
  const sent = plan.steps.filter(({ digest }) => !withheld.has(digest))
  const hidden = marksBlock(
    marksOf(sent, { pullRequest: pull.number, ...requests, along: leftoversAmong(sent, authors) }, sealing),
  )
  // Without a key, anyone could write a mark.
  const comment =
    sealing.key === null
      ? renderMarkdown(plan, { ...options, marker })
      : sealComment(renderMarkdown(plan, { ...options, marker, hidden }), planned, sealing)
  await upsertComment(job, pull.number, marker, comment)
  await job.summarize(renderMarkdown(plan, { ...options, limit: SUMMARY_LIMIT }))
  const notes = plan.steps.filter(({ digest }) => !leftover.has(digest) || !withheld.has(digest))
  const shown = redact({ ...plan, steps: notes }, disclosure(options.visibility, options.show))
  tell(job.io, [...session.warnings, ...shown.findings, ...stepNotes(shown, session.instance)], sourceOf)
  await report(job, pull, environment, { exit, description: oneLine(shown, edits) })
  await offerConsent(job, pull, shown, merge, sourceOf)
}

/** Writes why a pull request cannot be planned, and the check. */
export async function postRefusal(
  job: Job,
  pull: PullRequest,
  merging: MergeAttempt,
  { exit, diagnostics }: HerdbookError,
): Promise<void> {
  const { environment } = merging
  const marker = markerOf(environment, 'plan')
  const files: QuotableFiles =
    merging.state === 'merged'
      ? { sourceOf: await textsIn(merging.merge.merged), filesAt: filesAt(job, pull, merging.merge) }
      : {}
  const options = { ...files, visibility: job.event.visibility, run: job.url }
  await upsertComment(job, pull.number, marker, renderFailure(exit, diagnostics, { ...options, marker }))
  await job.summarize(renderFailure(exit, diagnostics, { ...options, limit: SUMMARY_LIMIT }))
  const shown = redactedDiagnostics(diagnostics, disclosure(options.visibility))
  tell(job.io, shown, files.sourceOf)
  await report(job, pull, environment, { exit, description: firstError(shown) })
}

const firstError = (list: readonly Diagnostic[]): string =>
  checkLine(list.find(({ severity }) => severity === 'error')?.message ?? NOT_PLANNED)

interface CheckResult {
  readonly exit: ExitCode
  readonly description: string
}

function report(
  { forge, io, url }: Job,
  pull: PullRequest,
  environment: string,
  { exit, description }: CheckResult,
): Promise<void> {
  const status = { state: stateOf(exit), context: contextOf(environment), description, url }
  io.secrets.abortOnSecret(JSON.stringify(status))
  return forge.report(pull.head.commit, status)
}

/** The address of the files on the page of the proposed commit. */
function filesAt({ io, event }: Job, pull: PullRequest, { repository, head }: MergedFiles): string {
  return (
    `${io.env['GITHUB_SERVER_URL'] ?? 'https://github.com'}/` +
    `${pull.head.repository ?? event.repository}/blob/${head}/${repository.folder}`
  )
}
