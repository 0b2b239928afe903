import type { Advice } from '../../instance/diagnostic.ts'

/** The way out if a ledger is not accepted. */
export const SIGN =
  'To go on with the newest ledger that Herdbook accepts, ' +
  'an owner types: herdbook ledger sign "why", or on GitHub with the workflow Herdbook button: new-key'

/** `hasLedger`: one that is there already has to be signed, too. */
export const unsignedLedger = ({ hasLedger }: { hasLedger: boolean }): Advice => ({
  message:
    "The ledger (Herdbook's record in Git) and the lock are not signed. " +
    'Anyone who can push to this repository can change them, and nobody notices. ' +
    'Only this clone remembers which objects were on the server and in no file.',
  hint:
    'Make a secret and name it as ledger_key in ' +
    `instance.yaml${hasLedger ? ', then: herdbook ledger sign "why"' : '.'}`,
})

export const outsideGit: Advice = {
  message:
    "This folder is not in a Git repository, so there is no ledger (Herdbook's record in Git). " +
    'Herdbook deletes nothing, and changes existing objects only with --take-over.',
  hint: 'To make a repository of this folder: git init',
}

// Why a ledger is not accepted: each goes on after "The ledger (Herdbook's record in Git, commit 0123456789ab)".

export const refused = ({ commit, why }: { commit: string; why: string }): string =>
  `The ledger (Herdbook's record in Git, commit ${commit.slice(0, 12)}) ${why}.`
export const lookAt = (commit: string): string => `See who changed it and how: git log -p ${commit}. ${SIGN}`

export const NOT_SIGNED = 'is not signed, but instance.yaml names a ledger_key'
export const KEY_MISSING = {
  why: 'is signed, but instance.yaml names no ledger_key to check it with',
  hint: 'Name the same key as ledger_key in instance.yaml again. Without the key, Herdbook cannot check the ledger.',
} as const
export const FORGED = 'is not signed with your ledger_key: someone else wrote it, or it was signed with another key'
export const OLD_FORM = 'has the old version 1, but there was a ledger of version 2 here already'
export const otherEnvironment = (environment: string): string =>
  `belongs to another environment: ${JSON.stringify(environment)}`
export const otherServer = ({ theirs, ours }: { theirs: string; ours: string }): string =>
  `belongs to another server: ${JSON.stringify(theirs)}. These files are for ${ours}`
export const OTHER_REPOSITORY = {
  why: 'belongs to another repository, or someone rewrote the whole history of this repository',
  hint:
    'If you rewrote the history on purpose: herdbook apply --history-rewritten, ' +
    'or on GitHub the button new-history',
} as const

export const unknownVersion = (version: unknown): string =>
  `has a version that this Herdbook does not know (${JSON.stringify(version)}): use a newer Herdbook`
export const notJson = (file: string): string => `is damaged: a line of its file ${file} is not JSON`
/** `wanted`: "a text". */
export const wrongMember = ({ name, wanted }: { name: string; wanted: string }): string =>
  `is damaged: in one of its lines, ${name} is not ${wanted}`
export const WANTED = {
  text: 'a text',
  texts: 'a list of texts',
  someTexts: 'a list of one or more texts',
  number: 'a number',
  object: 'an object',
  absent: '"absent"',
} as const
export const WRONG_ACTION = 'is damaged: one of its changes is neither create, update nor delete'
export const WRONG_HAZARD = 'is damaged: it does not say whether its unfinished work can be undone'

// What is wrong with the refs of a ledger.

/** `newer`: who has seen the commit, and which; `now`: the commit of the ledger, null if it is gone. */
export const rolledBack = (one: { who: string; newer: string; now: string | null; restore: string }): Advice => ({
  message:
    "The ledger (Herdbook's record in Git) " +
    `${one.now === null ? 'is gone' : `was set back to ${one.now.slice(0, 12)}`}, ` +
    `but ${one.who} knows a newer commit of the ledger: ${one.newer.slice(0, 12)}.`,
  hint: `Put the newer commit back: ${one.restore}. ${SIGN}`,
})
export const restoreHere = ({ ref, commit }: { ref: string; commit: string }): string =>
  `git update-ref ${ref} ${commit}`
export const restoreThere = ({ remote, ref, commit }: { remote: string; ref: string; commit: string }): string =>
  `git push --force ${remote} ${commit}:${ref}`
export const THIS_CLONE = 'this clone'
export const theBranch = (name: string): string => `the branch ${name}`

export const foreignBranch = ({ branch, commit }: { branch: string; commit: string }): Advice => ({
  message:
    `Someone pushed ${commit.slice(0, 12)} to ${branch}. ` +
    "Only Herdbook may push there, because that branch is a copy of the ledger (Herdbook's record in Git).",
  hint: lookAt(commit),
})

export const notPushed = ({ remote, ref }: { remote: string; ref: string }): Advice => ({
  message: `Only this clone has the ledger (Herdbook's record in Git). The remote ${remote} does not have it.`,
  hint: `Push the ledger: git push ${remote} ${ref}`,
})

export const moved: Advice = {
  message: "Someone else changed the ledger (Herdbook's record in Git) during this run.",
  hint: 'Plan again: herdbook plan',
}

export const nothingToSign: Advice = {
  message: "There is no ledger (Herdbook's record in Git) to sign, because nothing was applied yet.",
  hint: 'The first apply creates the ledger: herdbook apply',
}

/** The subject of the ledger's commit. */
export const signedAgain = (why: string): string => `Sign again: ${why}`
