import type { KindWords } from '../../../described.ts'

export const IP_BLOCK = { one: 'IP block', many: 'IP blocks' }

export const IP_BLOCK_WORDS: KindWords = {
  phrases: [
    {
      action: 'create',
      to: { severity: 'no_access' },
      one: 'blocks all access from {id}',
      many: 'blocks all access from {n} addresses',
    },
    {
      action: 'create',
      to: { severity: 'sign_up_block' },
      one: 'refuses sign-ups from {id}',
      many: 'refuses sign-ups from {n} addresses',
    },
    {
      action: 'create',
      one: 'holds sign-ups from {id} for approval',
      many: 'holds sign-ups from {n} addresses for approval',
    },
    { action: 'update', one: 'edits the IP block of {id}', many: 'edits {n} IP blocks' },
    { action: 'delete', one: 'lifts the IP block of {id}', many: 'lifts {n} IP blocks' },
  ],
}
