import type { Settings } from '../../../../instance/documents.ts'
import { releaseOf, within, type MastodonRelease, type ReleaseSpan } from '../../../../instance/versions.ts'

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
