import type { Advice } from '../../../instance/diagnostic.ts'
export const NO_RESULT =
  'Herdbook sent this change, but the server gave no answer. Perhaps it was made, perhaps not: the next plan shows it.'

export const changedSincePlan = (ref: string): Advice => ({
  message: `${ref} has changed since the plan, so Herdbook did nothing to it.`,
  hint: 'Plan again to see what it is now: `herdbook plan`',
})

/** Conditions that every apply keeps. */
export const minimumOwners = (count: number): string =>
  `at least ${count} ${count === 1 ? 'account' : 'accounts'} with the permission administrator can log in ` +
  '(minimum_owners in policy.yaml).'
export const roleIsHeld = ({ role, holders }: { readonly role: string; readonly holders: number }): string =>
  `a role that accounts hold is not deleted: ${holders === 1 ? '1 account holds' : `${holders} accounts hold`} ` +
  `${role}. First give ${holders === 1 ? 'this account' : 'these accounts'} another role.`
export const keepsPermissions = (actor: { readonly called: string; readonly lost: readonly string[] }): string =>
  `${actor.called} keeps its permissions: ${actor.lost.join(', ')}.`

export const KEEP_ACTOR =
  'Herdbook cannot work without these permissions. ' +
  'Give the account a role that has them, or first name another account in instance.yaml.'
export const LOOK_UP_TOKEN =
  'See why Herdbook could not look up the account of the token: herdbook token check. ' +
  'Until then, every account that may be the one of the token keeps its role.'
