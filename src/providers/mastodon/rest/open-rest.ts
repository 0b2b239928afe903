import { openMasto, type List } from './masto-library.ts'
import type { Rest } from './types.ts'
import { isRecord } from '../../../instance/get-own.ts'
import { randomInt } from 'node:crypto'
import type { ReadRequest, TableRows, Table, TableName, Tables } from '../tables.ts'
import { bounded } from '../../../http/read-limited.ts'
import { refuseClear } from '../../../http/require-tls.ts'
import { unreachable } from '../../../ssh/executor.ts'
import { checkedTable, unknownTable } from '../database/rows.ts'
import { explain } from './token.ts'
import { HttpFailure, openTransport, PLAIN, type OnWait } from '../../../http/transport.ts'
import { ANSWER_TOO_LONG } from '../../../http/texts.ts'
import {
  apiUnreadable,
  CHECK_URL,
  endlessList,
  notAList,
  oddAnswer,
  oddMeasure,
  pagesInCircle,
  rowWithoutId,
  STORE_TOKEN,
  THE_TOKEN,
} from './texts.ts'

/** The domain and version that a server names. */
export interface Identity {
  readonly domain: string
  readonly version: string
}

const READ_TIMEOUT_MS = 60_000

/** Lifting a large block answers only when it is done. */
const WRITE_TIMEOUT_MS = 300_000

/** Opens the REST connection. With `reading` it lets no write through. */
export async function openRest(options: {
  url: string
  token: string
  reading: boolean
  renewal?: string
  onWait?: OnWait | undefined
}): Promise<Rest> {
  const origin = new URL(options.url).origin
  refuseClear(origin, THE_TOKEN, 'mastodon.api.url')
  const transport = openTransport(options)
  // The token goes only to the origin that it is stored with, never to one that an answer names.
  const requestInit = { redirect: 'error' as const, ...transport.init }
  const masto = await openMasto({
    url: origin,
    accessToken: options.token,
    requestInit: { ...requestInit, headers: PLAIN },
    timeout: options.reading ? READ_TIMEOUT_MS : WRITE_TIMEOUT_MS,
  })
  const headers = { authorization: `Bearer ${options.token}`, accept: 'application/json' }
  return {
    origin,
    renewal: options.renewal ?? STORE_TOKEN,
    masto,
    withRetry: transport.withRetry,
    // masto turns every key into camelCase, even keys that are data, and is slow for thousands of rows.
    get: (path) =>
      transport.withRetry(async () => {
        const answer = await fetch(`${origin}${path}`, {
          ...requestInit,
          headers,
          signal: AbortSignal.timeout(READ_TIMEOUT_MS),
        })
        const text = await bounded(answer).catch((error: unknown) => {
          throw error instanceof RangeError ? new HttpFailure(answer.status, ANSWER_TOO_LONG) : error
        })
        const body: unknown = JSON.parse(text)
        if (!answer.ok) throw new HttpFailure(answer.status, isRecord(body) ? String(body.error) : text)
        return { body, link: answer.headers.get('link') ?? '', length: text.length }
      }, true),
    requests: transport.requests,
    now: transport.now,
    close: () => transport.close(),
  }
}

/** Asks the server for its domain and version. This comes before any other request. */
export async function identify(rest: Rest): Promise<Identity> {
  const from = async (path: string, key: string): Promise<Identity> => {
    const { body } = await rest.get(path)
    if (!isRecord(body) || typeof body[key] !== 'string' || typeof body.version !== 'string')
      throw new HttpFailure(200, oddAnswer(path))
    return { domain: body[key], version: body.version }
  }
  try {
    return await from('/api/v2/instance', 'domain')
  } catch (error) {
    // With a broken asset manifest v2 fails and v1 works.
    const silent = error instanceof HttpFailure && error.status === null
    const old = silent ? null : await from('/api/v1/instance', 'uri').catch(() => null)
    if (old) return { ...old, domain: old.domain.replace(/^https?:\/\//, '') }
    throw unreachable(
      'api-unreachable',
      apiUnreadable({ origin: rest.origin, why: error instanceof Error ? error.message : String(error) }),
      CHECK_URL,
      error,
    )
  }
}

/** The lists of the API, with the most rows that a page may hold. */
export const LISTS: { readonly [Name in List]: { readonly path: string; readonly limit: number } } = {
  domain_blocks: { path: '/api/v1/admin/domain_blocks', limit: 500 },
  email_domain_blocks: { path: '/api/v1/admin/email_domain_blocks', limit: 200 },
  ip_blocks: { path: '/api/v1/admin/ip_blocks', limit: 200 },
}

export const isList = (name: TableName): name is List => name in LISTS

/** Five times the longest known list: a longer answer may be an attack. */
const MAX_LIST = { rows: 500_000, pages: 2_500, characters: 256 * 1024 * 1024 }

/** Reads a whole list. It pages by max_id, since `Link` names the public host even behind a tunnel. */
export async function readList(rest: Rest, name: List): Promise<readonly unknown[]> {
  const { path, limit } = LISTS[name]
  const rows: unknown[] = []
  let length = 0
  for (let [before, pages]: [bigint | null, number] = [null, 1]; ; pages += 1) {
    const {
      body,
      link,
      length: more,
    } = await rest.get(`${path}?limit=${limit}${before === null ? '' : `&max_id=${before}`}`)
    if (!Array.isArray(body)) throw new HttpFailure(200, notAList(path))
    for (const row of body) before = descending(row, before, path)
    for (const row of body) rows.push(row)
    length += more
    if (rows.length > MAX_LIST.rows || pages > MAX_LIST.pages || length > MAX_LIST.characters)
      throw new HttpFailure(200, endlessList({ path, rows: rows.length, pages }))
    if (body.length === 0 || (body.length < limit && !/rel="next"/.test(link))) return rows.toReversed()
  }
}

/** Checks that every row has a smaller id than the one before, or the pages would never end. */
function descending(row: unknown, before: bigint | null, path: string): bigint {
  if (!isRecord(row) || typeof row.id !== 'string' || !/^\d{1,30}$/.test(row.id))
    throw new HttpFailure(200, rowWithoutId(path))
  const id = BigInt(row.id)
  if (before !== null && id >= before) throw new HttpFailure(200, pagesInCircle({ path, id, before }))
  return id
}

const DAY_MS = 86_400_000

/** Counts what a block of a domain and its subdomains would affect, by the server's own measures. */
export async function measure(rest: Rest, domain: string): Promise<TableRows['impact']> {
  // Mastodon caches a count for five minutes by these times. A random second of today avoids old counts.
  const today = Math.floor(Date.now() / DAY_MS) * DAY_MS
  const moment = new Date(today + randomInt(DAY_MS)).toISOString()
  const answer = await rest.withRetry(() => rest.masto.measure(domain, moment), true)
  const total = (key: string): number => {
    const found = Array.isArray(answer) ? answer.find((one: unknown) => isRecord(one) && one.key === key) : undefined
    if (!isRecord(found) || !/^\d+$/.test(String(found.total))) throw new HttpFailure(200, oddMeasure({ key, domain }))
    return Number(found.total)
  }
  return {
    domain,
    follows: total('instance_follows'),
    followers: total('instance_followers'),
    accounts: total('instance_accounts'),
  }
}

const STRENGTH = { noop: 0, silence: 1, suspend: 2 } as const

const MEASURES_AT_ONCE = 4

/** Measures domains that live does not block as strictly yet; a domain without accounts or follows gets no row. */
async function measureAll(
  rest: Rest,
  request: ReadRequest,
  blocks: readonly TableRows['domain_blocks'][],
): Promise<TableRows['impact'][]> {
  const live = new Map(blocks.map((block) => [block.domain, STRENGTH[block.severity]]))
  const raised = request.measure.filter(({ domain, severity }) => STRENGTH[severity] > (live.get(domain) ?? 0))
  const domains = [...new Set(raised.map(({ domain }) => domain))]
  const rows: TableRows['impact'][] = []
  for (let start = 0; start < domains.length; start += MEASURES_AT_ONCE) {
    rows.push(
      ...(await Promise.all(domains.slice(start, start + MEASURES_AT_ONCE).map((domain) => measure(rest, domain)))),
    )
  }
  return rows
    .filter((row) => row.accounts + row.follows + row.followers > 0)
    .toSorted((a, b) => (a.domain < b.domain ? -1 : 1))
}

/** Reads the tables of the API; one that cannot be read is unknown and stops no other. */
export async function readRest(rest: Rest, request: ReadRequest): Promise<Partial<Tables>> {
  const read: { -readonly [Name in TableName]?: Table<TableRows[Name]> } = {}
  const table = async <Name extends List | 'impact'>(
    name: Name,
    rows: () => Promise<readonly unknown[]>,
  ): Promise<Table<TableRows[Name]>> => {
    const before = rest.requests()
    try {
      return checkedTable(name, await rows(), 'rest', rest.requests() - before)
    } catch (error) {
      const { message, hint } = await explain(rest, name, error)
      return unknownTable(name, 'rest', message, hint)
    }
  }
  const wanted = new Set(request.tables)
  const measuring = wanted.has('impact') && request.measure.length > 0
  const blocks =
    wanted.has('domain_blocks') || measuring
      ? await table('domain_blocks', () => readList(rest, 'domain_blocks'))
      : null
  if (wanted.has('domain_blocks') && blocks) read.domain_blocks = blocks
  if (wanted.has('email_domain_blocks'))
    read.email_domain_blocks = await table('email_domain_blocks', () => readList(rest, 'email_domain_blocks'))
  if (wanted.has('ip_blocks')) read.ip_blocks = await table('ip_blocks', () => readList(rest, 'ip_blocks'))
  if (wanted.has('impact')) {
    read.impact =
      blocks?.state === 'unknown' ? blocks : await table('impact', () => measureAll(rest, request, blocks?.rows ?? []))
  }
  return read
}
