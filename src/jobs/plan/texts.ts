/** What the plan of a pull request says beside its comment: in replies, in the check and in the log. */

// Who asked, and for which commit

export const NOT_ASKED = 'This label or comment does not ask for a plan, so there is none.'
export const ONLY_OPEN = 'Herdbook plans only open pull requests for the default branch.'
export const FROM_FORK = 'From a fork: someone with write access must ask for the plan.'

export const noWriteAccess = (login: string): string =>
  `@${login} may not write to this repository. The server was not read.`

/** Replies to a request for a plan. The command to write follows. */
export const WHICH_COMMIT = 'Which commit? Look at it, then write:'
export const LABEL_TOO_EARLY =
  'A label does not say what you looked at. When you added it, no comment here showed the files of this commit. Look at it, then write:'
export const branchMoved = (commit: string): string =>
  `The branch has changed since you looked at ${commit}. The server was not read. Look at the new commit, then write:`

/** The same in the log of the run. */
export const NO_COMMIT_NAMED = 'The comment names no commit.'
export const NOT_SHOWN_BEFORE_LABEL = 'No comment showed this commit when the label was added.'
export const headMoved = (commit: string): string => `The newest commit is no longer ${commit}.`

// The result

export const planning = (pullRequest: number): string => `Planning #${pullRequest}`
export const changedMeanwhile = (pullRequest: number): string =>
  `#${pullRequest} changed while it was planned. Nothing is written.`
export const NOT_PLANNED = 'Not planned.'

/** A wish to restore an object that this pull request may not restore. */
export const restoreIgnored = (object: string): string =>
  `restoring ${object}: this needs a change of its file, on a branch of this repository`

// Who decides

export const onePersonDecides = (owner: string): string => `Only one person decides here: ${owner}.`
export const needsOwnerButNone = (line: string): string =>
  `This needs an owner, and policy.yaml names none yet. Add to it: ${line}`
export const needsOwner = (owners: string): string =>
  `An owner must approve this, one who did not ask for it, write it or push it: ${owners}.`
