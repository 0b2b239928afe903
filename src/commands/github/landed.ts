import { decides, type Forge, type PullRequest } from '../../clients/forge.ts'
import { HerdbookError } from '../../instance/diagnostic.ts'
import { parseMarks, type Merge } from '../../reconcile/marks.ts'
import type { Commit } from '../../reconcile/repository.ts'
import type { Session } from '../session.ts'
import type { Job } from './job.ts'
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
const DAY_MS = 86_400_000
/** A first apply does not look further back. */
const FIRST_DAYS = 90
/** Lists of a forge lag behind a merge by seconds. */
const WAITS_MS = [1_000, 2_000, 4_000]
const FRESH_MS = 120_000

/** The pull requests whose merge is in HEAD's history and was not applied yet, and those of which an approval is still to be used. */
export async function landedSince(job: Job, session: Session): Promise<readonly Landed[]> {
  const { repository, head, ledger } = session
  if (!repository || head?.commit === null || head?.commit === undefined) return []
  const after = ledger.applied !== null && (await repository.bring(ledger.applied)) ? { after: ledger.applied } : {}
  const commits = await repository.log(head.commit, { limit: MOST_COMMITS, ...after })
  const pulls = commits.length === 0 ? [] : await pullsOf(job, commits)
  const known = new Set(pulls.map(({ number }) => number))
  const pending = new Set(ledger.approvals.flatMap(({ pullRequest, spent }) => (spent || pullRequest === undefined || known.has(pullRequest) ? [] : [pullRequest])))
  const earlier = await Promise.all([...pending].map((number) => pullOf(job, number)))
  const all = [...pulls, ...earlier.filter((pull) => pull !== null && pull.merged !== null)].filter((pull) => pull !== null)
  return Promise.all(all.map((pull) => landed(job, pull, session)))
}

/** By the lists of the forge, and by what the commits say of themselves: only what GitHub itself calls merged as one of these commits counts. */
async function pullsOf(job: Job, commits: readonly Commit[]): Promise<PullRequest[]> {
  const { event, forge, io } = job
  const ids = new Set(commits.map(({ id }) => id))
  const now = io.now().getTime()
  const oldest = commits.reduce((least, { at }) => Math.min(least, Date.parse(at)), now)
  const since = new Date(Math.max(oldest - DAY_MS, now - FIRST_DAYS * DAY_MS)).toISOString()
  const newest = commits[0]
  for (const wait of [...WAITS_MS, null]) {
    const listed = await forge.mergedPullRequests(event.defaultBranch, since)
    const hinted = numbersIn(commits).filter((number) => !listed.some((pull) => pull.number === number))
    const all = [...listed, ...(await Promise.all(hinted.map((number) => pullOf(job, number))))]
    const found = all.filter((pull) => pull !== null).filter(({ base, merged }) => base.branch === event.defaultBranch && merged !== null && ids.has(merged.commit))
    const lags = newest !== undefined && now - Date.parse(newest.at) < FRESH_MS && !found.some(({ merged }) => merged?.commit === newest.id)
    if (!lags || wait === null) return found
    await new Promise((done) => setTimeout(done, wait))
  }
  return []
}

/** "Merge pull request #12 from …" and "Block spam.example (#12)": a hint, and no more. */
function numbersIn(commits: readonly Commit[]): number[] {
  const numbers = commits.flatMap(({ subject }) => /^Merge pull request #(\d{1,9})\b|\(#(\d{1,9})\)$/.exec(subject)?.slice(1) ?? [])
  return [...new Set(numbers.filter((text) => text !== undefined).map(Number))].slice(0, 200)
}

/** null for a number that is no pull request. */
async function pullOf({ forge }: Job, number: number): Promise<PullRequest | null> {
  try {
    return await forge.pullRequest(number)
  } catch (error) {
    if (error instanceof HerdbookError && error.diagnostics.some(({ code }) => code === 'forge-missing')) return null
    throw error
  }
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
