import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openConnections } from '../../src/providers/mastodon/connections.ts'
import { openSecrets } from '../../src/secrets/secrets.ts'
import { connectionsOf, must, pasture, setConfig, type Pasture } from '../support/sandbox.ts'
import { regexOf } from '../support/regex-of.ts'

const flat = (text: string): string => text.replace(/\s+/g, ' ')

describe('an account that acts and ranks too low', () => {
  let field: Pasture
  beforeAll(async () => {
    field = await pasture()
  })
  afterAll(() => field[Symbol.asyncDispose]())

  test('is told of by the plan, before Mastodon refuses the step', async () => {
    const herd = await field.herd({ begin: 'live', config: { acting_account: 'herdbook' } })
    expect(await herd.run(['promote', 'alice', 'Moderator'])).toMatchObject({ code: 0 })
    const planned = await herd.run(['plan'])
    expect(planned.code).toBe(5)
    expect(flat(planned.stdout)).toContain(
      'Mastodon will refuse moderator/alice. ' +
        'The account that Herdbook acts as (acting_account in instance.yaml), @herdbook (Herdbook), cannot give',
    )
    expect(flat(planned.stdout)).toContain(
      'Herdbook cannot change moderator/alice. The account that Herdbook acts as ' +
        '(acting_account in instance.yaml), @herdbook (Herdbook), lacks the permission manage_roles',
    )
    expect(flat(planned.stdout)).toContain('Name an owner as acting_account')
  })
  test('hands out no role without Manage Roles, nor what it lacks, however low; the console refuses, too', async () => {
    await field.sandbox.query(
      `insert into user_roles (name, position, permissions, created_at, updated_at)
       values ('Helper', 1, 16, now(), now())`,
    )
    const herd = await field.herd({ begin: 'live', config: { acting_account: 'herdbook' } })
    await must(herd, ['promote', 'alice', 'Helper'])
    expect(flat((await must(herd, ['plan'], 5)).stdout)).toMatch(
      regexOf(
        /cannot give permissions that it does not have itself: manage_reports[\s\S]*/,
        /lacks the permission manage_roles|lacks the permission manage_roles[\s\S]*/,
        /cannot give permissions that it does not have itself: manage_reports/,
      ),
    )
    const idOf = async (sql: string): Promise<string> => Object.values((await herd.rows(sql))[0] ?? {}).join('')
    const [alice, helper] = [
      await idOf("select id::text from accounts where username = 'alice' and domain is null"),
      await idOf("select id::text from user_roles where name = 'Helper'"),
    ]
    const given = async () => {
      const connections = openConnections(
        { domain: 'herd.example', acting_account: 'herdbook', mastodon: connectionsOf(field.sandbox) },
        openSecrets({ HB_TOKEN: field.sandbox.tokens.apply }),
      )
      const results = await (
        await connections.console()
      ).write([
        {
          table: 'role_of',
          action: 'create',
          name: 'alice',
          serverId: alice,
          expect: { role_id: null },
          set: { role_id: helper },
        },
      ])
      await connections.close()
      return results
    }
    expect(await given()).toMatchObject([{ state: 'refused', reason: { code: 'actor-lacks' } }])
    await field.sandbox.query("update user_roles set permissions = permissions | 131072 where name = 'Herdbook'")
    expect(await given()).toMatchObject([
      {
        state: 'refused',
        reason: { code: 'actor-too-low', message: expect.stringContaining('it lacks manage_reports') },
      },
    ])
    await field.sandbox.query("update user_roles set permissions = permissions & ~131072 where name = 'Herdbook'")
    await field.sandbox.query("delete from user_roles where name = 'Helper'")
  })
  test('takes no role away from who stands above it, whatever its console would let it do', async () => {
    const herd = await field.herd({ begin: 'live', config: { acting_account: 'herdbook' } })
    expect(await herd.run(['demote', 'mod'])).toMatchObject({ code: 0 })
    herd.write({}, 'Demote')
    const refusal =
      'Herdbook cannot change moderator/mod, because @mod holds Moderator with the position 10. The account ' +
      'that Herdbook acts as (acting_account in instance.yaml), @herdbook (Herdbook), has only the position 5.'
    expect(flat((await herd.run(['plan'])).stdout)).toContain(refusal)
    const ran = await herd.run(['apply', '--yes'])
    expect(ran.code, ran.out).toBe(5)
    expect(flat(ran.out)).toContain(refusal)
    expect(
      await herd.rows(
        `select r.name from users u join accounts a on a.id = u.account_id
         join user_roles r on r.id = u.role_id where a.username = 'mod'`,
      ),
    ).toEqual([{ name: 'Moderator' }])
  })
  test('changes and deletes no role above its own', async () => {
    await field.sandbox.query(
      `insert into user_roles (name, position, permissions, created_at, updated_at)
       values ('Elder', 500, 0, now(), now())`,
    )
    const herd = await field.herd({ begin: 'live', config: { acting_account: 'herdbook' } })
    herd.edit('roles.yaml', (text) =>
      text.replace(/ {2}- name: Elder\n(?: {4}.*\n?)*/, '').replace('position: 10\n', 'position: 4\n'),
    )
    const ran = await herd.run(['apply', '--yes'])
    expect(ran.code, ran.out).toBe(5)
    expect(flat(ran.out)).toContain(
      'Herdbook cannot change role/Elder, because its position is 500. The account that Herdbook acts as ' +
        '(acting_account in instance.yaml), @herdbook (Herdbook), has only the position 5.',
    )
    expect(flat(ran.out)).toContain(
      'Herdbook cannot change role/Moderator, because its position is 10. The account that Herdbook acts as ' +
        '(acting_account in instance.yaml), @herdbook (Herdbook), has only the position 5.',
    )
    await field.sandbox.query("delete from user_roles where name = 'Elder'")
  })
  test('is told by status and plan where it is named and not there, and nothing is written', async () => {
    const herd = await field.herd({ begin: 'live' })
    setConfig(herd, { acting_account: 'nobodyhere' })
    herd.write({ 'settings.yaml': 'settings:\n  site_title: Another\n' })
    for (const args of [['status'], ['status', '--console']]) {
      const { out } = await must(herd, args, 10)
      expect(flat(out)).toMatch(/This server has no account @nobodyhere|There is no account @nobodyhere/)
      expect(flat(out)).toContain('In instance.yaml, set acting_account to an account that exists and can log in.')
    }
    const said = /instance\.yaml:\d+:\d+ error no-actor This server has no account @nobodyhere/
    expect(flat((await must(herd, ['plan'], 5)).out)).toMatch(said)
    expect(flat((await must(herd, ['apply', '--yes'], 5)).out)).toMatch(said)
    expect(await herd.rows("select 1 from settings where value like '%Another%'")).toEqual([])
    setConfig(herd, {})
    expect((await must(herd, ['status'])).stdout).toMatch(/Acts as +@owner/)
  })
  test('is not told of where an owner acts', async () => {
    const herd = await field.herd({ begin: 'live', config: { acting_account: 'owner' } })
    expect(await herd.run(['promote', 'alice', 'Moderator'])).toMatchObject({ code: 0 })
    expect((await herd.run(['plan'])).stdout).not.toContain('will refuse')
  })
})
