import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDoors } from '../../../src/providers/mastodon/doors.ts'
import { roleSql } from '../../../src/providers/mastodon/database/install.ts'
import { localMachine, run } from '../../../src/clients/machine.ts'
import { openReader } from '../../../src/providers/mastodon/reader.ts'
import { TABLES } from '../../../src/providers/mastodon/database/snapshot.ts'
import { openWriter } from '../../../src/providers/mastodon/writer.ts'
import type { ReadRequest, Table, Tables, Write, Writer, WriteResult } from '../../../src/providers/mastodon/tables.ts'
import { type Door, instanceOf, secretsOf, type Server } from './server.ts'

const EVERYTHING: ReadRequest = {
  tables: TABLES,
  accounts: ['alice', 'nobody'],
  measure: [
    { domain: 'bad.example', severity: 'suspend' },
    { domain: 'sub.bad.example', severity: 'suspend' },
    { domain: 'meh.example', severity: 'silence' },
    { domain: 'fine.example', severity: 'noop' },
    { domain: 'never.example', severity: 'suspend' },
  ],
}
const BLOCK = {
  severity: 'silence',
  reject_media: true,
  reject_reports: false,
  obfuscate: false,
  public_comment: 'it\'s "$$" \\ ünï',
  private_comment: '',
}

/** Settings that the case of the settings writes. */
const WRITTEN = new Set(['noindex', 'site_contact_email', 'site_contact_username', 'media_cache_retention_period'])

const NEW = { serverId: null, expect: {}, action: 'create' } as const
const block = (name: string, set: Write['set'] = BLOCK, rest: Partial<Write> = {}): Write => ({
  table: 'domain_blocks',
  name,
  set,
  ...NEW,
  ...rest,
})

const rowsOf = <Row>(table: Table<Row>): readonly Row[] => {
  if (table.state === 'unknown') throw new Error(table.reason.message)
  return table.rows
}

const all = (tables: Tables): { [name: string]: readonly unknown[] } =>
  Object.fromEntries(TABLES.map((name) => [name, rowsOf<unknown>(tables[name])]))

/** The API's measures don't tell how many members they are of. */
const asTheApi = (tables: { readonly [name: string]: readonly unknown[] }) => ({
  ...tables,
  impact: tables['impact']?.map((row) => ({ ...(row as object), members: undefined })),
})

const fresh = (() => {
  let count = 0
  return (suffix = 'doors.example'): string => `d${process.pid}-${(count += 1)}.${suffix}`
})()

const idOf = (result: WriteResult | undefined): string =>
  result?.state === 'done' && result.serverId !== null ? result.serverId : ''

/** What must hold of the doors of any Mastodon. */
export function doorCases(start: () => Promise<Server>): void {
  let server: Server
  let writer: Writer
  beforeAll(async () => {
    server = await start()
    const role = await run(localMachine(), `${server.directory}/bin/psql`, roleSql(server.domain))
    expect(role).toMatchObject({ code: 0 })
    writer = await openWriter(instanceOf(server, ['api', 'console']), secretsOf(server))
  }, 120_000)
  afterAll(() => writer?.close())

  const read = async (doors: readonly Door[], request: ReadRequest = EVERYTHING): Promise<Tables> => {
    const reader = await openReader(instanceOf(server, doors), secretsOf(server))
    try {
      return await reader.read(request)
    } finally {
      await reader.close()
    }
  }
  const write = async (door: 'rest' | 'console', ...writes: Write[]): Promise<WriteResult[]> => {
    const results: WriteResult[] = []
    for await (const result of writer.write(writes, door)) results.push(result)
    return results
  }
  const blocks = async () =>
    new Map(
      rowsOf((await read(['database'], { ...EVERYTHING, tables: ['domain_blocks'] })).domain_blocks).map((row) => [
        row.domain,
        row,
      ]),
    )

  test('the database, the API and the console answer equal rows', async () => {
    const name = fresh()
    await write('rest', block(name), {
      ...NEW,
      table: 'email_domain_blocks',
      name: fresh('mail.example'),
      set: { allow_with_approval: true },
    })
    await write('rest', {
      ...NEW,
      table: 'ip_blocks',
      name: '198.51.100.0/24',
      set: { severity: 'sign_up_block', comment: '', expires_at: '2031-01-01T00:00:00.000Z' },
    })
    const rule = {
      text: `Be kind ${name}`,
      hint: 'ü',
      translations: { fr: { text: 'Soyez', hint: '' }, 'pt-BR': { text: 'Seja', hint: 'h' } },
    }
    await write(
      'console',
      { ...NEW, table: 'rules', name: 'kind', set: rule },
      { ...NEW, table: 'settings', action: 'update', name: 'site_title', set: { value: 'Herd: "one"\ntwo' } },
    )

    const database = all(await read(['database']))
    expect(all(await read(['console']))).toEqual(database)
    expect(all(await read(['api', 'console']))).toEqual(asTheApi(database))
    expect(all(await read(['database', 'api', 'console']))).toEqual(database)
    expect(database.domain_blocks).toContainEqual(expect.objectContaining({ domain: name, ...BLOCK }))
    expect(database.rules).toContainEqual(expect.objectContaining({ text: rule.text, hint: 'ü' }))
    expect(database.accounts?.map((row) => (row as { username: string }).username)).toEqual(
      expect.arrayContaining(['owner', 'second', 'mod', 'alice', 'bob', 'herdbook']),
    )
  })

  test('impact is what the contract recorded, with subdomains, each member once, and only for what is raised', async () => {
    expect(rowsOf((await read(['database'], { ...EVERYTHING, tables: ['impact'] })).impact)).toEqual([
      expect.objectContaining({ domain: 'bad.example', follows: 30, followers: 20, accounts: 15, members: 4 }),
      expect.objectContaining({ domain: 'meh.example', accounts: 5, members: 4 }),
      expect.objectContaining({ domain: 'sub.bad.example', accounts: 3, members: 4 }),
    ])
  })

  for (const door of ['rest', 'console'] as const) {
    test(`${door}: a block is created, found again, changed and lifted`, async () => {
      const name = fresh()
      const [made] = await write(door, block(name))
      expect(made).toMatchObject({ state: 'done' })
      expect(await write(door, block(name))).toEqual([expect.objectContaining({ state: 'done', serverId: idOf(made) })])
      expect(await write(door, block(name, { ...BLOCK, severity: 'noop' }))).toEqual([
        { state: 'changed', live: expect.objectContaining({ severity: 'silence' }) },
      ])

      const update = { table: 'domain_blocks', action: 'update', serverId: idOf(made), name } as const
      expect(await write(door, { ...update, expect: { severity: 'noop' }, set: { public_comment: 'x' } })).toEqual([
        {
          state: 'changed',
          live: expect.objectContaining({ severity: 'silence', public_comment: BLOCK.public_comment }),
        },
      ])
      expect(await write(door, { ...update, expect: BLOCK, set: { public_comment: 'new' } })).toEqual([
        expect.objectContaining({ state: 'done' }),
      ])
      expect((await blocks()).get(name)).toMatchObject({ ...BLOCK, public_comment: 'new' })

      const lift = { ...update, action: 'delete', expect: { public_comment: 'new' }, set: {} } as const
      expect(await write(door, lift)).toEqual([expect.objectContaining({ state: 'done' })])
      expect((await blocks()).has(name)).toBe(false)
      expect(await write(door, lift)).toEqual([expect.objectContaining({ state: 'done' })])
      expect(await write(door, { ...update, expect: {}, set: { severity: 'noop' } })).toEqual([
        { state: 'changed', live: null },
      ])
    })

    test(`${door}: a suspension that would sever more than was accepted is refused and changes nothing`, async () => {
      const set = { ...BLOCK, severity: 'suspend' }
      expect(await write(door, block('bad.example', set, { consent: 49 }))).toEqual([
        {
          state: 'refused',
          reason: expect.objectContaining({
            code: 'consent-exceeded',
            message: expect.stringContaining('50 relationships'),
          }),
        },
      ])
      expect((await blocks()).has('bad.example')).toBe(false)
    })

    test(`${door}: e-mail domain and IP blocks`, async () => {
      const mail = fresh('mail.example')
      const [one] = await write(door, {
        ...NEW,
        table: 'email_domain_blocks',
        name: mail,
        set: { allow_with_approval: false },
      })
      expect(one).toMatchObject({ state: 'done', live: { allow_with_approval: false } })
      expect(
        await write(door, {
          table: 'email_domain_blocks',
          action: 'delete',
          serverId: idOf(one),
          name: mail,
          expect: { allow_with_approval: false },
          set: {},
        }),
      ).toMatchObject([{ state: 'done' }])

      const ip = door === 'rest' ? '203.0.113.0/25' : '203.0.113.128/25'
      const [two] = await write(door, {
        ...NEW,
        table: 'ip_blocks',
        name: ip,
        set: { severity: 'sign_up_block', comment: 'c', expires_at: '2031-05-05T10:00:00.000Z' },
      })
      expect(two).toMatchObject({ state: 'done', live: { severity: 'sign_up_block', comment: 'c' } })
      const update = {
        table: 'ip_blocks',
        action: 'update',
        serverId: idOf(two),
        name: ip,
        expect: { severity: 'sign_up_block', expires_at: '2031-05-05T10:00:00.000Z' },
      } as const
      // A row's number may be another address by now.
      expect(await write(door, { ...update, name: '203.0.113.64/26', set: { severity: 'no_access' } })).toMatchObject([
        { state: 'changed', live: { severity: 'sign_up_block' } },
      ])
      expect(await write(door, { ...update, name: '203.0.113.64/26', action: 'delete', set: {} })).toMatchObject([
        { state: 'changed' },
      ])
      expect(await write(door, { ...update, set: { severity: 'no_access', expires_at: null } })).toMatchObject([
        { state: 'done', live: { severity: 'no_access', expires_at: null } },
      ])
      expect(await write(door, { ...update, action: 'delete', expect: {}, set: {} })).toMatchObject([{ state: 'done' }])
    })
  }

  test('many blocks go in as one batch: what is wrong stays out, everything else is in', async () => {
    const names = Array.from({ length: 200 }, () => fresh('batch.example'))
    const bad = block('not a domain')
    const results = await write('console', ...names.map((name) => block(name)), bad)
    expect(results.slice(0, 200).every((result) => result.state === 'done' && result.serverId !== null)).toBe(true)
    expect(results[200]).toMatchObject({ state: 'refused', reason: { code: 'refused-by-mastodon' } })
    const live = await blocks()
    expect(names.map((name) => live.get(name)?.id)).toEqual(results.slice(0, 200).map(idOf))
    const owed = names.map((id) => ({
      kind: 'domain-block',
      id,
      action: 'create' as const,
      fields: { severity: 'silence' },
      hazard: 'disruptive' as const,
      what: `the limit on ${id}`,
      repeatable: true,
    }))
    expect(await writer.settle(owed)).toEqual({ state: 'done', serverId: null })
    const gone = names.map((name, i): Write => ({
      table: 'domain_blocks',
      action: 'delete',
      serverId: idOf(results[i]),
      name,
      expect: {},
      set: {},
    }))
    expect((await write('console', ...gone)).every((result) => result.state === 'done')).toBe(true)
  })

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

  test('settings: a yes is stored as yes, the contact in one go, an unknown key is refused, and no other row is written', async () => {
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
      set('site_contact_email', 'a@b.example'),
      set('site_contact_username', 'owner'),
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

  test('a door whose server is another one ends the run, whichever door it is', async () => {
    for (const doors of [['database'], ['api'], ['console']] as const) {
      const instance = { ...instanceOf(server, doors), domain: 'other.example' }
      const reader = await openReader(instance, secretsOf(server))
      await expect(reader.read({ ...EVERYTHING, tables: ['domain_blocks'] })).rejects.toMatchObject({
        exit: 10,
        diagnostics: [{ code: 'another-server' }],
      })
      await reader.close()
    }
  })

  test('a token is made for a bot of its own, works, and is destroyed', async () => {
    const deeds = async (): Promise<string[]> => {
      const sql =
        "select concat_ws(' ', a.username, l.action, l.target_type, l.human_identifier) from admin_action_logs l join accounts a on a.id = l.account_id order by l.id"
      const { stdout } = await run(localMachine(), `${server.directory}/bin/psql -At`, sql)
      return stdout.split('\n').filter((line) => line !== '')
    }
    const doors = openDoors({ ...instanceOf(server, ['api', 'console']), acting_account: 'owner' }, secretsOf(server))
    const console = await doors.console()
    const role = {
      name: 'Herdbook',
      position: 5,
      permissions: ['manage_federation', 'manage_blocks', 'view_dashboard'],
    }
    const made = await console.createToken({
      username: 'herdbook',
      application: 'Herdbook',
      role,
      scopes: ['admin:read', 'admin:write', 'profile'],
    })
    const ask = () =>
      fetch(`${server.url}/api/v1/admin/domain_blocks?limit=1`, { headers: { authorization: `Bearer ${made.token}` } })
    expect((await ask()).status).toBe(200)
    expect(await console.destroyToken(made.token)).toBe(true)
    expect((await ask()).status).toBe(403)
    const known = await deeds()
    // the role and the bot were there before: nothing was done that the audit log has a word for
    await console.createToken({ username: 'herdbook', application: 'Herdbook', role, scopes: ['admin:read'] })
    expect(await deeds()).toEqual(known)
    const name = `bot${process.pid}`
    await console.createToken({
      username: name,
      application: 'Herdbook',
      role: { ...role, name },
      scopes: ['admin:read'],
    })
    expect((await deeds()).slice(known.length)).toEqual([
      `owner create UserRole ${name}`,
      `owner change_role User ${name}`,
    ])
    await expect(
      console.createToken({ username: 'alice', application: 'Herdbook', role, scopes: ['admin:read'] }),
    ).rejects.toMatchObject({ code: 'not-the-bot' })
    await doors.close()
  })
}
