import { Refusal } from '../../../src/sandbox/failure.ts'
import type { Bare } from './git.ts'
import type { Activity } from './history.ts'
import type { Settings } from './settings.ts'

/** What somebody may do in the repository, from nothing up. */
const LEVELS = ['none', 'read', 'triage', 'write', 'maintain', 'admin'] as const
export type Level = (typeof LEVELS)[number]

export interface User {
  readonly id: number
  readonly login: string
  readonly type: 'User' | 'Bot'
  level: Level
}

/** Keys of a workflow's `permissions:`, and what only a person's token may have. */
export type Permission =
  | 'contents'
  | 'issues'
  | 'pull_requests'
  | 'statuses'
  | 'actions'
  | 'administration'
  | 'environments'
  | 'secrets'
  | 'variables'
  | 'metadata'

export interface Token {
  readonly login: string
  /** null for a person's token, which may do what its person may. */
  readonly permissions: { readonly [Key in Permission]?: 'read' | 'write' } | null
}

/** An earlier body, and who replaced it when. */
export interface Edit {
  readonly body: string
  readonly by: string
  readonly at: string
}

/**
 * What a list still shows of something that has changed: its old self, or nothing of what is new, for so many more
 * lists.
 */
export interface Lagging<T> {
  stale: { readonly as: T | null; lists: number } | null
}

export interface Comment extends Lagging<Comment> {
  readonly id: number
  readonly issue: number
  readonly author: string
  readonly created: string
  updated: string
  body: string
  edits: readonly Edit[]
}

export interface Review {
  readonly id: number
  readonly author: string
  readonly state: 'APPROVED' | 'CHANGES_REQUESTED' | 'COMMENTED'
  readonly body: string
  readonly commit: string
  readonly at: string
  /**
   * Who took it away: from then on its state is shown as DISMISSED, and what it was is in the events of the issue only.
   */
  dismissed: { readonly id: number; readonly by: string; readonly at: string; readonly message: string } | null
}

/** Said about lines of what a pull request changes, as they were at a commit. */
export interface ReviewComment extends Lagging<ReviewComment> {
  readonly id: number
  readonly pull: number
  /** A comment of its own is a review that holds nothing else. */
  readonly review: number
  readonly author: string
  readonly created: string
  readonly commit: string
  readonly path: string
  /** null where it is about one line. */
  readonly startLine: number | null
  readonly line: number
  /** The part of the difference that it stands in. */
  readonly hunk: string
  updated: string
  body: string
  edits: readonly Edit[]
}

export interface Pull {
  readonly base: string
  /** The base branch as it was when the head last moved; the branch itself may be further. */
  baseCommit: string
  /** `owner` is the repository's or a fork's; `gone` once the fork was deleted. */
  readonly head: { readonly owner: string; readonly branch: string; commit: string; gone: boolean }
  draft: boolean
  merged: { readonly at: string; readonly by: string; readonly commit: string } | null
  /** GitHub's try at merging: null where it can't be merged. */
  trial: string | null
  reviews: readonly Review[]
}

/** An issue, or a pull request: both count with the same numbers. */
export interface Issue extends Lagging<Issue> {
  readonly id: number
  readonly number: number
  readonly author: string
  readonly created: string
  title: string
  body: string | null
  state: 'open' | 'closed'
  reason: 'completed' | 'not_planned' | 'duplicate' | 'reopened' | null
  labels: readonly string[]
  updated: string
  closed: { readonly at: string; readonly by: string } | null
  edits: readonly Edit[]
  readonly pull: Pull | null
}

export interface Status {
  readonly id: number
  readonly commit: string
  readonly author: string
  readonly at: string
  readonly state: 'error' | 'failure' | 'pending' | 'success'
  readonly context: string
  readonly description: string | null
  readonly url: string | null
}

export interface Label {
  readonly id: number
  readonly name: string
  readonly color: string
  readonly description: string | null
}

export interface State {
  readonly owner: string
  readonly name: string
  readonly private: boolean
  /** Whether its plan is the free one, which protects nothing in a private repository. */
  readonly free: boolean
  readonly defaultBranch: string
  readonly created: string
  readonly git: Bare
  readonly now: () => string
  readonly nextId: () => number
  readonly users: Map<string, User>
  readonly tokens: Map<string, Token>
  readonly issues: Map<number, Issue>
  readonly comments: Map<number, Comment>
  readonly reviewComments: Map<number, ReviewComment>
  readonly labels: Map<string, Label>
  readonly statuses: Status[]
  readonly settings: Settings
  /** Branches as the last push left them, to notice what was pushed with Git itself. */
  readonly branches: Map<string, string>
  readonly activities: Activity[]
  /**
   * Commits that GitHub made and signed; that one names GitHub as its committer says nothing, since anybody can write
   * so.
   */
  readonly signed: Set<string>
  /** For how many lists a change stays unseen. */
  lag: number
  /** Where the API is. */
  api: string
  /** What happened and was not told yet. */
  readonly outbox: GitHubEvent[]
}

/** What GitHub would send: a `pull_request` event is for `pull_request_target` too. */
export interface GitHubEvent {
  readonly name:
    | 'pull_request'
    | 'pull_request_review'
    | 'issues'
    | 'issue_comment'
    | 'push'
    | 'merge_group'
    | 'workflow_dispatch'
    | 'schedule'
  readonly payload: Readonly<Record<string, unknown>>
}

/** Who acts. What a workflow's own token does starts no workflow. */
export interface Actor {
  readonly user: User
  readonly quiet: boolean
}

export const ACTIONS_BOT = 'github-actions[bot]'
/** GitHub's own account, whose the commits are that it makes for somebody. */
export const WEB_FLOW = 'web-flow'

/** The account of that name; a stranger's is made when first seen. */
export function userOf(state: State, login: string): User {
  const known = state.users.get(login.toLowerCase())
  if (known) return known
  const user: User = { id: state.nextId(), login, type: login.endsWith('[bot]') ? 'Bot' : 'User', level: 'none' }
  state.users.set(login.toLowerCase(), user)
  return user
}

/** Whoever has that name; the bot of workflows acts by their token. */
export const person = (state: State, login: string): Actor => ({
  user: userOf(state, login),
  quiet: login === ACTIONS_BOT,
})

/** What somebody may do here: everybody may read what is public. */
export function levelOf(state: State, user: User): Level {
  return user.level === 'none' && !state.private ? 'read' : user.level
}

export const reaches = (state: State, user: User, level: Level): boolean =>
  LEVELS.indexOf(levelOf(state, user)) >= LEVELS.indexOf(level)

/**
 * Refuses as GitHub does: to somebody who may not even read, nothing is there. A workflow's token is held to its own
 * permissions instead.
 */
export function demand(state: State, { user, quiet }: Actor, level: Level): void {
  if (quiet) return
  if (!reaches(state, user, 'read')) throw notFound()
  if (!reaches(state, user, level))
    throw new Refusal(403, {
      message: `Must have ${level} rights to Repository.`,
      documentation_url: DOCS,
      status: '403',
    })
}

export const DOCS = 'https://docs.github.com/rest'
export const notFound = (): Refusal =>
  new Refusal(404, { message: 'Not Found', documentation_url: DOCS, status: '404' })

/** A body that GitHub does not take: which field of what, and why. */
export function invalid(resource: string, field: string, code: string, message?: string): Refusal {
  const error = { resource, field, code, ...(message === undefined ? {} : { message }) }
  return new Refusal(422, { message: 'Validation Failed', errors: [error], documentation_url: DOCS, status: '422' })
}

export function issueOf(state: State, number: number): Issue {
  const issue = state.issues.get(number)
  if (!issue) throw notFound()
  return issue
}

export function pullOf(state: State, number: number): Issue & { readonly pull: Pull } {
  const issue = issueOf(state, number)
  if (!isPull(issue)) throw notFound()
  return issue
}

export const isPull = (issue: Issue): issue is Issue & { readonly pull: Pull } => issue.pull !== null

/**
 * Called before something changes that lists show: for a while they go on showing what it was, or that it is not there.
 */
export function lagBehind<T extends Lagging<T>>(state: State, thing: T, fresh: boolean): void {
  if (state.lag === 0) return
  thing.stale ??= { as: fresh ? null : structuredClone({ ...thing, stale: null }), lists: state.lag }
}

/** Things as a list shows them now. */
export function listed<T extends Lagging<T>>(things: Iterable<T>): T[] {
  return [...things].flatMap((thing) => {
    const { stale } = thing
    if (!stale) return [thing]
    stale.lists -= 1
    if (stale.lists <= 0) thing.stale = null
    return stale.as ? [stale.as] : []
  })
}
