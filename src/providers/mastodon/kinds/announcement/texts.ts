import type { Wording } from '../../../../instance/diagnostic.ts'
import type { KindWords } from '../../../described.ts'

export const ANNOUNCEMENT = { one: 'announcement', many: 'announcements' }

export const draftsOfAnnouncements = (count: number): string =>
  `${count === 1 ? '1 unpublished announcement is' : `${count} unpublished announcements are`} left out. ` +
  'The files hold only published ones.'

export const SHOWN_AT_ONCE =
  'Members who are online see it at once. An announcement that people have seen cannot be taken back.'
export const SHOWN_AGAIN = 'Members who are online see the new version at once.'
export const TAKEN_AWAY = 'It disappears at once for members who are online.'
export const MAILS_MEMBERS =
  'Mastodon sends a mail to every member with a confirmed address. Members cannot opt out of it.'

export const mailAboutAnnouncement = (id: string): string => `the mail to members about the announcement ${id}`
export const publicationOf = (id: string): string => `the publication of the announcement ${id}`

export const ANNOUNCEMENT_WORDS: KindWords = {
  phrases: [
    {
      action: 'create',
      to: { notified: true },
      one: 'publishes the announcement {id} and mails it to all members',
      many: 'publishes {n} announcements and mails them to all members',
    },
    { action: 'create', one: 'publishes the announcement {id}', many: 'publishes {n} announcements' },
    {
      action: 'update',
      to: { notified: true },
      one: 'mails the announcement {id} to all members',
      many: 'mails {n} announcements to all members',
    },
    {
      action: 'update',
      to: { published: true },
      one: 'publishes the announcement {id} again',
      many: 'publishes {n} announcements again',
    },
    { action: 'update', one: 'edits the announcement {id}', many: 'edits {n} announcements' },
    { action: 'delete', one: 'removes the announcement {id}', many: 'removes {n} announcements' },
  ],
}

export const halfOfTheTimes = (given: string, missing: string): Wording => ({
  message: `an announcement with ${given} needs ${missing} too`,
  hint: `Add ${missing}, or delete the line ${given}.`,
})

export const endsBeforeItBegins = (until: string, from: string): Wording => ({
  message: `until: ${until} is not after from: ${from}`,
  hint: 'Write a later day or time as until.',
})

export const ALL_DAY_WITHOUT_TIMES: Wording = {
  message: 'all_day needs from and until',
  hint: 'Add both, or delete the line all_day.',
}
