export const HELP = {
  id: 'the name of the lock, as `herdbook status` shows it',
  newKey: 'use `herdbook ledger sign` instead',
  after: `
Examples:
  herdbook unlock
  herdbook unlock 3f2a91c0

The first says which run holds the lock. The second removes that lock. Do this
only if that run has stopped: only one apply may run at a time.`,
}

export const VERB_MOVED = {
  message: 'To sign the ledger again, there is a verb of its own now.',
  hint: 'Next time, type: herdbook ledger sign "why"',
}

export const UNKNOWN_HOLDER = 'an unknown run'

export const unlocked = (holder: string): string => `Unlocked. The lock was held by ${holder}.`

export const LOCK_FREE = 'The lock is free.'

export const locked = ({ holder, name }: { readonly holder: string; readonly name: string }) => ({
  message: `The lock (only one apply runs at a time) is held by ${holder}.`,
  hint: `If that run has stopped, remove its lock: herdbook unlock ${name}`,
})
