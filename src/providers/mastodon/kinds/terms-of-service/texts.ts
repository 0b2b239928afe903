import type { KindWords } from '../../../described.ts'
import type { Advice } from '../../../../instance/diagnostic.ts'

export const TERMS = {
  one: 'version of the terms of service',
  many: 'versions of the terms of service',
  whole: 'the terms of service',
}

export const draftsOfTerms = (count: number): string =>
  `${count === 1 ? '1 draft of the terms of service is' : `${count} drafts of the terms of service are`} left out. ` +
  'The files hold only published versions.'

export const MAILS_MEMBERS =
  'Mastodon sends a mail to every member who was active in the last year. It shows the terms to everyone else at login.'

export const termsPast = (date: string): Advice => ({
  message: `Terms cannot be published for ${date}, because that day has passed.`,
  hint: 'Set a date that is today or later.',
})

export const termsPublished = (date: string): Advice => ({
  message: `The terms of ${date} are published. Terms that members have seen cannot be changed.`,
  hint: 'Put the old text back and add an entry with a later effective_date.',
})

export const mailAboutTerms = (date: string): string => `the mail to members about the terms of ${date}`

export const TERMS_WORDS: KindWords = {
  phrases: [
    {
      action: 'create',
      to: { notified: true },
      one: 'publishes the terms of service of {id} and notifies all members',
      many: 'publishes {n} terms of service and notifies all members',
    },
    { action: 'create', one: 'publishes the terms of service of {id}', many: 'publishes {n} terms of service' },
    {
      action: 'update',
      to: { notified: true },
      one: 'notifies all members about the terms of service of {id}',
      many: 'notifies all members about {n} terms of service',
    },
    { action: 'update', one: 'edits the terms of service of {id}', many: 'edits {n} terms of service' },
    { action: 'delete', one: 'removes the terms of service of {id}', many: 'removes {n} terms of service' },
  ],
}
