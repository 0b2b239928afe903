import type { Advice } from '../../instance/diagnostic.ts'
/** What Herdbook was doing, as it reads after "could not". */
export const tasks = {
  readRepository: 'read the repository',
  readPullRequest: (number: number) => `read pull request #${number}`,
  listOpenPullRequests: 'list the open pull requests',
  listMergedPullRequests: 'list the merged pull requests',
  findPullRequestsOf: (commit: string) => `find the pull requests of commit ${short(commit)}`,
  readReviews: (pullRequest: number) => `read the reviews of #${pullRequest}`,
  readCommits: (pullRequest: number) => `read the commits of #${pullRequest}`,
  readCommit: (commit: string) => `read commit ${short(commit)}`,
  readPushes: (branch: string) => `read the pushes to the branch ${branch}`,
  readEnvironment: (name: string) => `read the environment ${name}`,
  readPermission: (login: string) => `read the permission of @${login}`,
  readComments: (issue: number) => `read the comments of #${issue}`,
  comment: (issue: number) => `comment on #${issue}`,
  editComment: 'edit a comment',
  commentOnLines: (pullRequest: number) => `comment on lines of #${pullRequest}`,
  readIssue: (number: number) => `read #${number}`,
  listIssues: (label: string) => `list the issues with the label ${label}`,
  openIssue: 'open an issue',
  changeIssue: (number: number) => `change #${number}`,
  removeLabel: (issue: number) => `remove a label from #${issue}`,
  setStatus: (commit: string) => `set the status of commit ${short(commit)}`,
  propose: (branch: string) => `open a pull request from the branch ${branch}`,
} as const

const short = (commit: string): string => commit.slice(0, 12)

/** While Herdbook waits. */
export const LIMITED = 'GitHub accepts no more requests until then'
export const NO_CONNECTION = 'GitHub could not be reached'

/** Answers that Herdbook cannot use. */
export const noAnswer = (reason: string): string => `no answer: ${reason}`
export const CUT_OFF = 'the answer was cut off'
export const NO_LIST = 'GitHub did not answer with a list'
export const NO_NEXT_PART = 'GitHub sent a part of a list, but not where the next part is'

/** What a token could not be sent for. */
export const TOKEN = 'the GitHub token'

interface Refused {
  readonly task: string
  readonly repository: string
  /** What GitHub said. */
  readonly answer: string
}

export const limitReached = ({ task, repository }: Refused, until: Date): Advice => ({
  message: `Herdbook could not ${task} in ${repository}: GitHub accepts no more requests before ${minute(until)} UTC.`,
  hint: 'Run it again after that time.',
})

const minute = (time: Date): string => time.toISOString().slice(0, 16).replace('T', ' ')

export const unreachable = ({ task, repository, answer }: Refused): Advice => ({
  message: ended(`Herdbook could not ${task} in ${repository}: ${answer}`),
  hint: 'Run it again. If GitHub has problems, https://www.githubstatus.com shows them.',
})

export const refused = ({ task, repository, answer }: Refused): Advice => ({
  message: ended(`GitHub refused to ${task} in ${repository}: ${answer}`),
  hint: 'GitHub changed nothing. Correct what its answer names, then run this again.',
})

export const unknownToken = ({ task, answer }: Refused): Advice => ({
  message: ended(`GitHub does not know the token, so Herdbook could not ${task}: ${answer}`),
  hint:
    'Set a valid token. In a workflow: GITHUB_TOKEN: ${{ github.token }}. ' +
    'At a terminal: export GITHUB_TOKEN=$(gh auth token)',
})

export const workflowsMayNotPropose = ({ task, repository, answer }: Refused): Advice => ({
  message: ended(`Workflows are not allowed to open pull requests here, so Herdbook could not ${task}: ${answer}`),
  hint:
    `Allow workflows to open pull requests, once: gh api -X PUT repos/${repository}/actions/permissions/workflow ` +
    '-f default_workflow_permissions=read -F can_approve_pull_request_reviews=true',
})

/** `keys` are the permissions that GitHub names, such as `issues: write`; any one of them is enough. */
export const noPermission = (
  { task, answer }: Refused,
  { keys, personal }: { readonly keys: readonly string[]; readonly personal: boolean },
): Advice => ({
  message: ended(`The token is not allowed to ${task}: ${answer}`),
  hint: personal ? personalTokenHint(keys) : workflowTokenHint(keys),
})

const personalTokenHint = (keys: readonly string[]): string =>
  `Give the token the repository permission ${either(keys) || 'that this needs'}: ` +
  'https://github.com/settings/personal-access-tokens'

/** GitHub's `pull_requests: write` is `pull-requests: write` in a workflow. */
const workflowTokenHint = (keys: readonly string[]): string =>
  `In the workflow, add to the permissions of this job: ` +
  `${either(keys.map((key) => key.replaceAll('_', '-'))) || 'the permission that this needs'}. ` +
  'A run for a pull request from a fork never gets more than read.'

const either = (keys: readonly string[]): string => keys.join(' or ')

export const notFound = ({ task, repository, answer }: Refused): Advice => ({
  message: ended(`Herdbook could not ${task}. It does not exist, or the token cannot see it: ${answer}`),
  hint:
    `Check that GITHUB_REPOSITORY (${repository}) is right, and that issues are enabled there: ` +
    `gh repo view ${repository}`,
})

/** GitHub's own text may end with a full stop. */
const ended = (text: string): string => `${text}.`.replace(/(?<!\.)\.+$/, '.')

/** The event of a run. */
export const noEvent: Advice = {
  message: 'There is no event to read: GITHUB_EVENT_PATH is not set.',
  hint: 'This command is for workflows of GitHub Actions. Elsewhere: herdbook plan, then herdbook apply',
}
export const eventTooLarge = (mebibytes: number): string => `The event is larger than ${mebibytes} MiB.`
export const unknownEvent = (name: string): string =>
  `Herdbook has no job for the GitHub event ${JSON.stringify(name)}.`
export const oddEvent = (name: string, field: string): string => `The event ${name} has no valid ${field}.`

/** Settings of a repository. */
export const NOT_ASKED = 'Herdbook did not ask for it'
export const ADMINISTRATORS_ONLY = 'GitHub shows this to administrators only'
export const BYPASS_BY_FORCE = 'people who force-push'
