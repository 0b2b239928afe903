import type { Comment, Forge, Issue, Permission, PullRequest } from '../forge.ts'
import { commitsOf, environmentReviewersOf, pullsOf, pushersOf, readCommit, readPull, reviewsOf } from './history.ts'
import { openGitHubApi, type GitHubApi } from './api.ts'
import { explaining, isStatus } from './errors.ts'
import { propose } from './pull-request.ts'
import { commentOf, each, issueOf, pullOf, type Place, type RawComment, type RawIssue } from './shapes.ts'
import { suggest } from './suggestions.ts'
import type { OnWait } from '../../http/transport.ts'

export interface ForgeOptions {
  /** Where the API is: https://api.github.com, or what GITHUB_API_URL says. */
  readonly api: string
  /** As `owner/name`. */
  readonly repository: string
  readonly token: string
  readonly onWait?: OnWait | undefined
}

const LONGEST_DESCRIPTION = 140

/** Opens GitHub for one repository. Whatever it refuses is told as a diagnostic, with exit 10. */
export async function openForge({ api: address, repository, token, onWait }: ForgeOptions): Promise<Forge> {
  const api = await openGitHubApi({ api: address, token, onWait })
  const [owner = '', repo = ''] = repository.split('/')
  const place: Place = { owner, repo }
  const trying = explaining(repository)
  const on = (number: number) => ({ ...place, issue_number: number })
  return {
    repository,
    remaining: api.remaining,
    about: () =>
      trying('read what the repository is', async () => {
        const { data } = await api.request('GET /repos/{owner}/{repo}', { ...place })
        return { visibility: data.private ? 'private' : 'public', defaultBranch: data.default_branch }
      }),
    pullRequest: (number) => trying(`read pull request #${number}`, () => readPull(api, place, number)),
    openPullRequests: () =>
      trying('list the open pull requests', async () => {
        const pulls = await api.all((at) =>
          api.request('GET /repos/{owner}/{repo}/pulls', { ...place, state: 'open', ...at }),
        )
        return each(pulls).map((pull) => pullOf(pull))
      }),
    mergedPullRequests: (branch, since) =>
      trying('list the merged pull requests', () => mergedPulls(api, place, branch, since)),
    pullRequestsOf: (commit) =>
      trying(`ask what brought commit ${commit.slice(0, 12)}`, () => pullsOf(api, place, commit)),
    reviews: (number) => trying(`read the reviews of #${number}`, () => reviewsOf(api, place, number)),
    commits: (number) => trying(`read the commits of #${number}`, () => commitsOf(api, place, number)),
    commit: (id) => trying(`read commit ${id.slice(0, 12)}`, () => readCommit(api, place, id)),
    pushers: (branch, newest) => trying(`ask who pushed to ${branch}`, () => pushersOf(api, place, branch, newest)),
    environmentReviewers: (name) =>
      trying(`read the environment ${name}`, () => environmentReviewersOf(api, place, name)),
    permission: (login) => trying(`ask what @${login} may do`, () => permissionOf(api, place, login)),
    comments: (issue) =>
      trying(`read the comments of #${issue}`, async () => each(await readComments(api, place, issue)).map(commentOf)),
    comment: (issue, body) => trying(`comment on #${issue}`, () => addComment(api, place, issue, body)),
    editComment: (id, body) =>
      trying('edit a comment', async () => {
        await api.request('PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}', {
          ...place,
          comment_id: id,
          body,
        })
      }),
    suggest: (pullRequest, commit, suggestions) =>
      trying(`comment on lines of #${pullRequest}`, () => suggest({ api, place, pullRequest, commit }, suggestions)),
    issue: (number) =>
      trying(`read #${number}`, async () =>
        issueOf((await api.request('GET /repos/{owner}/{repo}/issues/{issue_number}', on(number))).data),
      ),
    openIssues: (label) =>
      trying(`list the issues labelled ${label}`, async () => {
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
        return each(found)
          .filter((issue) => issue.pull_request === undefined)
          .map(issueOf)
      }),
    createIssue: (draft) => trying('open an issue', () => createIssue(api, place, draft)),
    editIssue: (number, change) =>
      trying(`change #${number}`, async () => {
        await api.request('PATCH /repos/{owner}/{repo}/issues/{issue_number}', { ...on(number), ...change })
      }),
    removeLabel: (issue, label) => trying(`take a label from #${issue}`, () => removeLabel(api, place, issue, label)),
    report: (commit, { state, context, description, url }) =>
      trying(`report on commit ${commit.slice(0, 12)}`, async () => {
        const characters = Array.from(description)
        const shown =
          characters.length > LONGEST_DESCRIPTION
            ? `${characters.slice(0, LONGEST_DESCRIPTION - 1).join('')}…`
            : description
        await api.request('POST /repos/{owner}/{repo}/statuses/{sha}', {
          ...place,
          sha: commit,
          state,
          context,
          description: shown,
          ...(url === undefined ? {} : { target_url: url }),
        })
      }),
    propose: (proposal) => trying(`propose ${proposal.branch}`, () => propose(api, place, proposal)),
  }
}

/** Read one by one, since the list does not say who merged. */
async function mergedPulls(api: GitHubApi, place: Place, branch: string, since: string): Promise<PullRequest[]> {
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
  const merged = each(closed).filter((pull) => pull.merged_at !== null && !older(pull))
  const pulls: PullRequest[] = []
  for (const { number } of merged) pulls.push(await readPull(api, place, number))
  return pulls
}

const PERMISSIONS: readonly Permission[] = ['admin', 'maintain', 'write', 'triage', 'read', 'none']

/** `role_name` knows all levels; an organisation's own roles are only in the older `permission`, as what they amount to. */
async function permissionOf(api: GitHubApi, place: Place, login: string): Promise<Permission> {
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

const readComments = (api: GitHubApi, place: Place, issue: number, since?: string) =>
  api.all((at) =>
    api.request('GET /repos/{owner}/{repo}/issues/{issue_number}/comments', {
      ...place,
      issue_number: issue,
      ...(since === undefined ? {} : { since }),
      ...at,
    }),
  )

async function addComment(api: GitHubApi, place: Place, issue: number, body: string): Promise<Comment> {
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
  place: Place,
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

async function removeLabel(api: GitHubApi, place: Place, issue: number, label: string): Promise<void> {
  try {
    await api.request('DELETE /repos/{owner}/{repo}/issues/{issue_number}/labels/{name}', {
      ...place,
      issue_number: issue,
      name: label,
    })
  } catch (error) {
    if (!isStatus(error, 404, 'Label does not exist')) throw error
  }
}
