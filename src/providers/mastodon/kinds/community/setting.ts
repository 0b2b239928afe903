import { claimOf } from '../../../../reconcile/claims.ts'
import { parse } from 'yaml'
import { defaultOf, SETTINGS, settingType } from '../../../../instance/versions.ts'
import type { Instance } from '../../../../instance/instance.ts'
import type { Diagnostic } from '../../../../instance/diagnostic.ts'
import type { Rows, Tables, Write } from '../../tables.ts'
import type { MastodonKind } from '../../kind.ts'
import type { Draft, Hints } from '../../../../reconcile/kind.ts'
import type { Hazard, Value } from '../../../../reconcile/values.ts'
import type { LiveObject } from '../../../../reconcile/objects.ts'
import type { Step } from '../../../../reconcile/plan/types.ts'
import { equal } from '../../../../reconcile/equal.ts'
import { about, odd, rowsOf, send, setOf, text } from '../common.ts'
import { accountId } from './accounts.ts'
import { own } from '../../../../instance/get-own.ts'

const FILE = 'settings.yaml'

/** Changes that take something away for good, or open a connection. */
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

function opens({ id, changes }: Draft): boolean {
  const values = own(OPENING, id) ?? []
  return changes.some(({ before, after }) => values.indexOf(after) > values.indexOf(before))
}

function desiredValue(instance: Instance, value: unknown): Value {
  if (typeof value === 'object' && value !== null && 'file' in value && typeof value.file === 'string')
    return text(instance.text(value.file))
  if (typeof value === 'string') return text(value)
  return typeof value === 'boolean' || typeof value === 'number' ? value : null
}

/** Nothing, as the files write it: Mastodon keeps a cleared number as "", and a text that was never written as nil. */
const emptyOf = (key: string): Value => (settingType(key) === 'text' ? '' : null)

/** A setting's value as Ruby wrote it: YAML, of which only scalars are settings that we know. */
function liveValue(row: Rows['settings']): Value {
  const value = row.value === null ? null : parsed(row.var, row.value)
  if (value === null || value === undefined) return emptyOf(row.var)
  if (typeof value === 'string') return text(value) === '' ? emptyOf(row.var) : text(value)
  if (typeof value === 'boolean' || typeof value === 'number') return value
  return odd(`The setting ${row.var} holds something else than a text, a number or a yes and no.`)
}

function parsed(name: string, yaml: string): unknown {
  try {
    return parse(yaml, { schema: 'core', maxAliasCount: 0, logLevel: 'error', prettyErrors: false })
  } catch {
    return odd(`The setting ${name} holds something that is no YAML.`)
  }
}

/** The account that members are told to write to. */
const CONTACT = 'site_contact_username'

/** Says beforehand that Mastodon will refuse a contact who is not there. */
function strangerAsContact(step: Draft, { accounts }: Tables, { instance }: Hints): Diagnostic[] {
  const after = step.changes.find(({ field }) => field === 'value')?.after
  if (step.id !== CONTACT || typeof after !== 'string' || accounts.state !== 'complete') return []
  const name = accountId(after)
  // With a domain behind it, it is Mastodon that knows which are its own.
  if (name === '' || name.includes('@') || accounts.rows.some(({ username }) => accountId(username) === name)) return []
  const message = `${step.kind}/${step.id}: there is no account @${name} on this server.`
  return [
    about(step, instance, {
      code: 'no-such-account',
      severity: 'error',
      message,
      hint: 'Write the name of one that is there, without the domain.',
    }),
  ]
}

/** Rows that old versions and plugins left behind say nothing that the files could. */
const isKnown = ({ var: name }: Rows['settings']): boolean => !['upload', undefined].includes(settingType(name))

/** A cleared number is "" or null, whichever way it was cleared. */
const canonical = (value: Value): Value => (value === '' ? null : value)

/** A setting that nobody ever changed has no row: it is what the version's default says. Mastodon's own form writes such rows, too, for all of a page. */
function liveOf(id: string, row: Rows['settings'] | undefined, version: string | null): LiveObject[] {
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
  return { table: 'settings', action: 'update', serverId: null, name: step.id, expect: step.seen, set: setOf(step) }
}

export const setting: MastodonKind = {
  name: 'setting',
  provider: 'mastodon',
  title: { one: 'setting', many: 'settings' },
  sources: [FILE],
  drift: 'report',
  tables: ['settings'],
  accounts: (objects) =>
    objects.flatMap(({ id, fields: { value } }) =>
      id === CONTACT && typeof value === 'string' && value !== '' ? [accountId(value)] : [],
    ),
  writes: ['console'],
  absence: { is: 'release', remove: null },
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
  read: ({ settings, version }) => {
    const rows = new Map(
      rowsOf(settings)
        .filter(isKnown)
        .map((row) => [row.var, row]),
    )
    const names = new Set([...rows.keys(), ...Object.keys(SETTINGS)])
    return { objects: [...names].flatMap((id) => liveOf(id, rows.get(id), version)) }
  },
  same: (_field, a, b) => equal(canonical(a), canonical(b)),
  // Mastodon takes the two contact settings only together.
  together: (a, b) => [a, b].every(({ id, connection }) => connection === 'console' && id.startsWith('site_contact_')),
  advice: strangerAsContact,
  opens,
  hazard: (step) => own(HAZARDS, step.id) ?? 'reversible',
  apply: (steps, context) => send(steps, context, (step) => [writeOf(step)]),
}
