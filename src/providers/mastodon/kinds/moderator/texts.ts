import type { KindWords } from '../../../described.ts'
import type { Advice } from '../../../../instance/diagnostic.ts'

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
