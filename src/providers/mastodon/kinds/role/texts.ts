import type { KindWords } from '../../../described.ts'
import type { Advice, Wording } from '../../../../instance/diagnostic.ts'

export const ROLE = { one: 'role', many: 'roles' }

export const rolesOfOneName = (name: string): Advice => ({
  message: `The server has more than one role called "${name}".`,
  hint: 'Rename one of them in Mastodon. Herdbook tells roles apart by name.',
})

export const givesAdministrator = (ref: string): string =>
  `${ref} gets the permission administrator. Every account with this role may then do everything.`

// What is wrong in the file.

export const permissionForEveryone = (permission: string, allowed: readonly string[]): Wording => ({
  message: `Mastodon does not allow ${permission} for everyone`,
  hint: `Only ${allowed.join(' and ')} are allowed here.`,
})

export const BASE_ROLE_IN_LIST: Wording = {
  message: 'everyone is the base role, so it cannot be in this list',
  hint: 'Move it to everyone:, above roles:.',
}

export const renamedFromItself = (name: string): Wording => ({
  message: `${name} is renamed from itself`,
  hint: 'Delete the line renamed_from.',
})

export const renamedFromExisting = (name: string, former: string): Wording => ({
  message: `${name} is renamed from ${former}, but ${former} is still a role in this file`,
  hint: `Delete the role ${former}, or delete this line.`,
})

export const renamedTwice = (former: string): Wording => ({
  message: `two roles are renamed from ${former}`,
  hint: 'Keep one of the two lines renamed_from.',
})

export const unknownPermission = (name: string, release: string): Wording => ({
  message: `Mastodon ${release} has no permission ${name}`,
  hint:
    'Delete this permission from the file, or update Mastodon first. ' +
    'Your Mastodon would ignore it without an error.',
})

export const newerField = (key: string, release: string): Wording => ({
  message: `Mastodon ${release} has no ${key}; Mastodon 4.6 has it`,
  hint: 'Delete the line, or update Mastodon first.',
})

export const ROLE_WORDS: KindWords = {
  phrases: [
    { action: 'create', one: 'adds the role {id}', many: 'adds {n} roles' },
    { action: 'update', one: 'changes the role {id}', many: 'changes {n} roles' },
    { action: 'delete', one: 'removes the role {id}', many: 'removes {n} roles' },
  ],
}
