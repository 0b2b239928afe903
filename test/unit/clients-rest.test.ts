import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { writeBlock } from '../../src/providers/mastodon/rest/blocks.ts'
import { onlyReads } from '../../src/clients/fence.ts'
import { identify, openRest, readRest, type Rest } from '../../src/providers/mastodon/rest/mastodon.ts'
import type { ReadRequest, Write } from '../../src/providers/mastodon/tables.ts'

type Handler = (request: IncomingMessage, response: ServerResponse, body: string, seen: number) => void
const open: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of open.splice(0)) await close()
})

interface Bench {
  readonly rest: Rest
  readonly sent: string[]
  readonly waits: { readonly seconds: number }[]
  readonly url: string
}

/** A server that answers what a test says, and the door to it. */
async function serving(handler: Handler, reading = true): Promise<Bench> {
  const sent: string[] = []
  const waits: { readonly seconds: number }[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      sent.push(`${request.method} ${request.url}`)
      handler(request, response, body, sent.length)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const rest = await openRest({ url, token: 'secret-token', reading, onWait: (wait) => waits.push(wait) })
  open.push(
    () => rest.close(),
    () => new Promise((resolve) => server.close(resolve)),
  )
  return { rest, sent, waits, url }
}

function json(response: ServerResponse, body: unknown, status = 200, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers })
  response.end(JSON.stringify(body))
}

const row = (id: number) => ({
  id: String(id),
  domain: `d${id}.example`,
  digest: 'x',
  created_at: '2026-11-23T02:13:40.786Z',
  severity: 'silence',
  reject_media: false,
  reject_reports: false,
  private_comment: null,
  public_comment: 'c',
  obfuscate: false,
})
const BLOCKS: ReadRequest = { tables: ['domain_blocks'], accounts: [], measure: [] }
/** As many rows as a page holds, from that id down. */
const page = (from: number, length = 500) => Array.from({ length: Math.min(length, from) }, (_, i) => row(from - i))
const NEXT = { link: '<https://public.example/api/v1/admin/domain_blocks?max_id=1>; rel="next"' }
const maxId = (request: IncomingMessage): number =>
  Number(new URL(request.url ?? '', 'http://x').searchParams.get('max_id') ?? Number.POSITIVE_INFINITY)

/** A list of so many rows that pages as Mastodon does. */
const list =
  (length: number): Handler =>
  (request, response) => {
    const rows = page(Math.min(length, maxId(request) - 1))
    json(response, rows, 200, rows.length === 500 ? NEXT : {})
  }

describe('reading lists', () => {
  test.each([0, 1, 499, 500, 501, 1203])('%i rows are read to the end, oldest first', async (length) => {
    const { rest, sent } = await serving(list(length))
    const { domain_blocks: table } = await readRest(rest, BLOCKS)
    expect(table).toMatchObject({ state: 'complete', door: 'rest', requests: sent.length })
    expect(table?.state === 'complete' && table.rows.map(({ id }) => Number(id))).toEqual(
      Array.from({ length }, (_, i) => i + 1),
    )
    expect(sent.every((line) => line.startsWith('GET /api/v1/admin/domain_blocks?limit=500'))).toBe(true)
  })

  test('a server that gives smaller pages than asked for is still read to the end', async () => {
    const { rest } = await serving((request, response) => {
      const rows = page(Math.min(450, maxId(request) - 1), 200)
      json(response, rows, 200, rows.length === 200 ? NEXT : {})
    })
    const { domain_blocks: table } = await readRest(rest, BLOCKS)
    expect(table?.state === 'complete' && table.rows.length).toBe(450)
  })

  const unknown = async (handler: Handler, why: string): Promise<Bench> => {
    const bench = await serving(handler)
    expect((await readRest(bench.rest, BLOCKS)).domain_blocks).toMatchObject({
      state: 'unknown',
      reason: { message: expect.stringContaining(why) },
    })
    return bench
  }
  test('pages that go round in a circle', () =>
    unknown((_, response) => json(response, page(1000), 200, NEXT), 'do not come to an end'))
  test('a page of HTML with status 200', () =>
    unknown(
      (_, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Maintenance</h1>'),
      '<h1>Maintenance',
    ))
  test('an error of HTML keeps its status and its text', () =>
    unknown((_, response) => void response.writeHead(418, { 'content-type': 'text/html' }).end('<h1>Tea</h1>'), '418'))
  test('something that is no list', () => unknown((_, response) => json(response, { rows: [] }), 'no list'))
  test('a row of an odd shape', () =>
    unknown((_, response) => json(response, [{ ...row(1), severity: 'limit' }]), 'severity has an odd shape'))
  test('a 500 in the middle of the list', () =>
    unknown(
      (request, response) =>
        Number.isFinite(maxId(request)) ? json(response, { error: 'boom' }, 500) : json(response, page(600), 200, NEXT),
      '500',
    ))
  test('a page that is cut short is asked for again, and given up in the end', async () => {
    const { sent } = await unknown((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
      response.write('[{"id":', () => response.destroy())
    }, 'no answer')
    expect(sent).toHaveLength(5)
  })

  test('a redirect is not followed: the token goes nowhere else', async () => {
    const other = await serving((_, response) => json(response, []))
    const { rest } = await serving(
      (_, response) => void response.writeHead(302, { location: `${other.url}/api/v1/admin/domain_blocks` }).end(),
    )
    expect((await readRest(rest, BLOCKS)).domain_blocks).toMatchObject({
      state: 'unknown',
      reason: { message: expect.stringContaining(`a redirect to ${other.url}`) },
    })
    expect(other.sent).toEqual([])
  })

  test('502 and 503 pass, also as HTML', async () => {
    const { rest, sent } = await serving((request, response, _body, seen) =>
      seen < 3
        ? void response.writeHead(500 + 1 + seen, { 'content-type': 'text/html' }).end('<h1>Busy</h1>')
        : list(3)(request, response, '', seen),
    )
    expect((await readRest(rest, BLOCKS)).domain_blocks?.state).toBe('complete')
    expect(sent).toHaveLength(3)
  })
})

describe('the rate limit', () => {
  const limits = (remaining: number, ahead: number) => ({
    'x-ratelimit-limit': '300',
    'x-ratelimit-remaining': String(remaining),
    'x-ratelimit-reset': new Date(Date.now() + ahead).toISOString(),
  })

  test('after 429 it waits until the server says, and tells', async () => {
    const { rest, sent, waits } = await serving((request, response, _body, seen) =>
      seen === 1
        ? json(response, { error: 'Too many requests' }, 429, limits(0, 2000))
        : list(3)(request, response, '', seen),
    )
    const before = Date.now()
    expect((await readRest(rest, BLOCKS)).domain_blocks?.state).toBe('complete')
    expect(sent).toHaveLength(2)
    expect(waits).toHaveLength(1)
    expect(Date.now() - before).toBeGreaterThan(900)
  })

  test("with nothing left it waits before it asks, by the server's clock", async () => {
    const { rest, waits } = await serving((request, response, _body, seen) => {
      const hour = 3_600_000
      const rows = page(Math.min(600, maxId(request) - 1))
      const skewed = { ...limits(0, 2000 + hour), date: new Date(Date.now() + hour).toUTCString() }
      json(response, rows, 200, seen === 1 ? { ...NEXT, ...skewed } : {})
    })
    expect((await readRest(rest, BLOCKS)).domain_blocks?.state).toBe('complete')
    expect(waits).toEqual([{ seconds: expect.any(Number), reason: expect.any(String) }])
    expect(waits[0]?.seconds).toBeLessThanOrEqual(3)
  })
})

describe('the fence', () => {
  test('knows the one POST that reads', () => {
    expect(onlyReads('GET', '/api/v1/admin/domain_blocks')).toBe(true)
    expect(onlyReads('POST', '/api/v1/admin/measures')).toBe(true)
    for (const [method, path] of [
      ['POST', '/api/v1/admin/domain_blocks'],
      ['PUT', '/api/v1/admin/measures'],
      ['DELETE', '/x'],
      ['POST', '/api/v1/admin/measures/x'],
      ['PATCH', '/api/v1/admin/measures'],
    ] as const) {
      expect(onlyReads(method, path)).toBe(false)
    }
  })

  test('bites: a write through a reading door never leaves', async () => {
    const { rest, sent } = await serving((_, response) => json(response, row(1)))
    const write: Write = {
      table: 'domain_blocks',
      action: 'create',
      serverId: null,
      name: 'd1.example',
      expect: {},
      set: { severity: 'silence' },
    }
    expect(await writeBlock(rest, write)).toMatchObject({
      state: 'failed',
      reason: { message: expect.stringContaining('while planning') },
    })
    await expect(rest.client.v1.admin.domainBlocks.$select('1').remove()).rejects.toThrow()
    expect(sent).toEqual([])
  })
})

describe('writing', () => {
  const create: Write = {
    table: 'domain_blocks',
    action: 'create',
    serverId: null,
    name: 'd7.example',
    expect: {},
    set: { severity: 'silence', public_comment: 'c' },
  }

  test('an answer that is lost after the server acted is read back, not repeated', async () => {
    const { rest, sent } = await serving(
      (request, response) => (request.method === 'POST' ? void response.destroy() : list(7)(request, response, '', 0)),
      false,
    )
    expect(await writeBlock(rest, create)).toMatchObject({ state: 'done', serverId: '7' })
    expect(sent.filter((line) => line.startsWith('POST'))).toHaveLength(1)
  })

  test('a gateway that gives up, and nothing is there: failed, and sent once', async () => {
    const { rest, sent } = await serving(
      (request, response) =>
        request.method === 'POST'
          ? void response.writeHead(504, { 'content-type': 'text/html' }).end('late')
          : list(3)(request, response, '', 0),
      false,
    )
    expect(await writeBlock(rest, create)).toMatchObject({
      state: 'failed',
      reason: { message: expect.stringContaining('504') },
    })
    expect(sent.filter((line) => line.startsWith('POST'))).toHaveLength(1)
  })

  test('a write that the limit turned away is sent again', async () => {
    const { rest, sent } = await serving(
      (_, response, _body, seen) =>
        seen === 1 ? json(response, { error: 'Too many requests' }, 429) : json(response, row(7)),
      false,
    )
    expect(await writeBlock(rest, create)).toMatchObject({ state: 'done', serverId: '7' })
    expect(sent).toHaveLength(2)
  })

  const update: Write = {
    table: 'domain_blocks',
    action: 'update',
    serverId: '7',
    name: 'd7.example',
    expect: {},
    set: { severity: 'suspend' },
  }
  const answers: [string, number, string][] = [
    ['POST', 403, 'refused'],
    ['POST', 422, 'refused'],
    ['POST', 408, 'failed'],
    ['POST', 500, 'failed'],
    ['PUT', 403, 'refused'],
    ['PUT', 404, 'refused'],
    ['PUT', 422, 'refused'],
    ['PUT', 502, 'failed'],
  ]
  test.each(answers)('a %s that is answered with %i is %s', async (method, status, state) => {
    const { rest } = await serving(
      (request, response) =>
        request.method === method
          ? json(response, { error: 'No' }, status)
          : json(response, request.url?.includes('/7') ? row(7) : []),
      false,
    )
    expect(await writeBlock(rest, method === 'PUT' ? update : create)).toMatchObject({ state })
  })

  const remove: Write = {
    table: 'domain_blocks',
    action: 'delete',
    serverId: '7',
    name: 'd7.example',
    expect: {},
    set: {},
  }
  /** What live has before and after the one write, which is answered with that status. */
  const acted = async (write: Write, status: number, after: object | null) => {
    let sent = false
    const { rest } = await serving((request, response) => {
      if (request.method !== 'GET') sent = true
      const now = sent ? after : write.action === 'create' ? null : row(7)
      if (request.method !== 'GET')
        json(response, { error: 'Validation failed: Domain has already been taken' }, status)
      else if (request.url?.includes('/7')) json(response, now ?? { error: 'Record not found' }, now ? 200 : 404)
      else json(response, now ? [now] : [])
    }, false)
    return writeBlock(rest, write)
  }

  test.each<[string, Write, number, object | null, string]>([
    ['an update that a gateway gave up on, and that is there', update, 502, { ...row(7), severity: 'suspend' }, 'done'],
    ['a delete that a gateway gave up on, and that is done', remove, 502, null, 'done'],
    ['a delete of what somebody else has just deleted', remove, 404, null, 'done'],
    ['a delete that is turned away', remove, 403, row(7), 'refused'],
    ['a create of what somebody else has just made, the same', create, 422, row(7), 'done'],
    [
      'a create of what somebody else has just made, other than meant',
      create,
      422,
      { ...row(7), severity: 'suspend' },
      'changed',
    ],
  ])('%s', async (_, write, status, after, state) => {
    expect(await acted(write, status, after)).toMatchObject({ state })
  })

  test('what was refused before anything was sent is refused; what could not be read again afterwards may have been done', async () => {
    let reads = 0
    const { rest: before, sent } = await serving((_, response) => json(response, { error: 'No' }, 500), false)
    expect(await writeBlock(before, update)).toMatchObject({ state: 'refused' })
    expect(sent.filter((line) => line.startsWith('PUT'))).toEqual([])
    const { rest: after } = await serving(
      (request, response) =>
        request.method === 'GET' && (reads += 1) > 1 ? json(response, { error: 'No' }, 403) : json(response, row(7)),
      false,
    )
    expect(await writeBlock(after, update)).toMatchObject({ state: 'failed' })
  })

  test('a field that the server dropped without a word is noticed', async () => {
    const { rest } = await serving((_, response) => json(response, row(7)), false)
    expect(await writeBlock(rest, { ...create, set: { ...create.set, private_comment: 'kept?' } })).toMatchObject({
      state: 'failed',
      reason: { code: 'not-as-sent' },
    })
  })

  test('a stricter parent is told by its name', async () => {
    const { rest } = await serving(
      (_, response) =>
        json(
          response,
          { error: 'stricter', existing_domain_block: { ...row(1), domain: 'example', severity: 'suspend' } },
          422,
        ),
      false,
    )
    expect(await writeBlock(rest, create)).toMatchObject({
      state: 'refused',
      reason: { code: 'covered', message: expect.stringContaining('example is blocked more strictly') },
    })
  })

  test('what goes out is what the API takes: its own keys, an expiry as seconds', async () => {
    let posted: unknown
    const { rest } = await serving((_, response, body) => {
      posted = JSON.parse(body)
      json(response, {
        id: '1',
        ip: '192.0.2.1/32',
        severity: 'no_access',
        comment: 'c',
        created_at: '',
        expires_at: new Date(Date.now() + 3_600_000).toISOString(),
      })
    }, false)
    const write: Write = {
      table: 'ip_blocks',
      action: 'create',
      serverId: null,
      name: '192.0.2.1/32',
      expect: {},
      set: { severity: 'no_access', comment: 'c', expires_at: new Date(Date.now() + 3_600_000).toISOString() },
    }
    expect(await writeBlock(rest, write)).toMatchObject({ state: 'done' })
    expect(posted).toEqual({ ip: '192.0.2.1/32', severity: 'no_access', comment: 'c', expires_in: expect.any(Number) })
  })
})

describe('who the server is', () => {
  test('v2 where it is whole, v1 where it is not', async () => {
    const whole = await serving((_, response) => json(response, { domain: 'herd.example', version: '4.6.5' }))
    expect(await identify(whole.rest)).toEqual({ domain: 'herd.example', version: '4.6.5' })
    const half = await serving((request, response) =>
      request.url === '/api/v1/instance'
        ? json(response, { uri: 'herd.example', version: '4.4.22' })
        : json(response, { error: 'x' }, 500),
    )
    expect(await identify(half.rest)).toEqual({ domain: 'herd.example', version: '4.4.22' })
    const none = await serving((_, response) => json(response, {}))
    await expect(identify(none.rest)).rejects.toMatchObject({ exit: 10, diagnostics: [{ code: 'api-unreachable' }] })
  })
})
