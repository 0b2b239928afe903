import type { Delivery } from './runner-events.ts'

/** Payloads of GitHub's shape, as far as workflows look at them, for the repository herd/instance. */
const HERD = 'herd/instance'
const repository = {
  name: 'instance',
  full_name: HERD,
  default_branch: 'main',
  private: false,
  owner: { login: 'herd', type: 'Organization' },
}
const person = (login: string) => ({ login, type: login.endsWith('[bot]') ? 'Bot' : 'User' })

interface PullRequestGiven {
  readonly action?: string
  readonly from?: string | null
  readonly head?: string
  readonly base?: string
  readonly label?: string
  readonly state?: string
  readonly sender?: string
  /** What was edited. */
  readonly edited?: 'title' | 'base'
}

/** `from` is the repository of the head: a fork of somebody's, or null where it is gone. */
export const pullRequest = ({
  action = 'opened',
  from = HERD,
  head = 'a'.repeat(40),
  base = 'main',
  label,
  state = 'open',
  sender = 'alice',
  edited,
}: PullRequestGiven = {}): Delivery => ({
  name: 'pull_request_target',
  payload: {
    action,
    ...(edited === undefined
      ? {}
      : {
          changes: {
            [edited]: edited === 'base' ? { ref: { from: 'old' }, sha: { from: 'c'.repeat(40) } } : { from: 'old' },
          },
        }),
    number: 12,
    ...(label === undefined ? {} : { label: { name: label } }),
    pull_request: {
      number: 12,
      state,
      head: { ref: 'topic', sha: head, repo: from === null ? null : { full_name: from } },
      base: { ref: base, sha: 'b'.repeat(40), repo: { full_name: HERD } },
    },
    repository,
    sender: person(sender),
  },
})

export const comment = ({
  body = '/plan',
  association = 'MEMBER',
  onPullRequest = true,
  sender = 'alice',
  state = 'open',
} = {}): Delivery => ({
  name: 'issue_comment',
  payload: {
    action: 'created',
    issue: { number: 12, state, ...(onPullRequest ? { pull_request: { url: 'x' } } : {}) },
    comment: { id: 1, body, author_association: association, user: person(sender) },
    repository,
    sender: person(sender),
  },
})

interface IssueGiven {
  readonly action?: string
  readonly label?: string
  readonly labels?: readonly string[]
  readonly author?: string
  readonly sender?: string
}

export const issue = ({
  action = 'labeled',
  label = '',
  labels = [label],
  author = 'alice',
  sender = 'alice',
}: IssueGiven = {}): Delivery => ({
  name: 'issues',
  payload: {
    action,
    ...(action === 'labeled' ? { label: { name: label } } : {}),
    issue: { number: 7, state: 'open', labels: labels.map((name) => ({ name })), user: person(author) },
    repository,
    sender: person(sender),
  },
})

export const push = ({ branch = 'main', after }: { readonly branch?: string; readonly after: string }): Delivery => ({
  name: 'push',
  payload: { ref: `refs/heads/${branch}`, before: '0'.repeat(40), after, repository, sender: person('alice') },
})

export const mergeGroup = ({ base = 'main', head }: { readonly base?: string; readonly head: string }): Delivery => ({
  name: 'merge_group',
  payload: {
    action: 'checks_requested',
    merge_group: {
      head_sha: head,
      head_ref: `refs/heads/gh-readonly-queue/${base}/pr-12-${head}`,
      base_ref: `refs/heads/${base}`,
      base_sha: 'b'.repeat(40),
    },
    repository,
    sender: person('alice'),
  },
})

/** A workflow that somebody starts by hand, on a branch. */
export const dispatch = (
  workflow: string,
  {
    inputs = {},
    branch = 'main',
  }: { readonly inputs?: { readonly [name: string]: string }; readonly branch?: string } = {},
): Delivery => ({
  name: 'workflow_dispatch',
  payload: {
    workflow: `.github/workflows/${workflow}`,
    inputs,
    ref: `refs/heads/${branch}`,
    repository,
    sender: person('alice'),
  },
})

/** GitHub tells nothing of the repository here. */
export const schedule = (cron: string): Delivery => ({ name: 'schedule', payload: { schedule: cron } })
