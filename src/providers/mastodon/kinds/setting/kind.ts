import { claimOf } from '../../../../reconcile/claims.ts'
import { parse } from 'yaml'
import { releaseOf } from '../../../../instance/versions.ts'
import { defaultOf, SETTINGS, settingOf, settingType } from './settings.ts'
import type { Instance } from '../../../../instance/instance.ts'
import type { Diagnostic } from '../../../../instance/diagnostic.ts'
import { maybe, table, text as string, time, type RowOf } from '../../table.ts'
import { tableIn, type Tables, type Write } from '../../tables.ts'
import type { MastodonKind } from '../../kind.ts'
import type { DraftStep, KindInput } from '../../../../reconcile/kind.ts'
import type { Hazard } from '../../../../reconcile/values.ts'
import type { Value } from '../../../../instance/values.ts'
import type { LiveObject } from '../../../../reconcile/objects.ts'
import type { Step } from '../../../../reconcile/plan/types.ts'
import { equal } from '../../../../reconcile/equal.ts'
import { about, odd, rowsOf, send, setOf, text } from '../common.ts'
import { accountId, ACCOUNTS } from '../accounts.ts'
import { versionRules } from './file-rules.ts'
import { noSuchContact, oddSetting, SETTING, SETTING_WORDS, settingNotYaml } from './texts.ts'
import { own } from '../../../../instance/get-own.ts'

const FILE = 'settings.yaml'

/** Only settings that have a row; `value` is YAML as Ruby writes it. */
export const SETTINGS_TABLE = table(
  'settings',
  'settings',
  new URL('read.sql', import.meta.url),
  { var: string, value: maybe(string), updated_at: maybe(time) },
  { grants: [{ table: 'settings', columns: ['var', 'value', 'updated_at'] }] },
)
type Row = RowOf<typeof SETTINGS_TABLE>

/** Settings that are pages of text, and the file that a new one goes into. */
const PAGES: { readonly [key: string]: string } = {
  site_extended_description: 'about.md',
  site_terms: 'privacy-policy.md',
  closed_registrations_message: 'closed-registrations.md',
  custom_css: 'custom.css',
  email_footer_text: 'email-footer.md',
}

/** Settings whose change deletes something for good, or disturbs members. */
const HAZARDS: { readonly [key: string]: Hazard } = {
  content_cache_retention_period: 'irreversible',
  media_cache_retention_period: 'disruptive',
  registrations_mode: 'disruptive',
  authorized_fetch: 'disruptive',
}

/** Values from closed to open. */
const OPENING: { readonly [key: string]: readonly Value[] } = {
  registrations_mode: ['none', 'approved', 'open'],
  authorized_fetch: [true, false],
}

function opens({ id, changes }: DraftStep): boolean {
  const values = own(OPENING, id) ?? []
  return changes.some(({ before, after }) => values.indexOf(after) > values.indexOf(before))
}

function desiredValue(instance: Instance, value: unknown): Value {
  if (typeof value === 'object' && value !== null && 'file' in value && typeof value.file === 'string')
    return text(instance.text(value.file))
  if (typeof value === 'string') return text(value)
  return typeof value === 'boolean' || typeof value === 'number' ? value : null
}

/** Returns the empty value as the files write it: Mastodon keeps a cleared number as "", an unwritten text as nil. */
const emptyOf = (key: string): Value => (settingType(key) === 'text' ? '' : null)

/** Parses a setting's value, which Ruby wrote as YAML. All settings that Herdbook knows are scalars. */
function liveValue(row: Row): Value {
  const value = row.value === null ? null : parsed(row.var, row.value)
  if (value === null || value === undefined) return emptyOf(row.var)
  if (typeof value === 'string') return text(value) === '' ? emptyOf(row.var) : text(value)
  if (typeof value === 'boolean' || typeof value === 'number') return value
  return odd(oddSetting(row.var))
}

function parsed(name: string, yaml: string): unknown {
  try {
    return parse(yaml, { schema: 'core', maxAliasCount: 0, logLevel: 'error', prettyErrors: false })
  } catch {
    return odd(settingNotYaml(name))
  }
}

/** The contact account that members see. */
const CONTACT = 'site_contact_username'

/** Refuses a contact that is not on the server, as Mastodon will. */
function unknownContact(step: DraftStep, tables: Tables, { instance }: KindInput): Diagnostic[] {
  const after = step.changes.find(({ field }) => field === 'value')?.after
  const accounts = tableIn(tables, ACCOUNTS)
  if (step.id !== CONTACT || typeof after !== 'string' || accounts.state !== 'complete') return []
  const name = accountId(after)
  // For a name with a domain, Mastodon decides whether the domain is its own.
  if (name === '' || name.includes('@') || accounts.rows.some(({ username }) => accountId(username) === name)) return []
  const texts = noSuchContact({ ref: `${step.kind}/${step.id}`, name })
  return [about(step, instance, { code: 'no-such-account', severity: 'error', ...texts })]
}

/** Whether the files can hold this setting: old versions and plugins leave other rows. */
const isKnown = ({ var: name }: Row): boolean => !['upload', undefined].includes(settingType(name))

/** Normalises a cleared number, which is "" or null. */
const canonical = (value: Value): Value => (value === '' ? null : value)

/**
 * Makes the live object of a setting. An unchanged setting has no row: it has the version's default.
 * Mastodon's own form also writes rows with defaults, for all settings of a page.
 */
function liveOf(id: string, row: Row | undefined, version: string | null): LiveObject[] {
  const fallback = defaultOf(id, version)
  if (row === undefined)
    return fallback === undefined
      ? []
      : [{ id, serverId: null, fields: { value: fallback }, untouched: true, initial: true }]
  const value = liveValue(row)
  return [
    {
      id,
      serverId: null,
      fields: { value },
      ...(equal(canonical(value), canonical(fallback ?? null)) ? { initial: true } : {}),
    },
  ]
}

function writeOf(step: Step): Write {
  return {
    table: 'settings',
    action: 'update',
    serverId: null,
    name: step.id,
    expect: step.seen,
    set: setOf(step),
    // Mastodon takes the two contact settings only together.
    ...(step.id.startsWith('site_contact_') ? { batch: 'contact' } : {}),
  }
}

export const setting: MastodonKind = {
  name: 'setting',
  provider: 'mastodon',
  title: SETTING,
  sources: [FILE],
  drift: 'report',
  tables: [SETTINGS_TABLE],
  program: new URL('write.rb', import.meta.url),
  accounts: (objects) =>
    objects.flatMap(({ id, fields: { value } }) =>
      id === CONTACT && typeof value === 'string' && value !== '' ? [accountId(value)] : [],
    ),
  writes: ['console'],
  absence: { is: 'release', remove: null },
  fields: [{ name: 'value', form: 'text', main: true }],
  shape: { form: 'map', file: FILE, map: 'settings', pages: PAGES },
  words: SETTING_WORDS,
  versionRules,
  identify: (written) => written,
  adopt: { whenEmpty: true, holds: (id, version) => settingOf(id, releaseOf(version)) !== undefined },
  claims: (instance) => {
    const settings = instance.documents[FILE]?.settings
    if (!settings) return claimOf(FILE, undefined)
    const objects = Object.entries(settings).map(([key, value]) => ({
      id: key,
      fields: { value: desiredValue(instance, value) },
      source: { file: FILE, path: ['settings', key] },
    }))
    return claimOf(FILE, objects)
  },
  read: (tables) => {
    const rows = new Map(
      rowsOf(tables, SETTINGS_TABLE)
        .filter(isKnown)
        .map((row) => [row.var, row]),
    )
    const names = new Set([...rows.keys(), ...Object.keys(SETTINGS)])
    return { objects: [...names].flatMap((id) => liveOf(id, rows.get(id), tables.version)) }
  },
  same: (_field, a, b) => equal(canonical(a), canonical(b)),
  // Mastodon accepts the two contact settings only together.
  together: (a, b) => [a, b].every(({ id, connection }) => connection === 'console' && id.startsWith('site_contact_')),
  advice: unknownContact,
  opens,
  hazard: (step) => own(HAZARDS, step.id) ?? 'reversible',
  apply: (steps, context) => send(steps, context, (step) => [writeOf(step)]),
}
