import type { Issue } from '../forges/forge.ts'
import { EXIT, HerdbookError, type ExitCode } from '../instance/diagnostic.ts'
import { DRIFT_LABEL } from '../forges/issue-forms.ts'
import { KINDS } from '../providers/kinds.ts'
import { exitOfPlan } from '../reconcile/exit.ts'
import type { Plan } from '../reconcile/plan/types.ts'
import { renderDriftIssue, type IssueText } from '../comments/drift-issue.ts'
import { renderFailure } from '../comments/failure.ts'
import { carriedOver, hasProposals } from '../comments/checkboxes.ts'
import { tell } from '../session/io.ts'
import { planNow } from '../session/planning.ts'
import { unreadBy } from '../reconcile/propose.ts'
import { openCheckout, type Checkout } from './open-pull-request.ts'
import { expiredEntries } from './drift/expired.ts'
import { expect, type Job } from '../session/job.ts'
import { connectTo } from '../session/connect.ts'
import { differencesGone, NO_DIFFERENCES, notCompared, notReadHere } from './texts.ts'

/** Compares the server with the files, and keeps one issue open while people have differences to decide about. */
export async function run(job: Job): Promise<void> {
  expect(job, ['schedule', 'workflow_dispatch'])
  const { exit, text } = await compare(job, 'propose').catch((error: unknown) => comparisonFailed(job, error))
  job.io.exit = exit
  await keepIssue(job, await issuesOf(job), text)
  if (text === null) await job.summarize(NO_DIFFERENCES)
}

/** Updates the open issue, if there is one, after an apply. If the comparison fails, the nightly run reports that. */
export async function refresh(job: Job): Promise<void> {
  const issues = await issuesOf(job)
  if (issues.length === 0) return
  try {
    await keepIssue(job, issues, (await compare(job, 'look')).text)
  } catch (error) {
    if (!(error instanceof HerdbookError)) throw error
    tell(job.io, error.diagnostics)
  }
}

const issuesOf = async ({ forge }: Job): Promise<readonly Issue[]> =>
  (await forge.openIssues(DRIFT_LABEL)).filter(({ byBot }) => byBot)

async function keepIssue(job: Job, [issue, ...others]: readonly Issue[], text: IssueText | null): Promise<void> {
  if (text !== null) await writeIssue(job, issue, text)
  // Two runs at once may have made two.
  for (const { number } of text === null && issue ? [issue, ...others] : others) await closeIssue(job, number)
}

interface Comparison {
  readonly exit: ExitCode
  /** The text of the issue; null if the issue must be closed. */
  readonly text: IssueText | null
}

/** `expired` says whether to open a pull request for expired entries, or only to look for it. */
async function compare(job: Job, expired: 'propose' | 'look'): Promise<Comparison> {
  const checkout = await openCheckout(job)
  const { session } = checkout
  const plan = await planOf(job, checkout)
  const ended = await expiredEntries(job, checkout, expired)
  const options = {
    kinds: KINDS,
    visibility: job.event.visibility,
    show: session.instance.documents['policy.yaml']?.show ?? {},
    ended,
    run: job.url,
  }
  return {
    exit: exitOfPlan(plan) === EXIT.unreadable ? EXIT.unreadable : EXIT.ok,
    text: renderDriftIssue(plan, options),
  }
}

/** Plans without the kinds that no reading connection reaches: that is how the server is set up, not a difference. */
async function planOf(job: Job, { whole }: Checkout): Promise<Plan> {
  const { io } = job
  const connected = connectTo(whole.config, io, 'proposal')
  try {
    const { plan } = await planNow(whole, connected.providers)
    const unreadable = new Set(unreadBy(connected.providers))
    const notRead = plan.reads.filter(({ kind, complete }) => !complete && unreadable.has(kind))
    if (notRead.length > 0) await job.summarize(notReadHere(notRead.map(({ kind }) => kind)))
    return { ...plan, reads: plan.reads.filter((read) => !notRead.includes(read)) }
  } finally {
    await connected.close()
  }
}

/** Makes the issue say why the comparison failed. */
function comparisonFailed({ io, event, url, forge }: Job, error: unknown): Comparison {
  if (!(error instanceof HerdbookError)) throw error
  tell(io, error.diagnostics)
  const text = {
    title: notCompared(forge.repository),
    body: renderFailure(error.exit, error.diagnostics, { visibility: event.visibility, run: url }),
  }
  return { exit: error.exit, text }
}

async function writeIssue(
  { forge, io, summarize }: Job,
  issue: Issue | undefined,
  { title, body }: IssueText,
): Promise<void> {
  io.secrets.abortOnSecret(`${title}\n${body}`)
  await summarize(body)
  if (issue === undefined) {
    await forge.createIssue({ title, body, labels: [DRIFT_LABEL] })
    return
  }
  const open = hasProposals(issue.body)
    ? new Set((await forge.openPullRequests()).map(({ number }) => number))
    : new Set<number>()
  const next = carriedOver(issue.body, body, (number) => open.has(number), KINDS)
  if (issue.title !== title || issue.body.trim() !== next.trim())
    await forge.editIssue(issue.number, { title, body: next })
}

async function closeIssue({ forge, url }: Job, number: number): Promise<void> {
  await forge.comment(number, differencesGone(url))
  await forge.editIssue(number, { state: 'closed' })
}
