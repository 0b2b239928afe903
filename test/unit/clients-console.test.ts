import { byTable } from '../support/rows.ts'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openConsole } from '../../src/providers/mastodon/console/console.ts'
import { quote } from '../../src/providers/mastodon/commands.ts'
import { localMachine } from '../../src/ssh/executor.ts'
import { openReader } from '../../src/providers/mastodon/reader.ts'
import { openSecrets } from '../../src/secrets/secrets.ts'
import { batches } from '../../src/providers/mastodon/writer.ts'
import type { Write } from '../../src/providers/mastodon/tables.ts'

/**
 * A process that reads the program and then answers each request by the JavaScript given: `request` in, `say` and
 * `mark` at hand.
 */
function scripted(answering: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'herdbook-console-')), 'console.mjs')
  writeFileSync(
    file,
    `import { createInterface } from 'node:readline'
let mark, skip, text = Buffer.alloc(0)
const answer = (request) => {
  mark ??= request.mark
  const say = (result, id = request.id) => {
    process.stdout.write('\\nHERDBOOK-' + mark + ' ' + JSON.stringify({ id, ok: true, result }) + '\\n')
  }
  const none = { permissions: [], settings: [], role_columns: [] }
  const hello = { version: '4.6.5', domain: 'herd.example', actor: null, ...none }
  if (request.op === 'quit') process.exit(0)
  ${answering}
}
process.stdin.on('data', (chunk) => {
  text = Buffer.concat([text, chunk])
  const line = () => {
    const read = text.subarray(0, text.indexOf(10)).toString()
    text = text.subarray(text.indexOf(10) + 1)
    return read
  }
  if (skip === undefined && text.includes(10)) skip = Number(line())
  if (skip > text.length) return
  if (skip > 0) {
    if (!text.subarray(0, skip).toString().includes('module Herdbook')) process.exit(9)
    text = text.subarray(skip)
    skip = 0
  }
  while (text.includes(10)) answer(JSON.parse(line()))
})
process.stdin.on('end', () => process.exit(0))
`,
  )
  return `exec ${quote(process.execPath)} ${quote(file)}`
}

const open = (answering: string) => openConsole(localMachine(), scripted(answering), 'herdbook')
const RULES = { tables: ['rules'], accounts: [], measure: [] } as const
const WRITE: Write = {
  table: 'rules',
  action: 'create',
  serverId: null,
  name: 'kind',
  expect: {},
  set: { text: 'Be kind' },
}

describe('the console', () => {
  test('everything but marked lines is noise', async () => {
    const console = await open(`
      process.stdout.write('[dotenv] Loaded .env\\nHERDBOOK-guess {"id":1,"ok":true,"result":{}}\\n')
      process.stdout.write('\\x1b[32mINFO\\x1b[0m no newline')
      if (request.op === 'hello') say(hello)
      if (request.op === 'read') say({ tables: { rules: [] }, unknown: {}, domain: 'herd.example', version: '4.6.5' })`)
    expect(console.hello).toMatchObject({ version: '4.6.5', domain: 'herd.example', actor: null })
    expect((await console.read(RULES)).tables.rules).toEqual({
      state: 'complete',
      rows: [],
      connection: 'console',
      requests: 1,
    })
    await console.close()
  })

  test('an answer of megabytes is one answer', async () => {
    const console = await open(`
      if (request.op === 'hello') say(hello)
      if (request.op === 'read') {
        const rows = Array.from({ length: 20000 }, (_, i) => ({
          id: String(i), text: 'ü'.repeat(100), hint: '', priority: i, created_at: '2026-11-23T02:13:40.786Z',
          translations: [],
        }))
        say({ tables: { rules: rows }, unknown: {}, domain: 'herd.example', version: '4.6.5' })
      }`)
    const { rules } = (await console.read(RULES)).tables
    expect(rules?.state === 'complete' && rules.rows.length).toBe(20_000)
    await console.close()
  })

  test.each([
    [
      'ends before it says hello',
      `process.stderr.write('could not connect to server'); process.exit(1)`,
      'ended with code 1: could not connect to server',
    ],
    ['gives no JSON', `process.stdout.write('HERDBOOK-' + mark + ' {"id":\\n')`, 'not JSON'],
    ['says hello in an odd shape', `say({ version: 4 })`, 'gave an unexpected answer'],
  ])('one that %s is a connection that is shut, with exit 10', async (_name, answering, why) => {
    await expect(open(answering)).rejects.toMatchObject({ exit: 10, message: expect.stringContaining(why) })
  })

  test('one that dies in the middle fails what was asked and whatever is asked afterwards', async () => {
    const console = await open(`if (request.op === 'hello') say(hello); else process.exit(137)`)
    await expect(console.write([WRITE])).rejects.toMatchObject({ exit: 10, message: expect.stringContaining('137') })
    await expect(console.write([WRITE])).rejects.toMatchObject({ exit: 10 })
  })

  test('fewer results than writes, or odd ones, are never taken for success', async () => {
    const console = await open(
      "if (request.op === 'hello') say(hello); " +
        "if (request.op === 'write') say(request.writes.length === 1 ? [] : [{ state: 'fine' }, { state: 'done' }])",
    )
    await expect(console.write([WRITE])).rejects.toThrow('gave an unexpected answer')
    await expect(console.write([WRITE, WRITE])).rejects.toThrow('gave an unexpected answer')
    await console.close()
  })

  test('one that was opened for reading sends no write, and its program would refuse it', async () => {
    const console = await openConsole(
      localMachine(),
      scripted(
        `if (request.op === 'hello') say({ ...hello, domain: String(request.reading) }); else say([{ state: 'done' }])`,
      ),
      null,
      true,
    )
    expect(console.hello.domain).toBe('true')
    await expect(console.write([WRITE])).rejects.toMatchObject({ code: 'write-while-planning' })
    await expect(console.finishOwed([])).rejects.toMatchObject({ code: 'write-while-planning' })
    await expect(console.destroyToken('x')).rejects.toMatchObject({ code: 'write-while-planning' })
    await console.close()
  })

  test('a reader whose console does not start says so for each table, and reads no empty list', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'herdbook-console-'))
    const instance = {
      domain: 'herd.example',
      acting_account: 'herdbook',
      mastodon: { console: { over: 'local', native: { directory } } },
    } as const
    const reader = await openReader(instance, openSecrets({}))
    expect(byTable(await reader.read({ ...RULES, tables: ['rules', 'roles'] })).roles).toMatchObject({
      state: 'unknown',
      reason: { code: 'console-ended', hint: expect.stringContaining('mastodon.console') },
    })
    await reader.close()
  })

  test('what nobody can read says which connection is missing', async () => {
    const reader = await openReader({ domain: 'herd.example' }, openSecrets({}))
    expect(byTable(await reader.read(RULES)).rules).toMatchObject({
      state: 'unknown',
      reason: { message: expect.stringContaining('needs the database or the console') },
    })
    expect(byTable(await reader.read(RULES)).roles).toMatchObject({ state: 'unknown' })
    await reader.close()
  })

  test('neighbours of one batch go together, all else one by one', () => {
    const make = (table: string, name: string, batch?: string): Write => ({
      table,
      name,
      action: 'create',
      serverId: null,
      expect: {},
      set: {},
      ...(batch === undefined ? {} : { batch }),
    })
    const writes = [
      make('domain_blocks', 'a', 'new'),
      make('domain_blocks', 'b', 'new'),
      make('domain_blocks', 'c'),
      make('settings', 'site_contact_email', 'contact'),
      make('settings', 'site_contact_username', 'contact'),
      make('settings', 'theme'),
      make('rules', 'x'),
    ]
    expect(batches(writes).map((batch) => batch.map((write) => write.name))).toEqual([
      ['a', 'b'],
      ['c'],
      ['site_contact_email', 'site_contact_username'],
      ['theme'],
      ['x'],
    ])
  })
})
