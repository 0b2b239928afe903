import { EXIT, HerdbookError, worstExit, type Diagnostic, type ExitCode } from '../../instance/diagnostic.ts'
import { KINDS } from '../../providers/mastodon/kinds/index.ts'
import { refOf } from '../../reconcile/batches.ts'
import type { Sealing } from '../../reconcile/digest.ts'
import { coveredBy, showed } from '../../reconcile/marks.ts'
import type { ApplyReport, ObjectRef, Step } from '../../reconcile/types.ts'
import { renderApplied } from '../../render/applied.ts'
import { renderFailure, renderFailureIssue } from '../../render/failure.ts'
import { run as applyNow, type Options } from '../apply.ts'
import { say, tell } from '../io.ts'
import type { Session } from '../session.ts'
import { refresh } from './drift.ts'
import { refuseGround } from './ground.ts'
import { expect, isAgain, type Job } from './job.ts'
import { landedSince, type Landed, type Void } from './landed.ts'
import { tellMissed } from './missed.ts'
import { repositoryOf, tipOf } from './merge.ts'
import { combined, exitOfRounds, isMore, MOST_ROUNDS } from './rounds.ts'
import { markerOf, ours, stick } from './sticky.ts'

export const FAILURE_LABEL = 'herdbook: failure'

/** How often the branch may move on while we wait for our turn. */
const TURNS = 5

/** Applies what was merged: always the newest commit of the default branch, whatever this run was started by. */
export async function run(job: Job): Promise<void> {
  const { event, io } = expect(job, ['push', 'schedule', 'workflow_dispatch'])
  if (event.name === 'push' && event.ref !== `refs/heads/${event.defaultBranch}`)
    return say(io, `Only ${event.defaultBranch} is applied.`)
  const outcome = await attempt(job)
  await tellOutcome(job, outcome)
  if (outcome.defect !== undefined) throw outcome.defect
}

/** What a run knew when it began to apply. */
interface Known {
  readonly session: Session
  readonly landed: readonly Landed[]
}

interface Outcome {
  readonly exit: ExitCode
  /** null where it ended before anything was done. */
  readonly report: ApplyReport | null
  readonly diagnostics: readonly Diagnostic[]
  readonly known: Known | null
  /** What no run should end with. */
  readonly defect?: unknown
}

const DEFECT: Diagnostic = {
  code: 'defect',
  severity: 'error',
  message: 'This is a defect in Herdbook. The log of the run has its words.',
  hint: 'Please report it with them.',
}

/** What an apply may do because of the button that was pressed, whose job before this one asked who pressed it; once, for what there was then. */
function leaveOf({ event, io }: Job): Pick<Options, 'first' | 'historyRewritten'> {
  if (event.name !== 'workflow_dispatch' || isAgain(io)) return {}
  const { verb, reason = '' } = event.inputs
  return {
    ...(verb === 'begin' ? { first: reason } : {}),
    ...(verb === 'new-history' ? { historyRewritten: true } : {}),
  }
}

async function attempt(job: Job): Promise<Outcome> {
  const { io } = job
  const rounds: ApplyReport[] = []
  let known: Known | null = null
  const mergesOf = async (session: Session) => {
    const landed = await landedSince(job, session)
    known = { session, landed: withEarlier(landed, known) }
    return landed.flatMap(({ merge }) => merge ?? [])
  }
  for (let turn = 1; ; turn += 1) {
    try {
      const repository = await repositoryOf(job)
      await repository.follow(await tipOf(repository))
      await refuseGround(job)
      io.exit = EXIT.ok
      const report = await applyNow(
        io,
        { yes: true, wait: true, ...(rounds.length === 0 ? leaveOf(job) : {}) },
        null,
        mergesOf,
        await job.clone(),
      )
      rounds.push(report)
      if (isMore(report) && rounds.length < MOST_ROUNDS) continue
      return toldOf(rounds, known, io.exit)
    } catch (error) {
      if (!(error instanceof HerdbookError))
        return { exit: EXIT.defect, report: combined(rounds), diagnostics: [DEFECT], known, defect: error }
      if (turn >= TURNS + rounds.length || !movedOn(error))
        return { exit: error.exit, report: combined(rounds), diagnostics: error.diagnostics, known }
    }
  }
}

/** What was known of a pull request when it was first seen stays: a later round finds it in the ledger. */
function withEarlier(landed: readonly Landed[], known: Known | null): readonly Landed[] {
  const earlier = known?.landed ?? []
  const numbers = new Set(earlier.map(({ pull }) => pull.number))
  return [...earlier, ...landed.filter(({ pull }) => !numbers.has(pull.number))]
}

function toldOf(rounds: readonly ApplyReport[], known: Known | null, last: ExitCode): Outcome {
  const report = combined(rounds)
  const disputed = report !== null && disputedAmong(report, known).size > 0
  return {
    exit: worstExit([exitOfRounds(rounds, last), ...(disputed ? [EXIT.stale] : [])]),
    report: report && withVoid(report, known),
    diagnostics: [],
    known,
  }
}

/**
 * The objects that these merged pull requests were to change and of which the server has become another meanwhile: nothing
 * is done about them before people have settled it. What was done for a pull request once is no longer its own.
 */
function disputedIn({ plan }: ApplyReport, merges: readonly Landed[], known: Known): ReadonlySet<ObjectRef> {
  const [steps, sealing] = [new Set(plan.steps.map(refOf)), sealingOf(known)]
  const done = new Set(
    known.session.ledger.approvals.flatMap(({ spent, pullRequest, ref }) => (spent ? [`${pullRequest} ${ref}`] : [])),
  )
  const isOf = ({ pull, merge }: Landed, one: Pick<Step, 'kind' | 'id'>): boolean =>
    merge !== null && showed(merge.marks, one, sealing) && !done.has(`${pull.number} ${refOf(one)}`)
  const open = [...plan.conflicts, ...plan.takeovers, ...plan.waiting].filter((one) => !steps.has(refOf(one)))
  return new Set(open.filter((one) => merges.some((landed) => isOf(landed, one))).map(refOf))
}

const disputedAmong = (report: ApplyReport, known: Known | null): ReadonlySet<ObjectRef> =>
  known === null ? new Set() : disputedIn(report, known.landed, known)

const sealingOf = ({ session }: Known): Sealing => session.sealing

/** Says which merges approve nothing, and why, where something waits for an approval. */
function withVoid(report: ApplyReport, known: Known | null): ApplyReport {
  const notes = isWaiting(report)
    ? (known?.landed ?? []).flatMap((one) => (one.void === null ? [] : [voidNote(one.pull.number, one.void)]))
    : []
  return { ...report, findings: [...report.findings, ...notes] }
}

const isWaiting = ({ skipped }: ApplyReport): boolean => skipped.some(({ why }) => why === 'not-approved')

const VOID: { readonly [why in Void]: string } = {
  altered: 'the comment with its plan was edited since, or it is of another commit than was merged',
  along: 'another merge brought its commits along, and did not make of the files what its plan shows',
  self: 'nobody approved it but who asked for it, wrote it or pushed it',
  unresolved: 'GitHub does not tell who wrote or pushed all of it, so it takes the approval of an owner',
}

const voidNote = (pullRequest: number, why: Void): Diagnostic => ({
  code: 'merge-approves-nothing',
  severity: 'warning',
  message: `Merging #${pullRequest} approved nothing: ${VOID[why]}.`,
  hint: 'Look at what is not applied: herdbook plan. Where it is right, an owner who had no part in it approves it: herdbook approve "why", or on GitHub the button approve',
})

/** Whether the branch has newer commits than when this run looked: then those are to be applied. */
const movedOn = ({ diagnostics }: HerdbookError): boolean =>
  diagnostics.every(({ code }) => code === 'behind' || code === 'head-moved')

const isPaused = ({ diagnostics }: Outcome): boolean => diagnostics.some(({ code }) => code === 'paused')

/** What was changed by hand or on both sides is told elsewhere, and is no failure of this run. */
const isClean = (outcome: Outcome): boolean =>
  isPaused(outcome) ||
  ([EXIT.ok, EXIT.changes, EXIT.drift, EXIT.conflict] as readonly ExitCode[]).includes(outcome.exit)

async function tellOutcome(job: Job, outcome: Outcome): Promise<void> {
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
  landed: Landed,
  { report, known, exit, diagnostics }: Outcome,
  options: Shown,
): Promise<boolean> {
  const { pull, merge } = landed
  if (known === null) return false
  const marker = markerOf(known.session.environment, 'applied')
  const failed = (code: ExitCode, list: readonly Diagnostic[]): Promise<boolean> =>
    stick(job, pull.number, marker, renderFailure(code, list, { ...options, marker })).then(() => true)
  if (
    landed.void === 'self' ||
    landed.void === 'unresolved' ||
    (landed.void !== null && report !== null && isWaiting(report))
  )
    return failed(EXIT.stale, [voidNote(pull.number, landed.void)])
  if (report === null || diagnostics.length > 0) return diagnostics.length > 0 && failed(exit, diagnostics)
  const sealing = sealingOf(known)
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
  if (issue !== null) await stick(job, issue, marker, body).catch(unlessMissing)
  // Last: where this stands, all of it was told.
  await stick(job, pull.number, marker, body)
  return true
}

/** Whether a pull request was to change something that is so by now, and nothing says so yet. What the ledger knows of is for `tellMissed`. */
async function isUntold({ forge }: Job, { pull, merge }: Landed, { ledger, environment }: Session): Promise<boolean> {
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
function issueBehind({ event }: Job, { head }: Landed['pull']): number | null {
  const number = /^herdbook\/issue-([1-9]\d{0,8})$/.exec(head.branch)?.[1]
  return head.repository === event.repository && number !== undefined ? Number(number) : null
}

/** The part of a report that is about one pull request: what it approved, and what nobody approved and it may have meant. */
function partOf(report: ApplyReport, { merge }: Landed, { landed }: Known, sealing: Sealing): ApplyReport {
  const { steps } = report.plan
  const covered = (one: Landed['merge']): readonly Step[] => (one === null ? [] : coveredBy(one, steps, sealing))
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
