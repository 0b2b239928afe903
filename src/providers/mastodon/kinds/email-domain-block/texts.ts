import type { KindWords } from '../../../described.ts'

export const EMAIL_DOMAIN_BLOCK = { one: 'e-mail domain block', many: 'e-mail domain blocks' }

export const DELETED_AND_CREATED =
  'Herdbook deletes this block and creates it again, because Mastodon cannot change it.'

export const EMAIL_DOMAIN_BLOCK_WORDS: KindWords = {
  phrases: [
    {
      action: 'create',
      to: { allow_with_approval: true },
      one: 'holds sign-ups with {id} for approval',
      many: 'holds sign-ups with {n} e-mail domains for approval',
    },
    { action: 'create', one: 'refuses sign-ups with {id}', many: 'refuses sign-ups with {n} e-mail domains' },
    { action: 'update', one: 'edits the e-mail block of {id}', many: 'edits {n} e-mail domain blocks' },
    { action: 'delete', one: 'lifts the e-mail block of {id}', many: 'lifts {n} e-mail domain blocks' },
  ],
}
