import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { routeOf } from './api/routes.ts'
import type { Database } from './database.ts'
import { Invalid, Refusal } from './failure.ts'
import type { HttpAnswer, Call } from './http.ts'
import { asksForJson, bodyParams, decoded, formParams, Unreadable, type Params } from './params.ts'
import { rateHeaders, type Rates } from './rates.ts'
import type { Version } from './versions.ts'
import { authorize, findToken } from './tokens.ts'

const PRIVATE = { 'cache-control': 'private, no-store' }
const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' }

/** Mastodon's HTTP side over a database. */
export function createHttpServer(database: Database, version: Version, rates: Rates): Server {
  const cache: Call['cache'] = new Map()
  return createServer((request, response) => {
    void answer(database, version, rates, cache, request)
      .catch((error: unknown) => stumbled(error, request.headers.accept ?? ''))
      .then((reply) => send(response, reply))
  })
}

async function answer(
  database: Database,
  version: Version,
  rates: Rates,
  cache: Call['cache'],
  request: IncomingMessage,
): Promise<HttpAnswer> {
  const { path, query, search } = addressOf(request.url ?? '/')
  const token = await findToken(database, request.headers.authorization)
  const rate = rates.count(
    {
      address: request.socket.remoteAddress ?? '',
      token: token?.id ?? null,
      user: token?.user_id ?? null,
      api: path.startsWith('/api'),
      paging: ['page', 'min_id', 'max_id', 'since_id'].some((name) => (query.get(name) ?? '') !== ''),
    },
    Date.now(),
  )
  if (rate?.exceeded === true) {
    const headers = { 'content-type': 'application/json', 'cache-control': 'no-cache', ...rateHeaders(rate) }
    return { status: 429, body: { error: 'Too many requests' }, headers }
  }
  const body = await bodyParams(request)
  const hit = routeOf(version, methodOf(request.method ?? 'GET', body), path)
  if (hit === undefined) return { status: 404, body: { error: 'Not Found' }, headers: { ...JSON_TYPE, ...PRIVATE } }
  const named = Object.fromEntries(
    Object.entries(hit.params).map(([name, part]) => [name, decoded(part.replaceAll('+', '%2B'))]),
  )
  const params = { ...body.params, ...formParams(search), ...named }
  const headers = { ...JSON_TYPE, ...PRIVATE, ...(rate === null ? {} : rateHeaders(rate)) }
  try {
    const reply = await database.transaction(async (session) => {
      await authorize(session, version, hit.route.access, token)
      const key = request.headers['idempotency-key']
      const idempotencyKey = typeof key === 'string' ? key : null
      return hit.route.handle({ session, version, params, path, token, idempotencyKey, cache })
    })
    return { ...reply, headers: { ...headers, ...reply.headers } }
  } catch (error) {
    if (error instanceof Invalid) return { status: 422, body: { error: error.message }, headers }
    if (error instanceof Refusal)
      return { status: error.status, body: error.body, headers: { ...headers, ...error.headers } }
    throw error
  }
}

/** What Rails says in place of Mastodon: a page, unless JSON and nothing else is asked for. */
function stumbled(error: unknown, accept: string): HttpAnswer {
  const [status, words] = error instanceof Unreadable ? [400, 'Bad Request'] : [500, 'Internal Server Error']
  if (!asksForJson(accept)) return { status, text: '', headers: { 'content-type': 'text/html; charset=UTF-8' } }
  return { status, body: { status, error: words }, headers: { 'content-type': 'application/json; charset=UTF-8' } }
}

/** The parts of what was asked for. Slashes that follow a slash, and one at the end, are as if they weren't there. */
function addressOf(asked: string): { readonly path: string; readonly search: string; readonly query: URLSearchParams } {
  const [path = '', ...rest] = asked.split('?')
  const search = rest.join('?')
  return {
    path: `/${path
      .split('/')
      .filter((part) => part !== '')
      .join('/')}`,
    search,
    query: new URLSearchParams(search),
  }
}

/** The method that is meant: HEAD reads, and a form may name another than POST. */
function methodOf(method: string, { params, form }: { readonly params: Params; readonly form: boolean }): string {
  const meant =
    method === 'POST' && form && typeof params['_method'] === 'string' ? params['_method'].toUpperCase() : method
  return meant === 'HEAD' ? 'GET' : meant
}

function send(response: ServerResponse, { status = 200, body, text, headers = {} }: HttpAnswer): void {
  response.writeHead(status, headers)
  response.end(text ?? JSON.stringify(body))
}
