import { count, listed } from '../../words/text.ts'

export const HELP = {
  after: `
Example, after you changed ledger_key in instance.yaml:
  herdbook ledger sign "the key was rotated on 2026-11-23"`,
}

export const SIGN_HELP = {
  summary: "Sign the ledger (Herdbook's record in Git) again, with the current key.",
  why: 'the reason, for the history of the ledger',
  confirm: 'the digest that the first run showed; with it, Herdbook signs',
  after:
    `
Examples:
  herdbook ledger sign "the key was rotated"
  herdbook ledger sign "the key was rotated" --confirm 3f2a91c05d77e812

The first shows what would be signed, and a digest. The second signs it.
Herdbook goes back to the newest ledger that your key or the old key (old_ledger_key) has signed. ` +
    `Entries after that one are left out.
If your keys have signed no ledger, the ledger starts again and is empty. Then type: herdbook adopt`,
}

export const NOTHING_TO_SIGN = 'The ledger is correct: your key has signed it, and there is no other version of it.'

/** The newest ledger with a signature, which is signed again. */
export const ledgerToSign = ({
  commit,
  at,
  objects,
}: {
  readonly commit: string
  readonly at: string
  readonly objects: number
}): string =>
  [
    `The newest ledger that Herdbook signed is ${commit} of ${at} UTC: ${count(objects, 'object', 'objects')}.`,
    'Herdbook signs that one again, with its objects unchanged.',
  ].join(' ')

export const NO_SIGNED_LEDGER =
  'Neither your key nor the old key (old_ledger_key) has signed any ledger in this repository. ' +
  'If you still have the old key, add it to instance.yaml as old_ledger_key, and run this again. ' +
  'If you sign now, the ledger begins empty: Herdbook forgets its objects and all approvals.'

const MAX_NAMES = 10

/** Objects that were written without the key. */
export function objectsLeftOut(refs: readonly string[]): string {
  const more = refs.length > MAX_NAMES ? [`${refs.length - MAX_NAMES} more`] : []
  return (
    'The signed ledger does not take over these objects, because they were written without the key ' +
    `(somebody could have forged them): ${listed([...refs.slice(0, MAX_NAMES), ...more])}. ` +
    'The next plan shows each one that the server and the files do not agree on, and you decide.'
  )
}

export const approvalsLeftOut = (approvals: number): string =>
  `${count(approvals, 'approval is', 'approvals are')} not taken over either: give them again.`

export const digestToConfirm = (digest: string): string => `The digest of what would be signed is ${digest}.`

export const notConfirmed = (digest: string) => ({
  message: 'Nothing was signed yet.',
  hint: [
    `Read the lines above. If you agree: herdbook ledger sign "why" --confirm ${digest},`,
    `or start the workflow Herdbook button on GitHub: new-key, with ${digest}`,
  ].join(' '),
})

export const ledgerChanged = (digest: string) => ({
  message: 'The ledger has changed since you looked at it, so nothing was signed.',
  hint: `Read what would be signed now, then confirm it. Its digest is now ${digest}.`,
})

export function signed(objects: number): string {
  const next = objects === 0 ? " Next, keep the server's version: herdbook adopt" : ''
  return `Signed: ${count(objects, 'object', 'objects')}.${next}`
}
