import { lineAt, type FileDiff } from './diffs.ts'
import { commitsBetween } from './git.ts'
import { associationOf, issueShape, REACTIONS } from './shapes.ts'
import { byLogin, fullName, node, repositoryShape, userShape, WEB, type Json } from './shapes-base.ts'
import { pullOf, userOf, type Issue, type Pull, type ReviewComment, type State } from './state.ts'

type PullIssue = Issue & { readonly pull: Pull }

/** A pull request as lists show it. */
export function pullInList(state: State, issue: PullIssue): Json {
  const { pull } = issue
  const repository = `${state.api}/repos/${fullName(state)}`
  const url = `${repository}/pulls/${issue.number}`
  const page = `${WEB}/${fullName(state)}/pull/${issue.number}`
  const of = issueShape(state, issue)
  const links = {
    self: url,
    html: page,
    issue: `${repository}/issues/${issue.number}`,
    comments: `${repository}/issues/${issue.number}/comments`,
    review_comments: `${url}/comments`,
    review_comment: `${repository}/pulls/comments{/number}`,
    commits: `${url}/commits`,
    statuses: `${repository}/statuses/${pull.head.commit}`,
  }
  return {
    url,
    id: issue.id,
    node_id: of.node_id,
    html_url: page,
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    issue_url: links.issue,
    number: issue.number,
    state: issue.state,
    locked: false,
    title: issue.title,
    user: of.user,
    body: issue.body,
    created_at: issue.created,
    updated_at: issue.updated,
    closed_at: issue.closed?.at ?? null,
    merged_at: pull.merged?.at ?? null,
    merge_commit_sha: pull.merged?.commit ?? pull.trial,
    assignee: null,
    assignees: [],
    requested_reviewers: [],
    requested_teams: [],
    labels: of.labels,
    milestone: null,
    draft: pull.draft,
    commits_url: links.commits,
    review_comments_url: links.review_comments,
    review_comment_url: links.review_comment,
    comments_url: links.comments,
    statuses_url: links.statuses,
    head: side(state, pull.head.owner, pull.head.branch, pull.head.commit, pull.head.gone),
    base: side(state, state.owner, pull.base, pull.baseCommit, false),
    _links: Object.fromEntries(Object.entries(links).map(([name, href]) => [name, { href }])),
    author_association: associationOf(state, issue.author),
    auto_merge: null,
    active_lock_reason: null,
  }
}

function side(state: State, owner: string, branch: string, commit: string, gone: boolean): Json {
  const repo = gone ? null : repositoryShape(state, owner)
  return { label: `${owner}:${branch}`, ref: branch, sha: commit, user: userShape(state, userOf(state, owner)), repo }
}

/** A pull request by itself, and in events. */
export async function pullShape(state: State, issue: PullIssue): Promise<Json> {
  const { pull } = issue
  const [commits, [changed, additions, deletions]] = await Promise.all([
    commitsBetween(state.git, pull.baseCommit, pull.head.commit),
    countsOf(state, pull),
  ])
  const mergeable = pull.merged || issue.state === 'closed' ? null : pull.trial !== null
  return {
    ...pullInList(state, issue),
    merged: pull.merged !== null,
    mergeable,
    rebaseable: mergeable,
    mergeable_state: mergeable === null ? 'unknown' : mergeable ? 'clean' : 'dirty',
    merged_by: pull.merged ? userShape(state, userOf(state, pull.merged.by)) : null,
    comments: [...state.comments.values()].filter((comment) => comment.issue === issue.number).length,
    review_comments: [...state.reviewComments.values()].filter((comment) => comment.pull === issue.number).length,
    maintainer_can_modify: pull.head.owner !== state.owner,
    commits: commits.length,
    additions,
    deletions,
    changed_files: changed,
  }
}

async function countsOf(state: State, pull: Pull): Promise<[number, number, number]> {
  // histories without a common commit have no difference that GitHub would count
  const rows = await state.git
    .run(['diff', '--numstat', '-z', '--no-renames', `${pull.baseCommit}...${pull.head.commit}`])
    .catch(() => '')
  const counts = rows.split('\0').flatMap((row) => /^(\d+|-)\t(\d+|-)\t/.exec(row)?.slice(1, 3) ?? [])
  const sum = (odd: number): number =>
    counts.reduce((total, count, at) => (at % 2 === odd ? total + (Number(count) || 0) : total), 0)
  return [counts.length / 2, sum(0), sum(1)]
}

/** A changed file of a pull request. */
export function fileShape(
  state: State,
  { path, previous, status, blob, additions, deletions, patch }: FileDiff,
  commit: string,
): Json {
  const page = `${WEB}/${fullName(state)}`
  const there = encodeURI(path)
  return {
    sha: blob,
    filename: path,
    status,
    additions,
    deletions,
    changes: additions + deletions,
    blob_url: `${page}/blob/${commit}/${there}`,
    raw_url: `${page}/raw/${commit}/${there}`,
    contents_url: `${state.api}/repos/${fullName(state)}/contents/${there}?ref=${commit}`,
    ...(patch === null ? {} : { patch }),
    ...(previous === null ? {} : { previous_filename: previous }),
  }
}

/** A comment on lines: where they are now, null where the pull request has changed them since, and where they were. */
export async function reviewCommentShape(state: State, comment: ReviewComment): Promise<Json> {
  const { id, pull: number, path, startLine, line } = comment
  const { pull } = pullOf(state, number)
  const lineNow = (one: number): Promise<number | null> =>
    lineAt(state.git, path, one, comment.commit, pull.head.commit)
  const [now, startNow] = await Promise.all([lineNow(line), startLine === null ? null : lineNow(startLine)])
  const url = `${state.api}/repos/${fullName(state)}/pulls/comments/${id}`
  const page = `${WEB}/${fullName(state)}/pull/${number}#discussion_r${id}`
  const of = `${state.api}/repos/${fullName(state)}/pulls/${number}`
  return {
    url,
    id,
    node_id: node('PRRC', id),
    pull_request_review_id: comment.review,
    diff_hunk: comment.hunk,
    path,
    commit_id: now === null ? comment.commit : pull.head.commit,
    original_commit_id: comment.commit,
    user: byLogin(state, comment.author),
    body: comment.body,
    created_at: comment.created,
    updated_at: comment.updated,
    html_url: page,
    pull_request_url: of,
    author_association: associationOf(state, comment.author),
    _links: { self: { href: url }, html: { href: page }, pull_request: { href: of } },
    reactions: { url: `${url}/reactions`, ...REACTIONS },
    start_line: startNow,
    original_start_line: startLine,
    start_side: startLine === null ? null : 'RIGHT',
    line: now,
    original_line: line,
    side: 'RIGHT',
    subject_type: 'line',
  }
}
