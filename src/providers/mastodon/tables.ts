import type { Diagnostic } from '../../instance/diagnostic.ts'
import type { Intent } from '../../reconcile/ledger/types.ts'
import type { Relations } from '../../instance/relations.ts'
import type { Fields, Value } from '../../instance/values.ts'

export type ConnectionName = 'database' | 'rest' | 'console'

/** The connections that can write. */
export type WriteConnection = Exclude<ConnectionName, 'database'>

/** The tables of a snapshot. Every connection answers rows of the same shape. */
export type TableName = keyof TableRows

/** Rows as every connection gives them: ids are strings, times ISO 8601 UTC with milliseconds, severities words. */
export interface TableRows {
  domain_blocks: {
    id: string
    domain: string
    severity: 'noop' | 'silence' | 'suspend'
    reject_media: boolean
    reject_reports: boolean
    private_comment: string | null
    public_comment: string | null
    obfuscate: boolean
    created_at: string
  }
  email_domain_blocks: { id: string; domain: string; allow_with_approval: boolean; created_at: string }
  ip_blocks: {
    id: string
    /** With its prefix length. */
    ip: string
    severity: 'sign_up_requires_approval' | 'sign_up_block' | 'no_access'
    comment: string
    created_at: string
    expires_at: string | null
  }
  roles: {
    id: string
    name: string
    color: string
    position: number
    /** The bit mask, as a decimal string. */
    permissions: string
    highlighted: boolean
    /** null before 4.6. */
    require_2fa: boolean | null
    collection_limit: number | null
    created_at: string
  }
  /** Local accounts: all that hold a role, and those that the request names. */
  accounts: {
    id: string
    username: string
    role_id: string | null
    created_at: string
    confirmed: boolean
    approved: boolean
    disabled: boolean
    suspended: boolean
    moved: boolean
  }
  rules: {
    id: string
    text: string
    hint: string
    priority: number
    created_at: string
    translations: { language: string; text: string; hint: string }[]
  }
  /** Only settings that have a row; `value` is YAML as Ruby writes it. */
  settings: { var: string; value: string | null; updated_at: string | null }
  terms_of_services: {
    id: string
    text: string
    changelog: string
    effective_date: string | null
    published_at: string | null
    notification_sent_at: string | null
    created_at: string
  }
  /** The newest entry of the audit log by the account that acts, and when it was read by the same clock. */
  audit: { id: string; created_at: string; read_at: string }
  /** Counted with subdomains, for the domains that the request names and live does not block as strictly. */
  impact: { domain: string } & Relations
}

export type Table<Row> =
  | {
      readonly state: 'complete'
      readonly rows: readonly Row[]
      readonly connection: ConnectionName
      readonly requests: number
    }
  | { readonly state: 'unknown'; readonly reason: Diagnostic }

export type Tables = { readonly [Name in TableName]: Table<TableRows[Name]> } & {
  /** The server's version as it says it, or the minor release that its columns show: "4.6.5", "4.6". */
  readonly version: string | null
}

export interface ReadRequest {
  readonly tables: readonly TableName[]
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
  readonly table: Exclude<TableName, 'impact' | 'audit' | 'accounts'> | 'role_of' | 'rule_order'
  readonly action: 'create' | 'update' | 'delete'
  readonly serverId: string | null
  /** The object's natural name, in the server's own words: a domain, an address, a username, a setting's key. */
  readonly name: string
  readonly expect: Fields
  readonly set: Fields
  /** The write is refused if it would sever more relations. Absent if it can sever none. */
  readonly consent?: number
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
