export const HELP = {
  id: 'the lock, as `herdbook status` names it',
  newKey: 'use `herdbook ledger sign` instead',
  after: `
Examples:
  herdbook unlock
  herdbook unlock 3f2a91c0`,
}

export const VERB_MOVED = {
  message: 'Signing the ledger again has its own verb now.',
  hint: 'Next time: herdbook ledger sign "why"',
}

export const UNKNOWN_HOLDER = 'an unknown run'

export const unlocked = (holder: string): string => `Unlocked. The lock was held by ${holder}.`

export const LOCK_FREE = 'The lock is free.'

export const locked = ({ holder, name }: { readonly holder: string; readonly name: string }) => ({
  message: `The lock is held by ${holder}.`,
  hint: `If that run has stopped: herdbook unlock ${name}`,
})
