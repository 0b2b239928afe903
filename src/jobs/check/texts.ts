/** What the check says of files that nobody with write access has looked at yet, and of a merge queue. */

// Why there is nothing to check

export const ONLY_OPEN = 'Herdbook checks only open pull requests for the default branch.'
export const PLAN_STAYS = 'Someone asked for a plan of this commit on the server. That plan stays.'
export const ALREADY_CHECKED =
  'The comment already shows this commit, compared with the newest commit of the default branch.'

export const fewRequestsLeft = (left: number): string =>
  `GitHub accepts ${left} more requests from this repository in this hour. ` +
  'Herdbook keeps those requests for applying what is merged. It looks at this pull request when ' +
  'someone pushes to it or edits it, or when someone with write access comments /plan with its commit.'

// The check of a pull request

export const runsHere = (changes: string): string =>
  `Changes files that run here; a maintainer must read them: ${changes}`
export const filesOnly = (changes: string): string =>
  `Compares only files; a maintainer must ask for a plan: ${changes}`
export const SAME_AS_BEFORE = 'The files mean the same as before.'
export const NOT_USABLE = 'These files cannot be used: see the comment.'

// The check of a merge queue

export const QUEUE_VALID = 'The files are valid. The comment in each pull request shows what it changes.'
export const QUEUE_INVALID = 'The files are not valid.'
