import type { Comment, Forge, Issue, RepositoryPermission, PullRequest } from '../forge.ts'
import { commitsOf, environmentReviewersOf, pullsOf, pushersOf, readCommit, readPull, reviewsOf } from './history.ts'
import { openGitHubApi, type GitHubApi } from './api.ts'
import { explaining, isStatus } from './errors.ts'
import { propose } from './propose.ts'
import {
  commentOf,
  distinct,
  issueOf,
  pullOf,
  type RepositoryName,
  type RawComment,
  type RawIssue,
} from './raw-answers.ts'
import { suggest } from './suggestions.ts'
import { tasks } from './texts.ts'
import type { OnWait } from '../../http/transport.ts'

export interface ForgeOptions {
  /** Where the API is: https://api.github.com, or what GITHUB_API_URL says. */
  readonly api: string
  /** As `owner/name`. */
  readonly repository: string
  readonly token: string
  readonly onWait?: OnWait | undefined
}

/** GitHub's own limit, in characters. */
const MAX_DESCRIPTION = 140

/** Opens GitHub for one repository. What GitHub refuses becomes a diagnostic, with exit 10. */
export async function openForge({ api: address, repository, token, onWait }: ForgeOptions): Promise<Forge> {
  const api = await openGitHubApi({ api: address, token, onWait })
  const [owner = '', repo = ''] = repository.split('/')
  const place: RepositoryName = { owner, repo }
  const trying = explaining(repository)
  const on = (number: number) => ({ ...place, issue_number: number })
  return {
    repository,
    remaining: api.remaining,
    about: () =>
      trying(tasks.readRepository, async () => {
        const { data } = await api.request('GET /repos/{owner}/{repo}', { ...place })
        return { visibility: data.private ? 'private' : 'public', defaultBranch: data.default_branch }
      }),
    pullRequest: (number) => trying(tasks.readPullRequest(number), () => readPull(api, place, number)),
    openPullRequests: () =>
      trying(tasks.listOpenPullRequests, async () => {
        const pulls = await api.all((at) =>
          api.request('GET /repos/{owner}/{repo}/pulls', { ...place, state: 'open', ...at }),
        )
        return distinct(pulls).map((pull) => pullOf(pull))
      }),
    mergedPullRequests: (branch, since) =>
      trying(tasks.listMergedPullRequests, () => mergedPulls(api, place, branch, since)),
    pullRequestsOf: (commit) => trying(tasks.findPullRequestsOf(commit), () => pullsOf(api, place, commit)),
    reviews: (number) => trying(tasks.readReviews(number), () => reviewsOf(api, place, number)),
    commits: (number) => trying(tasks.readCommits(number), () => commitsOf(api, place, number)),
    commit: (id) => trying(tasks.readCommit(id), () => readCommit(api, place, id)),
    pushers: (branch, newest) => trying(tasks.readPushes(branch), () => pushersOf(api, place, branch, newest)),
    environmentReviewers: (name) => trying(tasks.readEnvironment(name), () => environmentReviewersOf(api, place, name)),
    permission: (login) => trying(tasks.readPermission(login), () => permissionOf(api, place, login)),
    comments: (issue) =>
      trying(tasks.readComments(issue), async () => distinct(await readComments(api, place, issue)).map(commentOf)),
    comment: (issue, body) => trying(tasks.comment(issue), () => addComment(api, place, issue, body)),
    editComment: (id, body) =>
      trying(tasks.editComment, async () => {
        await api.request('PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}', {
          ...place,
          comment_id: id,
          body,
        })
      }),
    suggest: (pullRequest, commit, suggestions) =>
      trying(tasks.commentOnLines(pullRequest), () => suggest({ api, place, pullRequest, commit }, suggestions)),
    issue: (number) =>
      trying(tasks.readIssue(number), async () =>
        issueOf((await api.request('GET /repos/{owner}/{repo}/issues/{issue_number}', on(number))).data),
      ),
    openIssues: (label) =>
      trying(tasks.listIssues(label), async () => {
        const found = await api.all((at) =>
          api.request('GET /repos/{owner}/{repo}/issues', {
            ...place,
            state: 'open',
            labels: label,
            sort: 'created',
            direction: 'asc',
            ...at,
          }),
        )
        return distinct(found)
          .filter((issue) => issue.pull_request === undefined)
          .map(issueOf)
      }),
    createIssue: (draft) => trying(tasks.openIssue, () => createIssue(api, place, draft)),
    editIssue: (number, change) =>
      trying(tasks.changeIssue(number), async () => {
        await api.request('PATCH /repos/{owner}/{repo}/issues/{issue_number}', { ...on(number), ...change })
      }),
    removeLabel: (issue, label) => trying(tasks.removeLabel(issue), () => removeLabel(api, place, issue, label)),
    report: (commit, { state, context, description, url }) =>
      trying(tasks.setStatus(commit), async () => {
        const characters = Array.from(description)
        const shown =
          characters.length > MAX_DESCRIPTION ? `${characters.slice(0, MAX_DESCRIPTION - 1).join('')}…` : description
        await api.request('POST /repos/{owner}/{repo}/statuses/{sha}', {
          ...place,
          sha: commit,
          state,
          context,
          description: shown,
          ...(url === undefined ? {} : { target_url: url }),
        })
      }),
    propose: (proposal) => trying(tasks.propose(proposal.branch), () => propose(api, place, proposal)),
  }
}

/** Reads the merged pull requests one by one: the list does not say who merged. */
async function mergedPulls(
  api: GitHubApi,
  place: RepositoryName,
  branch: string,
  since: string,
): Promise<PullRequest[]> {
  const older = ({ updated_at: updated }: { readonly updated_at: string }): boolean =>
    Date.parse(updated) < Date.parse(since)
  const closed = await api.all(
    (at) =>
      api.request('GET /repos/{owner}/{repo}/pulls', {
        ...place,
        state: 'closed',
        base: branch,
        sort: 'updated',
        direction: 'desc',
        ...at,
      }),
    (all) => all.some(older),
  )
  const merged = distinct(closed).filter((pull) => pull.merged_at !== null && !older(pull))
  const pulls: PullRequest[] = []
  for (const { number } of merged) pulls.push(await readPull(api, place, number))
  return pulls
}

const PERMISSIONS: readonly RepositoryPermission[] = ['admin', 'maintain', 'write', 'triage', 'read', 'none']

/** `role_name` knows all levels; an organisation's own role shows its level only in the older `permission`. */
async function permissionOf(api: GitHubApi, place: RepositoryName, login: string): Promise<RepositoryPermission> {
  try {
    const { data } = await api.request('GET /repos/{owner}/{repo}/collaborators/{username}/permission', {
      ...place,
      username: login,
    })
    return (
      PERMISSIONS.find((known) => known === data.role_name) ??
      PERMISSIONS.find((known) => known === data.permission) ??
      'none'
    )
  } catch (error) {
    if (isStatus(error, 404)) return 'none'
    throw error
  }
}

const readComments = (api: GitHubApi, place: RepositoryName, issue: number, since?: string) =>
  api.all((at) =>
    api.request('GET /repos/{owner}/{repo}/issues/{issue_number}/comments', {
      ...place,
      issue_number: issue,
      ...(since === undefined ? {} : { since }),
      ...at,
    }),
  )

async function addComment(api: GitHubApi, place: RepositoryName, issue: number, body: string): Promise<Comment> {
  const made = await api.once<RawComment>(
    async () =>
      (
        await api.request('POST /repos/{owner}/{repo}/issues/{issue_number}/comments', {
          ...place,
          issue_number: issue,
          body,
        })
      ).data,
    async (since) =>
      (await readComments(api, place, issue, since)).findLast(
        (comment) => comment.created_at >= since && comment.body === body,
      ),
  )
  return commentOf(made)
}

async function createIssue(
  api: GitHubApi,
  place: RepositoryName,
  { title, body, labels }: Parameters<Forge['createIssue']>[0],
): Promise<Issue> {
  const made = await api.once<RawIssue>(
    async () =>
      (await api.request('POST /repos/{owner}/{repo}/issues', { ...place, title, body, labels: [...labels] })).data,
    async (since) => {
      const issues = await api.all((at) =>
        api.request('GET /repos/{owner}/{repo}/issues', {
          ...place,
          state: 'all',
          sort: 'created',
          direction: 'desc',
          since,
          ...at,
        }),
      )
      return issues.find((issue) => issue.created_at >= since && issue.title === title && (issue.body ?? '') === body)
    },
  )
  return issueOf(made)
}

async function removeLabel(api: GitHubApi, place: RepositoryName, issue: number, label: string): Promise<void> {
  try {
    await api.request('DELETE /repos/{owner}/{repo}/issues/{issue_number}/labels/{name}', {
      ...place,
      issue_number: issue,
      name: label,
    })
  } catch (error) {
    if (!isStatus(error, 404, 'does not exist')) throw error
  }
}
