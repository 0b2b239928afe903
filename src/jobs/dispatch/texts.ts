/** What the buttons say: in the summary of the run, in its log and in the pull requests that they open. */

// Why a button was refused

export const noSuchButton = ({
  button,
  buttons,
}: {
  readonly button: string
  readonly buttons: readonly string[]
}) => ({
  message: `There is no button ${JSON.stringify(button)}.`,
  hint: `Use one of these: ${buttons.join(', ')}.`,
})

export const notAllowed = ({ login }: { readonly login: string }) => ({
  message: `@${login} may not write to this repository. Nothing was done.`,
  hint: 'Ask someone with write access to press the button.',
})

/** Someone started an old run again. */
export const OLD_PRESS = {
  message: 'This button was pressed for an earlier state. Nothing was done.',
  hint: 'Do not start the old run again. Press the button again.',
}

export const oddInput = ({ field, max }: { readonly field: string; readonly max: number }) => ({
  message: `The ${field} must be one line of text, with at most ${max} characters.`,
  hint: 'Start the same button again, and write one short line in that field.',
})

export const NO_REASON = {
  message: 'This button needs a reason. The ledger keeps it.',
  hint: 'Press the button again and write why.',
}

export const NOTHING_TO_APPROVE = {
  message: 'You did not say what to approve.',
  hint:
    'Write the name of one object, as plans show it, for example domain-block/spam.example. ' +
    'To approve a whole plan, press plan and leave the field empty. ' +
    'Read the summary. Then press approve with the 16 digits of that plan.',
}

export const NOTHING_TO_LEAVE = {
  message: 'You did not say what to leave.',
  hint: 'Write the name of one object, as plans and issues show it, for example domain-block/spam.example.',
}

// plan

export const NO_PULL_REQUEST_NUMBER = {
  message: 'This is not the number of a pull request.',
  hint: 'Write it like this: 12. To plan the default branch, write nothing.',
}

export const notOpen = ({ number, branch }: { readonly number: string; readonly branch: string }) => ({
  message: `#${number} is not an open pull request for ${branch}.`,
  hint: 'Look up the number in the list of pull requests. To plan the default branch, write nothing.',
})

export const FORK_MAY_MOVE = 'comes from a fork. Its branch can change after you looked at it.'
export const FORK_MOVED = 'has another commit now. Nothing was planned.'

/** A pull request whose commit must be named, or is another one now. */
export const nameCommit = ({
  number,
  commit,
  problem,
}: {
  readonly number: string
  readonly commit: string
  readonly problem: typeof FORK_MAY_MOVE | typeof FORK_MOVED
}) => ({
  message: `#${number} ${problem}`,
  hint: `Look at its newest commit, then write: ${number} ${commit.slice(0, 12)}`,
})

export const planned = (number: string): string => `Planned #${number}.`

// unblock

export const blockLifted = (domain: string): string => `The block of ${domain} is lifted.`

// approve, leave, pause, resume, unlock, begin, new-history

export const leftOnServer = ({ login, objects }: { readonly login: string; readonly objects: string }): string =>
  `Left on the server and in no file, in the name of ${login}: ${objects}.`

export const ranInNameOf = (login: string): string =>
  `In the name of ${login}. The log of this run shows what happened.`

export const FIRST_APPLY_ALLOWED = 'You allowed the first apply: the apply of this run may change the server.'
export const NEW_HISTORY_ALLOWED = 'The next apply accepts the rewritten history of the default branch.'

// demote

export const NO_ACCOUNT = {
  message: 'This is not the name of an account on this server.',
  hint: 'Write the name alone: alice',
}

export const STILL_KNOWN = 'This person may still know or have what is in this list. Change each of these:'
export const ROLE_IS_GONE = 'The role is already gone on the server.'
export const ROLE_TAKEN_AT_ONCE = 'The role was taken away at once.'

// new-key

export const unreviewedEnvironment = ({ environment }: { readonly environment: string }) => ({
  message:
    'This button cannot sign the ledger ' +
    `(Herdbook's record in Git): no one reviews what runs in the Environment ${environment}.`,
  hint:
    'Sign it from a clone: herdbook ledger sign "why". ' +
    'Or make the owners reviewers of that Environment. To see how: herdbook doctor',
})

export const NOT_THE_DIGITS = {
  message: 'These are not the digits that this button shows.',
  hint:
    'Press the button and leave the field empty. Read the summary. ' +
    'Then press the button again with the 16 digits in that summary.',
}
