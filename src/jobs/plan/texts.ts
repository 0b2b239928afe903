/** What the plan of a pull request says beside its comment: in replies, in the check and in the log. */

// Who asked, and for which commit

export const NOT_ASKED = 'This label or comment does not ask for a plan, so there is none.'
export const ONLY_OPEN = 'Herdbook plans only open pull requests for the default branch.'
export const FROM_FORK = 'From a fork: someone with write access must ask for the plan with the comment /plan.'

export const noWriteAccess = (login: string): string =>
  `@${login} may not write to this repository, so Herdbook did not read the server. ` +
  'Ask someone with write access to look at this pull request and comment /plan.'

/** Replies to a request for a plan. The command to write follows. */
export const WHICH_COMMIT = 'Your comment does not name a commit. Look at the newest commit, then write this comment:'
export const LABEL_TOO_EARLY =
  'You added the label before a comment here listed the changed files of this commit. ' +
  'So Herdbook cannot know which commit you looked at. Look at this commit, then write this comment:'
export const branchMoved = (commit: string): string =>
  `The branch has changed since you looked at ${commit}, so Herdbook did not read the server. ` +
  'Look at the new commit, then write this comment:'

/** The same in the log of the run. */
export const NO_COMMIT_NAMED = 'The comment names no commit.'
export const NOT_SHOWN_BEFORE_LABEL = 'No comment showed this commit when the label was added.'
export const headMoved = (commit: string): string => `The newest commit is no longer ${commit}.`

// The result

export const planning = (pullRequest: number): string => `Planning #${pullRequest}`
export const changedMeanwhile = (pullRequest: number): string =>
  `#${pullRequest} changed while Herdbook planned it, so this run writes no comment.`
export const NOT_PLANNED = 'Not planned.'

/** A wish to restore an object that this pull request may not restore. */
export const restoreIgnored = (object: string): string =>
  `restoring ${object} is not part of this plan: to restore it, ` +
  'also change its file, on a branch of this repository and not of a fork'

// Who decides

export const onePersonDecides = (owner: string): string =>
  `policy.yaml names only one owner, so one person decides here: ${owner}.`
export const needsOwnerButNone = (line: string): string =>
  `An owner must approve this, but policy.yaml names no owner yet. Add to policy.yaml: ${line}`
export const needsOwner = (owners: string): string =>
  `An owner who did not ask for this, write it or push it must approve it. The owners: ${owners}.`
