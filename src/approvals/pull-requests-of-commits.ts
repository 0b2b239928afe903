import type { Forge, PullRequest, Push } from '../forges/forge.ts'
import { HerdbookError } from '../instance/diagnostic.ts'
import type { Commit } from '../reconcile/repository.ts'

const DAY_MS = 86_400_000
/** A first apply does not look further back. */
const FIRST_DAYS = 90
/** So many commits are asked for one by one; of more, the list tells. */
const MOST_ASKED = 30
const MOST_HINTED = 200
const MOST_OPEN = 50

/** Where to look: the branch, its commits since the last time, newest first, and the time now. */
export interface Where {
  readonly forge: Forge
  readonly branch: string
  readonly commits: readonly Commit[]
  readonly now: number
}

/** The pull requests whose merge is one of these commits, as the forge itself says. It is asked in every way that names one, and never waited for: what it lists may be behind, what it says of one pull request is not. */
export async function mergesAmong(where: Where): Promise<PullRequest[]> {
  const { forge, branch, commits } = where
  const trunk = trunkOf(commits)
  const asked = trunk.slice(0, MOST_ASKED)
  const brought = (await Promise.all(asked.map(({ id }) => forge.pullRequestsOf(id)))).flat()
  const listed = trunk.length > asked.length ? await forge.mergedPullRequests(branch, sinceOf(where)) : []
  const known = new Set([...brought, ...listed].map(({ number }) => number))
  const hinted = numbersIn(commits).filter((number) => !known.has(number))
  const named = (await Promise.all(hinted.map((number) => pullOf(forge, number)))).filter((pull) => pull !== null)
  const found = landedAmong(where, [...brought, ...listed, ...named])
  return landedAmong(where, [...found, ...(await unlisted(where, asked, found))])
}

/** Each once: those merged into the branch as one of the commits. */
function landedAmong({ branch, commits }: Where, pulls: readonly PullRequest[]): PullRequest[] {
  const ids = new Set(commits.map(({ id }) => id))
  const landed = pulls.filter(({ base, merged }) => base.branch === branch && merged !== null && ids.has(merged.commit))
  return [...new Map(landed.map((pull) => [pull.number, pull])).values()]
}

/** What the branch itself was moved to: what a pull request brought along was not, but what somebody's own merge did may have been. */
function trunkOf(commits: readonly Commit[]): Commit[] {
  const byId = new Map(commits.map((commit) => [commit.id, commit]))
  const trunk = new Set(commits.slice(0, 1))
  // what is added to a set is come to, too
  for (const { subject, parents } of trunk) {
    for (const parent of subject.startsWith('Merge pull request #') ? parents.slice(0, 1) : parents) {
      const commit = byId.get(parent)
      if (commit) trunk.add(commit)
    }
  }
  return [...trunk]
}

/** The dates of commits are their authors' word: a day earlier, and no more than some months. */
function sinceOf({ commits, now }: Where): string {
  const oldest = commits.reduce((least, { at }) => Math.min(least, Date.parse(at)), now)
  return new Date(Math.max(oldest - DAY_MS, now - FIRST_DAYS * DAY_MS)).toISOString()
}

/** "Merge pull request #12 from …" and "Block spam.example (#12)": a hint, and no more. */
function numbersIn(commits: readonly Commit[]): number[] {
  const numbers = commits.flatMap(
    ({ subject }) => /^Merge pull request #(\d{1,9})\b|\(#(\d{1,9})\)$/.exec(subject)?.slice(1) ?? [],
  )
  return [...new Set(numbers.filter((text) => text !== undefined).map(Number))].slice(0, MOST_HINTED)
}

/** Where the branch was moved by a merge, or nobody knows by what, and nothing tells by which: what lists still call open may be merged. */
async function unlisted(
  { forge, branch }: Where,
  asked: readonly Commit[],
  found: readonly PullRequest[],
): Promise<PullRequest[]> {
  const explained = new Set(found.map(({ merged }) => merged?.commit))
  const unexplained = asked.map(({ id }) => id).filter((id) => !explained.has(id))
  if (unexplained.length === 0) return []
  const moves = new Map((await movesOf(forge, branch)).map(({ after, kind }) => [after, kind]))
  const merges = unexplained.some((id) => moves.get(id)?.endsWith('merge'))
  const newest = asked[0]?.id ?? ''
  if (!merges && (moves.has(newest) || explained.has(newest))) return []
  const open = (await forge.openPullRequests()).filter(({ base }) => base.branch === branch)
  return Promise.all(open.slice(0, MOST_OPEN).map(({ number }) => forge.pullRequest(number)))
}

/** What moved the branch of late; nothing where the forge does not tell. */
async function movesOf(forge: Forge, branch: string): Promise<readonly Push[]> {
  try {
    return await forge.pushers(branch, 1)
  } catch (error) {
    if (error instanceof HerdbookError) return []
    throw error
  }
}

/** null for a number that is no pull request. */
export async function pullOf(forge: Forge, number: number): Promise<PullRequest | null> {
  try {
    return await forge.pullRequest(number)
  } catch (error) {
    if (error instanceof HerdbookError && error.diagnostics.some(({ code }) => code === 'forge-missing')) return null
    throw error
  }
}
