import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import { MAX_ANSWER_BYTES } from '../../src/http/read-limited.ts'
import { openConsole } from '../../src/providers/mastodon/console/console.ts'
import { endlessLine, localMachine, run } from '../../src/ssh/executor.ts'
import { openRest, readRest, measure } from '../../src/providers/mastodon/rest/open-rest.ts'
import { type Rest } from '../../src/providers/mastodon/rest/types.ts'
import { readPublic } from '../../src/providers/mastodon/rest/public-api.ts'
import { askServer } from '../../src/setup/init/server.ts'
import type { ReadRequest, Table } from '../../src/providers/mastodon/tables.ts'

// A server that somebody took over, and that answers without end: it costs no more than a part of the memory of a
// runner.

const open: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close()
})

type Handler = (response: ServerResponse, seen: number) => void

async function serving(
  handler: Handler,
): Promise<{ readonly rest: Rest; readonly url: string; readonly sent: () => number }> {
  let seen = 0
  const server = createServer((_request, response) => handler(response, (seen += 1)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const rest = await openRest({ url, token: 'secret-token', reading: true })
  open.push(
    () => new Promise((resolve) => (server.closeAllConnections(), server.close(resolve))),
    () => rest.close(),
  )
  return { rest, url, sent: () => seen }
}

const JSON_TYPE = { 'content-type': 'application/json' }
const MEGABYTE = Buffer.alloc(1024 * 1024, ' ')

/** Writes for as long as somebody listens. */
const endless =
  (type: string, begin = ''): Handler =>
  (response) => {
    response.writeHead(200, { 'content-type': type })
    response.write(begin)
    const more = (): void => {
      while (!response.destroyed && response.write(MEGABYTE));
      if (!response.destroyed) response.once('drain', more)
    }
    more()
  }

/** A little that becomes a gigabyte. */
let bomb: Buffer | undefined
const bombOf = (): Buffer =>
  (bomb ??= gzipSync(
    Buffer.concat([Buffer.from('{"a":"'), Buffer.alloc(MAX_ANSWER_BYTES + 1024 * 1024, 'x'), Buffer.from('"}')]),
  ))
const compressed: Handler = (response) =>
  void response.writeHead(200, { ...JSON_TYPE, 'content-encoding': 'gzip' }).end(bombOf())

const BLOCKS: ReadRequest = { tables: ['domain_blocks'], accounts: [], measure: [] }
const reasonOf = (table: Table<unknown> | undefined): string =>
  table?.state === 'unknown' ? table.reason.message : 'read'

describe('an answer of the API', () => {
  test.each([
    ['that is JSON and never ends', endless('application/json', '['), 'the answer of the server is too long'],
    ['that is no JSON and never ends', endless('text/html', '<h1>Welcome'), 'not JSON: "<h1>Welcome"'],
    ['that becomes very long once it is unpacked', compressed, 'the answer of the server is too long'],
  ])('%s is given up, once', async (_what, handler, why) => {
    const { rest, sent } = await serving(handler)
    expect(reasonOf((await readRest(rest, BLOCKS))['domain_blocks'])).toContain(why)
    expect(sent()).toBe(1)
  })

  test('that is compressed is none for those who count nothing, and says so', async () => {
    const { rest, sent } = await serving(compressed)
    await expect(measure(rest, 'spam.example')).rejects.toThrow('not JSON')
    expect(sent()).toBe(1)
  })

  test('that says at length why it refuses is cut', async () => {
    const { rest } = await serving(
      (response) => void response.writeHead(422, JSON_TYPE).end(JSON.stringify({ error: 'no '.repeat(1_000_000) })),
    )
    expect(reasonOf((await readRest(rest, BLOCKS))['domain_blocks']).length).toBeLessThan(1_200)
    await expect(measure(rest, 'spam.example')).rejects.toSatisfy((error: Error) => error.message.length < 1_200)
  })
})

describe('a list of the API', () => {
  const row = (id: bigint): object => ({
    id: String(id),
    domain: 'x.example',
    severity: 'silence',
    reject_media: false,
    reject_reports: false,
    private_comment: null,
    public_comment: null,
    obfuscate: false,
    created_at: '2026-11-23T02:13:40.786Z',
  })

  test('that goes on and on in pages that each look right comes to an end', async () => {
    let next = 10n ** 29n
    const { rest, sent } = await serving((response) => {
      const rows = Array.from({ length: 1 }, () => row((next -= 1n)))
      response
        .writeHead(200, {
          ...JSON_TYPE,
          link: '<https://herd.example/api/v1/admin/domain_blocks?max_id=1>; rel="next"',
        })
        .end(JSON.stringify(rows))
    })
    expect(reasonOf((await readRest(rest, BLOCKS))['domain_blocks'])).toMatch(/does not end: 2501 rows on 2501 pages/)
    expect(sent()).toBe(2501)
  })

  test('that has a million rows on a page, or ids of a million digits, is refused', async () => {
    let next = 10n ** 29n
    const many = await serving(
      (response) =>
        void response
          .writeHead(200, JSON_TYPE)
          .end(`[${Array.from({ length: 600_000 }, () => `{"id":"${(next -= 1n)}"}`).join(',')}]`),
    )
    expect(reasonOf((await readRest(many.rest, BLOCKS))['domain_blocks'])).toContain('does not end')
    const long = await serving(
      (response) => void response.writeHead(200, JSON_TYPE).end(JSON.stringify([{ id: '9'.repeat(1_000_000) }])),
    )
    expect(reasonOf((await readRest(long.rest, BLOCKS))['domain_blocks'])).toContain('a row without an id')
  })
})

describe('what a server shows to everybody', () => {
  test('is given up where it is too long, packed or not', async () => {
    for (const handler of [endless('application/json', '['), compressed]) {
      const { url } = await serving(handler)
      expect(await readPublic(url, ['a.example'])).toEqual({ domainBlocks: null, rules: null })
      expect(await askServer('herd.example', url)).toEqual({ why: 'the answer of the server is too long' })
    }
  })
})

describe('a command', () => {
  const FOR_EVER = 'yes aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'

  test.each([FOR_EVER, `(${FOR_EVER}); true`, 'cat /dev/zero | tr "\\0" x'])(
    'that never ends saying something is ended: %s',
    async (command) => {
      expect(await run(localMachine(), command, '', 1_000_000)).toEqual({
        code: null,
        stdout: '',
        stderr: 'the output of the command is longer than 1000000 characters',
      })
    },
  )

  test('that never ends its line is ended, and one of many lines is not', async () => {
    const ended = async (command: string): Promise<boolean> => {
      const running = await localMachine().start(command)
      let told = false
      endlessLine(running, () => (told = true), 100_000)
      running.stdout.resume()
      await running.ended
      return told
    }
    expect(await ended('cat /dev/zero | tr "\\0" x')).toBe(true)
    expect(await ended('yes | head -c 1000000')).toBe(false)
  })

  test('of a console that refuses at length, by a code that is none, is told in few words of ours', async () => {
    const answer = `const lines = require('node:readline').createInterface({ input: process.stdin }); let mark
      lines.on('line', (line) => { try { const { id, op, mark: given } = JSON.parse(line); mark = given ?? mark
        if (op === 'quit') process.exit()
        const result = op === 'hello'
          ? { ok: true, result: { version: '4.6.5', domain: 'herd.example', actor: null } }
          : { ok: false, error: { code: 'x\\n::add-mask::y', message: 'no '.repeat(1e6) } }
        console.log('HERDBOOK-' + mark + ' ' + JSON.stringify({ id, ...result })) } catch {} })`
    const console = await openConsole(
      localMachine(),
      `'${process.execPath}' -e '${answer.replaceAll("'", "'\\''")}'`,
      null,
    )
    await expect(console.destroyToken('x')).rejects.toSatisfy(
      (error: Error & { readonly code: string }) => error.code === 'console-refused' && error.message.length < 1_200,
    )
    await console.close()
  })
})
