import type { KindWords } from '../../../described.ts'
import type { Advice, Wording } from '../../../../instance/diagnostic.ts'

export const MODERATOR = { one: 'moderator', many: 'moderators' }

export const unlistedRole = (id: string): string =>
  `An account holds a role that the server does not list (its id is ${id}).`

/** `there` are the roles that the server has. */
export const noSuchRole = (moderator: {
  readonly ref: string
  readonly role: string
  readonly there: readonly string[]
}): Advice => ({
  message: `${moderator.ref}: the server has no role ${moderator.role}. It has ${moderator.there.join(', ')}.`,
  hint:
    'Correct the role in moderators.yaml. ' +
    `If someone renamed the role on the server: herdbook adopt ${moderator.ref}`,
})

export const removeFromFiles = (name: string): string =>
  `Remove @${name} from the files: herdbook demote ${name}. ` +
  `If the removal was a mistake, an owner types: herdbook demote ${name} --let-go "why"`

export const SESSIONS_END = 'Mastodon logs the account out, and its tokens stop working.'

/** An option of `herdbook adopt`. */
export const ALSO_MODERATORS = 'also adopt the moderators: who has which role'

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

// What is wrong in the file.

export const renamedRole = (role: string, name: string): Wording => ({
  message: `roles.yaml renames the role ${role} to ${name}`,
  hint: `Write role: ${name}`,
})

const addRole = (near: string | undefined): string =>
  near === undefined ? 'Add it to roles.yaml.' : `Did you mean ${near}? Otherwise add it to roles.yaml.`

export const undefinedRole = (role: string, near: string | undefined): Wording => ({
  message: `the role ${role} is not in roles.yaml`,
  hint: addRole(near),
})

export const roleToBeThere = (role: string, near: string | undefined): Wording => ({
  message: `a new server does not have the role ${role}; this works only if your server has it`,
  hint: addRole(near),
})

export const ACTING_ACCOUNT_MISSING: Wording = {
  message:
    'only_these takes the role from everyone who is not in the list, ' +
    'but instance.yaml does not name the account that acts for Herdbook',
  hint: 'Write acting_account: USERNAME in instance.yaml. That account then keeps its role.',
}

export const MODERATOR_WORDS: KindWords = {
  phrases: [
    { action: 'create', one: 'gives {after.role} to {id}', many: 'gives a role to {n} people' },
    {
      action: 'update',
      one: 'moves {id} from {before.role} to {after.role}',
      many: 'changes the role of {n} people',
    },
    { action: 'delete', one: 'takes {seen.role} from {id}', many: 'takes the role from {n} people' },
  ],
}
