import { byText, equal } from '../../src/reconcile/equal.ts'
import type { Write, WriteResult } from '../../src/providers/mastodon/tables.ts'
import type { Fields, Value } from '../../src/instance/values.ts'
import type { Server } from './memory-server.ts'

/** Work that Mastodon leaves to its workers. */
export type Later = (() => void)[]
/** What a write does on this server, as the console and the API do it. Work for later is added to `later`. */
export type Perform = (server: Server, write: Write, later: Later) => WriteResult

/** It is as wanted now. */
export const done = (serverId: string | null): WriteResult => ({ state: 'done', serverId })
/** Something else was there than expected; nothing was written. */
export const changed = (live: Fields | null): WriteResult => ({ state: 'changed', live })
/** The server does not take it. */
export const refused = (code: string, message: string): WriteResult => ({
  state: 'refused',
  reason: { code, severity: 'error', message },
})

/** A text; empty where it is none. */
export const wordOf = (value: Value | undefined): string => (typeof value === 'string' ? value : '')

/** Text as the connections compare it: what line ends and empty values add does not count. */
function plain(field: string, value: Value): Value {
  if (field === 'permissions' && Array.isArray(value)) return value.map(wordOf).sort(byText)
  if (field === 'color') return wordOf(value).replace(/^#/, '').toLowerCase()
  if (field === 'expires_at') return value === null ? null : Math.floor(Date.parse(wordOf(value)) / 60_000)
  if (value === null) return ''
  return typeof value === 'string' ? value.replace(/\r\n?/g, '\n').trimEnd() : value
}

/** Whether these fields are there, and say the same. */
export const matches = (wanted: Fields, live: Fields): boolean =>
  Object.entries(wanted).every(
    ([field, value]) => field in live && equal(plain(field, live[field] ?? null), plain(field, value)),
  )

/** How rows of a table are found, made and set. */
export interface Model<Row> {
  readonly rows: (server: Server) => Row[]
  readonly named: (row: Row, write: Write) => boolean
  readonly fields: (row: Row) => Fields
  readonly make: (server: Server, write: Write) => Row
  readonly set: (row: Row, fields: Fields) => void
}

/** Compares, then writes: a create of what is there as wanted is done, a delete of what is gone too. */
export function writeRow<Row extends { id: string }>(model: Model<Row>): Perform {
  return (server, write) => {
    const rows = model.rows(server)
    if (write.action === 'create') {
      const present = rows.find((row) => model.named(row, write))
      if (present)
        return matches(pick(write.set, model.fields(present)), model.fields(present))
          ? done(present.id)
          : changed(model.fields(present))
      const row = model.make(server, write)
      model.set(row, write.set)
      rows.push(row)
      return done(row.id)
    }
    const row = rows.find((one) => one.id === write.serverId)
    if (!row) return write.action === 'delete' ? done(write.serverId) : changed(null)
    if (!matches(write.expect, model.fields(row))) return changed(model.fields(row))
    if (write.action === 'delete') rows.splice(rows.indexOf(row), 1)
    else model.set(row, write.set)
    server.now += 1000
    return done(row.id)
  }
}

const pick = (fields: Fields, like: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([field]) => field in like))
