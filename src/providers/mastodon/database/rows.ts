import { isRecord } from '../../../instance/get-own.ts'
import type { Diagnostic } from '../../../instance/diagnostic.ts'
import { AUDIT } from '../audit.ts'
import { ACCOUNTS } from '../kinds/accounts.ts'
import { KINDS } from '../kinds/index.ts'
import { oddColumn, type TableShape } from '../table.ts'
import type { ConnectionName, ReadRequest, Table, Tables } from '../tables.ts'
import {
  A_ROW,
  ANSWER_NOT_AS_EXPECTED,
  ANSWER_WITHOUT,
  MASTODON_TOO_OLD,
  noConnectionReads,
  notAsExpected,
  tableUnread,
  THE_LIST,
} from './texts.ts'

/** The answer of reader.sql, with checked rows. */
export interface ReaderAnswer {
  readonly domain: string | null
  readonly version: string | null
  readonly tables: Tables['read']
}

/** The tables of rows that live has. */
export const READ: readonly TableShape[] = [...new Set([...KINDS.flatMap(({ tables }) => tables), ACCOUNTS, AUDIT])]

/** The tables of what is counted for a request. */
export const MEASURED: readonly TableShape[] = KINDS.flatMap(({ measured = [] }) => measured)

/** Every table that can be read. */
export const TABLES: readonly TableShape[] = [...READ, ...MEASURED]

const shapeNamed = (name: string): TableShape => TABLES.find((shape) => shape.name === name) ?? failUnknown(name)

function failUnknown(name: string): never {
  throw new Error(`unreachable: ${name}`)
}

/** Checks rows against the columns of their table. If one does not fit, the table is unknown. */
export function checkedTable(
  name: string,
  rows: unknown,
  connection: ConnectionName,
  requests: number,
): Table<unknown> {
  const { columns } = shapeNamed(name)
  const odd = Array.isArray(rows) ? firstOdd(rows, columns) : THE_LIST
  if (odd !== null || !Array.isArray(rows)) return unknownTable(name, connection, notAsExpected(odd ?? THE_LIST))
  return { state: 'complete', rows: rows.map((row: object) => onlyColumns(row, columns)), connection, requests }
}

/** Removes columns that only the API answers. */
function onlyColumns(row: object, columns: TableShape['columns']): object {
  if (Object.keys(row).every((column) => Object.hasOwn(columns, column))) return row
  return Object.fromEntries(Object.entries(row).filter(([column]) => Object.hasOwn(columns, column)))
}

function firstOdd(rows: readonly unknown[], columns: TableShape['columns']): string | null {
  for (const row of rows) {
    const odd = isRecord(row) ? oddColumn(row, columns) : A_ROW
    if (odd !== null) return odd
  }
  return null
}

/** How many characters of a connection's reason are kept. */
const MAX_REASON = 1000

/** Makes a table that could not be read through a connection, with the reason. */
export function unknownTable(
  name: string,
  connection: ConnectionName,
  why: string,
  hint?: string,
): { state: 'unknown'; reason: Diagnostic } {
  return unknown(tableUnread({ title: shapeNamed(name).title, connection, why: why.slice(0, MAX_REASON) }), hint)
}

/** Makes a table that no connection in instance.yaml can read. */
export function unreadTable(name: string, why: string): { state: 'unknown'; reason: Diagnostic } {
  const { message, hint } = noConnectionReads({ title: shapeNamed(name).title, why })
  return unknown(message, hint)
}

function unknown(message: string, hint: string | undefined): { state: 'unknown'; reason: Diagnostic } {
  const reason: Diagnostic = { code: 'unknown-table', severity: 'error', message }
  return { state: 'unknown', reason: hint === undefined ? reason : { ...reason, hint } }
}

/** Makes every table of a request unknown, for one reason. */
export function allUnknown(request: ReadRequest, reason: Diagnostic): Tables['read'] {
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
    const odd = (name: string) => [name, unknownTable(name, connection, ANSWER_NOT_AS_EXPECTED)]
    return { domain: null, version: null, tables: Object.fromEntries(request.tables.map(odd)) }
  }
  const { tables, unknown: refused, domain, version } = document
  const read = request.tables.map((name) => {
    const why = refused[name]
    if (why !== undefined) return [name, refusedTable(name, connection, textOr(why) ?? ANSWER_NOT_AS_EXPECTED, mend)]
    // A reading program that an older Herdbook installed does not know the table.
    if (tables[name] === undefined) return [name, unknownTable(name, connection, ANSWER_WITHOUT, mend)]
    return [name, checkedTable(name, tables[name], connection, 1)]
  })
  return { domain: textOr(domain), version: textOr(version), tables: Object.fromEntries(read) }
}

/** Explains a refused table. After a restored dump, or with a newer Herdbook, the reading role lacks rights. */
function refusedTable(
  name: string,
  connection: ConnectionName,
  why: string,
  mend: string | undefined,
): { state: 'unknown'; reason: Diagnostic } {
  if (/^relation .* does not exist$/.test(why)) return unknownTable(name, connection, why, MASTODON_TOO_OLD)
  return unknownTable(name, connection, why, why.startsWith('permission denied') ? mend : undefined)
}

const textOr = (value: unknown): string | null => (typeof value === 'string' ? value : null)
