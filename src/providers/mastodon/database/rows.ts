import { isRecord } from '../../../instance/get-own.ts'
import type { Diagnostic } from '../../../instance/diagnostic.ts'
import type { ConnectionName, ReadRequest, TableRows, Table, TableName, Tables } from '../tables.ts'
import {
  A_ROW,
  ANSWER_NOT_AS_EXPECTED,
  MASTODON_TOO_OLD,
  noConnectionReads,
  notAsExpected,
  notAskedFor,
  tableUnread,
  THE_LIST,
} from './texts.ts'

/** The answer of reader.sql, with checked rows. */
export interface ReaderAnswer {
  readonly domain: string | null
  readonly version: string | null
  readonly tables: Partial<Tables>
}

type ValueCheck = (value: unknown) => boolean

const text: ValueCheck = (value) => typeof value === 'string'
const flag: ValueCheck = (value) => typeof value === 'boolean'
const whole: ValueCheck = (value) => Number.isSafeInteger(value)
const count: ValueCheck = (value) => Number.isSafeInteger(value) && Number(value) >= 0
const id: ValueCheck = (value) => typeof value === 'string' && /^-?\d+$/.test(value)
const time: ValueCheck = (value) => typeof value === 'string' && /^\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value)
const date: ValueCheck = (value) => typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value)
/** A column that older scripts do not answer. */
const later =
  (check: ValueCheck): ValueCheck =>
  (value) =>
    value === undefined || check(value)
const maybe =
  (check: ValueCheck): ValueCheck =>
  (value) =>
    value === null || check(value)
const one =
  (...words: readonly string[]): ValueCheck =>
  (value) =>
    typeof value === 'string' && words.includes(value)
const each =
  (shape: { readonly [column: string]: ValueCheck }): ValueCheck =>
  (value) =>
    Array.isArray(value) && value.every((row) => oddColumn(row, shape) === null)

/** The columns of every table, as connections.ts names them. */
const SHAPES: { readonly [Name in TableName]: { readonly [Column in keyof TableRows[Name]]-?: ValueCheck } } = {
  domain_blocks: {
    id,
    domain: text,
    severity: one('noop', 'silence', 'suspend'),
    reject_media: flag,
    reject_reports: flag,
    private_comment: maybe(text),
    public_comment: maybe(text),
    obfuscate: flag,
    created_at: time,
  },
  email_domain_blocks: { id, domain: text, allow_with_approval: flag, created_at: time },
  ip_blocks: {
    id,
    ip: text,
    severity: one('sign_up_requires_approval', 'sign_up_block', 'no_access'),
    comment: text,
    created_at: time,
    expires_at: maybe(time),
  },
  roles: {
    id,
    name: text,
    color: text,
    position: whole,
    permissions: id,
    highlighted: flag,
    require_2fa: maybe(flag),
    collection_limit: maybe(whole),
    created_at: time,
  },
  accounts: {
    id,
    username: text,
    role_id: maybe(id),
    created_at: time,
    confirmed: flag,
    approved: flag,
    disabled: flag,
    suspended: flag,
    moved: flag,
  },
  rules: {
    id,
    text,
    hint: text,
    priority: whole,
    created_at: time,
    translations: each({ language: text, text, hint: text }),
  },
  settings: { var: text, value: maybe(text), updated_at: maybe(time) },
  terms_of_services: {
    id,
    text,
    changelog: text,
    effective_date: maybe(date),
    published_at: maybe(time),
    notification_sent_at: maybe(time),
    created_at: time,
  },
  audit: { id, created_at: time, read_at: time },
  impact: { domain: text, follows: count, followers: count, accounts: count, members: later(count) },
}

/** Every table, in the order of connections.ts. */
export const TABLES = Object.keys(SHAPES).filter(isTable)

function isTable(name: string): name is TableName {
  return name in SHAPES
}

function oddColumn(row: unknown, shape: { readonly [column: string]: ValueCheck }): string | null {
  if (!isRecord(row)) return A_ROW
  return Object.entries(shape).find(([column, check]) => !check(row[column]))?.[0] ?? null
}

/** Checks rows against the columns of their table. If one does not fit, the table is unknown. */
export function checkedTable<Name extends TableName>(
  name: Name,
  rows: unknown,
  connection: ConnectionName,
  requests: number,
): Table<TableRows[Name]> {
  const columns = Object.keys(SHAPES[name])
  const odd = Array.isArray(rows) ? firstOdd(rows, SHAPES[name]) : THE_LIST
  if (odd !== null) return unknownTable(name, connection, notAsExpected(odd))
  return {
    state: 'complete',
    rows: (rows as TableRows[Name][]).map((row) => onlyColumns(row, columns)),
    connection,
    requests,
  }
}

/** Removes columns that only the API answers. */
function onlyColumns<Row extends object>(row: Row, columns: readonly string[]): Row {
  if (Object.keys(row).every((column) => columns.includes(column))) return row
  return Object.fromEntries(Object.entries(row).filter(([column]) => columns.includes(column))) as Row
}

function firstOdd(rows: readonly unknown[], shape: { readonly [column: string]: ValueCheck }): string | null {
  for (const row of rows) {
    const odd = oddColumn(row, shape)
    if (odd !== null) return odd
  }
  return null
}

/** How many characters of a connection's reason are kept. */
const MAX_REASON = 1000

/** Makes a table that could not be read through a connection, with the reason. */
export function unknownTable(
  name: TableName,
  connection: ConnectionName,
  why: string,
  hint?: string,
): { state: 'unknown'; reason: Diagnostic } {
  return unknown(tableUnread({ name, connection, why: why.slice(0, MAX_REASON) }), hint)
}

/** Makes a table that no connection in instance.yaml can read. */
export function unreadTable(name: TableName, why: string): { state: 'unknown'; reason: Diagnostic } {
  const { message, hint } = noConnectionReads({ name, why })
  return unknown(message, hint)
}

function unknown(message: string, hint: string | undefined): { state: 'unknown'; reason: Diagnostic } {
  const reason: Diagnostic = { code: 'unknown-table', severity: 'error', message }
  return { state: 'unknown', reason: hint === undefined ? reason : { ...reason, hint } }
}

/** Completes the tables that were read; the rest were not asked for. */
export function tablesOf(read: Partial<Tables>, version: string | null): Tables {
  const rest = <Name extends TableName>(name: Name): Tables[Name] => read[name] ?? unknown(notAskedFor(name), undefined)
  return {
    domain_blocks: rest('domain_blocks'),
    email_domain_blocks: rest('email_domain_blocks'),
    ip_blocks: rest('ip_blocks'),
    roles: rest('roles'),
    accounts: rest('accounts'),
    rules: rest('rules'),
    settings: rest('settings'),
    terms_of_services: rest('terms_of_services'),
    audit: rest('audit'),
    impact: rest('impact'),
    version,
  }
}

/** Makes every table of a request unknown, for one reason. */
export function allUnknown(request: ReadRequest, reason: Diagnostic): Partial<Tables> {
  return Object.fromEntries(request.tables.map((name) => [name, { state: 'unknown', reason }]))
}

/** Checks an answer of reader.sql, table by table. `mend` is the hint if the reading role may not see one. */
export function readSnapshot(
  document: unknown,
  request: ReadRequest,
  connection: ConnectionName,
  mend?: string,
): ReaderAnswer {
  if (!isRecord(document) || !isRecord(document.tables) || !isRecord(document.unknown)) {
    const odd = (name: TableName) => [name, unknownTable(name, connection, ANSWER_NOT_AS_EXPECTED)]
    return { domain: null, version: null, tables: Object.fromEntries(request.tables.map(odd)) }
  }
  const { tables, unknown: refused, domain, version } = document
  const read = request.tables.map((name) => {
    const why = refused[name]
    return [
      name,
      why === undefined
        ? checkedTable(name, tables[name], connection, 1)
        : refusedTable(name, connection, textOr(why) ?? ANSWER_NOT_AS_EXPECTED, mend),
    ]
  })
  return { domain: textOr(domain), version: textOr(version), tables: Object.fromEntries(read) }
}

/** Explains a refused table. After a restored dump, or with a newer Herdbook, the reading role lacks rights. */
function refusedTable(
  name: TableName,
  connection: ConnectionName,
  why: string,
  mend: string | undefined,
): { state: 'unknown'; reason: Diagnostic } {
  if (/^relation .* does not exist$/.test(why)) return unknownTable(name, connection, why, MASTODON_TOO_OLD)
  return unknownTable(name, connection, why, why.startsWith('permission denied') ? mend : undefined)
}

const textOr = (value: unknown): string | null => (typeof value === 'string' ? value : null)
