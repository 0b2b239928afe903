import { readPublic } from '../providers/mastodon/rest/public-api.ts'
import type { PullRequest, Status } from '../forges/forge.ts'
import { EXIT, HerdbookError, type Diagnostic } from '../instance/diagnostic.ts'
import { loadInstance } from '../instance/load.ts'
import { KINDS } from '../providers/index.ts'
import type { Plan } from '../reconcile/plan/types.ts'
import { renderDifferences } from '../comments/fork.ts'
import { needsLook, type Edits } from '../words/config-changes.ts'
import { renderFailure } from '../comments/failure.ts'
import { showsPlanOf } from '../comments/plan.ts'
import type { Files } from '../comments/findings.ts'
import { say, tell } from '../session/io.ts'
import { openProposal, textsIn, type Merge } from '../session/merged-instance.ts'
import { planProposal } from '../reconcile/propose.ts'
import { subjectOf } from '../session/planning.ts'
import { connectTo } from '../session/connect.ts'
import type { EventOf } from '../forges/github/event.ts'
import { laterOf, telling } from './failed.ts'
import { expect, type Job } from '../session/job.ts'
import { checkedMark, isChecked } from '../comments/checked-mark.ts'
import { contextOf } from '../forges/check-name.ts'
import { tellMended } from './config-fixed.ts'
import { baseOf, environmentFor, mergeOf, type Base, type Merging } from '../session/default-branch.ts'
import { checkLine, oneLine } from './status-check.ts'
import { isScarce } from './check/request-reserve.ts'
import { markerOf, ours, upsertComment } from '../forges/sticky-comment.ts'

/** What needs no secret: files of strangers, and what a merge queue has put together. */
export async function run(job: Job): Promise<void> {
  const here = expect(job, ['pull_request_target', 'merge_group'])
  const { event } = here
  if (event.name === 'merge_group') return checkQueue(job, event)
  const [pull, base] = await Promise.all([job.forge.pullRequest(event.number), laterOf(baseOf(job))])
  if (pull.state !== 'open' || pull.base.branch !== event.defaultBranch)
    return say(job.io, 'Only open pull requests for the default branch are looked at.')
  if (await isScarce(job)) return
  await telling(here, pull, async () => {
    const settled = await settledBy(job, pull, await base())
    if (settled !== null) return say(job.io, settled)
    await checkAndTell(here, pull, await base())
  })
}

async function checkAndTell(job: Job, pull: PullRequest, base: Base): Promise<void> {
  const merging = await mergeOf(pull, base)
  if (merging.state === 'mended')
    return tellMended(job, pull, merging, checkedMark(pull.head.commit, base.base, 'refused'))
  const found = merging.state === 'refused' ? merging.why : await compare(merging.merge).catch(refused)
  if (found instanceof HerdbookError) return tellRefused(job, pull, { merging, base: base.base }, found)
  await tellDifferences(job, pull, found)
}

/** Why there is nothing to do, where our comment says all already: who wrote the pull request can edit, close and reopen it at any time. */
async function settledBy({ forge }: Job, { number, head }: PullRequest, { base, at }: Base): Promise<string | null> {
  const marker = markerOf(await environmentFor(at(base), null), 'plan')
  const told = ours(await forge.comments(number), marker)?.body ?? ''
  if (showsPlanOf(told, head.commit))
    return 'This commit was planned on the live server, as somebody asked: its plan stays.'
  return isChecked(told, marker, head.commit, base) ? 'The comment tells of this commit on this base already.' : null
}

interface Found {
  readonly merge: Merge
  readonly plan: Plan
  readonly edits: Edits
  readonly warnings: readonly Diagnostic[]
}

/** Compares the files with those of the base. What only live can tell is not held against them. */
async function compare(merge: Merge): Promise<Found> {
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

function refused(error: unknown): HerdbookError {
  if (error instanceof HerdbookError) return error
  throw error
}

async function tellDifferences(job: Job, pull: PullRequest, { merge, plan, edits, warnings }: Found): Promise<void> {
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
  // The comment comes last: where it stands, all was told.
  await job.forge.report(pull.head.commit, { ...verdictOf(plan, edits), context: contextOf(environment), url: job.url })
  await upsertComment(
    job,
    pull.number,
    marker,
    renderDifferences(plan, { ...options, marker: `${marker}${checkedMark(head, base, 'shown')}` }),
  )
  await job.summarize(renderDifferences(plan, { ...options, limit: 1_000_000 }))
  tell(job.io, [...warnings, ...plan.findings], options.sourceOf)
}

/** What the check says. Somebody who may decide has to look before the live server is asked, and before anything else runs here. */
function verdictOf(plan: Plan, edits: Edits): Pick<Status, 'state' | 'description'> {
  const line = oneLine(plan, edits)
  if (edits.runs.length > 0)
    return { state: 'pending', description: checkLine(`Changes what runs here, somebody has to look: ${line}`) }
  if (plan.steps.length + plan.letGo.length > 0 || needsLook(edits))
    return { state: 'pending', description: checkLine(`Files only, somebody has to ask for a plan: ${line}`) }
  return { state: 'success', description: edits.others.length === 0 ? 'The files mean the same as before.' : line }
}

interface Refused {
  readonly merging: Merging
  readonly base: string
}

async function tellRefused(
  job: Job,
  pull: PullRequest,
  { merging, base }: Refused,
  { exit, diagnostics }: HerdbookError,
): Promise<void> {
  const { environment } = merging
  const files: Files = merging.state === 'merged' ? { sourceOf: await textsIn(merging.merge.merged) } : {}
  const options = { ...files, visibility: job.event.visibility, run: job.url }
  const marker = markerOf(environment, 'plan')
  await job.forge.report(pull.head.commit, {
    state: 'failure',
    context: contextOf(environment),
    description: 'The files can not be used as they are.',
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

/** A merge queue has merged already: what it would push must be valid. */
async function checkQueue(job: Job, { head }: EventOf<'merge_group'>): Promise<void> {
  const { base, repository, at } = await baseOf(job)
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
    description:
      broken.length === 0
        ? 'The files are valid; what they do was shown on each pull request.'
        : 'The files are not valid.',
    url: job.url,
  })
}
