import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { routeOf } from './api/routes.ts'
import type { Database } from './database.ts'
import { Invalid, Refusal } from './failure.ts'
import type { Answer, Call } from './http.ts'
import { rateHeaders, type Rates } from './rates.ts'
import type { Version } from './tables.ts'
import { authorize, findToken } from './tokens.ts'

const PRIVATE = { 'cache-control': 'private, no-store' }
const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' }
const STUMBLED: Answer = {
  status: 500,
  body: { status: 500, error: 'Internal Server Error' },
  headers: { 'content-type': 'application/json; charset=UTF-8' },
}

/** Mastodon's HTTP side over a database. */
export function createHttpServer(database: Database, version: Version, rates: Rates): Server {
  const cache: Call['cache'] = new Map()
  return createServer((request, response) => {
    void answer(database, version, rates, cache, request)
      .catch((): Answer => STUMBLED)
      .then((reply) => send(response, reply))
  })
}

async function answer(database: Database, version: Version, rates: Rates, cache: Call['cache'], request: IncomingMessage): Promise<Answer> {
  const url = new URL(request.url ?? '/', 'http://localhost')
  const token = await findToken(database, request.headers.authorization)
  const rate = rates.count(
    {
      address: request.socket.remoteAddress ?? '',
      token: token?.id ?? null,
      user: token?.user_id ?? null,
      api: url.pathname.startsWith('/api'),
      paging: ['page', 'min_id', 'max_id', 'since_id'].some((name) => (url.searchParams.get(name) ?? '') !== ''),
    },
    Date.now(),
  )
  if (rate?.exceeded === true) {
    const headers = { 'content-type': 'application/json', 'cache-control': 'no-cache', ...rateHeaders(rate) }
    return { status: 429, body: { error: 'Too many requests' }, headers }
  }
  const hit = routeOf(request.method ?? 'GET', url.pathname)
  if (hit === undefined) return { status: 404, body: { error: 'Not Found' }, headers: { ...JSON_TYPE, ...PRIVATE } }
  const body = await bodyOf(request)
  if (body === undefined) return { status: 400, body: { status: 400, error: 'Bad Request' }, headers: JSON_TYPE }
  const params = { ...Object.fromEntries(url.searchParams), ...body, ...hit.params }
  const headers = { ...JSON_TYPE, ...PRIVATE, ...(rate === null ? {} : rateHeaders(rate)) }
  try {
    const reply = await database.transaction(async (session) => {
      await authorize(session, version, hit.route.access, token)
      const key = request.headers['idempotency-key']
      const idempotencyKey = typeof key === 'string' ? key : null
      return hit.route.handle({ session, version, params, query: url.searchParams, path: url.pathname, token, idempotencyKey, cache })
    })
    return { ...reply, headers: { ...headers, ...reply.headers } }
  } catch (error) {
    if (error instanceof Invalid) return { status: 422, body: { error: error.message }, headers }
    if (error instanceof Refusal) return { status: error.status, body: error.body, headers: { ...headers, ...error.headers } }
    throw error
  }
}

/** The body's parameters, from JSON or a form; undefined where it is neither. */
async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown> | undefined> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk))
  const text = Buffer.concat(chunks).toString('utf8')
  if (text === '') return {}
  if (!(request.headers['content-type'] ?? '').includes('json')) return Object.fromEntries(new URLSearchParams(text))
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
  } catch {
    return undefined
  }
}

function send(response: ServerResponse, { status = 200, body, text, headers = {} }: Answer): void {
  response.writeHead(status, headers)
  response.end(text ?? JSON.stringify(body))
}
