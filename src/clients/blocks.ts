import type { Write, WriteResult } from '../reconcile/doors.ts'
import type { Fields, Value } from '../reconcile/types.ts'
import { LISTS, type Rest, isList, measure, readList } from './mastodon.ts'
import { isRecord } from './snapshot.ts'
import { explain } from './token.ts'
import { HttpFailure } from './transport.ts'

type Row = { readonly [field: string]: unknown }
type List = keyof typeof LISTS

/** The fields that each list of the API takes and answers. */
const FIELDS: { readonly [Name in List]: readonly string[] } = {
  domain_blocks: ['severity', 'reject_media', 'reject_reports', 'private_comment', 'public_comment', 'obfuscate'],
  email_domain_blocks: ['allow_with_approval'],
  ip_blocks: ['severity', 'comment', 'expires_at'],
}
const NAME: { readonly [Name in List]: string } = { domain_blocks: 'domain', email_domain_blocks: 'domain', ip_blocks: 'ip' }

/** A resource of masto, as far as all three lists have it. */
interface Resource {
  create(params: object): PromiseLike<unknown>
  $select(id: string): { fetch(): PromiseLike<unknown>; update(params: object): PromiseLike<unknown>; remove(): PromiseLike<unknown> }
}

/** Sends one write of a block list and looks at what came of it. A write is never repeated on a guess: it is read back. */
export async function writeBlock(rest: Rest, write: Write): Promise<WriteResult> {
  if (!isList(write.table as List)) return failed('no-door', `${write.table} can't be written through the API`)
  const list = write.table as List
  try {
    if (write.action === 'create') return await create(rest, list, write)
    return await change(rest, list, write)
  } catch (error) {
    if (error instanceof HttpFailure && error.status === 422) return failed('refused-by-mastodon', error.message)
    const { message, hint } = await explain(rest, list, error, 'write')
    return failed('write-failed', message, hint)
  }
}

const failed = (code: string, message: string, hint?: string): WriteResult => ({
  state: 'failed',
  reason: { code, severity: 'error', message, ...(hint === undefined ? {} : { hint }) },
})

function resource(rest: Rest, list: List): Resource {
  const { domainBlocks, emailDomainBlocks, ipBlocks } = rest.client.v1.admin
  // masto's proxy answers to any verb: that an e-mail domain block has no update is for the caller to know
  const resources = { domain_blocks: domainBlocks, email_domain_blocks: emailDomainBlocks, ip_blocks: ipBlocks }
  return resources[list] as Resource
}

async function create(rest: Rest, list: List, write: Write): Promise<WriteResult> {
  const refusal = await refusedConsent(rest, write)
  if (refusal) return refusal
  let row: Row | null
  try {
    row = snake(await rest.patiently(async () => resource(rest, list).create(camel({ [NAME[list]]: write.name, ...params(rest, write) })), false))
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error
    const existing = isRecord(error.details.existingDomainBlock) ? snake(error.details.existingDomainBlock) : null
    if (existing && existing[NAME[list]] !== write.name) {
      return failed('covered', `${String(existing.domain)} is blocked more strictly already, and Mastodon takes no weaker block of ${write.name} below it`)
    }
    const uncertain = error.status === null || error.status >= 500
    if (!uncertain && error.status !== 422) throw error
    row = existing ?? (await find(rest, list, write.name))
    if (!row) throw error
    return holds(row, write.set) ? done(list, row) : { state: 'changed', live: fieldsOf(list, row) }
  }
  return verified(list, row, write)
}

async function change(rest: Rest, list: List, write: Write): Promise<WriteResult> {
  const id = write.serverId ?? ''
  const live = await fetchRow(rest, list, id)
  if (!live) return write.action === 'delete' ? { state: 'done', serverId: id } : { state: 'changed', live: null }
  if (live[NAME[list]] !== write.name || !holds(live, write.expect)) return { state: 'changed', live: fieldsOf(list, live) }
  const one = resource(rest, list).$select(id)
  if (write.action === 'delete') {
    await settled(rest, async () => one.remove(), async () => (await fetchRow(rest, list, id)) === null)
    return { state: 'done', serverId: id }
  }
  if (list === 'email_domain_blocks') return failed('no-update', 'Mastodon has no update of an e-mail domain block')
  const refusal = await refusedConsent(rest, write)
  if (refusal) return refusal
  await settled(rest, async () => one.update(camel(params(rest, write))), async () => holds((await fetchRow(rest, list, id)) ?? {}, write.set))
  // up to 4.6 an address block that was refused is answered as if it had been saved: only reading again tells
  return verified(list, await fetchRow(rest, list, id), write)
}

/** Sends a write; where nobody knows whether the server acted, what is live decides. */
async function settled(rest: Rest, send: () => Promise<unknown>, isThere: () => Promise<boolean>): Promise<void> {
  try {
    await rest.patiently(send, false)
  } catch (error) {
    const uncertain = error instanceof HttpFailure && (error.status === null || error.status >= 500 || error.status === 404)
    if (!uncertain || !(await isThere())) throw error
  }
}

async function refusedConsent(rest: Rest, write: Write): Promise<WriteResult | null> {
  if (write.consent === undefined) return null
  const { follows, followers } = await measure(rest, write.name)
  const count = follows + followers
  if (count <= write.consent) return null
  return failed('consent-exceeded', `${write.name}: ${count} relationships would be severed, and ${write.consent} were accepted`)
}

async function fetchRow(rest: Rest, list: List, id: string): Promise<Row | null> {
  try {
    const { body } = await rest.get(`${LISTS[list].path}/${encodeURIComponent(id)}`)
    return isRecord(body) ? body : null
  } catch (error) {
    if (error instanceof HttpFailure && error.status === 404) return null
    throw error
  }
}

async function find(rest: Rest, list: List, name: string): Promise<Row | null> {
  const rows = await readList(rest, list)
  return rows.filter(isRecord).find((row) => row[NAME[list]] === name) ?? null
}

/** The server drops what it doesn't know without a word: what it answers must be what was sent. */
function verified(list: List, row: Row | null, write: Write): WriteResult {
  if (!row) return failed('not-as-sent', `${write.name} is not there after it was written`)
  if (row[NAME[list]] !== write.name) return failed('not-as-sent', `the server stored ${String(row[NAME[list]])} for ${write.name}`)
  return holds(row, write.set) ? done(list, row) : failed('not-as-sent', `the server did not store ${write.name} as it was sent`)
}

const done = (list: List, row: Row): WriteResult => ({ state: 'done', serverId: String(row.id), live: fieldsOf(list, row) })

const fieldsOf = (list: List, row: Row): Fields =>
  Object.fromEntries(FIELDS[list].flatMap((field) => (isScalar(row[field]) ? [[field, row[field]] as const] : [])))

const isScalar = (value: unknown): value is string | number | boolean | null => value === null || ['string', 'number', 'boolean'].includes(typeof value)

/** Whether a row holds these values: "" and null are one, and so are the ends of lines and an expiry within a minute. */
export function holds(row: Row, fields: Fields): boolean {
  return Object.entries(fields).every(([field, value]) => {
    if (field === 'expires_at' && typeof value === 'string' && typeof row[field] === 'string') {
      return Math.abs(Date.parse(row[field]) - Date.parse(value)) < 60_000
    }
    return plain(row[field]) === plain(value)
  })
}

const plain = (value: unknown): unknown => (value === null || typeof value === 'string' ? (value ?? '').replace(/\r\n?/g, '\n').trimEnd() : value)

/** What the API takes: an expiry is told as seconds from now, and the server counts them by its own clock. */
function params({ now }: Rest, write: Write): { readonly [field: string]: Value } {
  const { expires_at: expires, ...rest } = write.set
  if (expires === undefined) return rest
  return { ...rest, expires_in: typeof expires === 'string' ? Math.max(1, Math.round((Date.parse(expires) - now()) / 1000)) : '' }
}

const camel = (fields: Row): Row => Object.fromEntries(Object.entries(fields).map(([key, value]) => [key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()), value]))

const snake = (answer: unknown): Row =>
  isRecord(answer) ? Object.fromEntries(Object.entries(answer).map(([key, value]) => [key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), value])) : {}
