import { openMasto } from './masto-library.ts'
import type { Rest } from './types.ts'
import { isRecord } from '../../../instance/get-own.ts'
import { randomInt } from 'node:crypto'
import type { Relations } from '../../../instance/relations.ts'
import { KINDS } from '../kinds/index.ts'
import type { ApiList } from '../table.ts'
import type { ReadRequest, Table, Tables } from '../tables.ts'
import { bounded } from '../../../http/read-limited.ts'
import { refuseClear } from '../../../http/require-tls.ts'
import { unreachable } from '../../../ssh/executor.ts'
import { checkedTable, TABLES, unknownTable } from '../database/rows.ts'
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

/** A table that is a list of the API. */
export interface List extends ApiList {
  readonly table: string
  readonly path: string
}

/** The list that a table is; undefined if the API has none. */
export function listNamed(name: string): List | undefined {
  const list = TABLES.find((shape) => shape.name === name)?.api?.list
  return list && { ...list, table: name, path: `/api/v1/admin/${name}` }
}

/** Whether the API answers a table. */
export const isAnswered = (name: string): boolean => TABLES.some((shape) => shape.name === name && shape.api)

/** Five times the longest known list: a longer answer may be an attack. */
const MAX_LIST = { rows: 500_000, pages: 2_500, characters: 256 * 1024 * 1024 }

/** Reads a whole list. It pages by max_id, since `Link` names the public host even behind a tunnel. */
export async function readList(rest: Rest, { path, limit }: List): Promise<readonly unknown[]> {
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
export async function measure(rest: Rest, domain: string): Promise<{ readonly domain: string } & Relations> {
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

const MEASURES_AT_ONCE = 4

/** Measures domains; one without accounts or follows gets no row. */
async function measureAll(rest: Rest, wanted: ReadRequest['measure']): Promise<readonly unknown[]> {
  const domains = [...new Set(wanted.map(({ domain }) => domain))]
  const rows = []
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
export async function readRest(rest: Rest, request: ReadRequest): Promise<Tables['read']> {
  const read: { [name: string]: Table<unknown> } = {}
  const into = async (name: string, rows: () => Promise<readonly unknown[]>): Promise<void> => {
    const before = rest.requests()
    try {
      read[name] = checkedTable(name, await rows(), 'rest', rest.requests() - before)
    } catch (error) {
      const { message, hint } = await explain(rest, name, error)
      read[name] = unknownTable(name, 'rest', message, hint)
    }
  }
  const measuring = KINDS.filter(({ measured }) => measured && request.tables.includes(measured.name))
  // What is measured is compared with what live blocks already.
  const compared = request.measure.length > 0 ? measuring.flatMap(({ tables }) => tables.map(({ name }) => name)) : []
  for (const name of new Set([...compared, ...request.tables])) {
    const list = listNamed(name)
    if (list) await into(name, () => readList(rest, list))
  }
  for (const { measured, tables, unmeasured } of measuring) {
    const unknown = tables.map(({ name }) => read[name]).find((one) => one?.state === 'unknown')
    if (!measured || !unmeasured) continue
    if (unknown) read[measured.name] = unknown
    else await into(measured.name, () => measureAll(rest, unmeasured(request.measure, { read })))
  }
  return Object.fromEntries(Object.entries(read).filter(([name]) => request.tables.includes(name)))
}
