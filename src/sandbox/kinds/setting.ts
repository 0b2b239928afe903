import { CACHED, markdown } from '../api/rendering.ts'
import { anyone } from '../api/route.ts'
import { text } from '../api/settings.ts'
import { alike, Declined, done, expectLive, type DoneResult, type WriteScope } from '../connections/writing.ts'
import { demand, Invalid } from '../failure.ts'
import { DOMAIN, time, type HttpAnswer, type Call } from '../http.ts'
import type { PersonScope, SandboxKind, Write } from '../kind.ts'
import {
  castSetting,
  DEFAULTS,
  readSetting,
  saveForm,
  saveSetting,
  settingComplaints,
  UPLOADS,
  type SettingValue,
} from '../models/setting.ts'

async function showDescription(call: Call): Promise<HttpAnswer> {
  const content = markdown(await text(call, 'site_extended_description'))
  return { headers: CACHED, body: { updated_at: await changedAt(call, 'site_extended_description', null), content } }
}

/**
 * The policy goes through Ruby's `format`: a stray percent sign takes it down. Without one, Mastodon's own stands,
 * which is not ours to ship.
 */
async function showPrivacyPolicy(call: Call): Promise<HttpAnswer> {
  const policy = await text(call, 'site_terms')
  if (policy.replaceAll(/%%|%\{domain\}/g, '').includes('%')) throw new TypeError('malformed format string')
  const content = markdown(policy.replaceAll('%{domain}', DOMAIN).replaceAll('%%', '%'))
  return {
    headers: CACHED,
    body: { updated_at: await changedAt(call, 'site_terms', '2022-10-07T00:00:00+00:00'), content },
  }
}

async function changedAt(call: Call, key: string, otherwise: string | null): Promise<string | null> {
  const [row] = await call.session.query<{ readonly at: string }>(
    `select ${time('updated_at')} as at from settings where var = $1`,
    [key],
  )
  return row?.at ?? otherwise
}

const CONTACT = ['site_contact_username', 'site_contact_email']

/** The two contact settings are saved together, since Mastodon takes neither alone. */
const isContact = (write: Write): boolean => write.table === 'settings' && CONTACT.includes(write.name)

export async function writeSettings(
  { session, version }: WriteScope,
  writes: readonly Write[],
): Promise<readonly DoneResult[]> {
  const current = (key: string): Promise<SettingValue> => readSetting(session, version, key)
  for (const write of writes) expectLive(write, { value: await current(write.name) })
  const wanted = Object.fromEntries(writes.map((write) => [write.name, write.set['value'] as SettingValue]))
  const contact = writes.some(isContact)
    ? Object.fromEntries(await Promise.all(CONTACT.map(async (key) => [key, await current(key)] as const)))
    : {}
  const values: Record<string, SettingValue> = { ...contact, ...wanted }
  const unknown = Object.keys(values).filter((key) => !Object.hasOwn(DEFAULTS[version], key) || UPLOADS.has(key))
  if (unknown.length > 0) throw new Declined('unknown-setting', `this server has no setting ${unknown.join(', ')}`)
  const words = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, formText(value)]))
  const complaints = await settingComplaints(session, words)
  if (complaints.length > 0)
    throw new Declined('refused-by-mastodon', new Invalid(complaints).message.replace(/^Validation failed: /, ''))
  // The form would save what it looked at, too: here it is made to forget that.
  for (const { name } of writes) await saveSetting(session, name, castSetting(name, words[name] ?? ''))
  for (const [key, value] of Object.entries(values)) {
    if (!alike('', await current(key), value))
      throw new Declined('not-stored', `the server did not store the setting ${key} as Herdbook sent it`)
  }
  return Promise.all(writes.map(async (write) => done(null, { value: await current(write.name) })))
}

/** The form knows what a browser sends: text, and 1 or 0 for a checkbox. */
function formText(value: SettingValue): string {
  return typeof value === 'boolean' ? (value ? '1' : '0') : String(value ?? '')
}

/** The server's settings, by Mastodon's own keys. */
export const setting = {
  tables: `
    create table settings (
      id bigserial primary key, var varchar not null, value text, created_at timestamp(6), updated_at timestamp(6)
    );
    create unique index index_settings_on_var on settings (var);`,
  readable: ['settings'],
  routes: [
    anyone('/api/v1/instance/extended_description', showDescription),
    anyone('/api/v1/instance/privacy_policy', showPrivacyPolicy),
  ],
  writes: { settings: async (writing, write) => (await writeSettings(writing, [write]))[0] ?? done(null) },
  batches: [{ takes: isContact, write: writeSettings }],
  clicks: {
    /** A setting as the form sends it: text, "1" and "0" for a box that is ticked or not. */
    changeSetting: async ({ session, version }: PersonScope, key: string, word: string) => {
      demand(await settingComplaints(session, { [key]: word }))
      await saveForm(session, version, { [key]: word })
    },
  },
} satisfies SandboxKind
