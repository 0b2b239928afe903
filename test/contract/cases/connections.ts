import { expect, test } from 'vitest'
import { openConnections } from '../../../src/providers/mastodon/connections.ts'
import { localMachine, run } from '../../../src/ssh/executor.ts'
import { openReader } from '../../../src/providers/mastodon/reader.ts'
import type { Write } from '../../../src/providers/mastodon/tables.ts'
import { instanceOf, secretsOf, type Server } from './server.ts'
import { all, asTheApi, BLOCK, block, SHOW_ALL, fresh, idOf, NEW, rowsOf, benchOf } from './bench.ts'
import { communityCases } from './community.ts'

/** What must hold of the connections of any Mastodon. */
export function connectionCases(start: () => Promise<Server>): void {
  const bench = benchOf(start)
  const { server, writer, read, write, blocks } = bench

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

  test('impact is as the contract recorded it: subdomains, each member once, only for what is raised', async () => {
    expect(rowsOf((await read(['database'], { ...SHOW_ALL, tables: ['impact'] })).impact)).toEqual([
      expect.objectContaining({ domain: 'bad.example', follows: 30, followers: 20, accounts: 15, members: 4 }),
      expect.objectContaining({ domain: 'meh.example', accounts: 5, members: 4 }),
      expect.objectContaining({ domain: 'sub.bad.example', accounts: 3, members: 4 }),
    ])
  })

  for (const connection of ['rest', 'console'] as const) {
    test(`${connection}: a block is created, found again, changed and lifted`, async () => {
      const name = fresh()
      const [made] = await write(connection, block(name))
      expect(made).toMatchObject({ state: 'done' })
      expect(await write(connection, block(name))).toEqual([
        expect.objectContaining({ state: 'done', serverId: idOf(made) }),
      ])
      expect(await write(connection, block(name, { ...BLOCK, severity: 'noop' }))).toEqual([
        { state: 'changed', live: expect.objectContaining({ severity: 'silence' }) },
      ])

      const update = { table: 'domain_blocks', action: 'update', serverId: idOf(made), name } as const
      expect(
        await write(connection, { ...update, expect: { severity: 'noop' }, set: { public_comment: 'x' } }),
      ).toEqual([
        {
          state: 'changed',
          live: expect.objectContaining({ severity: 'silence', public_comment: BLOCK.public_comment }),
        },
      ])
      expect(await write(connection, { ...update, expect: BLOCK, set: { public_comment: 'new' } })).toEqual([
        expect.objectContaining({ state: 'done' }),
      ])
      expect((await blocks()).get(name)).toMatchObject({ ...BLOCK, public_comment: 'new' })

      const lift = { ...update, action: 'delete', expect: { public_comment: 'new' }, set: {} } as const
      expect(await write(connection, lift)).toEqual([expect.objectContaining({ state: 'done' })])
      expect((await blocks()).has(name)).toBe(false)
      expect(await write(connection, lift)).toEqual([expect.objectContaining({ state: 'done' })])
      expect(await write(connection, { ...update, expect: {}, set: { severity: 'noop' } })).toEqual([
        { state: 'changed', live: null },
      ])
    })

    test(`${connection}: a suspension that severs more than was accepted is refused, with no change`, async () => {
      const set = { ...BLOCK, severity: 'suspend' }
      expect(await write(connection, block('bad.example', set, { consent: 49 }))).toEqual([
        {
          state: 'refused',
          reason: expect.objectContaining({
            code: 'consent-exceeded',
            message: expect.stringContaining('50 follow relations'),
          }),
        },
      ])
      expect((await blocks()).has('bad.example')).toBe(false)
    })

    test(`${connection}: e-mail domain and IP blocks`, async () => {
      const mail = fresh('mail.example')
      const [one] = await write(connection, {
        ...NEW,
        table: 'email_domain_blocks',
        name: mail,
        set: { allow_with_approval: false },
      })
      expect(one).toMatchObject({ state: 'done', live: { allow_with_approval: false } })
      expect(
        await write(connection, {
          table: 'email_domain_blocks',
          action: 'delete',
          serverId: idOf(one),
          name: mail,
          expect: { allow_with_approval: false },
          set: {},
        }),
      ).toMatchObject([{ state: 'done' }])

      const ip = connection === 'rest' ? '203.0.113.0/25' : '203.0.113.128/25'
      const [two] = await write(connection, {
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
      expect(
        await write(connection, { ...update, name: '203.0.113.64/26', set: { severity: 'no_access' } }),
      ).toMatchObject([{ state: 'changed', live: { severity: 'sign_up_block' } }])
      expect(await write(connection, { ...update, name: '203.0.113.64/26', action: 'delete', set: {} })).toMatchObject([
        { state: 'changed' },
      ])
      expect(await write(connection, { ...update, set: { severity: 'no_access', expires_at: null } })).toMatchObject([
        { state: 'done', live: { severity: 'no_access', expires_at: null } },
      ])
      expect(await write(connection, { ...update, action: 'delete', expect: {}, set: {} })).toMatchObject([
        { state: 'done' },
      ])
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
    expect(await writer().finishOwed(owed)).toEqual({ state: 'done', serverId: null })
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

  communityCases(bench)

  test('a connection whose server is another one ends the run, whichever connection it is', async () => {
    for (const connections of [['database'], ['api'], ['console']] as const) {
      const instance = { ...instanceOf(server(), connections), domain: 'other.example' }
      const reader = await openReader(instance, secretsOf(server()))
      await expect(reader.read({ ...SHOW_ALL, tables: ['domain_blocks'] })).rejects.toMatchObject({
        exit: 10,
        diagnostics: [{ code: 'another-server' }],
      })
      await reader.close()
    }
  })

  test('a token is made for a bot of its own, works, and is destroyed', async () => {
    const deeds = async (): Promise<string[]> => {
      const sql = `select concat_ws(' ', a.username, l.action, l.target_type, l.human_identifier)
         from admin_action_logs l join accounts a on a.id = l.account_id order by l.id`
      const { stdout } = await run(localMachine(), `${server().directory}/bin/psql -At`, sql)
      return stdout.split('\n').filter((line) => line !== '')
    }
    const connections = openConnections(
      { ...instanceOf(server(), ['api', 'console']), acting_account: 'owner' },
      secretsOf(server()),
    )
    const console = await connections.console()
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
      fetch(`${server().url}/api/v1/admin/domain_blocks?limit=1`, {
        headers: { authorization: `Bearer ${made.token}` },
      })
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
    await connections.close()
  })
}
