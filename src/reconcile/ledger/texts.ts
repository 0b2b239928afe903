import type { Advice } from '../../instance/diagnostic.ts'

/** The way out if a ledger is not accepted. */
export const SIGN =
  'If you expected this, an owner signs the ledger again: herdbook ledger sign "why", or on GitHub the button new-key'

/** `hasLedger`: one that is there already has to be signed, too. */
export const unsignedLedger = ({ hasLedger }: { hasLedger: boolean }): Advice => ({
  message:
    'The ledger and the lock are not signed. Anyone who can push to this repository can change them unnoticed. Only this clone remembers what was seen on the server.',
  hint: `Name a secret as ledger_key in instance.yaml${hasLedger ? ', then: herdbook ledger sign "why"' : '.'}`,
})

export const outsideGit: Advice = {
  message:
    'This folder is not in a Git repository, so there is no ledger. Herdbook deletes nothing, and changes existing objects only with --take-over.',
  hint: 'git init',
}

// Why a ledger is not accepted: each goes on after "The ledger (commit 0123456789ab)".

export const refused = ({ commit, why }: { commit: string; why: string }): string =>
  `The ledger (commit ${commit.slice(0, 12)}) ${why}.`
export const lookAt = (commit: string): string => `Look at it: git log -p ${commit}. ${SIGN}`

export const NOT_SIGNED = 'is not signed, but instance.yaml names a ledger_key'
export const KEY_MISSING = {
  why: 'is signed, but instance.yaml names no ledger_key to check it with',
  hint: 'Name the key again as ledger_key in instance.yaml: Herdbook cannot read the ledger without it.',
} as const
export const FORGED = 'is not signed with your ledger_key: someone else wrote it, or it has another key'
export const OLD_FORM = 'is signed in the form of version 1, but a ledger of version 2 was seen here'
export const otherEnvironment = (environment: string): string =>
  `belongs to the environment ${JSON.stringify(environment)}`
export const otherServer = ({ theirs, ours }: { theirs: string; ours: string }): string =>
  `belongs to ${JSON.stringify(theirs)}, but this is ${ours}`
export const OTHER_REPOSITORY = {
  why: 'belongs to another repository, or someone rewrote the whole history of this repository',
  hint: 'If you rewrote it on purpose: herdbook apply --history-rewritten, or on GitHub the button new-history',
} as const

export const unknownVersion = (version: unknown): string =>
  `has a version that this Herdbook does not know: ${JSON.stringify(version)}`
export const notJson = (file: string): string => `has a line in ${file} that is not JSON`
/** `wanted`: "a text". */
export const wrongMember = ({ name, wanted }: { name: string; wanted: string }): string =>
  `has a line whose ${name} is not ${wanted}`
export const WANTED = {
  text: 'a text',
  texts: 'a list of texts',
  someTexts: 'a list of one or more texts',
  number: 'a number',
  object: 'an object',
  absent: '"absent"',
} as const
export const WRONG_ACTION = 'has an attempt with an unknown action: only create, update and delete exist'
export const WRONG_HAZARD = 'has unfinished work of an unknown hazard'

// What is wrong with the refs of a ledger.

/** `newer`: who has seen the commit, and which; `now`: the commit of the ledger, null if it is gone. */
export const rolledBack = (one: { who: string; newer: string; now: string | null; restore: string }): Advice => ({
  message: `The ledger ${one.now === null ? 'is gone' : `was set back to ${one.now.slice(0, 12)}`}: ${one.who} knows a newer commit of it, ${one.newer.slice(0, 12)}.`,
  hint: `Put it back: ${one.restore}. ${SIGN}`,
})
export const restoreHere = ({ ref, commit }: { ref: string; commit: string }): string =>
  `git update-ref ${ref} ${commit}`
export const restoreThere = ({ remote, ref, commit }: { remote: string; ref: string; commit: string }): string =>
  `git push --force ${remote} ${commit}:${ref}`
export const THIS_CLONE = 'this clone'
export const theBranch = (name: string): string => `the branch ${name}`

export const foreignBranch = ({ branch, commit }: { branch: string; commit: string }): Advice => ({
  message: `Someone pushed to ${branch}, which must follow the ledger: ${commit.slice(0, 12)} is not Herdbook's.`,
  hint: lookAt(commit),
})

export const notPushed = ({ remote, ref }: { remote: string; ref: string }): Advice => ({
  message: `Only this clone has the ledger: ${remote} does not have it.`,
  hint: `Push it: git push ${remote} ${ref}`,
})

export const moved: Advice = {
  message: 'Someone else changed the ledger during this run.',
  hint: 'Plan again: herdbook plan',
}

export const nothingToSign: Advice = {
  message: 'There is no ledger to sign: nothing was applied yet.',
  hint: 'The first apply creates it: herdbook apply',
}

/** The subject of the ledger's commit. */
export const signedAgain = (why: string): string => `Sign again: ${why}`
