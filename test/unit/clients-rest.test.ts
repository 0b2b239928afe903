import { byTable } from '../support/rows.ts'
import { describe, expect, test } from 'vitest'
import { writeBlock } from '../../src/providers/mastodon/rest/writes.ts'
import { onlyReads } from '../../src/http/read-only.ts'
import { identify, readRest } from '../../src/providers/mastodon/rest/open-rest.ts'
import type { Write } from '../../src/providers/mastodon/tables.ts'
import {
  type Handler,
  type Bench,
  serving,
  json,
  row,
  BLOCKS,
  page,
  NEXT,
  maxId,
  list,
} from '../support/rest-server.ts'

describe('reading lists', () => {
  test.each([0, 1, 499, 500, 501, 1203])('%i rows are read to the end, oldest first', async (length) => {
    const { rest, sent } = await serving(list(length))
    const { domain_blocks: table } = byTable({ read: await readRest(rest, BLOCKS), version: null })
    expect(table).toMatchObject({ state: 'complete', connection: 'rest', requests: sent.length })
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
    const { domain_blocks: table } = byTable({ read: await readRest(rest, BLOCKS), version: null })
    expect(table?.state === 'complete' && table.rows.length).toBe(450)
  })

  const unknown = async (handler: Handler, why: string): Promise<Bench> => {
    const bench = await serving(handler)
    expect((await readRest(bench.rest, BLOCKS))['domain_blocks']).toMatchObject({
      state: 'unknown',
      reason: { message: expect.stringContaining(why) },
    })
    return bench
  }
  test('pages that go round in a circle', () =>
    unknown((_, response) => json(response, page(1000), 200, NEXT), 'does not end: row'))
  test('a page of HTML with status 200', () =>
    unknown(
      (_, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Maintenance</h1>'),
      '<h1>Maintenance',
    ))
  test('an error of HTML keeps its status and its text', () =>
    unknown((_, response) => void response.writeHead(418, { 'content-type': 'text/html' }).end('<h1>Tea</h1>'), '418'))
  test('something that is no list', () => unknown((_, response) => json(response, { rows: [] }), 'is not a list'))
  test('a row of an odd shape', () =>
    unknown((_, response) => json(response, [{ ...row(1), severity: 'limit' }]), 'severity is not as expected'))
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
    expect((await readRest(rest, BLOCKS))['domain_blocks']).toMatchObject({
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
    expect((await readRest(rest, BLOCKS))['domain_blocks']?.state).toBe('complete')
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
    expect((await readRest(rest, BLOCKS))['domain_blocks']?.state).toBe('complete')
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
    expect((await readRest(rest, BLOCKS))['domain_blocks']?.state).toBe('complete')
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

  test('bites: a write through a reading connection never leaves', async () => {
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
    await expect(rest.masto.remove('domain_blocks', '1')).rejects.toThrow()
    expect(sent).toEqual([])
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
