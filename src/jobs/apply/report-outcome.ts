import { EXIT, HerdbookError, worstExit, type Diagnostic, type ExitCode } from '../../instance/diagnostic.ts'
import { KINDS } from '../../providers/index.ts'
import { showed } from '../../reconcile/approval-marks.ts'
import type { ObjectRef } from '../../reconcile/values.ts'
import { renderApplied } from '../../comments/applied.ts'
import { renderFailure, renderFailureIssue } from '../../comments/failure.ts'
import { tell } from '../../session/io.ts'
import type { Session } from '../../session/session.ts'
import { refresh } from '../drift.ts'
import type { Job } from '../../session/job.ts'
import type { MergedPullRequest } from '../../approvals/merged-pull-requests.ts'
import { tellMissed } from './late-report.ts'
import { disputedAmong, disputedIn, isClean, isWaiting, partOf, voidNote, type Outcome } from './outcome.ts'
import { markerOf, ours, upsertComment } from '../../forges/sticky-comment.ts'

const FAILURE_LABEL = 'herdbook: failure'

/** Tells what came of an apply: in the summary, on the pull requests that it was about, and in the issue of a failure. */
export async function tellOutcome(job: Job, outcome: Outcome): Promise<void> {
  const { report, known, exit, diagnostics } = outcome
  job.io.exit = isClean(outcome) ? EXIT.ok : exit
  tell(job.io, diagnostics)
  const show = known?.session.instance.documents['policy.yaml']?.show ?? {}
  const shown = { kinds: KINDS, visibility: job.event.visibility, show, run: job.url }
  const options = { ...shown, disputed: report === null ? new Set<ObjectRef>() : disputedAmong(report, known) }
  await job.summarize(
    report ? renderApplied(report, { ...options, limit: 1_000_000 }) : renderFailure(exit, diagnostics, options),
  )
  await each(job, [() => (isClean(outcome) ? closeFailures(job) : tellFailure(job, outcome, options))])
  const told = new Set<number>()
  const onPulls = (known?.landed ?? []).map((landed) => async () => {
    if (await tellPullRequest(job, landed, outcome, options)) told.add(landed.pull.number)
  })
  await each(job, onPulls)
  await each(job, [
    ...(known ? [() => tellMissed(job, known.session, told)] : []),
    ...(isClean(outcome) ? [() => refresh(job)] : []),
  ])
}

/** Tells one after the other. What can't be told keeps nothing else from being told, and fails the run. */
async function each({ io }: Job, tellings: readonly (() => Promise<void>)[]): Promise<void> {
  for (const telling of tellings) {
    try {
      await telling()
    } catch (error) {
      if (!(error instanceof HerdbookError)) throw error
      tell(io, error.diagnostics)
      io.exit = worstExit([io.exit, error.exit])
    }
  }
}

type Shown = Omit<Parameters<typeof renderApplied>[1], 'marker' | 'hidden' | 'limit'>

/** On a merged pull request stands what became of it. Answers whether there was anything to tell. */
async function tellPullRequest(
  job: Job,
  landed: MergedPullRequest,
  { report, known, exit, diagnostics }: Outcome,
  options: Shown,
): Promise<boolean> {
  const { pull, merge } = landed
  if (known === null) return false
  const marker = markerOf(known.session.environment, 'applied')
  const failed = (code: ExitCode, list: readonly Diagnostic[]): Promise<boolean> =>
    upsertComment(job, pull.number, marker, renderFailure(code, list, { ...options, marker })).then(() => true)
  if (
    landed.void === 'self' ||
    landed.void === 'unresolved' ||
    (landed.void !== null && report !== null && isWaiting(report))
  )
    return failed(EXIT.stale, [voidNote(pull.number, landed.void)])
  if (report === null || diagnostics.length > 0) return diagnostics.length > 0 && failed(exit, diagnostics)
  const sealing = known.session.sealing
  const [part, disputed] = [partOf(report, landed, known, sealing), disputedIn(report, [landed], known)]
  const isEmpty =
    disputed.size === 0 && [part.done, part.failed, part.skipped, part.notReached].every((list) => list.length === 0)
  if (isEmpty && !(await isUntold(job, landed, known.session))) return false
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
  // Last: where this stands, all of it was told.
  await upsertComment(job, pull.number, marker, body)
  return true
}

/** Whether a pull request was to change something that is so by now, and nothing says so yet. What the ledger knows of is for `tellMissed`. */
async function isUntold(
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
  return !ours(await forge.comments(pull.number), markerOf(environment, 'applied'))
}

/** Anybody who may push names a branch as they like. */
function unlessMissing(error: unknown): void {
  if (!(error instanceof HerdbookError && error.diagnostics.every(({ code }) => code === 'forge-missing'))) throw error
}

/** The issue that a pull request of ours was made of: whoever asked is told there. */
function issueBehind({ event }: Job, { head }: MergedPullRequest['pull']): number | null {
  const number = /^herdbook\/issue-([1-9]\d{0,8})$/.exec(head.branch)?.[1]
  return head.repository === event.repository && number !== undefined ? Number(number) : null
}

/** One issue, however many runs fail. */
async function tellFailure(
  { forge, io }: Job,
  { exit, report, diagnostics, known }: Outcome,
  options: Shown,
): Promise<void> {
  const domain = known?.session.config.domain ?? forge.repository
  const { title, body } = renderFailureIssue({ domain, exit, report, diagnostics }, options)
  io.secrets.abortOnSecret(`${title}\n${body}`)
  const [there, ...more] = (await forge.openIssues(FAILURE_LABEL)).filter(({ byBot }) => byBot)
  if (there === undefined) await forge.createIssue({ title, body, labels: [FAILURE_LABEL] })
  else await forge.editIssue(there.number, { title, body })
  // Two runs at once may have made two.
  for (const { number } of more) await forge.editIssue(number, { state: 'closed' })
}

async function closeFailures({ forge, url }: Job): Promise<void> {
  for (const { number } of (await forge.openIssues(FAILURE_LABEL)).filter(({ byBot }) => byBot)) {
    await forge.comment(number, `[This run](${url}) was clean.`)
    await forge.editIssue(number, { state: 'closed' })
  }
}
