export const HELP = {
  why: 'the reason, for people who wonder why nothing is applied',
  after: `
Example:
  herdbook pause "the database is being moved"

Until you type \`herdbook resume\`, every apply reports what it would do and does nothing.`,
}

export const paused = (domain: string): string => `Paused. Herdbook applies nothing to ${domain} until you type:`

export const RESUME = '  herdbook resume'

export const NO_GIT = {
  message: 'This folder is not in a Git repository, so Herdbook cannot store a pause.',
  hint: 'Make the folder a Git repository: git init',
}

export const NOTHING_APPLIED = {
  message: 'Nothing was applied here yet, so there is nothing to pause.',
  hint: 'The first apply creates the ledger: herdbook apply',
}

/** The subjects of the ledger's commits. */
export const pauseSubject = (why: string): string => `Pause: ${why}`
export const RESUME_SUBJECT = 'Resume'
