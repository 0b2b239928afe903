export const HELP = {
  what: 'an object that was added or changed by hand and is in no file, or a kind for all such objects',
  why: 'the reason; the ledger keeps it',
  examples:
    `
Examples:
  herdbook leave domain-block/raid.example "agreed in the meeting"
  herdbook leave setting "tried out until Friday"

The first leaves one block. The second leaves all settings that were changed by hand. ` +
    `Nothing changes on the server or in the files. Herdbook reports an object again only if it changes again.
To write an object into the files: herdbook adopt KIND/ID. To undo the change: herdbook restore KIND/ID`,
}

export const leftOnServer = (objects: string): string =>
  `Kept on the server, but not written into the files: ${objects}. Herdbook reports it again only if it changes.`

export const NO_REPOSITORY = {
  message: 'This folder is not in a Git repository, so Herdbook cannot remember what you leave.',
  hint: 'Make the folder a Git repository: git init',
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

const FIND_OUT = 'To see what was added or changed by hand: herdbook drift'

export const noneByHand = (title: string) => ({
  message:
    `Herdbook found no ${title} that is in no file and that a person added or changed by hand. ` +
    'So there is nothing to leave.',
  hint: FIND_OUT,
})

export const notByHand = (ref: string) => ({
  message:
    `${ref} was not added or changed by hand, or a person has already decided about it. ` +
    'So there is nothing to leave.',
  hint: FIND_OUT,
})

export const changedSince = (refs: readonly string[]) => ({
  message: `${refs.join(', ')} changed after a person looked at it, so Herdbook did nothing.`,
  hint: 'Look at it again: herdbook drift',
})

export const notAsShown = (refs: readonly string[]) => ({
  message: `This issue and the server say different things about ${refs.join(', ')}, so Herdbook did nothing.`,
  hint: 'Someone edited the issue. Read what it says now, and tick the box again.',
})
