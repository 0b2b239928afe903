import type { Wording } from '../../../../instance/diagnostic.ts'
import type { KindWords } from '../../../described.ts'

export const USERNAME_BLOCK = { one: 'username block', many: 'username blocks' }

// What is wrong in the file.

export const blankUsername: Wording = {
  message: 'a username block has no username',
  hint: 'Write the username, or the part of it, that nobody may sign up with.',
}

export const unstorable = (most: number): Wording => ({
  message: 'Mastodon cannot store this username',
  hint: `Write at most ${most} characters, on one line.`,
})

export const matchesEveryone = (username: string): Wording => ({
  message: `${username} matches usernames of any letters: in a part of a username, _ and % stand for other characters`,
  hint: 'Add exact: true if you mean this one username. Or write the part that you mean.',
})

export const matchesNobody = (username: string): Wording => ({
  message: `${JSON.stringify(username)} matches no username: they have only a to z, 0 to 9 and _, at most 30 of them`,
  hint: 'Write the username without @ and without a domain, for example admin.',
})

export const wildcards = (username: string): Wording => ({
  message:
    `${username} matches more than it says: in a part of a username, Mastodon takes _ for any one character ` +
    'and % for any number of characters',
  hint: 'Add exact: true if you mean this one username. Otherwise leave it as it is.',
})

export const USERNAME_BLOCK_WORDS: KindWords = {
  phrases: [
    {
      action: 'create',
      to: { exact: true, allow_with_approval: true },
      one: 'holds sign-ups as {id} for approval',
      many: 'holds sign-ups with {n} usernames for approval',
    },
    {
      action: 'create',
      to: { allow_with_approval: true },
      one: 'holds sign-ups with {id} in the username for approval',
      many: 'holds sign-ups with {n} parts of usernames for approval',
    },
    {
      action: 'create',
      to: { exact: true },
      one: 'refuses sign-ups as {id}',
      many: 'refuses sign-ups with {n} usernames',
    },
    {
      action: 'create',
      one: 'refuses sign-ups with {id} in the username',
      many: 'refuses sign-ups with {n} parts of usernames',
    },
    { action: 'update', one: 'edits the block of the username {id}', many: 'edits {n} username blocks' },
    { action: 'delete', one: 'lifts the block of the username {id}', many: 'lifts {n} username blocks' },
  ],
}
