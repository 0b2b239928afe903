import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Write } from '../../src/providers/mastodon/tables.ts'
import { openDatabase, type Database, type DatabaseSession } from '../../src/sandbox/database.ts'
import { resultOf } from '../../src/sandbox/connections/writing.ts'
import { Invalid, type Complaint } from '../../src/sandbox/failure.ts'
import { findActor, findMember } from '../../src/sandbox/models/people.ts'
import { destroyRole, findRoles, roleComplaints, saveRole, type RoleFields } from '../../src/sandbox/models/role.ts'
import { discardRule, listRules, saveRule, textComplaints } from '../../src/sandbox/kinds/rule.ts'
import {
  BOOLEANS,
  castSetting,
  CHOICES,
  DEFAULTS,
  INTEGERS,
  readSetting,
  saveSetting,
  settingComplaints,
  UPLOADS,
  type SettingValue,
} from '../../src/sandbox/models/setting.ts'
import { grantComplaints } from '../../src/sandbox/kinds/moderator.ts'
import { writeSettings } from '../../src/sandbox/kinds/setting.ts'
import { publishTerms, termsComplaints } from '../../src/sandbox/kinds/terms-of-service.ts'
import { EVERYONE, FLAGS, keysOf, maskOf, permissionKeys } from '../../src/sandbox/permissions.ts'
import { VERSIONS, type Version } from '../../src/sandbox/versions.ts'
import { addressIn, nameOf, names } from './names.ts'
import { columns, consoleEntries, leftOut } from './recorded.ts'

interface LiveState {
  readonly session: DatabaseSession
  readonly version: Version
}

const attributes = (complaints: readonly Complaint[]): readonly unknown[] => [
  complaints.length === 0,
  [...new Set(complaints.map(({ attribute }) => attribute))],
]
const day = (ahead: number): string => new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10)

const saved =
  (key: string, word: SettingValue) =>
  async ({ session, version }: LiveState): Promise<unknown> => {
    await saveSetting(session, key, castSetting(key, word))
    return readSetting(session, version, key)
  }
const refused =
  (values: Readonly<Record<string, SettingValue>>) =>
  async ({ session }: LiveState): Promise<unknown> =>
    attributes(await settingComplaints(session, values))
const role =
  (fields: Partial<RoleFields>, actor?: string, id: string | null = null) =>
  async ({ session, version }: LiveState): Promise<readonly unknown[]> => {
    const acting = actor === undefined ? null : await findActor(session, version, actor)
    return attributes(
      roleComplaints(version, acting, id, {
        name: '',
        color: '',
        position: 0,
        highlighted: false,
        permissions: [],
        ...fields,
      }),
    )
  }
const grant =
  (actor: string) =>
  async ({ session, version }: LiveState): Promise<unknown> => {
    const [[moderator], acting] = [await findRoles(session, 'id', '1'), await findActor(session, version, actor)]
    return acting && attributes(grantComplaints(acting, moderator ?? null))
  }
const terms =
  (effective_date: string, ...before: readonly string[]) =>
  async ({ session, version }: LiveState): Promise<readonly unknown[]> => {
    const actor = await findActor(session, version, 'owner')
    for (const date of before)
      await publishTerms(session, actor?.id ?? '', { text: 'T', changelog: 'c', effective_date: date })
    return attributes(await termsComplaints(session, { text: 'T', changelog: 'c', effective_date }))
  }
const holds = (check: (world: LiveState) => Promise<readonly unknown[]>) => async (world: LiveState) =>
  (await check(world))[0]

/** What the embedded Mastodon answers, by the name of the recorded expression. */
const ANSWERS: Readonly<Record<string, (world: LiveState, recorded: unknown) => unknown>> = {
  version: ({ version }) => version,
  'API versions': ({ version }) => ({ mastodon: version === '4.4.22' ? 6 : 11 }),
  'permission bits': ({ version }) => Object.fromEntries(permissionKeys(version).map((key) => [key, FLAGS[key]])),
  'setting keys': ({ version }) => Object.keys(DEFAULTS[version]).toSorted(),
  'setting keys that are whole numbers': () => [...INTEGERS],
  'setting keys that are booleans': ({ version }) => [...BOOLEANS].filter((key) => key in DEFAULTS[version]).toSorted(),
  'setting keys that are uploads': () => [...UPLOADS],
  'setting values of a new server': async ({ session, version }) =>
    Object.fromEntries(
      await Promise.all(
        Object.keys(DEFAULTS[version]).map(async (key) => [key, await readSetting(session, version, key)] as const),
      ),
    ),
  choices: ({ version }) => {
    const named = {
      REGISTRATION_MODES: 'registrations_mode',
      DOMAIN_BLOCK_AUDIENCES: 'show_domain_blocks',
      FEED_ACCESS_MODES: 'local_live_feed_access',
      ALTERNATE_FEED_ACCESS_MODES: 'local_topic_feed_access',
      LANDING_PAGE: 'landing_page',
    }
    return Object.fromEntries(
      Object.entries(named).map(([name, key]) => [name, version === '4.4.22' ? null : CHOICES[key]]),
    )
  },
  'a boolean set with true': saved('noindex', true),
  'a boolean set with "1"': saved('noindex', '1'),
  'a boolean set with "0"': saved('noindex', '0'),
  'a choice that is none': refused({ registrations_mode: 'sometimes' }),
  'contact name without e-mail': refused({ site_contact_username: 'owner' }),
  'contact who is not there': refused({ site_contact_username: 'nobody', site_contact_email: 'a@b.example' }),
  'a number': saved('media_cache_retention_period', '14'),
  'a number cleared with ""': saved('media_cache_retention_period', ''),
  'a number that is none': refused({ media_cache_retention_period: 'abc' }),
  'a short description of 201': refused({ site_short_description: 'x'.repeat(201) }),
  'a text with CRLF and trailing spaces': saved('site_extended_description', 'a \r\n\r\nb  \n'),
  'an unknown setting': async ({ session, version }) => {
    const actor = await findActor(session, version, 'owner')
    const write: Write = {
      table: 'settings',
      action: 'update',
      serverId: null,
      name: 'nonsense',
      expect: {},
      set: { value: '1' },
    }
    const result = await resultOf(async () =>
      actor === null
        ? { state: 'changed', live: null }
        : ((await writeSettings({ session, version, actor, later: () => {}, severed: () => 0 }, [write]))[0] ?? {
            state: 'changed',
            live: null,
          }),
    )
    return result.state === 'refused' ? result.reason.code : result
  },
  'roles of a new server': async ({ session }) => {
    const rows = await session.query<{ row: object }>(
      "select to_jsonb(r) - '{created_at,updated_at}'::text[] as row from user_roles r where id <= 3 order by id",
    )
    return rows.map(({ row }) => row)
  },
  'role with an unknown permission key': () => {
    const mask = maskOf(['manage_users', 'nonsense'])
    return [Number(mask), keysOf(mask), true]
  },
  'role with a name that exists': holds(role({ name: 'Moderator', position: 3 })),
  'role with a colour word': role({ name: 'x', position: 1, color: 'red' }),
  'role with a short colour': holds(role({ name: 'x', position: 1, color: '#f00' })),
  'role without a name': role({ position: 1 }),
  'base role with a staff permission': role({ position: -1, permissions: ['manage_users'] }, undefined, EVERYONE),
  'role above the acting account': role({ name: 'x', position: 50 }, 'herdbook'),
  'role with more than the acting account has': role(
    { name: 'x', position: 1, permissions: ['manage_users'] },
    'herdbook',
  ),
  'role with all that it can have': async ({ session, version }) => {
    const later = version === '4.4.22' ? {} : { require_2fa: true, collection_limit: 5 }
    const all = { name: 'all', position: 1, color: '#ff0000', highlighted: true, permissions: [], ...later }
    const id = await saveRole(session, version, null, null, all)
    const [row] = await session.query<{ row: object }>(
      "select to_jsonb(r) - '{id,created_at,updated_at}'::text[] as row from user_roles r where id = $1::bigint",
      [id],
    )
    return row?.row
  },
  'assigning above the acting account': grant('herdbook'),
  'assigning as an owner': grant('owner'),
  'destroying a role that has members': async ({ session, version }) => {
    const [[moderator], actor] = [await findRoles(session, 'id', '1'), await findActor(session, version, 'owner')]
    if (moderator !== undefined && actor !== null) await destroyRole(session, actor, moderator)
    return (await findMember(session, 'mod'))?.role
  },
  rule: async ({ session }) => {
    const id = await saveRule(session, null, {
      text: 'Be kind',
      hint: 'h',
      translations: { fr: { text: 'Soyez gentils', hint: '' } },
    })
    const [columnsOf, rule] = [await names(session, 'rules'), (await listRules(session)).find((one) => one.id === id)]
    const translations = Object.entries(rule?.fields.translations ?? {}).map(([language, texts]) => ({
      language,
      ...texts,
    }))
    return [columnsOf, translations]
  },
  'rule of 301': () => attributes(textComplaints('text', 'x'.repeat(301))),
  'rule of spaces': () => attributes(textComplaints('text', ' ')),
  'rule discarded': async ({ session }) => {
    const id = await saveRule(session, null, { text: 'gone' })
    await discardRule(session, id)
    const kept = (await listRules(session)).filter(({ fields }) => fields.text === 'gone')
    return [kept.length, (await session.query('select 1 from rules where text = $1', ['gone'])).length]
  },
  'terms effective yesterday': terms(day(-1)),
  'terms effective today': holds(terms(day(0))),
  'terms with a date that exists': terms(day(30), day(30)),
  'terms whose mail was sent': async ({ session, version }) => {
    const actor = await findActor(session, version, 'owner')
    const fields = { text: 'T', changelog: 'c', effective_date: day(30) }
    const id = await publishTerms(session, actor?.id ?? '', fields)
    const [row] = await session.query<{ row: object }>(
      `update terms_of_services set notification_sent_at = '2026-11-30' where id = $1::bigint
       returning jsonb_build_object(
         'text', text, 'changelog', changelog, 'days', effective_date - current_date,
         'published', published_at is not null,
         'notification_sent_at', to_char(notification_sent_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) as row`,
      [id],
    )
    return row?.row
  },
  'terms dated before the upcoming ones': holds(terms(day(10), day(30))),
  'an action log entry': ({ session }) => names(session, 'admin_action_logs'),
  'names as the server writes them': (_, recorded) =>
    Object.fromEntries(Object.keys(recorded as object).map((name) => [name, nameOf(name)])),
  'addresses as the server writes them': async ({ session }, recorded) => {
    const entries = Object.keys(recorded as object).map(async (text) => [text, await addressIn(session, text)] as const)
    return Object.fromEntries(await Promise.all(entries))
  },
}

/** What was recorded, where Ruby's order or a name of its own says nothing about the server. */
const WANTED: Readonly<Record<string, (answer: never, version: Version) => unknown>> = {
  'setting keys': (keys: readonly string[]) => keys.toSorted(),
  'setting keys that are booleans': (keys: readonly string[], version) =>
    keys.filter((key) => key in DEFAULTS[version]).toSorted(),
  'an unknown setting': () => 'unknown-setting',
  rule: ([keys, translations]: readonly [readonly string[], unknown]) => [keys.toSorted(), translations],
  'an action log entry': (keys: readonly string[]) => keys.toSorted(),
}

describe.each(VERSIONS)('the models of the embedded Mastodon %s', (version) => {
  let database: Database
  beforeAll(async () => {
    database = await openDatabase(version, 'contract')
  })
  afterAll(() => database.close())

  const left = leftOut.filter(({ file }) => file === 'console').map(({ step }) => step)
  test.each(consoleEntries(version).filter(({ name }) => !left.includes(name)))('$name', async ({ name, answer }) => {
    const undone = new Invalid([])
    let ours: unknown
    await database
      .transaction(async (session) => {
        ours = await ANSWERS[name]?.({ session, version }, answer)
        throw undone
      })
      .catch((error: unknown) => {
        if (error !== undone) throw error
      })
    expect(ours).toEqual(WANTED[name]?.(answer as never, version) ?? answer)
  })

  test('tables have the columns of the real ones, with their types and defaults', async () => {
    const rows = await database.query<{
      table: string
      column: string
      type: string
      null: boolean
      default: string | null
    }>(
      `select table_name as table, column_name as column, udt_name as type,
         is_nullable = 'YES' as null, column_default as default
       from information_schema.columns where table_schema = 'public' order by table_name, column_name`,
    )
    const recorded = columns(version)
    const partly = ['statuses', 'reports', 'media_attachments', 'session_activations']
    const tables = new Set(
      rows.map((row) => row.table).filter((table) => table !== 'instances' && !partly.includes(table)),
    )
    const ours = [...tables].map(
      (table) => [table, rows.flatMap(({ table: of, ...column }) => (of === table ? [column] : []))] as const,
    )
    const theirs = [...tables].map(
      (table) => [table, (recorded[table] ?? []).toSorted((a, b) => (a.column < b.column ? -1 : 1))] as const,
    )
    expect(ours).toEqual(theirs)
  })
})
