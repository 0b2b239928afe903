import type { Permission, Settings } from './documents.ts'

/** A minor release of Mastodon, as far as the files depend on it. */
export type MastodonRelease = '4.4' | '4.5' | '4.6' | '4.7'

const RELEASES: readonly MastodonRelease[] = ['4.4', '4.5', '4.6', '4.7']

/** The release of a version such as `4.6.5+glitch`, or the nearest known one; null if the version is not known. */
export function releaseOf(version: string | null | undefined): MastodonRelease | null {
  const found = /^v?(\d+)\.(\d+)/.exec(version ?? '')
  if (found === null) return null
  const rank = (text: string): number => Number(text.split('.')[0]) * 1000 + Number(text.split('.')[1])
  const wanted = rank(`${found[1]}.${found[2]}`)
  return RELEASES.findLast((release) => rank(release) <= wanted) ?? '4.4'
}

interface ReleaseSpan {
  readonly since?: MastodonRelease
  /** The last release that has it. */
  readonly until?: MastodonRelease
}

const within = ({ since, until }: ReleaseSpan, release: MastodonRelease | null): boolean =>
  release === null || ((since ?? release) <= release && release <= (until ?? release))

const PERMISSIONS: { readonly [Name in Permission]: ReleaseSpan & { readonly bit: number } } = {
  administrator: { bit: 0 },
  view_devops: { bit: 1 },
  view_audit_log: { bit: 2 },
  view_dashboard: { bit: 3 },
  manage_reports: { bit: 4 },
  manage_federation: { bit: 5 },
  manage_settings: { bit: 6 },
  manage_blocks: { bit: 7 },
  manage_taxonomies: { bit: 8 },
  manage_appeals: { bit: 9 },
  manage_users: { bit: 10 },
  manage_invites: { bit: 11 },
  manage_rules: { bit: 12 },
  manage_announcements: { bit: 13 },
  manage_custom_emojis: { bit: 14 },
  manage_webhooks: { bit: 15 },
  invite_users: { bit: 16 },
  manage_roles: { bit: 17 },
  manage_user_access: { bit: 18 },
  delete_user_data: { bit: 19 },
  view_feeds: { bit: 20, since: '4.5' },
  invite_bypass_approval: { bit: 21, since: '4.6' },
  manage_email_subscriptions: { bit: 22, since: '4.6' },
}

/** Permissions of a release with their values in the mask; of all releases where it is not known. */
export function permissionsOf(release: MastodonRelease | null): ReadonlyMap<string, bigint> {
  const known = Object.entries(PERMISSIONS).filter(([, span]) => within(span, release))
  return new Map(known.map(([name, { bit }]) => [name, 1n << BigInt(bit)]))
}

/** The names in a mask, as the database holds it; bits without a known name are left out. */
export function permissionNames(mask: string): readonly string[] {
  const bits = BigInt(mask)
  return [...permissionsOf(null)].filter(([, bit]) => (bits & bit) !== 0n).map(([name]) => name)
}

export type SettingType = 'boolean' | 'integer' | 'text' | 'choice' | 'upload'
type Plain = string | number | boolean | null

export interface SettingKey extends ReleaseSpan {
  readonly type: SettingType
  readonly default: Plain | { readonly [Name in MastodonRelease]?: Plain }
  readonly choices?: readonly string[]
  /** May stand in a file of its own. */
  readonly long?: true
}

const boolean = (value: boolean | null, span: ReleaseSpan = {}): SettingKey => ({
  type: 'boolean',
  default: value,
  ...span,
})
const integer = (value: number | null): SettingKey => ({ type: 'integer', default: value })
const text = (value: string | null, span: ReleaseSpan = {}): SettingKey => ({ type: 'text', default: value, ...span })
const long = (value: string | null, span: ReleaseSpan = {}): SettingKey => ({
  type: 'text',
  default: value,
  long: true,
  ...span,
})
const choice = (value: string, choices: readonly string[], span: ReleaseSpan = {}): SettingKey => ({
  type: 'choice',
  default: value,
  choices,
  ...span,
})

const AUDIENCES = ['disabled', 'users', 'all']
const ACCESS = ['public', 'authenticated', 'disabled']

/** Every setting of Mastodon's own form that the files can hold. */
export const SETTINGS: { readonly [Key in keyof Required<Settings>]: SettingKey } = {
  site_contact_username: text(''),
  site_contact_email: text(''),
  site_title: text('Mastodon'),
  site_short_description: text(''),
  site_extended_description: long(''),
  site_terms: long(''),
  registrations_mode: choice('none', ['open', 'approved', 'none']),
  closed_registrations_message: long(''),
  require_invite_text: boolean(false),
  captcha_enabled: boolean(false),
  min_age: integer(null),
  bootstrap_timeline_accounts: text(''),
  theme: { type: 'text', default: { '4.4': 'system', '4.5': 'system', '4.6': 'default', '4.7': 'default' } },
  custom_css: long(null),
  activity_api_enabled: boolean(true),
  peers_api_enabled: boolean(true),
  preview_sensitive_media: boolean(false),
  profile_directory: boolean(true),
  trends: boolean(true),
  trendable_by_default: boolean(false),
  trends_as_landing_page: boolean(true, { until: '4.4' }),
  timeline_preview: boolean(true, { until: '4.4' }),
  show_domain_blocks: choice('disabled', AUDIENCES),
  show_domain_blocks_rationale: choice('disabled', AUDIENCES),
  allow_referrer_origin: boolean(false),
  noindex: boolean(false),
  media_cache_retention_period: integer(null),
  content_cache_retention_period: integer(null),
  backups_retention_period: integer(7),
  status_page_url: text(null),
  authorized_fetch: boolean(null),
  local_live_feed_access: choice('public', ACCESS, { since: '4.5' }),
  remote_live_feed_access: choice('public', ACCESS, { since: '4.5' }),
  local_topic_feed_access: choice('public', ['public', 'authenticated'], { since: '4.5' }),
  remote_topic_feed_access: choice('public', ACCESS, { since: '4.5' }),
  landing_page: choice('trends', ['trends', 'overview', 'local_feed', 'about'], { since: '4.5' }),
  wrapstodon: boolean(true, { since: '4.6' }),
  email_footer_text: long(null, { since: '4.6' }),
  thumbnail_description: text('', { since: '4.6' }),
}

/** Pictures, which are not managed. */
export const UPLOADS: readonly string[] = ['thumbnail', 'mascot', 'app_icon', 'favicon']

const isSetting = (key: string): key is keyof typeof SETTINGS => Object.hasOwn(SETTINGS, key)

/** A setting in a release, or in any if the release is null; undefined if there is no such setting. */
export function settingOf(key: string, release: MastodonRelease | null): SettingKey | undefined {
  if (!isSetting(key) || !within(SETTINGS[key], release)) return undefined
  const setting = SETTINGS[key]
  // The overview came a release after the setting that chooses it.
  if (key !== 'landing_page' || release !== '4.5') return setting
  return { ...setting, choices: ['trends', 'local_feed', 'about'] }
}

/** What a setting holds, in any release; undefined for one that is not known. */
export function settingType(key: string): SettingType | undefined {
  return UPLOADS.includes(key) ? 'upload' : settingOf(key, null)?.type
}

/** What a setting is on a server where nobody ever changed it; undefined where that is not known. */
export function defaultOf(key: string, version: string | null): Plain | undefined {
  const release = releaseOf(version)
  const value = settingOf(key, release)?.default
  if (typeof value !== 'object' || value === null) return value
  return release === null ? undefined : value[release]
}
