import { code, prose } from '../comments/markdown.ts'
import { count, listed } from '../words/text.ts'

/**
 * What the jobs say: in comments, checks, issues, pull requests, summaries and logs. A job that has a folder keeps its
 * sentences there, in `texts.ts`. Here are those of the other jobs, and those that several jobs use.
 */

// Requests for a pull request

/** Who asked for something with a checkbox or a button, as Markdown. */
export const askedBy = (login: string, why = ''): string =>
  `Asked for by ${code(`@${login}`)}${why === '' ? '' : `: ${prose(why)}`}${/[.!?]$/.test(why) ? '' : '.'} ` +
  'An approval by this person does not count.'

export const noWriteAccess = (login: string): string =>
  `@${login} may not write to this repository. Nothing was proposed.`

export const NOTHING_TO_PROPOSE = 'Nothing to propose: the files already say this.'
export const proposedIn = (pullRequest: number): string => `Proposed in #${pullRequest}.`
export const notProposed = (reasons: string): string => `Not proposed:\n\n${reasons}`
export const NOTHING_COMMITTED = 'Nothing is committed yet.'

export const ODD_NAME = {
  message: 'The name of an object must be one line of plain text.',
  hint: 'Write it as KIND/ID, for example domain-block/spam.example.',
}

// adopt: the files take the server's version

export const adoptTitle = (objects: string): string => `Adopt ${objects}`
export const ADOPT_NOTE = 'The files take what the server has.'
export const adoptBody = ({ domain, objects }: { readonly domain: string; readonly objects: readonly string[] }) =>
  `The files take what ${code(domain)} has for ${objects.map(code).join(', ')}. Merging changes nothing on the server.`

// restore: the server gets the files' version

export const restoreTitle = (objects: string): string => `Restore ${objects}`
export const RESTORE_NOTE = 'The server gets what the files have.'
export const RESTORE_BODY =
  'Merging this pull request puts these objects on the server as the files have them. ' +
  'It deletes objects that no file names:'
export const NO_FILE_CHANGED = 'This pull request changes no file.'

/** A comment in the file of an object whose owners must approve. */
export const restoredComment = ({ day, object }: { readonly day: string; readonly object: string }): string =>
  `# ${day}: ${object} was put back on the server as this file has it\n`

/** An object that no file names, in a repository that must not show it. */
export const notShownHere = ({ object }: { readonly object: string }) => ({
  message:
    'No file names this object, and this repository must not show its name. So Herdbook opens no pull request for it.',
  hint: `To remove the object from the server, run this on your own computer: herdbook restore ${object}`,
})

// Checkboxes of the drift issue

export const ISSUE_NOT_EDITED = 'The text of the issue was not edited, so no box was ticked.'
export const NOT_OUR_ISSUE = 'This is not the issue that Herdbook keeps open.'
export const NO_NEW_TICK = 'No new box was ticked.'
export const NOTHING_TO_PROPOSE_TONIGHT = `${NOTHING_TO_PROPOSE} Herdbook updates this issue tonight.`
export const notLeft = (reasons: string): string => `Herdbook could not do **leave**:\n\n${reasons}`
export const fromIssue = (number: number): string => `From #${number}.`
export const tickedIn = (number: number): string => `ticked in #${number}`

// A pull request after which the default branch is valid again

export const FIXED_TITLE = '### This pull request makes the files valid'
export const fixedMeaning = (branch: string): string =>
  `${code('instance.yaml')} on ${code(branch)} is not valid and does not say which server this is, ` +
  'so Herdbook did not read the server. Merging this pull request approves no changes on the server. ' +
  'After the merge, Herdbook shows what the files change before it applies anything.'
export const fixedCheck = ({ mustBeReviewed }: { readonly mustBeReviewed: boolean }): string =>
  'This makes the files valid. ' +
  'Herdbook did not read the ' +
  `server.${mustBeReviewed ? ' It changes workflows or programs of this repository: a maintainer must look.' : ''}`

// Failures

export const DEFECT = {
  message: 'Herdbook failed before it had a result.',
  hint: 'This is a defect in Herdbook, not in your change. Please report it with the details in the log of the run.',
}
export const FAILED_CHECK = 'Herdbook failed: see the comment and the run.'

// Plans that are made again

export const notPlannedAgain = (pullRequests: number): string =>
  `${count(pullRequests, 'older pull request was', 'older pull requests were')} not planned again. ` +
  'To get a new plan, push to the pull request, or comment /plan on it.'

// Checks and summaries

export const nothingOnServer = (files: string): string => `Changes nothing on the server; ${files}`
export const CANNOT_BE_UNDONE = 'This cannot be undone.'

export const leftOut = ({ bytes, title }: { readonly bytes: string; readonly title: string }): string =>
  'A part of this summary is left out, ' +
  `because the summary is too long for GitHub: ${bytes} bytes that begin with ${code(title)}.\n\n`

// The issue about differences

export const NO_DIFFERENCES = 'The server and the files agree.'
export const differencesGone = (run: string): string =>
  `The server and the files agree. [This run](${run}) found no difference.`
export const notCompared = (repository: string): string =>
  `${repository}: Herdbook could not compare the files with the server`
export const notReadHere = (kinds: readonly string[]): string =>
  `This run did not read these from the server, because only the console can read them: ${listed(kinds)}.`
