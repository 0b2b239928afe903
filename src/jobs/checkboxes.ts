import { canWrite, type PullRequest } from '../forges/forge.ts'
import { HerdbookError } from '../instance/diagnostic.ts'
import { DRIFT_LABEL } from '../forges/issue-forms.ts'
import { KINDS } from '../providers/index.ts'
import { showsToLeave } from '../comments/drift-issue.ts'
import { dueTicks, proposedIn, type Tick } from '../comments/checkboxes.ts'
import { say, tell } from '../session/io.ts'
import { leave, type LeaveOptions } from '../verbs/leave.ts'
import { demandForLeaving } from '../approvals/authority.ts'
import { openCheckout, reasons, type Checkout } from './open-pull-request.ts'
import { refresh } from './drift.ts'
import { expect, inNameOf, type Job } from '../session/job.ts'
import { planPullRequest } from './plan.ts'
import { askedBy, proposeAdoption, proposeRestore, refsOf, type Asking } from './adopt-or-restore.ts'

/** Leaves what somebody left, at once, and makes pull requests of the other boxes that somebody who decides has ticked in the drift issue: one for what is adopted, one for what is restored. */
export async function run(job: Job): Promise<void> {
  const { event, forge, io } = expect(job, ['issues'])
  if (event.action !== 'edited' || event.bodyBefore === null)
    return say(io, 'Only the text of the issue has boxes to tick.')
  const issue = await forge.issue(event.number)
  if (!issue.byBot || issue.state !== 'open' || !issue.labels.includes(DRIFT_LABEL))
    return say(io, 'This issue is not the one that Herdbook keeps.')
  const ticks = dueTicks({ before: event.bodyBefore, after: event.body, now: issue.body }, KINDS)
  if (ticks.length === 0) return say(io, 'No box was ticked that is not proposed already.')
  if (!canWrite(await forge.permission(event.sender)))
    return say(io, `@${event.sender} may not write here, so nothing is proposed.`)
  const desk = await openCheckout(job)
  const asking = { origin: `${askedBy(event.sender)} From #${issue.number}.`, by: event.sender }
  await left(
    job,
    ticks.filter(({ what }) => what === 'leave'),
  )
  for (const what of ['adopt', 'restore'] as const) {
    const chosen = ticks.filter((tick) => tick.what === what)
    const pullRequest = chosen.length === 0 ? null : await proposed(job, desk, chosen, asking)
    if (pullRequest === null) continue
    // Read anew: somebody may have ticked another box meanwhile.
    const { body } = await forge.issue(event.number)
    await forge.editIssue(event.number, { body: proposedIn(body, chosen, pullRequest.number, KINDS) })
    await planPullRequest(job, pullRequest)
  }
}

/** The seen list takes it in the name of who ticked, if it is as they saw it and theirs to decide; else the issue is told why not. */
async function left(job: Job, ticks: readonly Tick[]): Promise<void> {
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
    await leave(inNameOf(io, event.sender), refs, `ticked in #${event.number}`, {
      wait: true,
      marks: new Map(ticks.map(({ ref, mark = '' }) => [ref, mark])),
      wasShown,
    })
  } catch (error) {
    if (!(error instanceof HerdbookError)) throw error
    io.exit = error.exit
    tell(io, error.diagnostics)
    await forge.comment(event.number, io.secrets.abortOnSecret(`Not left:\n\n${reasons(error)}`))
  }
  // With its boxes open again, and as things are now.
  await refresh(job)
}

/** The pull request; null where there is none to make, which the issue is told. */
async function proposed(job: Job, desk: Checkout, ticks: readonly Tick[], asking: Asking): Promise<PullRequest | null> {
  const { forge, event, io } = expect(job, ['issues'])
  try {
    const refs = refsOf(ticks.map(({ ref }) => ref))
    const adopting = ticks.some(({ what }) => what === 'adopt')
    const pullRequest = adopting
      ? await proposeAdoption(job, desk, refs, asking)
      : await proposeRestore(job, desk, refs, asking)
    if (pullRequest === null)
      await forge.comment(
        event.number,
        'Nothing to propose: the files say so already. This issue is brought up to date tonight.',
      )
    return pullRequest
  } catch (error) {
    if (!(error instanceof HerdbookError)) throw error
    io.exit = error.exit
    tell(io, error.diagnostics)
    await forge.comment(event.number, io.secrets.abortOnSecret(`Not proposed:\n\n${reasons(error)}`))
    return null
  }
}
