export const HELP = {
  ref: 'the object, as KIND/ID',
  json: 'print it as JSON',
  after: `
Example:
  herdbook why domain-block/spam.example

This reads only Git: the history of the files, and the ledger.`,
}

export const NO_GIT = {
  message: 'This folder is not in a Git repository, so it has no history.',
  hint: 'Make the folder a Git repository: git init',
}

export const neverNamed = (ref: string): string => `${ref} was never in the files or in the ledger.`

export const EVENTS = {
  proposed: 'Proposed',
  approved: 'Approved',
  applied: 'Applied',
  left: 'Left on the server',
} as const

export const REMOVED_FROM_FILES = 'Removed from the files'
export const REMOVED_FROM_LEDGER = 'Removed from the ledger'

export const eventLine = ({
  at,
  what,
  by,
}: {
  readonly at: string
  readonly what: string
  readonly by: string
}): string => `${at}  ${what} by ${by}`

export const ofCommit = (commit: string): string => `of commit ${commit}`
export const approvedBy = (people: string): string => `approved by ${people}`
