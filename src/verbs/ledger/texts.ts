import { count, listed } from '../../words/text.ts'

export const HELP = {
  after: `
Example:
  herdbook ledger sign "the key was rotated on 2026-11-23"`,
}

export const SIGN_HELP = {
  summary: 'Sign the ledger again, with the current key.',
  why: 'the reason, for the history of the ledger',
  confirm: 'sign it: give the digest that the first run showed',
  after: `
Examples:
  herdbook ledger sign "the key was rotated"
  herdbook ledger sign "the key was rotated" --confirm 3f2a91c05d77e812

It goes back to the newest ledger that your key or old_ledger_key has signed. It leaves out what was written later.
If there is none, the ledger starts again and is empty. Then type: herdbook adopt`,
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
  'Neither your key nor old_ledger_key has signed any ledger in this repository. If you sign now, you begin an empty ledger.'

const MAX_NAMES = 10

/** Objects that were written without the key. */
export function objectsLeftOut(refs: readonly string[]): string {
  const more = refs.length > MAX_NAMES ? [`${refs.length - MAX_NAMES} more`] : []
  return `Left out, because they were written without the key: ${listed([...refs.slice(0, MAX_NAMES), ...more])}.`
}

export const approvalsLeftOut = (approvals: number): string =>
  `Also left out: ${count(approvals, 'approval', 'approvals')}.`

export const digestToConfirm = (digest: string): string => `The digest is ${digest}.`

export const notConfirmed = (digest: string) => ({
  message: 'Nothing was signed yet.',
  hint: [
    `If this is right: herdbook ledger sign "why" --confirm ${digest},`,
    `or on GitHub the button new-key with ${digest}`,
  ].join(' '),
})

export const ledgerChanged = (digest: string) => ({
  message: 'The ledger has changed since you looked at it, so nothing was signed.',
  hint: `Read the preview again. Its digits are now ${digest}.`,
})

export function signed(objects: number): string {
  const next = objects === 0 ? " Next, keep the server's version: herdbook adopt" : ''
  return `Signed: ${count(objects, 'object', 'objects')}.${next}`
}
