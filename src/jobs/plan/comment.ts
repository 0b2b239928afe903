import type { PullRequest } from '../../forges/forge.ts'
import type { Diagnostic, ExitCode, HerdbookError } from '../../instance/diagnostic.ts'
import { KINDS } from '../../providers/index.ts'
import { exitOfPlan } from '../../reconcile/exit.ts'
import { marksBlock, marksOf, sealComment } from '../../reconcile/approval-marks.ts'
import { redact, redactedDiagnostics, disclosure } from '../../redaction/redact.ts'
import { renderFailure } from '../../comments/failure.ts'
import type { Files } from '../../comments/findings.ts'
import { renderMarkdown } from '../../comments/plan.ts'
import { tell } from '../../session/io.ts'
import { textsIn, type Merge, type Proposal } from '../../session/merged-instance.ts'
import type { Proposed } from '../../reconcile/propose.ts'
import { approvable } from '../../approvals/approved-by-merge.ts'
import { offerConsent } from './suggest-consent.ts'
import { contextOf } from '../../forges/check-name.ts'
import type { Job } from '../../session/job.ts'
import type { Merging } from '../../session/default-branch.ts'
import { alongIn, approvedIn, decidingOf, handsOfLeft } from './who-decides.ts'
import { checkLine, oneLine, stateOf, stepNotes } from '../status-check.ts'
import { markerOf, upsertComment } from '../../forges/sticky-comment.ts'
import type { Said } from '../../approvals/trailers.ts'

/** GitHub takes a mebibyte for the summary of a step. */
const SUMMARY = 1_000_000

/** A pull request that was planned, with all that its comment is made of. */
export interface Outcome extends Proposed {
  readonly merge: Merge
  readonly proposal: Proposal
  readonly said: Said
  /** Files of kinds that merging would change. */
  readonly changed: ReadonlySet<string>
}

/** Writes the comment with the plan and its marks, reports the check, and tells the summary of the run. */
export async function tellPlanned(
  job: Job,
  pull: PullRequest,
  { leftover, byFiles, merge, proposal, said, changed, ...whole }: Outcome,
): Promise<void> {
  const { session, edits } = proposal
  const { environment, sealing } = session
  const approved = approvedIn(session, whole.plan.steps)
  const hands = await handsOfLeft(
    job,
    session,
    merge.base,
    whole.plan.steps.filter(({ digest, cause }) => cause === 'change' && leftover.has(digest) && !approved.has(digest)),
  )
  const nobodys = new Set([...hands].flatMap(([digest, people]) => (people === null ? [digest] : [])))
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
      deciding: await decidingOf(
        merge,
        plan.steps.filter(({ digest }) => !withheld.has(digest)),
      ),
      run: job.url,
    },
  }
  const marker = markerOf(environment, 'plan')
  const planned = { pullRequest: pull.number, head: merge.head }
  const sent = plan.steps.filter(({ digest }) => !withheld.has(digest))
  const hidden = marksBlock(marksOf(sent, { pullRequest: pull.number, ...said, along: alongIn(sent, hands) }, sealing))
  // Without a key a mark would be anybody's.
  const comment =
    sealing.key === null
      ? renderMarkdown(plan, { ...options, marker })
      : sealComment(renderMarkdown(plan, { ...options, marker, hidden }), planned, sealing)
  await upsertComment(job, pull.number, marker, comment)
  await job.summarize(renderMarkdown(plan, { ...options, limit: SUMMARY }))
  const told = plan.steps.filter(({ digest }) => !leftover.has(digest) || !withheld.has(digest))
  const shown = redact({ ...plan, steps: told }, disclosure(options.visibility, options.show))
  tell(job.io, [...session.warnings, ...shown.findings, ...stepNotes(shown, session.instance)], sourceOf)
  await report(job, pull, environment, { exit, description: oneLine(shown, edits) })
  await offerConsent(job, pull, shown, merge, sourceOf)
}

/** Writes why a pull request can't be planned, and reports the check. */
export async function tellRefused(
  job: Job,
  pull: PullRequest,
  merging: Merging,
  { exit, diagnostics }: HerdbookError,
): Promise<void> {
  const { environment } = merging
  const marker = markerOf(environment, 'plan')
  const files: Files =
    merging.state === 'merged'
      ? { sourceOf: await textsIn(merging.merge.merged), filesAt: filesAt(job, pull, merging.merge) }
      : {}
  const options = { ...files, visibility: job.event.visibility, run: job.url }
  await upsertComment(job, pull.number, marker, renderFailure(exit, diagnostics, { ...options, marker }))
  await job.summarize(renderFailure(exit, diagnostics, { ...options, limit: SUMMARY }))
  const shown = redactedDiagnostics(diagnostics, disclosure(options.visibility))
  tell(job.io, shown, files.sourceOf)
  await report(job, pull, environment, { exit, description: firstOf(shown) })
}

const firstOf = (list: readonly Diagnostic[]): string =>
  checkLine(list.find(({ severity }) => severity === 'error')?.message ?? 'Not planned.')

interface Finding {
  readonly exit: ExitCode
  readonly description: string
}

function report(
  { forge, io, url }: Job,
  pull: PullRequest,
  environment: string,
  { exit, description }: Finding,
): Promise<void> {
  const status = { state: stateOf(exit), context: contextOf(environment), description, url }
  io.secrets.abortOnSecret(JSON.stringify(status))
  return forge.report(pull.head.commit, status)
}

/** The folder of the files on the page of the commit that is proposed. */
function filesAt({ io, event }: Job, pull: PullRequest, { repository, head }: Merge): string {
  return `${io.env['GITHUB_SERVER_URL'] ?? 'https://github.com'}/${pull.head.repository ?? event.repository}/blob/${head}/${repository.folder}`
}
