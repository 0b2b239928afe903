import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openConsole, type Console } from '../../src/providers/mastodon/console/console.ts'
import { consoleLine } from '../../src/providers/mastodon/commands.ts'
import { localMachine } from '../../src/ssh/executor.ts'
import { readerScript } from '../../src/providers/mastodon/scripts.ts'
import type { Write } from '../../src/providers/mastodon/tables.ts'
import { handOf } from '../../src/sandbox/web-interface.ts'
import { startSandbox, type Sandbox } from '../../src/sandbox/index.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox.close())

interface Ran {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

function run(command: string, args: readonly string[], input: string, env: NodeJS.ProcessEnv = {}): Promise<Ran> {
  const child = spawn(command, args, { env: { ...process.env, ...env } })
  const [out, err]: [string[], string[]] = [[], []]
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk.toString()))
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  return new Promise((resolve) => {
    child.on('close', (code) => resolve({ code, out: out.join(''), err: err.join('') }))
  })
}

const open = (actor: string): Promise<Console> =>
  openConsole(localMachine(), consoleLine({ over: 'local', native: { directory: sandbox.directory } }), actor)
const write = (part: Pick<Write, 'table' | 'action' | 'name'> & Partial<Write>): Write => ({
  serverId: null,
  expect: {},
  set: {},
  ...part,
})

describe('bin/psql', () => {
  const QUIET = ['-XqAt', '-v', 'ON_ERROR_STOP=1', '--dbname=mastodon_production', '-f', '-']

  test('prints rows as scripts want them', async () => {
    expect(await run(sandbox.database, QUIET, "begin; select 1, null, true; select 'a'; commit")).toEqual({
      code: 0,
      out: '1||t\na\n',
      err: '',
    })
  })

  test('prints a table for people', async () => {
    const { out } = await run(
      sandbox.database,
      ['-c', 'select username from accounts where domain is null order by id limit 2'],
      '',
    )
    expect(out).toBe('username\nowner\nsecond\n(2 rows)\n')
  })

  test('exits 3 where SQL is wrong, and leaves no transaction open behind it', async () => {
    const { code, err } = await run(sandbox.database, QUIET, 'begin; set role herdbook_reader; select 1/0')
    expect([code, err]).toEqual([3, 'psql:<stdin>:1: ERROR:  division by zero\n'])
    expect(await sandbox.query('select current_user::text as who')).toEqual([{ who: 'postgres' }])
  })

  test('becomes the role that is asked for, which may not read what it was not granted', async () => {
    const { code, err } = await run(
      sandbox.database,
      [...QUIET, '--username=herdbook_reader'],
      'select email from users',
    )
    expect([code, err]).toEqual([3, 'psql:<stdin>:1: ERROR:  permission denied for table users\n'])
  })

  test('takes settings from PGOPTIONS', async () => {
    const { out } = await run(sandbox.database, QUIET, "select current_setting('herdbook.request')", {
      PGOPTIONS: '-c herdbook.request={\\ }',
    })
    expect(out).toBe('{ }\n')
  })
})

test('bin/herdbook-reader answers the installed script for a request, and nothing without one', async () => {
  const command = join(sandbox.directory, 'bin', 'herdbook-reader')
  const request = JSON.stringify({ tables: ['roles'], accounts: [], measure: [] })
  expect((await run(command, [], request)).code).toBe(1)
  await sandbox.installReader(readerScript())
  const { code, out } = await run(command, ['ignored; drop table rules'], request)
  expect([code, JSON.parse(out).tables.roles.length, JSON.parse(out).domain]).toEqual([0, 5, 'herd.example'])
})

describe('bin/rails', () => {
  test('knows the one command that is the console, and wants a program', async () => {
    expect((await run(sandbox.console, ['console'], '')).code).toBe(1)
    expect((await run(sandbox.console, ['runner', 'eval $stdin.read($stdin.gets.to_i)'], '5\nputs 1\n')).code).toBe(1)
  })

  test('writes in the name of an account, compares first, and refuses what its role does not reach', async () => {
    const console = await open('herdbook')
    const results = await console.write([
      write({ table: 'domain_blocks', action: 'create', name: 'one.example', set: { severity: 'silence' } }),
      write({ table: 'domain_blocks', action: 'create', name: 'under_score.example', set: { severity: 'silence' } }),
      write({
        table: 'domain_blocks',
        action: 'create',
        name: 'fine.example',
        set: { severity: 'suspend' },
        consent: 23,
      }),
      write({
        table: 'settings',
        action: 'update',
        name: 'site_title',
        expect: { value: 'Another' },
        set: { value: 'Herd' },
      }),
      write({ table: 'role_of', action: 'create', name: 'alice', expect: { role_id: null }, set: { role_id: '1' } }),
      write({ table: 'role_of', action: 'delete', name: 'mod', expect: { role_id: '1' } }),
      write({
        table: 'roles',
        action: 'update',
        name: 'Moderator',
        serverId: '1',
        expect: { position: 10 },
        set: { position: 4 },
      }),
    ])
    expect(results.map((result) => (result.state === 'refused' ? result.reason.code : result.state))).toEqual([
      'done',
      'refused-by-mastodon',
      'consent-exceeded',
      'changed',
      'actor-lacks',
      'outranked',
      'outranked',
    ])
    await console.close()
  })

  test('ends the sessions and tokens of whoever loses a role, and keeps the last owner', async () => {
    const console = await open('owner')
    const [mod, second, own] = await console.write([
      write({ table: 'role_of', action: 'delete', name: 'mod', expect: { role_id: '1' } }),
      write({
        table: 'role_of',
        action: 'delete',
        name: 'second',
        expect: { role_id: '3' },
        guard: { minimum_owners: 2 },
      }),
      write({ table: 'role_of', action: 'delete', name: 'owner', expect: { role_id: '3' } }),
    ])
    expect([mod?.state, second, own]).toMatchObject([
      'done',
      { reason: { code: 'minimum-owners' } },
      { reason: { code: 'own-role' } },
    ])
    const answer = await fetch(`${sandbox.url}/api/v1/accounts/verify_credentials`, {
      headers: { authorization: `Bearer ${sandbox.tokens.mod}` },
    })
    expect(answer.status).toBe(401)
    expect(await sandbox.query("select role_id from users where email = 'second@herd.example'")).not.toEqual([
      { role_id: null },
    ])
    await console.close()
  })

  test('killed between the rows and the workers leaves blocks without effect, which settling ends', async () => {
    const dying = await open('owner')
    sandbox.breakConsole('before-workers')
    await expect(
      dying.write([
        write({ table: 'domain_blocks', action: 'create', name: 'meh.example', set: { severity: 'silence' } }),
      ]),
    ).rejects.toThrow()
    const silenced = async () =>
      (await sandbox.query("select 1 from accounts where domain = 'meh.example' and silenced_at is not null")).length
    expect([
      (await sandbox.query("select 1 from domain_blocks where domain = 'meh.example'")).length,
      await silenced(),
    ]).toEqual([1, 0])
    const next = await open('owner')
    await next.finishOwed([
      { kind: 'domain-block', id: 'meh.example', action: 'create', fields: { severity: 'silence' } },
    ])
    expect(await silenced()).toBe(5)
    await next.close()
  })

  test('sees at once what someone does by hand', async () => {
    const console = await open('owner')
    const rules = async () => (await console.read({ tables: ['rules'], accounts: [], measure: [] })).tables.rules
    expect(await rules()).toMatchObject({ rows: [] })
    await handOf(sandbox, 'second').addRule({
      text: 'Be kind',
      hint: '',
      translations: { fr: { text: 'Soyez gentils', hint: '' } },
    })
    expect(await rules()).toMatchObject({ rows: [{ text: 'Be kind', translations: [{ language: 'fr' }] }] })
    await console.close()
  })
})
