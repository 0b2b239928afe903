import type { PullRequest } from '../forges/forge.ts'
import { HerdbookError } from '../instance/diagnostic.ts'
import type { FileSource } from '../instance/source.ts'
import { ownedFilesOf } from '../approvals/files-of-step.ts'
import { KINDS } from '../providers/kinds.ts'
import type { ObjectRef } from '../reconcile/values.ts'
import { say } from '../session/io.ts'
import { withProgress } from '../session/progress.ts'
import { openProposal, type MergedFiles } from '../session/merged-instance.ts'
import { subjectOf } from '../session/planning.ts'
import { connectTo } from '../session/connect.ts'
import { planProposal } from '../reconcile/propose.ts'
import { cleanMerges } from '../approvals/clean-merges.ts'
import { asHerdbookError, deferFailure, reportingFailure } from './failed.ts'
import { expect, type Job } from '../session/job.ts'
import { reportConfigFixed } from './config-fixed.ts'
import { openBase, mergePullRequest, type CloneWithBase } from '../session/default-branch.ts'
import { postPlan, postRefusal, type PlannedPullRequest } from './plan/comment.ts'
import { mayAskForPlan, planRequestIn, whyNotPlanned } from './plan/plan-request.ts'
import { changedMeanwhile, noWriteAccess, NOT_ASKED, planning, restoreIgnored } from './plan/texts.ts'
import { commitRequestsIn } from '../approvals/trailers.ts'

/** Plans a pull request: one of this repository's branches, or one for which someone with write access asks. */
export async function run(job: Job): Promise<void> {
  const { event } = expect(job, ['pull_request_target', 'issue_comment'])
  const request = planRequestIn(event)
  if (request === null) return say(job.io, NOT_ASKED)
  // Anyone may comment, so their permission comes before what costs more requests.
  if (request.by !== null && !(await mayAskForPlan(job, event.number, request)))
    return say(job.io, noWriteAccess(request.by))
  const [pull, base] = await Promise.all([job.forge.pullRequest(event.number), deferFailure(openBase(job))])
  await reportingFailure(job, pull, async () => {
    const why = await whyNotPlanned(job, pull, await base(), request)
    if (why !== null) return say(job.io, why)
    await planAndPost(job, pull, await base())
  })
}

/** Plans a pull request, and writes its comment, its check and the run's summary. The caller checks who may ask. */
export const planPullRequest = (job: Job, pull: PullRequest, base?: CloneWithBase): Promise<void> =>
  reportingFailure(job, pull, () => planAndPost(job, pull, base))

async function planAndPost(job: Job, pull: PullRequest, base?: CloneWithBase): Promise<void> {
  const merging = await mergePullRequest(pull, base ?? (await openBase(job)))
  const outcome = merging.state === 'merged' ? await planMerge(job, pull, merging.merge).catch(asHerdbookError) : null
  if (!(await isCurrent(job, pull))) return
  if (merging.state === 'repaired') return reportConfigFixed(job, pull, merging)
  if (merging.state === 'refused') return postRefusal(job, pull, merging, merging.why)
  if (outcome instanceof HerdbookError) return postRefusal(job, pull, merging, outcome)
  if (outcome) await postPlan(job, pull, outcome)
}

async function planMerge({ io, event }: Job, pull: PullRequest, merge: MergedFiles): Promise<PlannedPullRequest> {
  const [proposal, commits] = await Promise.all([
    openProposal(merge),
    merge.repository.log(merge.head, { after: merge.base, limit: MAX_COMMITS }),
  ])
  const clean = await cleanMerges(merge.repository, commits, merge.base)
  const requests = commitRequestsIn(
    commits.filter(({ id }) => !clean.has(id)),
    pull.head.branch,
    proposal.session.sealing,
  )
  const changed = await changedFiles(merge, [...new Set(KINDS.flatMap(({ sources }) => sources))])
  const { ledger } = proposal.session
  // A fork may only change files. An object of the owners needs a change of its file, so that they are asked.
  const mayRestore = (ref: ObjectRef): boolean =>
    pull.head.repository === event.repository && ownedFilesOf(ref, ledger).every((file) => changed.has(file))
  const restore = requests.restore.filter(mayRestore)
  const ignored = requests.restore.filter((ref) => !mayRestore(ref)).map(restoreIgnored)
  const connected = connectTo(merge.config, io, 'proposal')
  try {
    const planned = await withProgress(io, planning(pull.number), () =>
      planProposal(subjectOf(proposal.session), proposal.before, connected.providers, 'live', {
        restore: new Set(restore),
        takeOver: false,
      }),
    )
    return {
      ...planned,
      merge,
      proposal: { ...proposal, edits: { ...proposal.edits, notUsed: [...proposal.edits.notUsed, ...ignored] } },
      requests: { ...requests, restore },
      changed,
    }
  } finally {
    await connected.close()
  }
}

/** How many commits of a pull request are read. */
const MAX_COMMITS = 250

/** Finds which of these files the merge changes. */
async function changedFiles({ merged, trusted }: MergedFiles, names: readonly string[]): Promise<ReadonlySet<string>> {
  const textIn = async (files: FileSource, name: string): Promise<string | null> =>
    (await files.list()).some((entry) => entry.name === name && entry.kind === 'file')
      ? (await files.read(name)).toString('utf8')
      : null
  const changed = await Promise.all(
    names.map(async (name) => (await textIn(merged, name)) !== (await textIn(trusted, name))),
  )
  return new Set(names.filter((_, i) => changed[i]))
}

/** Whether the pull request is still what was planned: a plan written later, or over a newer plan, would mislead. */
async function isCurrent({ forge, io }: Job, { number, head }: PullRequest): Promise<boolean> {
  const now = await forge.pullRequest(number)
  if (now.state === 'open' && now.head.commit === head.commit) return true
  say(io, changedMeanwhile(number))
  return false
}
