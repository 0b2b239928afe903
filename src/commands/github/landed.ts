import { decides, type Forge, type PullRequest } from '../../clients/forge.ts'
import { parseMarks, type Merge } from '../../reconcile/marks.ts'
import type { Session } from '../session.ts'
import type { Job } from './job.ts'
import { mergesAmong, pullOf } from './merges.ts'
import { markerOf, ours } from './sticky.ts'

/** A pull request that is part of what is applied now. */
export interface Landed {
  readonly pull: PullRequest
  /** null where no comment of ours shows a plan of what was merged. */
  readonly merge: Merge | null
  /** Why a plan that is shown there approves nothing: it is not as we wrote it for what was merged, or nobody approved it but who asked for it. */
  readonly void: 'altered' | 'self-approved' | null
}

const MOST_COMMITS = 5_000

/** The pull requests whose merge is in HEAD's history and was not applied yet, and those of which an approval is still to be used. */
export async function landedSince(job: Job, session: Session): Promise<readonly Landed[]> {
  const { repository, head, ledger } = session
  const { forge, event, io } = job
  if (!repository || head?.commit === null || head?.commit === undefined) return []
  const after = ledger.applied !== null && (await repository.bring(ledger.applied)) ? { after: ledger.applied } : {}
  const commits = await repository.log(head.commit, { limit: MOST_COMMITS, ...after })
  const pulls = commits.length === 0 ? [] : await mergesAmong({ forge, branch: event.defaultBranch, commits, now: io.now().getTime() })
  const known = new Set(pulls.map(({ number }) => number))
  const pending = new Set(ledger.approvals.flatMap(({ pullRequest, spent }) => (spent || pullRequest === undefined || known.has(pullRequest) ? [] : [pullRequest])))
  const earlier = await Promise.all([...pending].map((number) => pullOf(forge, number)))
  const all = [...pulls, ...earlier.filter((pull) => pull !== null && pull.merged !== null)].filter((pull) => pull !== null)
  return Promise.all(all.map((pull) => landed(job, pull, session)))
}

async function landed({ forge }: Job, pull: PullRequest, { environment, key }: Session): Promise<Landed> {
  const comment = ours(await forge.comments(pull.number), markerOf(environment, 'plan'))
  const marks = comment && parseMarks(comment.body, { pullRequest: pull.number, head: pull.head.commit }, key)
  if (!comment || !marks || pull.merged === null) return { pull, merge: null, void: null }
  const { at, by } = pull.merged
  // What was written after the merge, nobody had seen who merged.
  if (marks === 'altered' || Date.parse(comment.at) > Date.parse(at)) return { pull, merge: null, void: 'altered' }
  const approvers = await decidersAmong(forge, await forge.approvers(pull.number))
  // Where a program opened it, GitHub lets whoever had it opened approve it, too.
  if (approvers.length > 0 && approvers.every((login) => login === marks.askedBy)) return { pull, merge: null, void: 'self-approved' }
  return { pull, merge: { pullRequest: pull.number, by: [...new Set([...approvers, by])].join(', '), at, marks }, void: null }
}

/** Anybody may leave an approving review where everybody can read. */
async function decidersAmong(forge: Forge, logins: readonly string[]): Promise<readonly string[]> {
  const may = await Promise.all(logins.map(async (login) => decides(await forge.permission(login))))
  return logins.filter((_, i) => may[i])
}
