import { EXIT, HerdbookError, worstExit, type Diagnostic, type ExitCode } from '../instance/diagnostic.ts'
import type { ApplyReport } from '../reconcile/report.ts'
import { run as applyNow, type Options } from '../verbs/apply.ts'
import { say } from '../session/io.ts'
import type { Session } from '../session/session.ts'
import { refuseGround } from '../approvals/checkout-config.ts'
import { expect, isRerun, type Job } from '../session/job.ts'
import { mergedSince, type MergedPullRequest } from '../approvals/merged-pull-requests.ts'
import { repositoryOf, defaultBranchHead } from '../session/default-branch.ts'
import { disputedAmong, withUnapprovedMerges, type Known, type Outcome } from './apply/outcome.ts'
import { combined, exitOfRounds, isMore, MOST_ROUNDS } from './apply/rounds.ts'
import { tellOutcome } from './apply/report-outcome.ts'

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

const DEFECT: Diagnostic = {
  code: 'defect',
  severity: 'error',
  message: 'This is a defect in Herdbook. The log of the run has its words.',
  hint: 'Please report it with them.',
}

/** What an apply may do because of the button that was pressed, whose job before this one asked who pressed it; once, for what there was then. */
function flagsFromDispatch({ event, io }: Job): Pick<Options, 'first' | 'historyRewritten'> {
  if (event.name !== 'workflow_dispatch' || isRerun(io)) return {}
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
    const landed = await mergedSince(job, session)
    known = { session, landed: withEarlier(landed, known) }
    return landed.flatMap(({ merge }) => merge ?? [])
  }
  for (let turn = 1; ; turn += 1) {
    try {
      const repository = await repositoryOf(job)
      await repository.follow(await defaultBranchHead(repository))
      await refuseGround(job)
      io.exit = EXIT.ok
      const report = await applyNow(
        io,
        { yes: true, wait: true, ...(rounds.length === 0 ? flagsFromDispatch(job) : {}) },
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
      if (turn >= TURNS + rounds.length || !hasNewerCommits(error))
        return { exit: error.exit, report: combined(rounds), diagnostics: error.diagnostics, known }
    }
  }
}

/** What was known of a pull request when it was first seen stays: a later round finds it in the ledger. */
function withEarlier(landed: readonly MergedPullRequest[], known: Known | null): readonly MergedPullRequest[] {
  const earlier = known?.landed ?? []
  const numbers = new Set(earlier.map(({ pull }) => pull.number))
  return [...earlier, ...landed.filter(({ pull }) => !numbers.has(pull.number))]
}

function toldOf(rounds: readonly ApplyReport[], known: Known | null, last: ExitCode): Outcome {
  const report = combined(rounds)
  const disputed = report !== null && disputedAmong(report, known).size > 0
  return {
    exit: worstExit([exitOfRounds(rounds, last), ...(disputed ? [EXIT.stale] : [])]),
    report: report && withUnapprovedMerges(report, known),
    diagnostics: [],
    known,
  }
}

/** Whether the branch has newer commits than when this run looked: then those are to be applied. */
const hasNewerCommits = ({ diagnostics }: HerdbookError): boolean =>
  diagnostics.every(({ code }) => code === 'behind' || code === 'head-moved')
