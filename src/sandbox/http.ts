import { createHash } from 'node:crypto'
import type { DatabaseSession } from './database.ts'
import { NOT_FOUND, Refusal } from './failure.ts'
import type { Params } from './params.ts'
import type { AccessToken } from './tokens.ts'
import type { Version } from './versions.ts'

export interface Call {
  readonly session: DatabaseSession
  readonly version: Version
  /** Parameters of the path, the query and the body, as Rails merges them. */
  readonly params: Params
  readonly path: string
  readonly token: AccessToken | null
  /** What makes one post of two that come with the same. */
  readonly idempotencyKey: string | null
  /** What the server keeps of its answers, by key. */
  readonly cache: Map<string, { readonly until: number; readonly value: object }>
}

export interface HttpAnswer {
  readonly status?: number
  readonly body?: unknown
  readonly text?: string
  readonly headers?: Readonly<Record<string, string>>
}

export type Handler = (call: Call) => Promise<HttpAnswer>

export const DOMAIN = 'herd.example'

/** The host that `Link` names, whatever host the request was sent to. */
export const PUBLIC_URL = `https://${DOMAIN}`

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** A timestamp column as the API writes it. */
export const time = (column: string): string => `to_char(${column}, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

/** The account that a call is made for. */
export const actorOf = (call: Call): string => call.token?.account_id ?? ''

/** The one row that a path names, or 404. */
export function found<R>(rows: readonly R[]): R {
  const [row] = rows
  if (row === undefined) throw new Refusal(404, NOT_FOUND)
  return row
}

/** Only the values that were given. */
export function given<T extends object>(values: T): Partial<{ [K in keyof T]: Exclude<T[K], undefined> }> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<{
    [K in keyof T]: Exclude<T[K], undefined>
  }>
}
