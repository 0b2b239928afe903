import type { Diagnostic } from '../../instance/diagnostic.ts'
import type { Intent } from '../../reconcile/ledger/types.ts'
import type { Fields, Value } from '../../instance/values.ts'
import { own } from '../../instance/get-own.ts'
import { notAskedFor } from './database/texts.ts'
import type { TableShape } from './table.ts'

export type ConnectionName = 'database' | 'rest' | 'console'

/** The connections that can write. */
export type WriteConnection = Exclude<ConnectionName, 'database'>

export type Table<Row> =
  | {
      readonly state: 'complete'
      readonly rows: readonly Row[]
      readonly connection: ConnectionName
      readonly requests: number
    }
  | { readonly state: 'unknown'; readonly reason: Diagnostic }

/** What was read of a server. */
export interface Tables {
  /** By name. A table that is not here was not asked for. */
  readonly read: { readonly [name: string]: Table<unknown> }
  /** The server's version as it says it, or the minor release that its columns show: "4.6.5", "4.6". */
  readonly version: string | null
}

/** A table of a snapshot, whose rows were checked when it was read. */
export const tableIn = <Row>({ read }: Pick<Tables, 'read'>, shape: TableShape<Row>): Table<Row> =>
  (own(read, shape.name) ?? notAsked(shape)) as Table<Row>

/** Its rows; none if it could not be read. */
export function rowsKnown<Row>(tables: Pick<Tables, 'read'>, shape: TableShape<Row>): readonly Row[] {
  const found = tableIn(tables, shape)
  return found.state === 'complete' ? found.rows : []
}

const notAsked = ({ title }: TableShape): Table<never> => ({
  state: 'unknown',
  reason: { code: 'unknown-table', severity: 'error', message: notAskedFor(title) },
})

export interface ReadRequest {
  readonly tables: readonly string[]
  /** Usernames whose accounts are asked for, whether or not they hold a role. */
  readonly accounts: readonly string[]
  /** The account whose newest entry in the audit log is asked for. */
  readonly acting?: string
  /** Domains whose impact is asked for, with the severity that is wanted. */
  readonly measure: readonly { readonly domain: string; readonly severity: 'noop' | 'silence' | 'suspend' }[]
}

/** The account of the API's token; none if there is no API. */
export type TokenAccount =
  | { readonly state: 'none' }
  | { readonly state: 'known'; readonly username: string }
  | { readonly state: 'unknown'; readonly reason: Diagnostic }

/** Reads Mastodon. It has no method that writes. */
export interface Reader {
  /** Reads the tables. One that cannot be read is unknown and stops no other. Throws only for another server. */
  readonly read: (request: ReadRequest) => Promise<Tables>
  /** Looks up the account of the API's token, once in a run. */
  readonly tokenAccount: () => Promise<TokenAccount>
  readonly close: () => Promise<void>
}

/**
 * The result of a write. `changed`: live has changed since the plan, and nothing was written. `refused`: nothing was
 * written, for certain. `failed`: unknown.
 */
export type WriteResult =
  | { readonly state: 'done'; readonly serverId: string | null; readonly live?: Fields }
  | { readonly state: 'changed'; readonly live: Fields | null }
  | { readonly state: 'refused' | 'failed'; readonly reason: Diagnostic }

/** One write for a connection; `expect` is what live must still be. */
export interface Write {
  /** The table, or another name that the console's program writes by. */
  readonly table: string
  readonly action: 'create' | 'update' | 'delete'
  readonly serverId: string | null
  /** The object's natural name, in the server's own words: a domain, an address, a username, a setting's key. */
  readonly name: string
  readonly expect: Fields
  readonly set: Fields
  /** The write is refused if it would sever more relations. Absent if it can sever none. */
  readonly consent?: number
  /** Neighbours with the same batch go out in one request. */
  readonly batch?: string
  /** Named facts that the connection checks inside the transaction, such as `minimum_owners`. */
  readonly guard?: { readonly [name: string]: Value }
}

/** Writes to Mastodon; one in a run. */
export interface Writer {
  /** Writes one after the other over REST, or as one batch through the console; yields results in order. */
  readonly write: (writes: readonly Write[], connection: WriteConnection) => AsyncIterable<WriteResult>
  /** Finishes what interrupted runs still owe: all of it, or none. */
  readonly finishOwed: (owed: readonly Intent[]) => Promise<WriteResult>
  /** Starts the console early: something will certainly be written through it. */
  readonly expectConsole: () => void
  readonly close: () => Promise<void>
}
