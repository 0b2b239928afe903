/** What Herdbook needs from a forge. GitHub's is in `github/`; another forge is another such folder. */
export interface Forge {
  /** As `owner/name`. */
  readonly repository: string
  /** How many more requests it accepts within the hour, by its last answer; null if it does not say. */
  readonly remaining: () => number | null
  /** What a scheduled event does not say about the repository. */
  readonly about: () => Promise<{ readonly visibility: 'public' | 'private'; readonly defaultBranch: string }>
  readonly pullRequest: (number: number) => Promise<PullRequest>
  /** All open ones, newest first. */
  readonly openPullRequests: () => Promise<readonly PullRequest[]>
  /** Those merged into the branch and changed since that time (ISO 8601 UTC), newest first. May lack the newest. */
  readonly mergedPullRequests: (branch: string, since: string) => Promise<readonly PullRequest[]>
  /** Those that contain a commit; GitHub may be some seconds behind. None for a commit that it does not have. */
  readonly pullRequestsOf: (commit: string) => Promise<readonly PullRequest[]>
  /** All reviews with a verdict, oldest first, also dismissed ones and those after the merge. */
  readonly reviews: (pullRequest: number) => Promise<readonly Review[]>
  /** The commits of a pull request. */
  readonly commits: (pullRequest: number) => Promise<ProposedCommits>
  /** The author and committer of a commit. */
  readonly commit: (id: string) => Promise<CommitFacts>
  /** Pushes to a branch, newest first: all that GitHub still has, or about the `newest`. None means unknown. */
  readonly pushers: (branch: string, newest?: number) => Promise<readonly Push[]>
  /** Who must approve before an environment is used; null if there is none of that name. */
  readonly environmentReviewers: (name: string) => Promise<EnvironmentReviewers | null>
  readonly permission: (login: string) => Promise<RepositoryPermission>
  /** Of an issue or a pull request, oldest first. */
  readonly comments: (issue: number) => Promise<readonly Comment[]>
  readonly comment: (issue: number, body: string) => Promise<Comment>
  readonly editComment: (id: number, body: string) => Promise<void>
  /** Comments on lines of a pull request, each once, if its diff shows them. Lines are counted in `commit`. */
  readonly suggest: (pullRequest: number, commit: string, suggestions: readonly ReviewSuggestion[]) => Promise<void>
  readonly issue: (number: number) => Promise<Issue>
  /** Open issues (no pull requests) with that label, oldest first. */
  readonly openIssues: (label: string) => Promise<readonly Issue[]>
  readonly createIssue: (draft: {
    readonly title: string
    readonly body: string
    readonly labels: readonly string[]
  }) => Promise<Issue>
  readonly editIssue: (
    number: number,
    change: { readonly title?: string; readonly body?: string; readonly state?: 'open' | 'closed' },
  ) => Promise<void>
  /** A label that is not there counts as removed. */
  readonly removeLabel: (issue: number, label: string) => Promise<void>
  /** Reports on a commit what branch protection waits for; the last report of a name counts. */
  readonly report: (commit: string, status: CommitStatus) => Promise<void>
  /** Puts files on their own branch and opens a pull request for it, or updates the open one. */
  readonly propose: (proposal: BranchProposal) => Promise<PullRequest>
}

export interface PullRequest {
  readonly number: number
  readonly url: string
  readonly title: string
  readonly author: string
  /** Opened by a program, such as a workflow. */
  readonly authorIsBot: boolean
  readonly state: 'open' | 'closed'
  readonly draft: boolean
  readonly base: { readonly branch: string; readonly commit: string }
  /** `repository` is null if the fork is gone. */
  readonly head: { readonly branch: string; readonly commit: string; readonly repository: string | null }
  readonly labels: readonly string[]
  /** null if it is not merged. `commit` is the merge, the squash or the last rebased commit. */
  readonly merged: { readonly at: string; readonly by: string; readonly byBot: boolean; readonly commit: string } | null
}

/** A verdict. A dismissed one counted until it was dismissed. */
export interface Review {
  /** null if the account is gone. */
  readonly login: string | null
  readonly byBot: boolean
  /** What it said before it was dismissed; `dismissed` if that is unknown. */
  readonly state: 'approved' | 'changes_requested' | 'dismissed'
  /** The reviewed commit; null if it is gone. */
  readonly commit: string | null
  readonly at: string
  /** When it was dismissed; null if it counts, or if that is unknown. */
  readonly dismissed: { readonly at: string } | null
}

export interface ForgeAccount {
  readonly login: string
  readonly byBot: boolean
}

/** The account that an e-mail address in a commit belongs to, the forge itself, or null if no account has it. */
export type CommitAccount = ForgeAccount | 'forge' | null

/** The committer chooses the addresses in a commit, so they are only a claim; `forge` is signed. */
export interface CommitFacts {
  readonly id: string
  readonly author: CommitAccount
  readonly committer: CommitAccount
  /** Whether the forge knows its signature as the committer's. */
  readonly verified: boolean
}

export interface ProposedCommits {
  /** Oldest first. */
  readonly commits: readonly CommitFacts[]
  /** Whether no commit is missing. */
  readonly complete: boolean
}

/** A move of a branch, other than its deletion. */
export interface Push {
  /** null if the account is gone. */
  readonly login: string | null
  readonly byBot: boolean
  readonly kind: 'push' | 'force_push' | 'branch_creation' | 'pr_merge' | 'merge_queue_merge'
  /** Zeros if there was no branch before. */
  readonly before: string
  readonly after: string
  readonly at: string
}

export interface EnvironmentReviewers {
  /** Logins, and names of teams; empty if no approval is needed. */
  readonly reviewers: readonly string[]
  /** Whether people cannot approve a run that they started. */
  readonly notOneself: boolean
}

/** What a person may do in the repository; `triage` may label, but not write. */
export type RepositoryPermission = 'admin' | 'maintain' | 'write' | 'triage' | 'read' | 'none'

export interface Comment {
  readonly id: number
  readonly url: string
  readonly author: string
  /** Written by a program, as ours are. */
  readonly byBot: boolean
  readonly body: string
  /** When it was last written, ISO 8601 UTC. */
  readonly at: string
}

/** A comment on lines of a file that suggests other text. */
export interface ReviewSuggestion {
  /** From the root of the repository. */
  readonly path: string
  /** The first line that it replaces, if it replaces several; lines count from 1. */
  readonly startLine?: number
  readonly line: number
  /** Its first line distinguishes it from comments of other programs on the same lines. */
  readonly body: string
}

export interface Issue {
  readonly number: number
  readonly url: string
  readonly title: string
  readonly author: string
  readonly byBot: boolean
  readonly body: string
  readonly state: 'open' | 'closed'
  readonly labels: readonly string[]
}

export interface CommitStatus {
  readonly state: 'pending' | 'success' | 'failure' | 'error'
  /** The name that branch protection asks for. */
  readonly context: string
  /** At most 140 characters. */
  readonly description: string
  readonly url?: string
}

export interface BranchProposal {
  /** The new branch, such as `herdbook/issue-12`. */
  readonly branch: string
  /** The target branch, and the commit that the new one is based on. */
  readonly base: { readonly branch: string; readonly commit: string }
  /** New texts by path from the root; null deletes. No files make an empty commit. */
  readonly files: ReadonlyMap<string, string | null>
  /** The commit's message, or a function of the commit's tree and parent. It must give the same text each time. */
  readonly message: string | ((made: { readonly tree: string; readonly parent: string }) => string)
  readonly title: string
  readonly body: string
}

/** Whether a person may decide what happens to the server: everyone who may write to the repository. */
export const canWrite = (permission: RepositoryPermission): boolean =>
  permission === 'admin' || permission === 'maintain' || permission === 'write'
