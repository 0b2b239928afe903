import { Refusal } from '../../../src/sandbox/failure.ts'
import { commentShape, issueShape, labelShape } from './shapes.ts'
import { repositoryShape, userShape, type Json } from './shapes-base.ts'
import { pullShape } from './shapes-pull.ts'
import {
  demand,
  DOCS,
  invalid,
  isPull,
  issueOf,
  lagBehind,
  notFound,
  reaches,
  type Actor,
  type Comment,
  type GitHubEvent,
  type Issue,
  type Label,
  type State,
} from './state.ts'

/** The most characters that a body may have. */
export const LONGEST_BODY = 65_536

/** Tells what happened, unless a workflow's own token did it. */
export function safeWrite(state: State, actor: Actor, name: GitHubEvent['name'], payload: Json): void {
  if (actor.quiet && name !== 'workflow_dispatch') return
  state.outbox.push({
    name,
    payload: { ...payload, repository: repositoryShape(state), sender: userShape(state, actor.user) },
  })
}

/** What happened to an issue or to a pull request: each has events of its own name. */
export async function emitOf(state: State, actor: Actor, action: string, issue: Issue, more: Json = {}): Promise<void> {
  if (actor.quiet) return
  if (isPull(issue))
    safeWrite(state, actor, 'pull_request', {
      action,
      number: issue.number,
      pull_request: await pullShape(state, issue),
      ...more,
    })
  else safeWrite(state, actor, 'issues', { action, issue: issueShape(state, issue), ...more })
}

export function checkBody(body: string | null, resource: string): void {
  // GitHub counts characters, not the halves that JavaScript makes of some
  if (Array.from(body ?? '').length > LONGEST_BODY)
    throw invalid(resource, 'body', 'custom', `body is too long (maximum is ${LONGEST_BODY} characters)`)
}

export interface IssueDraft {
  readonly title: string
  readonly body: string | null
  readonly labels: readonly string[]
}

/** An issue or a pull request that nobody was told of yet. */
export function addIssue(
  state: State,
  actor: Actor,
  { title, body }: Omit<IssueDraft, 'labels'>,
  pull: Issue['pull'],
): Issue {
  const resource = pull ? 'PullRequest' : 'Issue'
  if (title.trim() === '') throw invalid(resource, 'title', 'missing_field')
  checkBody(body, resource)
  const number = Math.max(0, ...state.issues.keys()) + 1
  const now = state.now()
  const issue: Issue = {
    id: state.nextId(),
    number,
    author: actor.user.login,
    created: now,
    updated: now,
    title,
    body,
    state: 'open',
    reason: null,
    labels: [],
    closed: null,
    edits: [],
    stale: null,
    pull,
  }
  lagBehind(state, issue, true)
  state.issues.set(number, issue)
  return issue
}

/** Labels that a form sets are set whoever fills it in; by hand it takes somebody who may label. */
export async function createIssue(state: State, actor: Actor, draft: IssueDraft, byForm: boolean): Promise<Issue> {
  demand(state, actor, 'read')
  const issue = addIssue(state, actor, draft, null)
  issue.labels =
    byForm || actor.quiet || reaches(state, actor.user, 'triage')
      ? draft.labels.map((name) => labelNamed(state, name).name)
      : []
  await emitOf(state, actor, 'opened', issue)
  for (const name of issue.labels)
    await emitOf(state, actor, 'labeled', issue, { label: labelShape(state, labelNamed(state, name)) })
  return issue
}

export interface IssueChange {
  readonly title?: string | undefined
  readonly body?: string | null | undefined
  readonly state?: 'open' | 'closed' | undefined
  readonly state_reason?: Issue['reason'] | undefined
}

/** Edits, closes or reopens. Authors may do so with their own. */
export async function editIssue(state: State, actor: Actor, number: number, change: IssueChange): Promise<Issue> {
  const issue = issueOf(state, number)
  demand(state, actor, issue.author === actor.user.login ? 'read' : 'triage')
  checkBody(change.body ?? null, issue.pull ? 'PullRequest' : 'Issue')
  if (issue.pull?.merged && change.state === 'open')
    throw invalid('PullRequest', 'state', 'custom', 'state cannot be changed. The pull request was merged.')
  lagBehind(state, issue, false)
  const now = state.now()
  const changes: Record<string, { readonly from: string }> = {}
  if (change.title !== undefined && change.title !== issue.title) {
    changes.title = { from: issue.title }
    issue.title = change.title
  }
  if (change.body !== undefined && change.body !== issue.body) {
    changes.body = { from: issue.body ?? '' }
    issue.edits = [...issue.edits, { body: issue.body ?? '', by: actor.user.login, at: now }]
    issue.body = change.body
  }
  issue.updated = now
  if (Object.keys(changes).length > 0) await emitOf(state, actor, 'edited', issue, { changes })
  if (change.state !== undefined && change.state !== issue.state) {
    issue.state = change.state
    issue.closed = change.state === 'closed' ? { at: now, by: actor.user.login } : null
    issue.reason = issue.pull ? null : change.state === 'closed' ? (change.state_reason ?? 'completed') : 'reopened'
    await emitOf(state, actor, change.state === 'closed' ? 'closed' : 'reopened', issue)
  }
  return issue
}

/** The label of that name; setting one that is not there makes it. */
function labelNamed(state: State, name: string): Label {
  return state.labels.get(name.toLowerCase()) ?? createLabel(state, { name, color: 'ededed', description: null })
}

export function createLabel(state: State, label: Omit<Label, 'id'>): Label {
  if (state.labels.has(label.name.toLowerCase())) throw invalid('Label', 'name', 'already_exists')
  if (label.name.length > 50) throw invalid('Label', 'name', 'custom', 'name is too long (maximum is 50 characters)')
  const made = { id: state.nextId(), ...label }
  state.labels.set(label.name.toLowerCase(), made)
  return made
}

export async function addLabels(state: State, actor: Actor, number: number, names: readonly string[]): Promise<Issue> {
  const issue = issueOf(state, number)
  demand(state, actor, 'triage')
  for (const name of names) {
    const label = labelNamed(state, name)
    if (issue.labels.includes(label.name)) continue
    lagBehind(state, issue, false)
    issue.labels = [...issue.labels, label.name]
    issue.updated = state.now()
    await emitOf(state, actor, 'labeled', issue, { label: labelShape(state, label) })
  }
  return issue
}

export async function removeLabel(state: State, actor: Actor, number: number, name: string): Promise<Issue> {
  const issue = issueOf(state, number)
  demand(state, actor, 'triage')
  const label = state.labels.get(name.toLowerCase())
  if (!label || !issue.labels.includes(label.name))
    throw new Refusal(404, { message: 'Label does not exist', documentation_url: DOCS, status: '404' })
  lagBehind(state, issue, false)
  issue.labels = issue.labels.filter((other) => other !== label.name)
  issue.updated = state.now()
  await emitOf(state, actor, 'unlabeled', issue, { label: labelShape(state, label) })
  return issue
}

/** Everybody who can read may comment. */
export async function addComment(state: State, actor: Actor, number: number, body: string): Promise<Comment> {
  const issue = issueOf(state, number)
  demand(state, actor, 'read')
  if (body.trim() === '') throw invalid('IssueComment', 'body', 'missing_field')
  checkBody(body, 'IssueComment')
  const now = state.now()
  const comment: Comment = {
    id: state.nextId(),
    issue: number,
    author: actor.user.login,
    created: now,
    updated: now,
    body,
    edits: [],
    stale: null,
  }
  lagBehind(state, comment, true)
  state.comments.set(comment.id, comment)
  issue.updated = now
  safeWrite(state, actor, 'issue_comment', {
    action: 'created',
    issue: issueShape(state, issue),
    comment: commentShape(state, comment),
  })
  return comment
}

/** Authors may edit theirs; who may write may edit everybody's. */
export async function editComment(state: State, actor: Actor, id: number, body: string): Promise<Comment> {
  const comment = state.comments.get(id)
  if (!comment) throw notFound()
  demand(state, actor, comment.author === actor.user.login ? 'read' : 'write')
  checkBody(body, 'IssueComment')
  lagBehind(state, comment, false)
  const [from, now] = [comment.body, state.now()]
  comment.edits = [...comment.edits, { body: from, by: actor.user.login, at: now }]
  comment.body = body
  comment.updated = now
  safeWrite(state, actor, 'issue_comment', {
    action: 'edited',
    changes: { body: { from } },
    issue: issueShape(state, issueOf(state, comment.issue)),
    comment: commentShape(state, comment),
  })
  return comment
}
