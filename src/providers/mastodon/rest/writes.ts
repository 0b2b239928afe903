import type { Diagnostic } from '../../../instance/diagnostic.ts'
import type { Write, WriteResult } from '../tables.ts'
import type { Fields, Value } from '../../../instance/values.ts'
import { KINDS } from '../kinds/index.ts'
import { type List, listNamed, measure, readList } from './open-rest.ts'
import type { ApiRow } from './masto-library.ts'
import { type Rest } from './types.ts'
import { isRecord } from '../../../instance/get-own.ts'
import { explain } from './token.ts'
import { HttpFailure } from '../../../http/transport.ts'
import {
  consentExceeded,
  coveredBy,
  NO_EMAIL_BLOCK_UPDATE,
  notAsSent,
  notThere,
  notThroughApi,
  storedAs,
} from './texts.ts'

/** Sends one write of a block list and reads the result back. It never repeats a write on a guess. */
export async function writeBlock(rest: Rest, write: Write): Promise<WriteResult> {
  const list = listNamed(write.table)
  if (!list) return refused('no-door', notThroughApi(write.table))
  try {
    const decided = await before(rest, list, write)
    if (decided) return decided
  } catch (error) {
    return { state: 'refused', reason: await reasonOf(rest, list, error) }
  }
  try {
    return await SEND[write.action](rest, list, write)
  } catch (error) {
    return { state: 'failed', reason: await reasonOf(rest, list, error) }
  }
}

const diagnostic = (code: string, message: string, hint?: string): Diagnostic => ({
  code,
  severity: 'error',
  message,
  ...(hint === undefined ? {} : { hint }),
})
const refused = (code: string, message: string): WriteResult => ({
  state: 'refused',
  reason: diagnostic(code, message),
})
const failed = (code: string, message: string): WriteResult => ({ state: 'failed', reason: diagnostic(code, message) })

async function reasonOf(rest: Rest, list: List, error: unknown): Promise<Diagnostic> {
  if (error instanceof HttpFailure && error.status === 422) return diagnostic('refused-by-mastodon', error.message)
  const { message, hint } = await explain(rest, list.table, error, 'write')
  return diagnostic('write-failed', message, hint)
}

/** Whether an answer says that the server did not act. After a timeout it may have acted. */
const isRefusal = ({ status }: HttpFailure): boolean =>
  status !== null && status >= 400 && status < 500 && status !== 408

/** Checks before sending: live has changed, too much would be severed, or nothing is left to do. Null to go on. */
async function before(rest: Rest, list: List, write: Write): Promise<WriteResult | null> {
  if (write.action === 'create') return refusedConsent(rest, write)
  const live = await fetchRow(rest, list, write.serverId ?? '')
  if (!live)
    return write.action === 'delete'
      ? { state: 'done', serverId: write.serverId ?? '' }
      : { state: 'changed', live: null }
  if (live[list.name] !== write.name || !holds(live, write.expect))
    return { state: 'changed', live: fieldsOf(list, live) }
  if (write.action === 'delete') return null
  if (isReplaced(list)) return refused('no-update', NO_EMAIL_BLOCK_UPDATE)
  return refusedConsent(rest, write)
}

/** Whether Mastodon has no update of what a list holds. */
const isReplaced = ({ table }: List): boolean =>
  KINDS.some(({ replaces, tables }) => replaces && tables.some(({ name }) => name === table))

async function create(rest: Rest, list: List, write: Write): Promise<WriteResult> {
  let row: ApiRow | null
  try {
    row = await rest.withRetry(
      () => rest.masto.create(list.table, { [list.name]: write.name, ...params(rest, write) }),
      false,
    )
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error
    const { existing_domain_block: other } = error.details
    const existing = isRecord(other) ? other : null
    if (existing && existing[list.name] !== write.name) {
      return refused('covered', coveredBy({ parent: String(existing.domain), name: write.name }))
    }
    const turnedAway = isRefusal(error)
    if (!turnedAway || error.status === 422) row = existing ?? (await find(rest, list, write.name))
    else row = null
    if (!row) return { state: turnedAway ? 'refused' : 'failed', reason: await reasonOf(rest, list, error) }
    return holds(row, write.set) ? done(list, row) : { state: 'changed', live: fieldsOf(list, row) }
  }
  return verified(list, row, write)
}

async function remove(rest: Rest, list: List, write: Write): Promise<WriteResult> {
  const id = write.serverId ?? ''
  return (
    (await unsettled(
      rest,
      list,
      () => rest.masto.remove(list.table, id),
      async () => (await fetchRow(rest, list, id)) === null,
    )) ?? { state: 'done', serverId: id }
  )
}

async function update(rest: Rest, list: List, write: Write): Promise<WriteResult> {
  const id = write.serverId ?? ''
  const open = await unsettled(
    rest,
    list,
    () => rest.masto.update(list.table, id, params(rest, write)),
    async () => holds((await fetchRow(rest, list, id)) ?? {}, write.set),
  )
  // Up to 4.6, Mastodon answers a refused IP block as if it was saved, so it is read again.
  return open ?? verified(list, await fetchRow(rest, list, id), write)
}

const SEND = { create, update, delete: remove } as const

/** Sends a write; if it is unknown whether the server acted, live decides. Null if it is done. */
async function unsettled(
  rest: Rest,
  list: List,
  send: () => Promise<unknown>,
  isThere: () => Promise<boolean>,
): Promise<WriteResult | null> {
  try {
    await rest.withRetry(send, false)
    return null
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error
    const turnedAway = isRefusal(error)
    if ((!turnedAway || error.status === 404) && (await isThere())) return null
    return { state: turnedAway ? 'refused' : 'failed', reason: await reasonOf(rest, list, error) }
  }
}

async function refusedConsent(rest: Rest, write: Write): Promise<WriteResult | null> {
  if (write.consent === undefined) return null
  const { follows, followers } = await measure(rest, write.name)
  const count = follows + followers
  if (count <= write.consent) return null
  return refused('consent-exceeded', consentExceeded({ name: write.name, count, consent: write.consent }))
}

async function fetchRow(rest: Rest, list: List, id: string): Promise<ApiRow | null> {
  try {
    const { body } = await rest.get(`${list.path}/${encodeURIComponent(id)}`)
    return isRecord(body) ? body : null
  } catch (error) {
    if (error instanceof HttpFailure && error.status === 404) return null
    throw error
  }
}

async function find(rest: Rest, list: List, name: string): Promise<ApiRow | null> {
  const rows = await readList(rest, list)
  return rows.filter(isRecord).find((row) => row[list.name] === name) ?? null
}

/** Checks that the answer is what was sent: the server silently drops what it does not know. */
function verified(list: List, row: ApiRow | null, write: Write): WriteResult {
  if (!row) return failed('not-as-sent', notThere(write.name))
  if (row[list.name] !== write.name)
    return failed('not-as-sent', storedAs({ stored: String(row[list.name]), name: write.name }))
  return holds(row, write.set) ? done(list, row) : failed('not-as-sent', notAsSent(write.name))
}

const done = (list: List, row: ApiRow): WriteResult => ({
  state: 'done',
  serverId: String(row.id),
  live: fieldsOf(list, row),
})

const fieldsOf = (list: List, row: ApiRow): Fields =>
  Object.fromEntries(list.fields.flatMap((field) => (isScalar(row[field]) ? [[field, row[field]] as const] : [])))

const isScalar = (value: unknown): value is string | number | boolean | null =>
  value === null || ['string', 'number', 'boolean'].includes(typeof value)

/** Whether a row holds these values: "" equals null, line ends are equal, and so is an expiry within a minute. */
export function holds(row: ApiRow, fields: Fields): boolean {
  return Object.entries(fields).every(([field, value]) => {
    if (field === 'expires_at' && typeof value === 'string' && typeof row[field] === 'string') {
      return Math.abs(Date.parse(row[field]) - Date.parse(value)) < 60_000
    }
    return plain(row[field]) === plain(value)
  })
}

const plain = (value: unknown): unknown =>
  value === null || typeof value === 'string' ? (value ?? '').replace(/\r\n?/g, '\n').trimEnd() : value

/** Makes the parameters of a write. An expiry is in seconds from now, by the server's clock. */
function params({ now }: Rest, write: Write): { readonly [field: string]: Value } {
  const { expires_at: expires, ...rest } = write.set
  if (expires === undefined) return rest
  return {
    ...rest,
    expires_in: typeof expires === 'string' ? Math.max(1, Math.round((Date.parse(expires) - now()) / 1000)) : '',
  }
}
