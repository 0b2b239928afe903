/** What Herdbook asks of a forge. GitHub's is `github.ts`; another forge is another file that makes one of these. */
export interface Forge {
  /** As `owner/name`. */
  readonly repository: string
  /** How many more requests it takes within the hour, by its last answer; null where it does not say. */
  readonly remaining: () => number | null
  /** What an event that nobody caused does not tell. */
  readonly about: () => Promise<{ readonly visibility: 'public' | 'private'; readonly defaultBranch: string }>
  readonly pullRequest: (number: number) => Promise<PullRequest>
  /** All that are open, newest first. */
  readonly openPullRequests: () => Promise<readonly PullRequest[]>
  /** Those merged into the branch that changed since that time (ISO 8601 UTC), newest first. A list may lag behind what was just merged. */
  readonly mergedPullRequests: (branch: string, since: string) => Promise<readonly PullRequest[]>
  /** Those that brought a commit, as GitHub knows by now: it may be some seconds behind. None is known of a commit that it does not have. */
  readonly pullRequestsOf: (commit: string) => Promise<readonly PullRequest[]>
  /** All reviews that are a verdict, oldest first, those that were dismissed and those after the merge too. */
  readonly reviews: (pullRequest: number) => Promise<readonly Review[]>
  /** What a pull request would bring. */
  readonly commits: (pullRequest: number) => Promise<ProposedCommits>
  /** Who a commit is by. */
  readonly commit: (id: string) => Promise<CommitFacts>
  /** Who moved a branch of that name, newest first: all that is still known of, or no more than the `newest` and some. None says that nothing is known, not that it was nobody. */
  readonly pushers: (branch: string, newest?: number) => Promise<readonly Push[]>
  /** Whom an environment asks before it is used; null where there is none of that name. */
  readonly environmentReviewers: (name: string) => Promise<EnvironmentReviewers | null>
  readonly permission: (login: string) => Promise<Permission>
  /** Of an issue or a pull request, oldest first. */
  readonly comments: (issue: number) => Promise<readonly Comment[]>
  readonly comment: (issue: number, body: string) => Promise<Comment>
  readonly editComment: (id: number, body: string) => Promise<void>
  /** Comments on lines of a pull request, each once; those that its difference does not show are left out. The commit is the one that lines are counted in. */
  readonly suggest: (pullRequest: number, commit: string, suggestions: readonly Suggestion[]) => Promise<void>
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
  /** Taking away what is not there is done. */
  readonly removeLabel: (issue: number, label: string) => Promise<void>
  /** What branch protection waits for, on a commit; the last report of a name counts. */
  readonly report: (commit: string, status: Status) => Promise<void>
  /** Puts files on a branch of their own and opens a pull request for it, or brings the one that is open for that branch up to date. */
  readonly propose: (proposal: Proposal) => Promise<PullRequest>
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
  /** `repository` is null where the fork is gone. */
  readonly head: { readonly branch: string; readonly commit: string; readonly repository: string | null }
  readonly labels: readonly string[]
  /** null unless it was merged. `commit` is what the branch got: the merge, the squash or the last rebased commit. */
  readonly merged: { readonly at: string; readonly by: string; readonly byBot: boolean; readonly commit: string } | null
}

/** A verdict. What was dismissed is no verdict any more, and was one until then. */
export interface Review {
  /** null where the account is gone. */
  readonly login: string | null
  readonly byBot: boolean
  /** What it said before it was dismissed; `dismissed` where nobody can tell. */
  readonly state: 'approved' | 'changes_requested' | 'dismissed'
  /** What was looked at; null where that commit is gone. */
  readonly commit: string | null
  readonly at: string
  /** When it was taken away; null where it stands, or where nobody can tell. */
  readonly dismissed: { readonly at: string } | null
}

export interface Account {
  readonly login: string
  readonly byBot: boolean
}

/** Whose an e-mail address in a commit is: an account, the forge itself, or null where it is nobody's. */
export type Hand = Account | 'forge' | null

/** Whoever commits chooses the addresses in it: they are a claim, but for `forge`, which is signed. */
export interface CommitFacts {
  readonly id: string
  readonly author: Hand
  readonly committer: Hand
  /** Whether its signature is one that the forge knows to be the committer's. */
  readonly verified: boolean
}

export interface ProposedCommits {
  /** Oldest first. */
  readonly commits: readonly CommitFacts[]
  /** Whether these are all that there are. */
  readonly complete: boolean
}

/** A move of a branch, other than its end. */
export interface Push {
  /** null where the account is gone. */
  readonly login: string | null
  readonly byBot: boolean
  readonly kind: 'push' | 'force_push' | 'branch_creation' | 'pr_merge' | 'merge_queue_merge'
  /** Zeros where there was no branch before. */
  readonly before: string
  readonly after: string
  readonly at: string
}

export interface EnvironmentReviewers {
  /** Logins, and names of teams; none where it asks nobody. */
  readonly reviewers: readonly string[]
  /** Whether somebody else than who started the run has to say yes. */
  readonly notOneself: boolean
}

/** What somebody may do in the repository; `triage` may label and not write. */
export type Permission = 'admin' | 'maintain' | 'write' | 'triage' | 'read' | 'none'

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

/** What a comment on lines of a file offers to write instead. */
export interface Suggestion {
  /** From the root of the repository. */
  readonly path: string
  /** The first line that it replaces, where it replaces more than one; lines count from 1. */
  readonly startLine?: number
  readonly line: number
  /** Its first line tells it from what other programs say about the same lines. */
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

export interface Status {
  readonly state: 'pending' | 'success' | 'failure' | 'error'
  /** The name that branch protection asks for. */
  readonly context: string
  /** At most 140 characters. */
  readonly description: string
  readonly url?: string
}

export interface Proposal {
  /** The new branch, such as `herdbook/issue-12`. */
  readonly branch: string
  /** The branch that it is for, and the commit that it is made on. */
  readonly base: { readonly branch: string; readonly commit: string }
  /** New texts by path from the root; null deletes. None is an empty commit. */
  readonly files: ReadonlyMap<string, string | null>
  /** The commit's message, or how it is made of what the commit will be. The same for the same, or each time is another commit. */
  readonly message: string | ((made: { readonly tree: string; readonly parent: string }) => string)
  readonly title: string
  readonly body: string
}

/** May decide what happens to the server: who may write to the repository. */
export const canWrite = (permission: Permission): boolean =>
  permission === 'admin' || permission === 'maintain' || permission === 'write'
