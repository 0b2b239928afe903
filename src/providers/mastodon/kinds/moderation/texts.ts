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
