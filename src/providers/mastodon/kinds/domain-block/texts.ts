import type { KindWords } from '../../../described.ts'
import type { Wording } from '../../../../instance/diagnostic.ts'
import type { Relations } from '../../../../instance/relations.ts'
import { own } from '../../../../instance/get-own.ts'

/** A table, as the object of a sentence. */
export const IMPACT_TABLE = 'the impact of a block'
export const DOMAIN_BLOCK = { one: 'domain block', many: 'domain blocks' }

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

// What is wrong in the file.

export const neverBlocked = (domain: string, reason: string): Wording => ({
  message: `${domain} cannot be blocked: ${reason}`,
  hint: 'Delete this entry, or name the one server that you mean.',
})

/** Why a domain must never be blocked. */
export const WHY_NOT = {
  protected: 'policy.yaml protects it',
  coversProtected: (domain: string): string => `it also blocks ${domain}, a protected domain of policy.yaml`,
  own: 'it is your own domain',
  coversOwn: (domain: string): string => `it covers your own domain ${domain}`,
  publicSuffix: 'many people register names below it, and a block covers them all',
} as const

const DOES = {
  suspend: 'suspends',
  limit: 'limits',
  silence: 'limits',
  none: 'hardly limits',
  noop: 'hardly limits',
} as const

const PARENT_IS = {
  suspend: 'is suspended',
  limit: 'is limited',
  silence: 'is limited',
  none: 'is blocked more strictly',
  noop: 'is blocked more strictly',
} as const

interface BlockName {
  readonly domain: string
  readonly severity: keyof typeof DOES
}

export const weakerThanParent = (block: BlockName, parent: BlockName): Wording => ({
  message:
    `this entry ${DOES[block.severity]} ${block.domain}, but its parent ${parent.domain} ` +
    `${PARENT_IS[parent.severity]}; for everything new from ${block.domain}, Mastodon uses only this weaker entry`,
  hint:
    `Delete this entry, and the block of ${parent.domain} covers ${block.domain}. ` +
    'Or keep this entry, if you want the weaker block. ' +
    `Mastodon accepts it only before ${parent.domain} is blocked on the server. The plan says if it is too late.`,
})

export const CONSENT_WITHOUT_SUSPENSION: Wording = {
  message: 'accept_severed_relationships works only with severity: suspend',
  hint: 'Delete this line, because only a suspension removes follows.',
}

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
