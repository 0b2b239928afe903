export const HELP = {
  what: 'an object that was added or changed by hand and is in no file, or a kind for all such objects',
  why: 'the reason; the ledger keeps it',
  examples: `
Examples:
  herdbook leave domain-block/raid.example "agreed in the meeting"
  herdbook leave setting "tried out until Friday"

Nothing changes on the server or in the files. You see the object again when it changes again.
To write it into the files: herdbook adopt KIND/ID. To take it away: herdbook restore KIND/ID`,
}

export const leftOnServer = (objects: string): string =>
  `Left on the server, in no file: ${objects}. You see it again when it changes.`

export const NO_REPOSITORY = {
  message: 'This folder is not in a Git repository, so Herdbook cannot keep a list.',
  hint: 'git init',
}

export const NOTHING_APPLIED = {
  message: 'Nothing was ever applied here, so nothing counts as added by hand yet.',
  hint: 'The first apply begins the ledger: herdbook apply',
}

/** The subject of a commit to the ledger. */
export const leaveSubject = (objects: string, why: string): string => `Leave ${objects}: ${why}`

export const notManaged = (kind: string) => ({
  message: `The files do not manage the kind ${kind}, so nothing of it counts as added by hand.`,
  hint: `To manage it: herdbook adopt ${kind}`,
})

const FIND_OUT = 'To see what was: herdbook drift'

export const noneByHand = (title: string) => ({
  message: `No ${title} outside the files was added or changed by hand, so there is nothing to leave.`,
  hint: FIND_OUT,
})

export const notByHand = (ref: string) => ({
  message: `${ref} was not added or changed by hand, or it was decided already, so there is nothing to leave.`,
  hint: FIND_OUT,
})

export const changedSince = (refs: readonly string[]) => ({
  message: `${refs.join(', ')} changed after a person looked at it, so nothing was left.`,
  hint: 'Look at it again: herdbook drift',
})

export const notAsShown = (refs: readonly string[]) => ({
  message: `This issue and the server say different things about ${refs.join(', ')}, so nothing was left.`,
  hint: 'Someone edited the issue. Read what it says now, and tick the box again.',
})
