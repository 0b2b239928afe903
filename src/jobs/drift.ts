import type { Issue } from '../forges/forge.ts'
import { EXIT, HerdbookError, type ExitCode } from '../instance/diagnostic.ts'
import { DRIFT_LABEL } from '../forges/issue-forms.ts'
import { KINDS } from '../providers/index.ts'
import { exitOfPlan } from '../reconcile/exit.ts'
import type { Plan } from '../reconcile/plan/types.ts'
import { renderDriftIssue, type IssueText } from '../comments/drift-issue.ts'
import { renderFailure } from '../comments/failure.ts'
import { carriedOver, hasProposals } from '../comments/checkboxes.ts'
import { listed } from '../words/text.ts'
import { tell as log } from '../session/io.ts'
import { planNow } from '../session/planning.ts'
import { unreadBy } from '../reconcile/propose.ts'
import { openCheckout, type Checkout } from './open-pull-request.ts'
import { endedWith } from './drift/expired.ts'
import { expect, type Job } from '../session/job.ts'
import { connectTo } from '../session/connect.ts'

/** Compares live with the files and keeps one issue of what somebody has to decide; closed when there is nothing. */
export async function run(job: Job): Promise<void> {
  expect(job, ['schedule', 'workflow_dispatch'])
  const found = await compared(job, 'propose').catch((error: unknown) => uncompared(job, error))
  job.io.exit = found.exit
  await keep(job, await issuesOf(job), found.text)
  if (found.text === null) await job.summarize('All is as the files say.')
}

/** Brings the issue up to date where there is one, after something was applied. What can't be compared now is told tonight. */
export async function refresh(job: Job): Promise<void> {
  const issues = await issuesOf(job)
  if (issues.length === 0) return
  try {
    await keep(job, issues, (await compared(job, 'look')).text)
  } catch (error) {
    if (!(error instanceof HerdbookError)) throw error
    log(job.io, error.diagnostics)
  }
}

const issuesOf = async ({ forge }: Job): Promise<readonly Issue[]> =>
  (await forge.openIssues(DRIFT_LABEL)).filter(({ byBot }) => byBot)

async function keep(job: Job, [issue, ...others]: readonly Issue[], text: IssueText | null): Promise<void> {
  if (text !== null) await tell(job, issue, text)
  // Two runs at once may have made two.
  for (const { number } of text === null && issue ? [issue, ...others] : others) await close(job, number)
}

interface Found {
  readonly exit: ExitCode
  /** What the issue is to say; null where it is to be closed. */
  readonly text: IssueText | null
}

async function compared(job: Job, ending: 'propose' | 'look'): Promise<Found> {
  const desk = await openCheckout(job)
  const { session } = desk
  const plan = await planOf(job, desk)
  const ended = await endedWith(job, desk, ending)
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

/** The plan without what no connection for reading ever leads to: that is how the server is set up, and nothing that happened. */
async function planOf(job: Job, { whole }: Checkout): Promise<Plan> {
  const { io } = job
  const connected = connectTo(whole.config, io, 'proposal')
  try {
    const { plan } = await planNow(whole, connected.providers)
    const beyond = new Set(unreadBy(connected.providers))
    const unseen = plan.reads.filter(({ kind, complete }) => !complete && beyond.has(kind))
    if (unseen.length > 0)
      await job.summarize(
        `Not looked at, since only the console leads there: ${listed(unseen.map(({ kind }) => kind))}.`,
      )
    return { ...plan, reads: plan.reads.filter((read) => !unseen.includes(read)) }
  } finally {
    await connected.close()
  }
}

/** What could not be compared is told where drift is. */
function uncompared({ io, event, url, forge }: Job, error: unknown): Found {
  if (!(error instanceof HerdbookError)) throw error
  log(io, error.diagnostics)
  const text = {
    title: `${forge.repository}: not compared with the server`,
    body: renderFailure(error.exit, error.diagnostics, { visibility: event.visibility, run: url }),
  }
  return { exit: error.exit, text }
}

async function tell(
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

async function close({ forge, url }: Job, number: number): Promise<void> {
  await forge.comment(number, `All is as the files say, as [this run](${url}) saw it.`)
  await forge.editIssue(number, { state: 'closed' })
}
