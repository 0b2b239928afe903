import type {
  Account,
  CommitFacts,
  EnvironmentReviewers,
  Hand,
  ProposedCommits,
  PullRequest,
  Push,
  Review,
} from '../forge.ts'
import type { GitHubApi } from './api.ts'
import { unless } from './errors.ts'
import { isBot, pullOf, type Place } from './shapes.ts'

/** One pull request; lists do not say who merged. */
export async function readPull(api: GitHubApi, place: Place, number: number): Promise<PullRequest> {
  return pullOf(
    (await api.request('GET /repos/{owner}/{repo}/pulls/{pull_number}', { ...place, pull_number: number })).data,
  )
}

/** Those that brought a commit, each read by itself. */
export async function pullsOf(api: GitHubApi, place: Place, commit: string): Promise<PullRequest[]> {
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

/** The verdicts on a pull request; what a dismissed one was is asked for where there is one. */
export async function reviewsOf(api: GitHubApi, place: Place, number: number): Promise<Review[]> {
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

async function dismissalsOf(api: GitHubApi, place: Place, number: number): Promise<Map<number, Dismissal>> {
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

/** GitHub's own account: what it makes for somebody in the browser, it commits itself. */
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

/** Anybody can write GitHub's address into a commit; only GitHub can sign it so. */
function handOf(account: object | null, verified: boolean): Hand {
  if (account === null || !('login' in account) || typeof account.login !== 'string') return null
  if (account.login === WEB_FLOW) return verified ? 'forge' : null
  return { login: account.login, byBot: 'type' in account && account.type === 'Bot' } satisfies Account
}

/** GitHub lists no more than that many commits of a pull request. */
const MOST_COMMITS = 250

/** The commits of a pull request. They are all where the head is among them and there is room for more. */
export async function commitsOf(api: GitHubApi, place: Place, number: number): Promise<ProposedCommits> {
  const listed = await api.all((at) =>
    api.request('GET /repos/{owner}/{repo}/pulls/{pull_number}/commits', { ...place, pull_number: number, ...at }),
  )
  const { head } = await readPull(api, place, number)
  const commits = listed.map(commitOf)
  return { commits, complete: commits.length < MOST_COMMITS && commits.some(({ id }) => id === head.commit) }
}

/** One commit. */
export async function readCommit(api: GitHubApi, place: Place, id: string): Promise<CommitFacts> {
  return commitOf((await api.request('GET /repos/{owner}/{repo}/commits/{ref}', { ...place, ref: id })).data)
}

/** What moved a branch of this repository; nothing is known of a fork's. */
export async function pushersOf(api: GitHubApi, place: Place, branch: string, newest = Infinity): Promise<Push[]> {
  const moves = await api.allAfter(
    (at) => api.request('GET /repos/{owner}/{repo}/activity', { ...place, ref: `refs/heads/${branch}`, ...at }),
    (all) => all.length >= newest,
  )
  return moves.flatMap(({ actor, activity_type: kind, before, after, timestamp: at }) =>
    kind === 'branch_deletion' ? [] : [{ login: actor?.login ?? null, byBot: isBot(actor), kind, before, after, at }],
  )
}

/** Whom an environment asks. */
export async function environmentReviewersOf(
  api: GitHubApi,
  place: Place,
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
