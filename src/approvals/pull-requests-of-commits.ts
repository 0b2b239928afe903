import type { Forge, PullRequest, Push } from '../forges/forge.ts'
import { HerdbookError } from '../instance/diagnostic.ts'
import type { Commit } from '../reconcile/repository.ts'

const DAY_MS = 86_400_000
/** How far back a first apply looks. */
const FIRST_DAYS = 90
/** How many commits are asked for one by one. The list of pull requests says the rest. */
const MAX_ASKED = 30
const MAX_HINTED = 200
const MAX_OPEN = 50

/** The branch, its commits since the last apply, newest first, and the time now. */
export interface MergeSearch {
  readonly forge: Forge
  readonly branch: string
  readonly commits: readonly Commit[]
  readonly now: number
}

/**
 * Finds the pull requests whose merge is one of these commits. It asks the forge in each way that may name one, and
 * does not wait: lists may be behind, but an answer about one pull request is not.
 */
export async function mergesAmong(search: MergeSearch): Promise<PullRequest[]> {
  const { forge, branch, commits } = search
  const trunk = trunkOf(commits)
  const asked = trunk.slice(0, MAX_ASKED)
  const brought = (await Promise.all(asked.map(({ id }) => forge.pullRequestsOf(id)))).flat()
  const listed = trunk.length > asked.length ? await forge.mergedPullRequests(branch, sinceOf(search)) : []
  const known = new Set([...brought, ...listed].map(({ number }) => number))
  const hinted = numbersIn(commits).filter((number) => !known.has(number))
  const named = (await Promise.all(hinted.map((number) => pullOf(forge, number)))).filter((pull) => pull !== null)
  const found = mergedAs(search, [...brought, ...listed, ...named])
  return mergedAs(search, [...found, ...(await unlisted(search, asked, found))])
}

/** Keeps those that were merged into the branch as one of the commits, each once. */
function mergedAs({ branch, commits }: MergeSearch, pulls: readonly PullRequest[]): PullRequest[] {
  const ids = new Set(commits.map(({ id }) => id))
  const merged = pulls.filter(
    (pull) => pull.base.branch === branch && pull.merged !== null && ids.has(pull.merged.commit),
  )
  return [...new Map(merged.map((pull) => [pull.number, pull])).values()]
}

/** Finds the commits that the branch itself may have moved to: not those inside a pull request. */
function trunkOf(commits: readonly Commit[]): Commit[] {
  const byId = new Map(commits.map((commit) => [commit.id, commit]))
  const trunk = new Set(commits.slice(0, 1))
  // The loop also visits what it adds to the set.
  for (const { subject, parents } of trunk) {
    for (const parent of subject.startsWith('Merge pull request #') ? parents.slice(0, 1) : parents) {
      const commit = byId.get(parent)
      if (commit) trunk.add(commit)
    }
  }
  return [...trunk]
}

/** Chooses how far back to list. Authors set the dates of commits, so: a day earlier, and not more than some months. */
function sinceOf({ commits, now }: MergeSearch): string {
  const oldest = commits.reduce((least, { at }) => Math.min(least, Date.parse(at)), now)
  return new Date(Math.max(oldest - DAY_MS, now - FIRST_DAYS * DAY_MS)).toISOString()
}

/** Finds numbers in "Merge pull request #12 from …" and "Block spam.example (#12)". They are only hints. */
function numbersIn(commits: readonly Commit[]): number[] {
  const numbers = commits.flatMap(
    ({ subject }) => /^Merge pull request #(\d{1,9})\b|\(#(\d{1,9})\)$/.exec(subject)?.slice(1) ?? [],
  )
  return [...new Set(numbers.filter((text) => text !== undefined).map(Number))].slice(0, MAX_HINTED)
}

/** Reads pull requests that lists still call open, if a move of the branch by a merge is not explained yet. */
async function unlisted(
  { forge, branch }: MergeSearch,
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
  return Promise.all(open.slice(0, MAX_OPEN).map(({ number }) => forge.pullRequest(number)))
}

/** Lists the last moves of the branch; none if the forge does not say. */
async function movesOf(forge: Forge, branch: string): Promise<readonly Push[]> {
  try {
    return await forge.pushers(branch, 1)
  } catch (error) {
    if (error instanceof HerdbookError) return []
    throw error
  }
}

/** Reads a pull request; null if the number is none. */
export async function pullOf(forge: Forge, number: number): Promise<PullRequest | null> {
  try {
    return await forge.pullRequest(number)
  } catch (error) {
    if (error instanceof HerdbookError && error.diagnostics.some(({ code }) => code === 'forge-missing')) return null
    throw error
  }
}
