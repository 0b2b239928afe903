import type { PullRequest } from '../forges/forge.ts'
import { HerdbookError } from '../instance/diagnostic.ts'
import type { FileSource } from '../instance/source.ts'
import { ownedFilesOf } from '../approvals/owned.ts'
import { KINDS } from '../providers/index.ts'
import type { ObjectRef } from '../reconcile/values.ts'
import { say } from '../session/io.ts'
import { withProgress } from '../session/progress.ts'
import { openProposal, type Merge } from '../session/merged-instance.ts'
import { subjectOf } from '../session/planning.ts'
import { connectTo } from '../session/connect.ts'
import { planProposal } from '../reconcile/propose.ts'
import { cleanMerges } from '../approvals/clean-merges.ts'
import { laterOf, telling } from './failed.ts'
import { expect, type Job } from '../session/job.ts'
import { tellMended } from './config-fixed.ts'
import { baseOf, mergeOf, type Base } from '../session/default-branch.ts'
import { tellPlanned, tellRefused, type Outcome } from './plan/comment.ts'
import { askingIn, decidesHere, whyNot } from './plan/comment-request.ts'
import { saidIn } from '../approvals/trailers.ts'

/** Plans a pull request against the live server: one of this repository's own branches, or one that somebody who decides has asked for. */
export async function run(job: Job): Promise<void> {
  const { event } = expect(job, ['pull_request_target', 'issue_comment'])
  const asking = askingIn(event)
  if (asking === null) return say(job.io, 'Nobody asked for a plan.')
  // anybody may comment: what they may do is asked before anything else costs requests
  if (asking.by !== null && !(await decidesHere(job, event.number, asking)))
    return say(job.io, `@${asking.by} may not write here, so nothing was asked of the live server.`)
  const [pull, base] = await Promise.all([job.forge.pullRequest(event.number), laterOf(baseOf(job))])
  await telling(job, pull, async () => {
    const no = await whyNot(job, pull, await base(), asking)
    if (no !== null) return say(job.io, no)
    await planAndTell(job, pull, await base())
  })
}

/** Plans a pull request, writes its comment, reports its check, and tells the summary of the run. Who may ask is for the caller to know. */
export const planPullRequest = (job: Job, pull: PullRequest, base?: Base): Promise<void> =>
  telling(job, pull, () => planAndTell(job, pull, base))

async function planAndTell(job: Job, pull: PullRequest, base?: Base): Promise<void> {
  const merging = await mergeOf(pull, base ?? (await baseOf(job)))
  const outcome = merging.state === 'merged' ? await outcomeOf(job, pull, merging.merge).catch(told) : null
  if (!(await isCurrent(job, pull))) return
  if (merging.state === 'mended') return tellMended(job, pull, merging)
  if (merging.state === 'refused') return tellRefused(job, pull, merging, merging.why)
  if (outcome instanceof HerdbookError) return tellRefused(job, pull, merging, outcome)
  if (outcome) await tellPlanned(job, pull, outcome)
}

function told(error: unknown): HerdbookError {
  if (error instanceof HerdbookError) return error
  throw error
}

async function outcomeOf({ io, event }: Job, pull: PullRequest, merge: Merge): Promise<Outcome> {
  const [proposal, commits] = await Promise.all([
    openProposal(merge),
    merge.repository.log(merge.head, { after: merge.base, limit: MOST_COMMITS }),
  ])
  const clean = await cleanMerges(merge.repository, commits, merge.base)
  const said = saidIn(
    commits.filter(({ id }) => !clean.has(id)),
    pull.head.branch,
    proposal.session.sealing,
  )
  const wished = said.restore
  const changed = await changedAmong(merge, [...new Set(KINDS.flatMap(({ sources }) => sources))])
  const { ledger } = proposal.session
  // A stranger asks for files only; and what owners decide is decided where they are asked.
  const mayRestore = (ref: ObjectRef): boolean =>
    pull.head.repository === event.repository && ownedFilesOf(ref, ledger).every((file) => changed.has(file))
  const restore = wished.filter(mayRestore)
  const ignored = wished
    .filter((ref) => !mayRestore(ref))
    .map((ref) => `restoring ${ref}, which has to come with a change of its file on a branch of this repository`)
  const connected = connectTo(merge.config, io, 'proposal')
  try {
    const planned = await withProgress(io, `Planning #${pull.number}`, () =>
      planProposal(subjectOf(proposal.session), proposal.before, connected.providers, 'live', {
        restore: new Set(restore),
        takeOver: false,
      }),
    )
    return {
      ...planned,
      merge,
      proposal: { ...proposal, edits: { ...proposal.edits, notUsed: [...proposal.edits.notUsed, ...ignored] } },
      said: { ...said, restore },
      changed,
    }
  } finally {
    await connected.close()
  }
}

/** Nobody looks through more. */
const MOST_COMMITS = 250

/** The files that merging would change. */
async function changedAmong({ merged, trusted }: Merge, names: readonly string[]): Promise<ReadonlySet<string>> {
  const textIn = async (files: FileSource, name: string): Promise<string | null> =>
    (await files.list()).some((entry) => entry.name === name && entry.kind === 'file')
      ? (await files.read(name)).toString('utf8')
      : null
  const changed = await Promise.all(
    names.map(async (name) => (await textIn(merged, name)) !== (await textIn(trusted, name))),
  )
  return new Set(names.filter((_, i) => changed[i]))
}

/** Whether the pull request is still what was planned: what is written after it was merged, or over a newer plan, would mislead. */
async function isCurrent({ forge, io }: Job, { number, head }: PullRequest): Promise<boolean> {
  const now = await forge.pullRequest(number)
  if (now.state === 'open' && now.head.commit === head.commit) return true
  say(io, `#${number} has moved on since it was planned: nothing is written.`)
  return false
}
