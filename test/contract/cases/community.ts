import { expect, test } from 'vitest'
import type { Write } from '../../../src/providers/mastodon/tables.ts'
import { fresh, idOf, NEW, rowsOf, type Bench } from './bench.ts'

/** Settings that the case of the settings writes. */
const WRITTEN = new Set(['noindex', 'site_contact_email', 'site_contact_username', 'media_cache_retention_period'])

/** What must hold of people, rules, settings and terms, of any Mastodon. */
export function communityCases({ read, write }: Bench): void {
  test('roles: made, given, kept from being deleted while held, taken away', async () => {
    const name = `Helper ${fresh()}`
    const fields = {
      name,
      position: 7,
      permissions: ['manage_reports', 'manage_users'],
      color: '#ff0000',
      highlighted: true,
    }
    const [role] = await write('console', { ...NEW, table: 'roles', name, set: fields })
    expect(role).toMatchObject({ state: 'done', live: fields })
    expect(
      await write('console', {
        ...NEW,
        table: 'roles',
        name: `${name} 2`,
        set: { ...fields, name: `${name} 2`, permissions: ['fly'] },
      }),
    ).toMatchObject([{ state: 'refused', reason: { code: 'unknown-permission' } }])
    const alice = rowsOf((await read(['database'])).accounts).find((row) => row.username === 'alice')
    const grant = { table: 'role_of', name: 'alice', serverId: alice?.id ?? null } as const
    expect(
      await write('console', { ...grant, action: 'create', expect: { role_id: null }, set: { role_id: idOf(role) } }),
    ).toMatchObject([{ state: 'done', serverId: alice?.id }])
    expect(
      await write('console', { ...grant, action: 'update', expect: { role_id: '1' }, set: { role_id: '3' } }),
    ).toEqual([{ state: 'changed', live: { role_id: idOf(role) } }])
    expect(
      await write('console', { ...grant, serverId: '1', action: 'update', expect: {}, set: { role_id: '3' } }),
    ).toEqual([{ state: 'changed', live: null }])
    const away = { table: 'roles', action: 'delete', name, serverId: idOf(role), expect: { name }, set: {} } as const
    expect(await write('console', away)).toMatchObject([{ state: 'refused', reason: { code: 'role-held' } }])
    expect(
      await write('console', { ...grant, action: 'delete', expect: { role_id: idOf(role) }, set: {} }),
    ).toMatchObject([{ state: 'done' }])
    expect(await write('console', away)).toMatchObject([{ state: 'done' }])
  })

  test('owners: the minimum stays, and nobody takes away the role that acts', async () => {
    const accounts = rowsOf((await read(['database'])).accounts)
    const take = (name: string): Write => ({
      table: 'role_of',
      action: 'delete',
      name,
      serverId: accounts.find((row) => row.username === name)?.id ?? null,
      expect: { role_id: '3' },
      set: {},
      guard: { minimum_owners: 2 },
    })
    expect(await write('console', take('second'))).toMatchObject([
      { state: 'refused', reason: { code: 'minimum-owners' } },
    ])
    expect(await write('console', take('owner'))).toMatchObject([{ state: 'refused', reason: { code: 'own-role' } }])
    expect(rowsOf((await read(['database'])).accounts).filter((row) => row.role_id === '3')).toHaveLength(2)
  })

  test('rules: made at the end, changed with their translations, put in order, taken away', async () => {
    const text = fresh()
    const made = await write(
      'console',
      ...['a', 'b'].map((letter): Write => ({
        ...NEW,
        table: 'rules',
        name: letter,
        set: { text: `${letter} ${text}`, hint: '', translations: { fr: { text: 'un', hint: '' } } },
      })),
    )
    const [a, b] = made.map(idOf)
    const change = {
      table: 'rules',
      action: 'update',
      name: 'a',
      serverId: a ?? null,
      expect: { text: `a ${text}`, hint: '', translations: { fr: { text: 'un', hint: '' } } },
    } as const
    expect(
      await write('console', { ...change, set: { translations: { de: { text: 'eins', hint: 'x' } } } }),
    ).toMatchObject([{ state: 'done', live: { translations: { de: { text: 'eins', hint: 'x' } } } }])
    expect(await write('console', { ...change, set: { text: 'later' } })).toMatchObject([{ state: 'changed' }])
    const before = rowsOf((await read(['database'])).rules).map((row) => row.id)
    const order = [b ?? '', a ?? '', ...before.filter((id) => id !== a && id !== b)]
    expect(
      await write('console', {
        table: 'rule_order',
        action: 'update',
        serverId: null,
        name: 'rules',
        expect: {},
        set: { order },
      }),
    ).toMatchObject([{ state: 'done' }])
    expect(rowsOf((await read(['database'])).rules).map((row) => row.id)).toEqual(order)
    const gone = [a, b].map((id): Write => ({
      table: 'rules',
      action: 'delete',
      name: 'x',
      serverId: id ?? null,
      expect: {},
      set: {},
    }))
    expect(await write('console', ...gone)).toMatchObject([{ state: 'done' }, { state: 'done' }])
    expect(rowsOf((await read(['database'])).rules).map((row) => row.id)).not.toContain(a)
  })

  test('announcements: published, changed only as the plan saw them, published again, taken away', async () => {
    const text = fresh()
    const times = { starts_at: '2031-02-03T10:00:00.000Z', ends_at: '2031-02-04T00:00:00.000Z', all_day: true }
    const set = { text, ...times, published: true }
    const [made] = await write('console', { ...NEW, table: 'announcements', name: 'a', set })
    expect(made).toMatchObject({ state: 'done', live: { ...set, notified: false } })
    expect(await write('console', { ...NEW, table: 'announcements', name: 'a', set })).toEqual([made])
    expect(
      await write('console', { ...NEW, table: 'announcements', name: 'a', set: { ...set, all_day: false } }),
    ).toMatchObject([{ state: 'changed' }])
    const half = { text: `${text} half`, starts_at: times.starts_at, ends_at: null, all_day: false, published: true }
    expect(await write('console', { ...NEW, table: 'announcements', name: 'b', set: half })).toMatchObject([
      { state: 'refused', reason: { code: 'refused-by-mastodon' } },
    ])
    const row = { table: 'announcements', name: 'a', serverId: idOf(made), expect: set } as const
    expect(
      await write(
        'console',
        { ...row, action: 'update', set: { text: `${text}!` } },
        { ...row, action: 'update', set: { text: `${text}?` } },
        { ...row, action: 'update', expect: { text: `${text}!` }, set: { published: true } },
      ),
    ).toMatchObject([
      { state: 'done', live: { text: `${text}!`, ...times } },
      { state: 'changed' },
      { state: 'done', live: { published: true } },
    ])
    const live = async () => rowsOf((await read(['database'])).announcements).filter(({ id }) => id === idOf(made))
    expect(await live()).toMatchObject([{ text: `${text}!`, ...times, published: true, notification_sent_at: null }])
    const away = { ...row, action: 'delete', expect: { text: `${text}!` }, set: {} } as const
    expect(await write('console', away, away)).toMatchObject([{ state: 'done' }, { state: 'done' }])
    expect(await live()).toEqual([])
  })

  test('settings: a yes is stored as yes, the contact in one go; an unknown key is refused with its row', async () => {
    const kept = async () => new Map(rowsOf((await read(['database'])).settings).map((row) => [row.var, row]))
    const before = await kept()
    const set = (name: string, value: Write['set'][string], rest: Partial<Write> = {}): Write => ({
      ...NEW,
      table: 'settings',
      action: 'update',
      name,
      set: { value },
      ...rest,
    })
    const results = await write(
      'console',
      set('noindex', true),
      set('site_contact_email', 'a@b.example', { batch: 'contact' }),
      set('site_contact_username', 'owner', { batch: 'contact' }),
      set('media_cache_retention_period', 14),
      set('nonsense', 'x'),
      set('registrations_mode', 'sometimes'),
      set('noindex', false, { expect: { value: false } }),
    )
    expect(results.map((result) => result.state)).toEqual([
      'done',
      'done',
      'done',
      'done',
      'refused',
      'refused',
      'changed',
    ])
    const stored = await kept()
    expect(
      ['noindex', 'site_contact_email', 'media_cache_retention_period'].map((key) => stored.get(key)?.value),
    ).toEqual(['--- true\n', '--- a@b.example\n', '--- 14\n'])
    // Mastodon's form would write what it looked at, too
    const others = (rows: typeof stored) => [...rows].filter(([key]) => !WRITTEN.has(key))
    expect(others(stored)).toEqual(others(before))
    const contact = stored.get('site_contact_username')
    expect(await write('console', set('site_contact_email', 'c@b.example'))).toMatchObject([{ state: 'done' }])
    expect((await kept()).get('site_contact_username')).toEqual(contact)
    expect(
      await write(
        'console',
        set('media_cache_retention_period', null),
        set('noindex', false, { expect: { value: true } }),
      ),
    ).toMatchObject([{ state: 'done' }, { state: 'done' }])
  })

  test('terms of service: published once, mail only where asked for, never taken back', async () => {
    const date = '2031-02-03'
    const set = { text: 'Terms', changelog: 'First', effective_date: date }
    const [made] = await write('console', { ...NEW, table: 'terms_of_services', name: date, set })
    expect(made).toMatchObject({ state: 'done', live: { notified: false } })
    expect(
      await write('console', { ...NEW, table: 'terms_of_services', name: date, set: { ...set, text: 'Other' } }),
    ).toMatchObject([{ state: 'changed' }])
    expect(
      await write('console', {
        ...NEW,
        table: 'terms_of_services',
        name: '2001-01-01',
        set: { ...set, effective_date: '2001-01-01' },
      }),
    ).toMatchObject([{ state: 'refused' }])
    const row = rowsOf((await read(['database'])).terms_of_services).find((terms) => terms.effective_date === date)
    expect(row).toMatchObject({
      id: idOf(made),
      text: 'Terms',
      changelog: 'First',
      notification_sent_at: null,
      published_at: expect.any(String),
    })
  })
}
