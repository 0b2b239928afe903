import { describe, expect, test } from 'vitest'
import { writeBlock } from '../../src/providers/mastodon/rest/writes.ts'
import type { Write } from '../../src/providers/mastodon/tables.ts'
import { serving, json, row, list } from '../support/rest-server.ts'

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

  test('what was refused before it was sent is refused; what could not be read again may have been done', async () => {
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
      reason: { code: 'covered', message: expect.stringContaining('example has a stricter block already') },
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
