import type {
  ForgeAccount,
  CommitFacts,
  EnvironmentReviewers,
  CommitAccount,
  ProposedCommits,
  PullRequest,
  Push,
  Review,
} from '../forge.ts'
import type { GitHubApi } from './api.ts'
import { unless } from './errors.ts'
import { isBot, pullOf, type RepositoryName } from './raw-answers.ts'

/** Reads one pull request; lists do not say who merged. */
export async function readPull(api: GitHubApi, place: RepositoryName, number: number): Promise<PullRequest> {
  return pullOf(
    (await api.request('GET /repos/{owner}/{repo}/pulls/{pull_number}', { ...place, pull_number: number })).data,
  )
}

/** Reads the pull requests that contain a commit, one by one. */
export async function pullsOf(api: GitHubApi, place: RepositoryName, commit: string): Promise<PullRequest[]> {
  const found = await unless(422, 'No commit found', [], () =>
    api.all((at) =>
      api.request('GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls', { ...place, commit_sha: commit, ...at }),
    ),
  )
  const pulls: PullRequest[] = []
  for (const number of new Set(found.map((one) => one.number))) pulls.push(await readPull(api, place, number))
  return pulls
}

const VERDICTS: ReadonlyMap<string, Review['state']> = new Map([
  ['APPROVED', 'approved'],
  ['CHANGES_REQUESTED', 'changes_requested'],
  ['DISMISSED', 'dismissed'],
])

/** Reads the verdicts on a pull request. If one was dismissed, also reads what it said before. */
export async function reviewsOf(api: GitHubApi, place: RepositoryName, number: number): Promise<Review[]> {
  const all = await api.all((at) =>
    api.request('GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews', { ...place, pull_number: number, ...at }),
  )
  const dismissals = all.some(({ state }) => state === 'DISMISSED')
    ? await dismissalsOf(api, place, number)
    : new Map<number, Dismissal>()
  return all.flatMap(({ id, user, state, commit_id: commit, submitted_at: at }) => {
    const verdict = VERDICTS.get(state)
    if (verdict === undefined || at === undefined) return []
    const by = { login: user?.login ?? null, byBot: isBot(user) }
    const { was, ...dismissed } = (verdict === 'dismissed' ? dismissals.get(Number(id)) : undefined) ?? { was: verdict }
    return [{ ...by, state: was, commit, at, dismissed: 'at' in dismissed ? dismissed : null }]
  })
}

interface Dismissal {
  readonly was: Review['state']
  readonly at: string
}

async function dismissalsOf(api: GitHubApi, place: RepositoryName, number: number): Promise<Map<number, Dismissal>> {
  const events = await api.all((at) =>
    api.request('GET /repos/{owner}/{repo}/issues/{issue_number}/events', { ...place, issue_number: number, ...at }),
  )
  return new Map(
    events.flatMap((event): [number, Dismissal][] => {
      if (!('dismissed_review' in event)) return []
      const { review_id: id, state } = event.dismissed_review
      return [[id, { was: VERDICTS.get(state.toUpperCase()) ?? 'dismissed', at: event.created_at }]]
    }),
  )
}

/** GitHub's own account: GitHub commits with it what a person does in the browser. */
const WEB_FLOW = 'web-flow'

interface RawCommit {
  readonly sha: string
  readonly author: object | null
  readonly committer: object | null
  readonly commit: { readonly verification?: { readonly verified: boolean } }
}

function commitOf({ sha, author, committer, commit }: RawCommit): CommitFacts {
  const verified = commit.verification?.verified === true
  return { id: sha, author: handOf(author, verified), committer: handOf(committer, verified), verified }
}

/** Anyone can write GitHub's address into a commit; only GitHub can sign it. */
function handOf(account: object | null, verified: boolean): CommitAccount {
  if (account === null || !('login' in account) || typeof account.login !== 'string') return null
  if (account.login === WEB_FLOW) return verified ? 'forge' : null
  return { login: account.login, byBot: 'type' in account && account.type === 'Bot' } satisfies ForgeAccount
}

/** GitHub lists no more commits of a pull request. */
const MAX_LISTED_COMMITS = 250

/** Reads the commits of a pull request: all of them if the head is among them and the list is not full. */
export async function commitsOf(api: GitHubApi, place: RepositoryName, number: number): Promise<ProposedCommits> {
  const listed = await api.all((at) =>
    api.request('GET /repos/{owner}/{repo}/pulls/{pull_number}/commits', { ...place, pull_number: number, ...at }),
  )
  const { head } = await readPull(api, place, number)
  const commits = listed.map(commitOf)
  return { commits, complete: commits.length < MAX_LISTED_COMMITS && commits.some(({ id }) => id === head.commit) }
}

/** Reads one commit. */
export async function readCommit(api: GitHubApi, place: RepositoryName, id: string): Promise<CommitFacts> {
  return commitOf((await api.request('GET /repos/{owner}/{repo}/commits/{ref}', { ...place, ref: id })).data)
}

/** Reads the pushes to a branch of this repository; GitHub shows none of a fork's. */
export async function pushersOf(
  api: GitHubApi,
  place: RepositoryName,
  branch: string,
  newest = Infinity,
): Promise<Push[]> {
  const moves = await api.allAfter(
    (at) => api.request('GET /repos/{owner}/{repo}/activity', { ...place, ref: `refs/heads/${branch}`, ...at }),
    (all) => all.length >= newest,
  )
  return moves.flatMap(({ actor, activity_type: kind, before, after, timestamp: at }) =>
    kind === 'branch_deletion' ? [] : [{ login: actor?.login ?? null, byBot: isBot(actor), kind, before, after, at }],
  )
}

/** Reads who must approve the jobs of an environment; null if there is none of that name. */
export async function environmentReviewersOf(
  api: GitHubApi,
  place: RepositoryName,
  name: string,
): Promise<EnvironmentReviewers | null> {
  return unless(404, '', null, async () => {
    const { data } = await api.request('GET /repos/{owner}/{repo}/environments/{environment_name}', {
      ...place,
      environment_name: name,
    })
    const rules = (data.protection_rules ?? []).flatMap((rule) => ('reviewers' in rule ? [rule] : []))
    const reviewers = rules.flatMap((rule) => rule.reviewers ?? []).map(({ reviewer }) => reviewer)
    return {
      reviewers: reviewers.flatMap((one) => (one && 'login' in one ? one.login : (one?.name ?? []))),
      notOneself: rules.some((rule) => rule.prevent_self_review === true),
    }
  })
}
