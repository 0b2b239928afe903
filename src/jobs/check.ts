import { readPublic } from '../providers/mastodon/rest/public-api.ts'
import type { PullRequest, CommitStatus } from '../forges/forge.ts'
import { EXIT, HerdbookError, type Diagnostic } from '../instance/diagnostic.ts'
import { loadInstance } from '../providers/load-instance.ts'
import { KINDS } from '../providers/kinds.ts'
import type { Plan } from '../reconcile/plan/types.ts'
import { renderDifferences } from '../comments/stranger-pull-request.ts'
import { needsLook, type ConfigChanges } from '../words/config-changes.ts'
import { renderFailure } from '../comments/failure.ts'
import { showsPlanOf } from '../comments/plan.ts'
import type { QuotableFiles } from '../comments/findings.ts'
import { say, tell } from '../session/io.ts'
import { openProposal, textsIn, type MergedFiles } from '../session/merged-instance.ts'
import { planProposal } from '../reconcile/propose.ts'
import { subjectOf } from '../session/planning.ts'
import { connectTo } from '../session/connect.ts'
import type { ForgeEventOf } from '../forges/github/event.ts'
import { asHerdbookError, deferFailure, reportingFailure } from './failed.ts'
import { expect, type Job } from '../session/job.ts'
import { checkedMark, isChecked } from '../comments/checked-mark.ts'
import { contextOf } from '../forges/check-name.ts'
import { reportConfigFixed } from './config-fixed.ts'
import {
  openBase,
  environmentFor,
  mergePullRequest,
  type CloneWithBase,
  type MergeAttempt,
} from '../session/default-branch.ts'
import { checkLine, oneLine } from './status-check.ts'
import { isReserveReached } from './check/request-reserve.ts'
import {
  ALREADY_CHECKED,
  filesOnly,
  NOT_USABLE,
  ONLY_OPEN,
  PLAN_STAYS,
  QUEUE_INVALID,
  QUEUE_VALID,
  runsHere,
  SAME_AS_BEFORE,
} from './check/texts.ts'
import { SUMMARY_LIMIT } from './summary.ts'
import { findOurComment, markerOf, upsertComment } from '../forges/sticky-comment.ts'

/** Checks files without any secret: those of a fork, and those that a merge queue put together. */
export async function run(job: Job): Promise<void> {
  const here = expect(job, ['pull_request_target', 'merge_group'])
  const { event } = here
  if (event.name === 'merge_group') return checkQueue(job, event)
  const [pull, base] = await Promise.all([job.forge.pullRequest(event.number), deferFailure(openBase(job))])
  if (pull.state !== 'open' || pull.base.branch !== event.defaultBranch) return say(job.io, ONLY_OPEN)
  if (await isReserveReached(job)) return
  await reportingFailure(here, pull, async () => {
    const why = await whyNotChecked(job, pull, await base())
    if (why !== null) return say(job.io, why)
    await checkAndPost(here, pull, await base())
  })
}

async function checkAndPost(job: Job, pull: PullRequest, base: CloneWithBase): Promise<void> {
  const merging = await mergePullRequest(pull, base)
  if (merging.state === 'repaired')
    return reportConfigFixed(job, pull, merging, checkedMark(pull.head.commit, base.base, 'refused'))
  const found = merging.state === 'refused' ? merging.why : await compareFiles(merging.merge).catch(asHerdbookError)
  if (found instanceof HerdbookError) return postRefusal(job, pull, { merging, base: base.base }, found)
  await postDifferences(job, pull, found)
}

/** Says why there is nothing to do if the comment already shows this commit: anyone may reopen their pull request. */
async function whyNotChecked(
  { forge }: Job,
  { number, head }: PullRequest,
  { base, at }: CloneWithBase,
): Promise<string | null> {
  const marker = markerOf(await environmentFor(at(base), null), 'plan')
  const comment = findOurComment(await forge.comments(number), marker)?.body ?? ''
  if (showsPlanOf(comment, head.commit)) return PLAN_STAYS
  return isChecked(comment, marker, head.commit, base) ? ALREADY_CHECKED : null
}

interface ComparedFiles {
  readonly merge: MergedFiles
  readonly plan: Plan
  readonly edits: ConfigChanges
  readonly warnings: readonly Diagnostic[]
}

/** Compares the files with those of the base, without what only the server can say. */
async function compareFiles(merge: MergedFiles): Promise<ComparedFiles> {
  const proposal = await openProposal(merge, 'blind')
  const { session, before } = proposal
  const { providers } = connectTo(session.config, session.io, 'proposal')
  const { plan } = await planProposal(subjectOf(session), before, providers, 'blind')
  return {
    merge,
    edits: proposal.edits,
    plan: {
      ...plan,
      findings: plan.findings.filter(({ code }) => code !== 'impact-unmeasured' && code !== 'invariant'),
    },
    warnings: proposal.session.warnings,
  }
}

async function postDifferences(
  job: Job,
  pull: PullRequest,
  { merge, plan, edits, warnings }: ComparedFiles,
): Promise<void> {
  const { config, base, head } = merge
  const environment = config.environment ?? 'production'
  const domains = plan.steps.flatMap(({ kind, id }) => (kind === 'domain-block' ? [id] : []))
  const publicView = config.mastodon?.api ? { publicView: await readPublic(config.mastodon.api.url, domains) } : {}
  const options = {
    kinds: KINDS,
    head,
    base,
    edits,
    run: job.url,
    sourceOf: await textsIn(merge.merged),
    ...publicView,
  }
  const marker = markerOf(environment, 'plan')
  // The comment comes last: where it is, all of it was reported.
  await job.forge.report(pull.head.commit, { ...checkOf(plan, edits), context: contextOf(environment), url: job.url })
  await upsertComment(
    job,
    pull.number,
    marker,
    renderDifferences(plan, { ...options, marker: `${marker}${checkedMark(head, base, 'shown')}` }),
  )
  await job.summarize(renderDifferences(plan, { ...options, limit: SUMMARY_LIMIT }))
  tell(job.io, [...warnings, ...plan.findings], options.sourceOf)
}

/** Decides what the check says. A maintainer must look before Herdbook reads the server, or other code runs here. */
function checkOf(plan: Plan, edits: ConfigChanges): Pick<CommitStatus, 'state' | 'description'> {
  const line = oneLine(plan, edits)
  if (edits.runs.length > 0) return { state: 'pending', description: checkLine(runsHere(line)) }
  if (plan.steps.length + plan.letGo.length > 0 || needsLook(edits))
    return { state: 'pending', description: checkLine(filesOnly(line)) }
  return { state: 'success', description: edits.others.length === 0 ? SAME_AS_BEFORE : line }
}

interface RefusedMerge {
  readonly merging: MergeAttempt
  readonly base: string
}

async function postRefusal(
  job: Job,
  pull: PullRequest,
  { merging, base }: RefusedMerge,
  { exit, diagnostics }: HerdbookError,
): Promise<void> {
  const { environment } = merging
  const files: QuotableFiles = merging.state === 'merged' ? { sourceOf: await textsIn(merging.merge.merged) } : {}
  const options = { ...files, visibility: job.event.visibility, run: job.url }
  const marker = markerOf(environment, 'plan')
  await job.forge.report(pull.head.commit, {
    state: 'failure',
    context: contextOf(environment),
    description: NOT_USABLE,
    url: job.url,
  })
  await upsertComment(
    job,
    pull.number,
    marker,
    renderFailure(exit, diagnostics, {
      ...options,
      marker: `${marker}${checkedMark(pull.head.commit, base, 'refused')}`,
    }),
  )
  await job.summarize(renderFailure(exit, diagnostics, options))
  tell(job.io, diagnostics, options.sourceOf)
}

/** Checks a merge queue: the files that it would push must be valid. */
async function checkQueue(job: Job, { head }: ForgeEventOf<'merge_group'>): Promise<void> {
  const { base, repository, at } = await openBase(job)
  for (const commit of [base, head]) await repository.bring(commit)
  const source = at(head)
  const { diagnostics } = await loadInstance(source, { now: job.io.now() })
  const environment = await environmentFor(at(base), source)
  const broken = diagnostics.filter(({ severity }) => severity === 'error')
  tell(job.io, broken, await textsIn(source))
  if (broken.length > 0)
    await job.summarize(
      renderFailure(EXIT.invalid, broken, {
        visibility: job.event.visibility,
        sourceOf: await textsIn(source),
        run: job.url,
      }),
    )
  await job.forge.report(head, {
    state: broken.length === 0 ? 'success' : 'failure',
    context: contextOf(environment),
    description: broken.length === 0 ? QUEUE_VALID : QUEUE_INVALID,
    url: job.url,
  })
}
