import { EXIT, HerdbookError, worstExit, type ExitCode } from '../instance/diagnostic.ts'
import type { ApplyReport } from '../reconcile/report.ts'
import { run as applyNow, type ApplyVerbOptions } from '../verbs/apply.ts'
import { say } from '../session/io.ts'
import type { Session } from '../session/session.ts'
import { refuseUnsafeConfig } from '../approvals/refuse-unsafe-config.ts'
import { expect, isRerun, type Job } from '../session/job.ts'
import { mergedSince, type MergedPullRequest } from '../approvals/merged-pull-requests.ts'
import { repositoryOf, defaultBranchHead } from '../session/default-branch.ts'
import { disputedAmong, withUnapprovedMerges, type ApplyStart, type ApplyOutcome } from './apply/outcome.ts'
import { combined, exitOfRounds, hasMore, MAX_ROUNDS } from './apply/rounds.ts'
import { reportOutcome } from './apply/report-outcome.ts'
import { DEFECT, onlyBranch } from './apply/texts.ts'

/** How often the branch may get newer commits while a run waits for its turn. */
const MAX_TURNS = 5

/** Applies what was merged: always the newest commit of the default branch. */
export async function run(job: Job): Promise<void> {
  const { event, io } = expect(job, ['push', 'schedule', 'workflow_dispatch'])
  if (event.name === 'push' && event.ref !== `refs/heads/${event.defaultBranch}`)
    return say(io, onlyBranch(event.defaultBranch))
  const outcome = await attempt(job)
  await reportOutcome(job, outcome)
  if (outcome.defect !== undefined) throw outcome.defect
}

/** Reads what an apply may do because of a button. An earlier job checked who pressed it. It counts once. */
function flagsFromDispatch({ event, io }: Job): Pick<ApplyVerbOptions, 'first' | 'historyRewritten'> {
  if (event.name !== 'workflow_dispatch' || isRerun(io)) return {}
  const { verb, reason = '' } = event.inputs
  return {
    ...(verb === 'begin' ? { first: reason } : {}),
    ...(verb === 'new-history' ? { historyRewritten: true } : {}),
  }
}

async function attempt(job: Job): Promise<ApplyOutcome> {
  const { io } = job
  const rounds: ApplyReport[] = []
  let start: ApplyStart | null = null
  const mergesOf = async (session: Session) => {
    const merged = await mergedSince(job, session)
    start = { session, merged: withEarlier(merged, start) }
    return merged.flatMap(({ merge }) => merge ?? [])
  }
  for (let turn = 1; ; turn += 1) {
    try {
      const repository = await repositoryOf(job)
      await repository.follow(await defaultBranchHead(repository))
      await refuseUnsafeConfig(job)
      io.exit = EXIT.ok
      const report = await applyNow(
        io,
        { yes: true, wait: true, ...(rounds.length === 0 ? flagsFromDispatch(job) : {}) },
        null,
        mergesOf,
        await job.clone(),
      )
      rounds.push(report)
      if (hasMore(report) && rounds.length < MAX_ROUNDS) continue
      return outcomeOf(rounds, start, io.exit)
    } catch (error) {
      if (!(error instanceof HerdbookError))
        return {
          exit: EXIT.defect,
          report: combined(rounds),
          diagnostics: [{ code: 'defect', severity: 'error', ...DEFECT }],
          start,
          defect: error,
        }
      if (turn >= MAX_TURNS + rounds.length || !hasNewerCommits(error))
        return { exit: error.exit, report: combined(rounds), diagnostics: error.diagnostics, start }
    }
  }
}

/** Keeps what an earlier round found about a pull request: a later one finds only what the ledger holds. */
function withEarlier(merged: readonly MergedPullRequest[], start: ApplyStart | null): readonly MergedPullRequest[] {
  const earlier = start?.merged ?? []
  const numbers = new Set(earlier.map(({ pull }) => pull.number))
  return [...earlier, ...merged.filter(({ pull }) => !numbers.has(pull.number))]
}

function outcomeOf(rounds: readonly ApplyReport[], start: ApplyStart | null, last: ExitCode): ApplyOutcome {
  const report = combined(rounds)
  const disputed = report !== null && disputedAmong(report, start).size > 0
  return {
    exit: worstExit([exitOfRounds(rounds, last), ...(disputed ? [EXIT.stale] : [])]),
    report: report && withUnapprovedMerges(report, start),
    diagnostics: [],
    start,
  }
}

/** Whether the branch got newer commits after this run looked: then the run applies those. */
const hasNewerCommits = ({ diagnostics }: HerdbookError): boolean =>
  diagnostics.every(({ code }) => code === 'behind' || code === 'head-moved')
