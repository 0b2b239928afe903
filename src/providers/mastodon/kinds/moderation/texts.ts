import type { KindWords } from '../../../described.ts'
import type { Relations } from '../../../../instance/relations.ts'
import { own } from '../../../../instance/get-own.ts'

export const DOMAIN_BLOCK = { one: 'domain block', many: 'domain blocks' }
export const EMAIL_DOMAIN_BLOCK = { one: 'e-mail domain block', many: 'e-mail domain blocks' }
export const IP_BLOCK = { one: 'IP block', many: 'IP blocks' }

const BLOCKED: { readonly [severity: string]: string } = {
  noop: 'blocked more strictly',
  silence: 'limited',
  suspend: 'suspended',
}

/** `above` is the parent domain that has the stricter block. */
export const stricterAbove = ({ above, severity }: { readonly above: string; readonly severity: string }): string =>
  `${above} is ${own(BLOCKED, severity) ?? 'blocked'} on the server, so Mastodon accepts no weaker block ` +
  `for a domain below it. To keep this entry, first lower or lift the block of ${above}. Otherwise delete this entry.`

const EFFECTS: { readonly [severity: string]: string } = {
  suspend: 'the suspension of',
  silence: 'the limit on',
  noop: 'the end of the limits on',
}

/** Where the effects of a block happen, and what they are. Without a severity, the block changes only media. */
export const SIDEKIQ = "Mastodon's Sidekiq"
export const effectOf = ({ severity, domain }: { readonly severity: string; readonly domain: string }): string =>
  `${own(EFFECTS, severity) ?? 'the change for media from'} ${domain}`

export const FOLLOW_RELATIONS = 'follow relations'
export const SUSPENSION = 'suspension'

export const severs = ({ follows, followers }: Relations): string =>
  `removes ${follows + followers} follow relations for good (${follows} follows, ${followers} followers)`
export const hides = ({ follows, followers }: Relations): string =>
  `hides ${follows + followers} follow relations (${follows} follows, ${followers} followers)`

export const CANNOT_COUNT =
  'If Herdbook cannot count the follows, add the database connection to instance.yaml, ' +
  'or a token with the scope admin:read and the permission view_dashboard.'

export const DOES_NOT_COME_BACK = 'The follows and posts that the suspension removed do not come back.'
export const APPLIES_AGAIN =
  'Mastodon applies the block again. Accounts that moderators exempted by hand are limited again.'

export const DELETED_AND_CREATED =
  'Herdbook deletes this block and creates it again, because Mastodon cannot change it.'

export const DOMAIN_BLOCK_WORDS: KindWords = {
  impact: { irreversible: 'removes', disruptive: 'hides', reversible: 'hides' },
  phrases: [
    { action: 'create', to: { severity: 'suspend' }, one: 'blocks {id}', many: 'blocks {n} domains' },
    { action: 'create', to: { severity: 'silence' }, one: 'limits {id}', many: 'limits {n} domains' },
    {
      action: 'create',
      to: { reject_media: true },
      one: 'rejects media from {id}',
      many: 'rejects media from {n} domains',
    },
    {
      action: 'create',
      to: { reject_reports: true },
      one: 'rejects reports from {id}',
      many: 'rejects reports from {n} domains',
    },
    { action: 'create', one: 'lists {id} without a limit', many: 'lists {n} domains without a limit' },
    {
      action: 'update',
      to: { severity: 'suspend' },
      one: 'raises {id} from {before.severity} to suspend',
      many: 'raises {n} domains to suspend',
    },
    {
      action: 'update',
      to: { severity: 'noop' },
      one: 'lowers {id} from {before.severity} to none',
      many: 'lowers {n} domains to none',
    },
    {
      action: 'update',
      from: { severity: 'suspend' },
      one: 'lowers {id} from suspend to {after.severity}',
      many: 'lowers {n} domains to limit',
    },
    {
      action: 'update',
      from: { severity: 'noop' },
      one: 'raises {id} from none to {after.severity}',
      many: 'raises {n} domains to limit',
    },
    { action: 'update', one: 'edits the block of {id}', many: 'edits {n} domain blocks' },
    { action: 'delete', one: 'lifts the block of {id}', many: 'lifts {n} domain blocks' },
  ],
}

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
