import type { KindWords } from '../../../described.ts'
import type { Advice } from '../../../../instance/diagnostic.ts'

export const ROLE = { one: 'role', many: 'roles' }

export const rolesOfOneName = (name: string): Advice => ({
  message: `The server has more than one role called "${name}".`,
  hint: 'Rename one of them in Mastodon. Herdbook tells roles apart by name.',
})

export const givesAdministrator = (ref: string): string =>
  `${ref} gets the permission administrator. Every account with this role may then do everything.`

export const ROLE_WORDS: KindWords = {
  phrases: [
    { action: 'create', one: 'adds the role {id}', many: 'adds {n} roles' },
    { action: 'update', one: 'changes the role {id}', many: 'changes {n} roles' },
    { action: 'delete', one: 'removes the role {id}', many: 'removes {n} roles' },
  ],
}
