import { PGlite } from '@electric-sql/pglite'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { literal, readDatabase, requestText } from '../../src/providers/mastodon/database/database.ts'
import { roleSql } from '../../src/providers/mastodon/database/install.ts'
import { localMachine, run } from '../../src/ssh/executor.ts'
import { openReader } from '../../src/providers/mastodon/reader.ts'
import { openSecrets } from '../../src/secrets/secrets.ts'
import { byTable, TABLE_NAMES as TABLES } from '../support/rows.ts'
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts'
import type { ReadRequest } from '../../src/providers/mastodon/tables.ts'
import { fakePrograms } from '../support/programs.ts'

const RULES: ReadRequest = { tables: ['rules'], accounts: [], measure: [] }
const SHOW_ALL: ReadRequest = {
  tables: TABLES,
  accounts: ['alice', "o'neill", '"; drop table users; --'],
  measure: [{ domain: 'bad.example', severity: 'suspend' }],
}

describe('what goes to PostgreSQL', () => {
  test('any text is one literal, and comes back as it was', async () => {
    const database = new PGlite()
    const text = fc
      .oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^['"\\$;\n:{}-]{0,20}$/))
      .filter((one) => !one.includes('\0') && one.isWellFormed())
    await fc.assert(
      fc.asyncProperty(text, async (one) => {
        const { rows } = await database.query<{ said: string }>(`select ${literal(one)} as said`)
        expect(rows[0]?.said).toBe(one)
        const back = await database.query<{ said: { accounts: string[] } }>(
          `select ${literal(requestText({ ...RULES, accounts: [one] }))}::jsonb as said`,
        )
        expect(back.rows[0]?.said.accounts).toEqual([one])
      }),
      { numRuns: 100 },
    )
    expect(() => literal('a\0b')).toThrow('null byte')
    await database.close()
  })
})

describe('what psql answers', () => {
  const read = (script: string) =>
    readDatabase(localMachine(), { over: 'local', native: { psql: fakePrograms({ psql: script }).psql } }, RULES)

  test.each([
    ['no JSON', 'echo "psql is being updated"', 'not a JSON document'],
    ['nothing', 'exit 0', 'not a JSON document'],
    ['half a document', `echo '{"tables":{"rules":['`, 'not a JSON document'],
    ['a failure', 'echo "FATAL: role does not exist" >&2; exit 2', 'ended with code 2: FATAL: role does not exist'],
    ['another shape', `echo '{"rows":[]}'`, 'is not as expected'],
    [
      'a row without a text',
      `echo '{"tables":{"rules":[{"id":"1"}]},"unknown":{},"domain":"herd.example"}'`,
      'is not as expected',
    ],
    [
      'an id that is a number',
      `echo '{"tables":{"rules":[{"id":1,"text":"a","hint":"","priority":0,` +
        `"created_at":"2026-11-23T02:13:40.786Z","translations":[]}]},"unknown":{}}'`,
      'id is not as expected',
    ],
    [
      'a refusal',
      `echo '{"tables":{},"unknown":{"rules":"permission denied for table rules"},"domain":"herd.example"}'`,
      'permission denied for table rules',
    ],
  ])('%s makes the table unknown, never empty', async (_name, script, why) => {
    expect((await read(`cat > /dev/null; ${script}`)).tables['rules']).toMatchObject({
      state: 'unknown',
      reason: { message: expect.stringContaining(why) },
    })
  })
})

describe('the script of SELECTs', () => {
  let sandbox: Sandbox
  beforeAll(async () => {
    sandbox = await startSandbox()
    expect(await run(localMachine(), sandbox.database, roleSql('herd.example'))).toMatchObject({ code: 0 })
  })
  afterAll(() => sandbox.close())

  const instance = (database: object) => ({
    domain: 'herd.example',
    mastodon: { database: { over: 'local' as const, ...database } },
  })
  const readAll = async (request = SHOW_ALL) => {
    const reader = await openReader(instance({ native: { psql: sandbox.database } }), openSecrets({}))
    return byTable(await reader.read(request))
  }

  test('needs no more than the role may select', async () => {
    const tables = await readAll()
    expect(TABLES.filter((name) => tables[name].state === 'unknown')).toEqual([])
    expect(tables.version).toBe('4.6')
    const me = await run(
      localMachine(),
      sandbox.database,
      'begin read only; set local role herdbook_reader; select email from users;',
    )
    expect(me.stderr).toContain('permission denied')
  })

  test('a table that the role may not see is unknown by itself', async () => {
    await sandbox.query('revoke select on user_roles from herdbook_reader')
    await sandbox.query('alter table rules rename column hint to clue')
    const tables = await readAll()
    expect(TABLES.filter((name) => tables[name].state === 'unknown')).toEqual(['roles', 'rules'])
    expect(tables.roles).toMatchObject({
      state: 'unknown',
      reason: {
        message: expect.stringContaining('permission denied for table user_roles'),
        hint: expect.stringContaining('herdbook reader install'),
      },
    })
    expect(tables.rules).not.toHaveProperty('reason.hint')
    await sandbox.query('grant select on user_roles to herdbook_reader')
    await sandbox.query('alter table rules rename column clue to hint')
  })

  test('what was not asked for is not answered', async () => {
    const tables = await readAll(RULES)
    expect(TABLES.filter((name) => tables[name].state === 'complete')).toEqual(['rules'])
  })

  test('a database that does not say whose it is is not used; one of another server ends the run', async () => {
    await sandbox.query('comment on role herdbook_reader is null')
    expect((await readAll()).domain_blocks).toMatchObject({
      state: 'unknown',
      reason: { code: 'nameless-database', hint: expect.stringContaining('reader install') },
    })
    await sandbox.query("comment on role herdbook_reader is 'other.example'")
    await expect(readAll()).rejects.toMatchObject({ exit: 10, diagnostics: [{ code: 'another-server' }] })
    await sandbox.query("comment on role herdbook_reader is 'herd.example'")
  })

  test('hosts of any depth count for every domain above them, once', async () => {
    await sandbox.query("update accounts set domain = 'a.b.sub.bad.example' where domain = 'sub.bad.example'")
    const measure = ['bad.example', 'sub.bad.example', 'b.sub.bad.example', 'xbad.example', 'example'].map(
      (domain) => ({ domain, severity: 'suspend' as const }),
    )
    const { impact } = await readAll({ ...SHOW_ALL, tables: ['impact'], measure: [...measure, ...measure] })
    expect(
      impact.state === 'complete' && Object.fromEntries(impact.rows.map((row) => [row.domain, row.accounts])),
    ).toEqual({
      'bad.example': 15,
      'sub.bad.example': 3,
      'b.sub.bad.example': 3,
      example: 31,
    })
  })
})
