import { parse, stringify } from 'yaml'
import type { DatabaseSession } from '../database.ts'
import type { Complaint } from '../failure.ts'
import type { Version } from '../versions.ts'

export type SettingValue = string | number | boolean | null

/** The settings that both releases have, with the value of a new server. */
const BOTH: Readonly<Record<string, SettingValue>> = {
  site_contact_username: '',
  site_contact_email: '',
  site_title: 'Mastodon',
  site_short_description: '',
  site_extended_description: '',
  site_terms: '',
  registrations_mode: 'none',
  closed_registrations_message: '',
  bootstrap_timeline_accounts: '',
  activity_api_enabled: true,
  peers_api_enabled: true,
  preview_sensitive_media: false,
  custom_css: null,
  profile_directory: true,
  thumbnail: null,
  mascot: null,
  trends: true,
  trendable_by_default: false,
  show_domain_blocks: 'disabled',
  show_domain_blocks_rationale: 'disabled',
  allow_referrer_origin: false,
  noindex: false,
  require_invite_text: false,
  media_cache_retention_period: null,
  content_cache_retention_period: null,
  backups_retention_period: 7,
  status_page_url: null,
  captcha_enabled: false,
  authorized_fetch: null,
  app_icon: null,
  favicon: null,
  min_age: null,
}

/** All settings of a release, with the value of a new server. */
export const DEFAULTS: Readonly<Record<Version, Readonly<Record<string, SettingValue>>>> = {
  '4.4.22': { ...BOTH, theme: 'system', timeline_preview: true, trends_as_landing_page: true },
  '4.6.5': {
    ...BOTH,
    theme: 'default',
    thumbnail_description: '',
    local_live_feed_access: 'public',
    remote_live_feed_access: 'public',
    local_topic_feed_access: 'public',
    remote_topic_feed_access: 'public',
    landing_page: 'trends',
    wrapstodon: true,
    email_footer_text: null,
  },
}

export const BOOLEANS: ReadonlySet<string> = new Set([
  'allow_referrer_origin',
  'timeline_preview',
  'activity_api_enabled',
  'peers_api_enabled',
  'preview_sensitive_media',
  'profile_directory',
  'trends',
  'trends_as_landing_page',
  'trendable_by_default',
  'noindex',
  'require_invite_text',
  'captcha_enabled',
  'authorized_fetch',
  'wrapstodon',
])
export const INTEGERS: ReadonlySet<string> = new Set([
  'media_cache_retention_period',
  'content_cache_retention_period',
  'backups_retention_period',
  'min_age',
])

export const UPLOADS: ReadonlySet<string> = new Set(['thumbnail', 'mascot', 'app_icon', 'favicon'])

const FEEDS = ['public', 'authenticated', 'disabled']
/** Settings that take one of a few words. */
export const CHOICES: Readonly<Record<string, readonly string[]>> = {
  registrations_mode: ['open', 'approved', 'none'],
  show_domain_blocks: ['disabled', 'users', 'all'],
  show_domain_blocks_rationale: ['disabled', 'users', 'all'],
  local_live_feed_access: FEEDS,
  remote_live_feed_access: FEEDS,
  local_topic_feed_access: FEEDS.slice(0, 2),
  remote_topic_feed_access: FEEDS,
  landing_page: ['trends', 'overview', 'local_feed', 'about'],
}

/** A setting's value: its row's, or the release's default. */
export async function readSetting(session: DatabaseSession, version: Version, key: string): Promise<SettingValue> {
  const [row] = await session.query<{ readonly value: string | null }>('select value from settings where var = $1', [
    key,
  ])
  return row === undefined ? (DEFAULTS[version][key] ?? null) : settingOf(row.value)
}

/** A value out of the YAML that Ruby keeps in its row. */
function settingOf(yaml: string | null): SettingValue {
  const value: unknown = yaml === null ? null : parse(yaml, { version: '1.1' })
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null
}

/** A value as Ruby writes it into its row. */
function yamlOf(value: SettingValue): string {
  return value === null ? '---\n' : `--- ${stringify(value, { version: '1.1', singleQuote: true, lineWidth: 0 })}`
}

/** What the form of the settings makes of a word: "1" is true, a number is cast, "" clears. */
export function castSetting(key: string, word: SettingValue): SettingValue {
  if (BOOLEANS.has(key)) return word === '1'
  if (INTEGERS.has(key)) return word === '' || word === null ? '' : Number.parseInt(String(word), 10)
  return word
}

/** What the form says to values that are saved together. */
export async function settingComplaints(
  session: DatabaseSession,
  values: Readonly<Record<string, SettingValue>>,
): Promise<readonly Complaint[]> {
  const complaints: Complaint[] = []
  const complain = (attribute: string, message: string): void => void complaints.push({ attribute, message })
  for (const [key, value] of Object.entries(values)) {
    if (CHOICES[key]?.includes(String(value)) === false) complain(key, 'is not included in the list')
    if (INTEGERS.has(key) && value !== '' && value !== null && !/^\d+$/.test(String(value)))
      complain(key, 'is not a number')
  }
  if (String(values['site_short_description'] ?? '').length > 200)
    complain('site_short_description', 'is too long (maximum is 200 characters)')
  const contact = ['site_contact_email', 'site_contact_username'] as const
  if (contact.some((key) => key in values)) {
    for (const key of contact) if ((values[key] ?? '') === '') complain(key, "can't be blank")
  }
  const username = values['site_contact_username'] ?? ''
  const known = username === '' || (await isMember(session, String(username)))
  if (!known) complain('site_contact_username', 'could not find a local user with that username')
  return complaints
}

async function isMember(session: DatabaseSession, username: string): Promise<boolean> {
  const name = username.replace(/^@/, '')
  const rows = await session.query('select 1 from accounts where domain is null and lower(username) = lower($1)', [
    name,
  ])
  return rows.length > 0
}

/** Saves a value; one that is already there is not touched. */
export async function saveSetting(session: DatabaseSession, key: string, value: SettingValue): Promise<void> {
  await session.query(
    `insert into settings (var, value, created_at, updated_at) values ($1, $2, clock_timestamp(), clock_timestamp())
     on conflict (var) do update set value = excluded.value, updated_at = excluded.updated_at
     where settings.value is distinct from excluded.value`,
    [key, yamlOf(value)],
  )
}

const RETENTION = ['media_cache_retention_period', 'content_cache_retention_period', 'backups_retention_period']

/**
 * Saves what the form was given, and like the form what it looked at to judge that: it gets a row with the value that
 * it has.
 */
export async function saveForm(
  session: DatabaseSession,
  version: Version,
  words: Readonly<Record<string, SettingValue>>,
): Promise<void> {
  for (const [key, word] of Object.entries(words)) await saveSetting(session, key, castSetting(key, word))
  const seen = ['status_page_url', ...(RETENTION.some((key) => key in words) ? RETENTION : [])]
  for (const key of seen) if (!(key in words)) await saveSetting(session, key, await readSetting(session, version, key))
}
