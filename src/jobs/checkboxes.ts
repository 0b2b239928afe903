import { canWrite, type PullRequest } from '../forges/forge.ts'
import { HerdbookError } from '../instance/diagnostic.ts'
import { DRIFT_LABEL } from '../forges/issue-forms.ts'
import { KINDS } from '../providers/kinds.ts'
import { showsToLeave } from '../comments/drift-issue.ts'
import { dueTicks, proposedIn, type Tick } from '../comments/checkboxes.ts'
import { say, tell } from '../session/io.ts'
import { leave, type LeaveOptions } from '../verbs/leave.ts'
import { demandForLeaving } from '../approvals/authority.ts'
import { openCheckout, reasons, type Checkout } from './open-pull-request.ts'
import { refresh } from './drift.ts'
import { expect, inNameOf, type Job } from '../session/job.ts'
import { planPullRequest } from './plan.ts'
import { proposeAdoption, proposeRestore, refsOf, type PullRequestRequest } from './adopt-or-restore.ts'
import {
  askedBy,
  fromIssue,
  ISSUE_NOT_EDITED,
  NO_NEW_TICK,
  NOT_OUR_ISSUE,
  NOTHING_TO_PROPOSE_TONIGHT,
  notLeft,
  notProposed,
  noWriteAccess,
  tickedIn,
} from './texts.ts'

/**
 * Does what someone with write access ticked in the issue about differences: leaves objects at once, and opens one pull
 * request for those to adopt and one for those to restore.
 */
export async function run(job: Job): Promise<void> {
  const { event, forge, io } = expect(job, ['issues'])
  if (event.action !== 'edited' || event.bodyBefore === null) return say(io, ISSUE_NOT_EDITED)
  const issue = await forge.issue(event.number)
  if (!issue.byBot || issue.state !== 'open' || !issue.labels.includes(DRIFT_LABEL)) return say(io, NOT_OUR_ISSUE)
  const ticks = dueTicks({ before: event.bodyBefore, after: event.body, now: issue.body }, KINDS)
  if (ticks.length === 0) return say(io, NO_NEW_TICK)
  if (!canWrite(await forge.permission(event.sender))) return say(io, noWriteAccess(event.sender))
  const checkout = await openCheckout(job)
  const request = { origin: `${askedBy(event.sender)} ${fromIssue(issue.number)}`, by: event.sender }
  await leaveTicked(
    job,
    ticks.filter(({ what }) => what === 'leave'),
  )
  for (const what of ['adopt', 'restore'] as const) {
    const chosen = ticks.filter((tick) => tick.what === what)
    const pullRequest = chosen.length === 0 ? null : await proposeTicked(job, checkout, chosen, request)
    if (pullRequest === null) continue
    // Read again: someone may have ticked another box meanwhile.
    const { body } = await forge.issue(event.number)
    await forge.editIssue(event.number, { body: proposedIn(body, chosen, pullRequest.number, KINDS) })
    await planPullRequest(job, pullRequest)
  }
}

/** Leaves objects in the name of the person who ticked, if they are as that person saw them; else comments why not. */
async function leaveTicked(job: Job, ticks: readonly Tick[]): Promise<void> {
  if (ticks.length === 0) return
  const { event, forge, io } = expect(job, ['issues'])
  const refs = refsOf(ticks.map(({ ref }) => ref))
  try {
    await demandForLeaving(job, refs, event.sender)
    const wasShown: LeaveOptions['wasShown'] = (one, { instance }) =>
      showsToLeave(event.bodyBefore ?? '', one, {
        kinds: KINDS,
        visibility: event.visibility,
        show: instance.documents['policy.yaml']?.show ?? {},
      })
    await leave(inNameOf(io, event.sender), refs, tickedIn(event.number), {
      wait: true,
      marks: new Map(ticks.map(({ ref, mark = '' }) => [ref, mark])),
      wasShown,
    })
  } catch (error) {
    if (!(error instanceof HerdbookError)) throw error
    io.exit = error.exit
    tell(io, error.diagnostics)
    await forge.comment(event.number, io.secrets.abortOnSecret(notLeft(reasons(error))))
  }
  // Its boxes are open again, and it shows the server of now.
  await refresh(job)
}

/** Opens the pull request. If there is none to open, comments why, and returns null. */
async function proposeTicked(
  job: Job,
  checkout: Checkout,
  ticks: readonly Tick[],
  request: PullRequestRequest,
): Promise<PullRequest | null> {
  const { forge, event, io } = expect(job, ['issues'])
  try {
    const refs = refsOf(ticks.map(({ ref }) => ref))
    const adopting = ticks.some(({ what }) => what === 'adopt')
    const pullRequest = adopting
      ? await proposeAdoption(job, checkout, refs, request)
      : await proposeRestore(job, checkout, refs, request)
    if (pullRequest === null) await forge.comment(event.number, NOTHING_TO_PROPOSE_TONIGHT)
    return pullRequest
  } catch (error) {
    if (!(error instanceof HerdbookError)) throw error
    io.exit = error.exit
    tell(io, error.diagnostics)
    await forge.comment(event.number, io.secrets.abortOnSecret(notProposed(reasons(error))))
    return null
  }
}
