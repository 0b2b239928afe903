import { commitFacts, GITHUB, pathsOf, type CommitFacts } from './git.ts'
import type { Activity } from './history.ts'
import {
  isPull,
  levelOf,
  reaches,
  userOf,
  WEB_FLOW,
  type Comment,
  type Issue,
  type Label,
  type Review,
  type State,
  type Status,
  type User,
} from './state.ts'
import { byLogin, fullName, node, userShape, WEB, type Json } from './shapes-base.ts'

export function labelShape(state: State, { id, name, color, description }: Label): Json {
  return {
    id,
    node_id: node('LA', id),
    url: `${state.api}/repos/${fullName(state)}/labels/${encodeURIComponent(name)}`,
    name,
    color,
    default: false,
    description,
  }
}

const labelsOf = (state: State, issue: Issue): Json[] =>
  issue.labels.flatMap((name) => {
    const label = state.labels.get(name.toLowerCase())
    return label ? [labelShape(state, label)] : []
  })

/** What GitHub calls somebody beside what they wrote. Nobody should decide by it: it knows no levels. */
export function associationOf(state: State, login: string): string {
  if (login === state.owner) return 'OWNER'
  const user = userOf(state, login)
  if (user.level !== 'none') return 'COLLABORATOR'
  const merged = [...state.issues.values()].some((issue) => issue.author === login && issue.pull?.merged)
  return merged ? 'CONTRIBUTOR' : 'NONE'
}

export const REACTIONS = {
  total_count: 0,
  '+1': 0,
  '-1': 0,
  laugh: 0,
  hooray: 0,
  confused: 0,
  heart: 0,
  rocket: 0,
  eyes: 0,
}

export function issueShape(state: State, issue: Issue): Json {
  const repository = `${state.api}/repos/${fullName(state)}`
  const url = `${repository}/issues/${issue.number}`
  const page = pageOf(state, issue)
  return {
    id: issue.id,
    node_id: node('I', issue.id),
    url,
    repository_url: repository,
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    html_url: page,
    number: issue.number,
    state: issue.state,
    state_reason: issue.reason,
    title: issue.title,
    body: issue.body,
    user: byLogin(state, issue.author),
    labels: labelsOf(state, issue),
    assignee: null,
    assignees: [],
    milestone: null,
    locked: false,
    active_lock_reason: null,
    comments: [...state.comments.values()].filter((comment) => comment.issue === issue.number).length,
    closed_at: issue.closed?.at ?? null,
    created_at: issue.created,
    updated_at: issue.updated,
    author_association: associationOf(state, issue.author),
    reactions: { url: `${url}/reactions`, ...REACTIONS },
    timeline_url: `${url}/timeline`,
    performed_via_github_app: null,
    ...(isPull(issue)
      ? {
          draft: issue.pull.draft,
          pull_request: {
            url: `${repository}/pulls/${issue.number}`,
            html_url: page,
            diff_url: `${page}.diff`,
            patch_url: `${page}.patch`,
            merged_at: issue.pull.merged?.at ?? null,
          },
        }
      : {}),
  }
}

const pageOf = (state: State, issue: Pick<Issue, 'number' | 'pull'>): string =>
  `${WEB}/${fullName(state)}/${issue.pull ? 'pull' : 'issues'}/${issue.number}`

export function commentShape(state: State, comment: Comment): Json {
  const url = `${state.api}/repos/${fullName(state)}/issues/comments/${comment.id}`
  const issue = state.issues.get(comment.issue)
  return {
    id: comment.id,
    node_id: node('IC', comment.id),
    url,
    html_url: `${issue ? pageOf(state, issue) : WEB}#issuecomment-${comment.id}`,
    issue_url: `${state.api}/repos/${fullName(state)}/issues/${comment.issue}`,
    user: byLogin(state, comment.author),
    created_at: comment.created,
    updated_at: comment.updated,
    author_association: associationOf(state, comment.author),
    body: comment.body,
    reactions: { url: `${url}/reactions`, ...REACTIONS },
    performed_via_github_app: null,
  }
}

export function reviewShape(state: State, issue: Issue, review: Review): Json {
  const page = `${pageOf(state, issue)}#pullrequestreview-${review.id}`
  const pull = `${state.api}/repos/${fullName(state)}/pulls/${issue.number}`
  return {
    id: review.id,
    node_id: node('PRR', review.id),
    user: byLogin(state, review.author),
    body: review.body,
    state: review.dismissed ? 'DISMISSED' : review.state,
    html_url: page,
    pull_request_url: pull,
    author_association: associationOf(state, review.author),
    _links: { html: { href: page }, pull_request: { href: pull } },
    submitted_at: review.at,
    commit_id: review.commit,
  }
}

/** The event of an issue that tells what a dismissed review was. */
export function dismissalShape(state: State, review: Review): Json[] {
  const { dismissed } = review
  if (!dismissed) return []
  return [
    {
      id: dismissed.id,
      node_id: node('RDE', dismissed.id),
      url: `${state.api}/repos/${fullName(state)}/issues/events/${dismissed.id}`,
      actor: byLogin(state, dismissed.by),
      event: 'review_dismissed',
      commit_id: null,
      commit_url: null,
      created_at: dismissed.at,
      performed_via_github_app: null,
      dismissed_review: {
        state: review.state.toLowerCase(),
        review_id: review.id,
        dismissal_message: dismissed.message,
      },
    },
  ]
}

export function statusShape(state: State, status: Status): Json {
  const creator = userOf(state, status.author)
  return {
    url: `${state.api}/repos/${fullName(state)}/statuses/${status.commit}`,
    avatar_url: `https://avatars.githubusercontent.com/u/${creator.id}?v=4`,
    id: status.id,
    node_id: node('SC', status.id),
    state: status.state,
    description: status.description,
    target_url: status.url,
    context: status.context,
    created_at: status.at,
    updated_at: status.at,
    creator: userShape(state, creator),
  }
}

/** Each of the levels, and whether somebody reaches it. */
export const permissionsShape = (state: State, user: User): Json => ({
  pull: reaches(state, user, 'read'),
  triage: reaches(state, user, 'triage'),
  push: reaches(state, user, 'write'),
  maintain: reaches(state, user, 'maintain'),
  admin: reaches(state, user, 'admin'),
})

export function permissionShape(state: State, user: User): Json {
  const role = levelOf(state, user)
  // the old word for it knows four levels only
  const permission = role === 'maintain' ? 'write' : role === 'triage' ? 'read' : role
  return {
    permission,
    role_name: role,
    user: { ...userShape(state, user), permissions: permissionsShape(state, user), role_name: role },
  }
}

/** A commit as the push event tells it. */
export async function pushedCommitShape(state: State, id: string): Promise<Json> {
  const facts = await commitFacts(state.git, id)
  const { date, ...author } = facts.author
  const { date: _committed, ...committer } = facts.committer
  const url = `${WEB}/${fullName(state)}/commit/${id}`
  return {
    id,
    tree_id: facts.tree,
    distinct: true,
    message: facts.message,
    timestamp: date,
    url,
    author,
    committer,
    ...(await pathsOf(state.git, id)),
  }
}

/** A commit of the Git data API. */
export const gitCommitShape = async (state: State, id: string): Promise<Json> =>
  gitShapeOf(state, id, await commitFacts(state.git, id))

function gitShapeOf(state: State, id: string, facts: CommitFacts): Json {
  const base = `${state.api}/repos/${fullName(state)}/git`
  const page = (commit: string): string => `${WEB}/${fullName(state)}/commit/${commit}`
  return {
    sha: id,
    node_id: node('C', id),
    url: `${base}/commits/${id}`,
    html_url: page(id),
    author: facts.author,
    committer: facts.committer,
    tree: { sha: facts.tree, url: `${base}/trees/${facts.tree}` },
    message: facts.message,
    parents: facts.parents.map((sha) => ({ sha, url: `${base}/commits/${sha}`, html_url: page(sha) })),
    verification: verificationOf(state, id),
  }
}

function verificationOf(state: State, id: string): Json {
  const verified = state.signed.has(id)
  return { verified, reason: verified ? 'valid' : 'unsigned', signature: null, payload: null, verified_at: null }
}

/** Whose an e-mail address is; null where GitHub knows of nobody. */
function ownerOf(state: State, email: string): Json | null {
  if (email === GITHUB.email) return byLogin(state, WEB_FLOW)
  const [, id, login = ''] = /^(?:(\d+)\+)?(.+)@users\.noreply\.github\.com$/.exec(email) ?? []
  const user = state.users.get(login.toLowerCase())
  return user && (id === undefined || Number(id) === user.id) ? userShape(state, user) : null
}

/** A commit as lists of commits show it, with whose its e-mail addresses are. */
export async function commitShape(state: State, id: string): Promise<Json> {
  const facts = await commitFacts(state.git, id)
  const { sha, node_id, html_url, author, committer, tree, message, parents, verification, url } = gitShapeOf(
    state,
    id,
    facts,
  )
  const there = `${state.api}/repos/${fullName(state)}/commits/${id}`
  return {
    sha,
    node_id,
    url: there,
    html_url,
    comments_url: `${there}/comments`,
    commit: { url, author, committer, message, tree, comment_count: 0, verification },
    author: ownerOf(state, facts.author.email),
    committer: ownerOf(state, facts.committer.email),
    parents,
  }
}

export const activityShape = (state: State, { id, actor, kind, ref, before, after, at }: Activity): Json => ({
  id,
  node_id: node('PSH', id),
  before,
  after,
  ref,
  timestamp: at,
  activity_type: kind,
  actor: byLogin(state, actor),
})
