import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { Refusal } from '../../../src/sandbox/failure.ts'
import { inaccessible, isRecord, page, pageAfter, type Answer, type Call, type Need, type Route } from './http.ts'
import { startRates, type Limits } from './rates.ts'
import { ROUTES } from './routes/index.ts'
import { fullName } from './shapes-base.ts'
import { DOCS, notFound, userOf, type Permission, type State, type Token } from './state.ts'

/** A request as it came, and what was answered. */
export interface Exchange {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly sent: unknown
  readonly status: number
  readonly answered: unknown
}

interface Reply {
  readonly status: number
  readonly body: unknown
  readonly headers: Readonly<Record<string, string>>
}

export interface ServerOptions {
  readonly limits: Limits
  readonly onExchange: (exchange: Exchange) => void
  /** Does something alone, then tells its events. */
  readonly deed: <T>(act: () => Promise<T>) => Promise<T>
}

/** GitHub's REST API over a state. */
export function createApi(state: State, { limits, onExchange, deed }: ServerOptions): Server {
  const rates = startRates(limits)
  return createServer((request, response) => {
    void (async () => {
      const url = new URL(request.url ?? '/', state.api)
      const sent = await bodyOf(request)
      const rate = rates(bearerOf(request), request.method !== 'GET', Date.now())
      const reply = rate.refused
        ? failure(rate.refused.status, rate.refused.message, rate.refused.headers)
        : await deed(() => answer(state, request, url, sent))
      onExchange({
        method: request.method ?? '',
        path: url.pathname,
        query: url.searchParams,
        sent,
        status: reply.status,
        answered: reply.body,
      })
      send(response, { ...reply, headers: { ...rate.headers, ...reply.headers } })
    })().catch((error: unknown) => send(response, failure(500, error instanceof Error ? error.message : String(error))))
  })
}

const failure = (status: number, message: string, headers: Reply['headers'] = {}): Reply => ({
  status,
  body: { message, documentation_url: DOCS, status: String(status) },
  headers,
})

async function answer(state: State, request: IncomingMessage, url: URL, sent: unknown): Promise<Reply> {
  if (request.headers['user-agent'] === undefined)
    return failure(
      403,
      'Request forbidden by administrative rules. Please make sure your request has a User-Agent header.',
    )
  const token = tokenOf(state, bearerOf(request))
  if (token === 'unknown') return failure(401, 'Bad credentials')
  try {
    const { route, params } = routeOf(state, request.method ?? '', url.pathname)
    const call = callOf(state, token, params, url, sent)
    allow(call, route.need, token)
    return paged(await route.handle(call), url)
  } catch (error) {
    if (error instanceof Refusal) return { status: error.status, body: error.body, headers: error.headers }
    throw error
  }
}

/** The token, with either word before it; nothing where none was sent. */
const bearerOf = ({ headers: { authorization = '' } }: IncomingMessage): string =>
  authorization.replace(/^(?:bearer|token) /i, '')

function tokenOf(state: State, bearer: string): Token | null | 'unknown' {
  return bearer === '' ? null : (state.tokens.get(bearer) ?? 'unknown')
}

function callOf(state: State, token: Token | null, params: Call['params'], url: URL, sent: unknown): Call {
  const user = token ? userOf(state, token.login) : { id: 0, login: '', type: 'User' as const, level: 'none' as const }
  const may: Call['may'] = (permission, access) => {
    const held = token?.permissions?.[permission]
    return token?.permissions === null || held === access || held === 'write'
  }
  return {
    state,
    actor: { user, quiet: token !== null && token.permissions !== null },
    params,
    query: url.searchParams,
    body: isRecord(sent) ? sent : {},
    may,
  }
}

/** A workflow's token may do what it was given, and see what everybody may see. */
function allow(call: Call, { permission, access }: Need, token: Token | null): void {
  const { state } = call
  if (token === null) {
    if (access === 'write')
      throw new Refusal(401, { message: 'Requires authentication', documentation_url: DOCS, status: '401' })
    if (state.private) throw notFound()
    return
  }
  if (token.permissions === null) {
    if (state.private && call.actor.user.level === 'none') throw notFound()
    return
  }
  const needed = permission === 'issue' ? ofIssue(call) : permission
  const open = access === 'read' && (needed === 'metadata' || (!state.private && PUBLIC.includes(needed)))
  if (!open && !call.may(needed, access)) {
    const refusal = inaccessible()
    throw new Refusal(refusal.status, refusal.body, { 'x-accepted-github-permissions': `${needed}=${access}` })
  }
}

const PUBLIC: readonly Permission[] = ['contents', 'issues', 'pull_requests', 'statuses']

/** Which permission an issue takes: that of pull requests where it is one. */
function ofIssue({ state, params }: Call): 'issues' | 'pull_requests' {
  const number = params.issue_number ?? state.comments.get(Number(params.comment_id))?.issue
  return state.issues.get(Number(number))?.pull ? 'pull_requests' : 'issues'
}

const PATTERNS = ROUTES.map((route) => ({ route, pattern: patternOf(route) }))

function patternOf({ path }: Route): RegExp {
  const named = (_whole: string, name: string, rest: string): string => `(?<${name}>${rest === '' ? '[^/]+' : '.+'})`
  return new RegExp(`^${path.replace(/\{(\w+)(\+?)\}/g, named)}$`)
}

function routeOf(state: State, method: string, path: string): { route: Route; params: Call['params'] } {
  const base = `/repos/${fullName(state)}`
  const inside = path.toLowerCase().startsWith(base.toLowerCase()) ? path.slice(base.length) : `@${path}`
  for (const { route, pattern } of PATTERNS) {
    if (route.method !== method) continue
    const hit = pattern.exec(inside)
    if (hit)
      return {
        route,
        params: Object.fromEntries(
          Object.entries(hit.groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)]),
        ),
      }
  }
  throw notFound()
}

function paged(reply: Answer, url: URL): Reply {
  if (!('items' in reply))
    return { status: reply.status ?? 200, body: 'body' in reply ? reply.body : undefined, headers: {} }
  const { body, link } = (reply.cursor ? pageAfter : page)(reply.items, url)
  return {
    status: 200,
    body: reply.as === undefined ? body : { total_count: reply.items.length, [reply.as]: body },
    headers: link === null ? {} : { link },
  }
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk))
  const body = Buffer.concat(chunks).toString('utf8')
  if (body === '') return undefined
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

function send(response: ServerResponse, { status, body, headers }: Reply): void {
  const json = body === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' }
  response.writeHead(status, { ...json, 'x-github-request-id': 'STAND:IN', ...headers })
  response.end(body === undefined ? undefined : JSON.stringify(body))
}
