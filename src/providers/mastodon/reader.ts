import { type Diagnostic, HerdbookError } from '../../instance/diagnostic.ts'
import type { InstanceFile } from '../../instance/documents.ts'
import type { TokenAccount, Reader, ReadRequest, TableName, Tables } from './tables.ts'
import { checkDomain, type ConnectionOptions, type Connections, openConnections } from './connections.ts'
import type { Secrets } from '../../secrets/secrets.ts'
import { allUnknown, tablesOf, unreadTable } from './database/rows.ts'

type Read = { readonly tables: Partial<Tables>; readonly version: string | null }

/** Opens the way in for reading: the database where there is one, else the API and the console. Nothing is opened before it is read through. */
export async function openReader(
  instance: InstanceFile,
  secrets: Secrets,
  options: ConnectionOptions & { readonly connections?: Connections } = {},
): Promise<Reader> {
  const connections = options.connections ?? openConnections(instance, secrets, { ...options, reading: true })
  let tokenAccount: Promise<TokenAccount> | undefined
  return {
    tokenAccount: () => (tokenAccount ??= tokenAccountOf(connections)),
    read: async (request) => {
      const { tables, version } = connections.has.database
        ? await fromDatabase(connections, request)
        : await fromOthers(connections, request)
      return tablesOf(tables, version)
    },
    // connections that were handed over are closed by who opened them
    close: () => (options.connections ? Promise.resolve() : connections.close()),
  }
}

async function fromDatabase(connections: Connections, request: ReadRequest): Promise<Read> {
  const connection = connections.instance.mastodon?.database
  if (!connection) return { tables: {}, version: null }
  const { readDatabase, reinstall } = await import('./database/database.ts')
  const read = await attempt(request, async () => {
    const snapshot = await readDatabase(await connections.database(), connection, request)
    if (snapshot.domain !== null) checkDomain(connections.instance.domain, snapshot.domain, 'the database')
    return snapshot
  })
  if (!('domain' in read) || read.domain !== null || !Object.values(read.tables).some(isComplete)) return read
  const reason: Diagnostic = {
    code: 'nameless-database',
    severity: 'error',
    message: 'the database does not say whose it is, so nothing that it holds is used',
    hint: `Leave mastodon.database out for now, or let the domain be written there. ${reinstall(connection)}`,
  }
  return { tables: allUnknown(request, reason), version: null }
}

/** Whether a member of tables is one that was read. */
export const isComplete = (table: unknown): boolean =>
  typeof table === 'object' && table !== null && 'state' in table && table.state === 'complete'

async function fromOthers(connections: Connections, request: ReadRequest): Promise<Read> {
  // not before it is needed: the database connection has no use for HTTP
  const { isList } = await import('./rest/client.ts')
  const byRest = request.tables.filter((name) => connections.has.api && (isList(name) || name === 'impact'))
  const others = request.tables.filter((name) => !byRest.includes(name))
  // the audit log alone is not worth booting the console, nor missed where there is none
  const byConsole = others.every((name) => name === 'audit') ? [] : others
  const [rest, console] = await Promise.all([
    fromRest(connections, part(request, byRest)),
    fromConsole(connections, part(request, byConsole)),
  ])
  return { tables: { ...rest.tables, ...console.tables }, version: console.version ?? rest.version }
}

const part = (request: ReadRequest, tables: readonly TableName[]): ReadRequest => ({ ...request, tables })

async function fromRest(connections: Connections, request: ReadRequest): Promise<Read> {
  if (request.tables.length === 0) return { tables: {}, version: null }
  return attempt(request, async () => {
    const rest = await connections.reading()
    const { readRest } = await import('./rest/client.ts')
    return { tables: await readRest(rest, request), version: rest.version }
  })
}

async function fromConsole(connections: Connections, request: ReadRequest): Promise<Read> {
  if (request.tables.length === 0) return { tables: {}, version: null }
  if (!connections.has.console) {
    const missing = 'that needs the database or the console, and instance.yaml names neither'
    return {
      tables: Object.fromEntries(request.tables.map((name) => [name, unreadTable(name, missing)])),
      version: null,
    }
  }
  return attempt(request, async () => (await connections.console()).read(request))
}

/** Whose the token of the API is: the one that this run reads with. */
async function tokenAccountOf(connections: Connections): Promise<TokenAccount> {
  if (!connections.has.api) return { state: 'none' }
  try {
    const { usernameOf } = await import('./rest/token.ts')
    return { state: 'known', username: await usernameOf(await connections.reading()) }
  } catch (error) {
    return { state: 'unknown', reason: reasonOf(error) }
  }
}

/** A connection that can't be used makes its tables unknown. A connection that leads elsewhere ends the run. */
async function attempt<R extends Read>(request: ReadRequest, read: () => Promise<R>): Promise<R | Read> {
  try {
    return await read()
  } catch (error) {
    return { tables: allUnknown(request, reasonOf(error)), version: null }
  }
}

/** Why a connection can't be used. Throws what ends the run. */
function reasonOf(error: unknown): Diagnostic {
  const [first] = error instanceof HerdbookError ? error.diagnostics : []
  if (error instanceof HerdbookError && FINAL.has(first?.code ?? '')) throw error
  return (
    first ?? { code: 'unreadable', severity: 'error', message: error instanceof Error ? error.message : String(error) }
  )
}

/** What no other table's reading makes good: another server, another machine, a credential that must not be sent, a defect. */
const FINAL: ReadonlySet<string> = new Set([
  'another-server',
  'mastodon-too-old',
  'host-key-mismatch',
  'secret-elsewhere',
  'secret-unbound',
  'write-while-planning',
  'one-runtime',
  'no-ssh',
])
