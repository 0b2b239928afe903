import { type Diagnostic, HerdbookError } from '../../instance/diagnostic.ts'
import type { InstanceFile } from '../../instance/documents.ts'
import type { TokenAccount, Reader, ReadRequest, Tables } from './tables.ts'
import { AUDIT } from './audit.ts'
import { checkDomain, type ConnectionOptions, type MastodonConnections, openConnections } from './connections.ts'
import type { Secrets } from '../../secrets/secrets.ts'
import { allUnknown, unreadTable } from './database/rows.ts'
import { namelessDatabase, NEEDS_DATABASE_OR_CONSOLE, THE_DATABASE } from './texts.ts'

type Read = { readonly tables: Tables['read']; readonly version: string | null }

/** Opens the reader: the database if there is one, else the API and the console. Each opens at the first read. */
export async function openReader(
  instance: InstanceFile,
  secrets: Secrets,
  options: ConnectionOptions & { readonly connections?: MastodonConnections } = {},
): Promise<Reader> {
  const connections = options.connections ?? openConnections(instance, secrets, { ...options, reading: true })
  let tokenAccount: Promise<TokenAccount> | undefined
  return {
    tokenAccount: () => (tokenAccount ??= tokenAccountOf(connections)),
    read: async (request) => {
      const { tables, version } = connections.has.database
        ? await fromDatabase(connections, request)
        : await fromOthers(connections, request)
      return { read: tables, version }
    },
    // The caller closes connections that it opened itself.
    close: () => (options.connections ? Promise.resolve() : connections.close()),
  }
}

async function fromDatabase(connections: MastodonConnections, request: ReadRequest): Promise<Read> {
  const connection = connections.instance.mastodon?.database
  if (!connection) return { tables: {}, version: null }
  const { readDatabase, reinstall } = await import('./database/database.ts')
  const read = await attempt(request, async () => {
    const snapshot = await readDatabase(await connections.database(), connection, request)
    if (snapshot.domain !== null) checkDomain(connections.instance.domain, snapshot.domain, THE_DATABASE)
    return snapshot
  })
  if (!('domain' in read) || read.domain !== null || !Object.values(read.tables).some(isComplete)) return read
  const reason: Diagnostic = {
    code: 'nameless-database',
    severity: 'error',
    ...namelessDatabase(reinstall(connection)),
  }
  return { tables: allUnknown(request, reason), version: null }
}

/** Whether a table was read. */
export const isComplete = (table: unknown): boolean =>
  typeof table === 'object' && table !== null && 'state' in table && table.state === 'complete'

async function fromOthers(connections: MastodonConnections, request: ReadRequest): Promise<Read> {
  // Imported late: the database connection needs no HTTP.
  const { isAnswered } = await import('./rest/open-rest.ts')
  const byRest = request.tables.filter((name) => connections.has.api && isAnswered(name))
  const others = request.tables.filter((name) => !byRest.includes(name))
  // The audit log alone is no reason to start the console.
  const byConsole = others.every((name) => name === AUDIT.name) ? [] : others
  const [rest, console] = await Promise.all([
    fromRest(connections, part(request, byRest)),
    fromConsole(connections, part(request, byConsole)),
  ])
  return { tables: { ...rest.tables, ...console.tables }, version: console.version ?? rest.version }
}

const part = (request: ReadRequest, tables: readonly string[]): ReadRequest => ({ ...request, tables })

async function fromRest(connections: MastodonConnections, request: ReadRequest): Promise<Read> {
  if (request.tables.length === 0) return { tables: {}, version: null }
  return attempt(request, async () => {
    const rest = await connections.reading()
    const { readRest } = await import('./rest/open-rest.ts')
    return { tables: await readRest(rest, request), version: rest.version }
  })
}

async function fromConsole(connections: MastodonConnections, request: ReadRequest): Promise<Read> {
  if (request.tables.length === 0) return { tables: {}, version: null }
  if (!connections.has.console) {
    const unread = request.tables.map((name) => [name, unreadTable(name, NEEDS_DATABASE_OR_CONSOLE)])
    return { tables: Object.fromEntries(unread), version: null }
  }
  return attempt(request, async () => (await connections.console()).read(request))
}

/** Looks up the account of the API's token that this run reads with. */
async function tokenAccountOf(connections: MastodonConnections): Promise<TokenAccount> {
  if (!connections.has.api) return { state: 'none' }
  try {
    const { usernameOf } = await import('./rest/token.ts')
    return { state: 'known', username: await usernameOf(await connections.reading()) }
  } catch (error) {
    return { state: 'unknown', reason: reasonOf(error) }
  }
}

/** Reads; if the connection fails, its tables are unknown. A connection to another server ends the run. */
async function attempt<R extends Read>(request: ReadRequest, read: () => Promise<R>): Promise<R | Read> {
  try {
    return await read()
  } catch (error) {
    return { tables: allUnknown(request, reasonOf(error)), version: null }
  }
}

/** Finds why a connection cannot be used. Throws what ends the run. */
function reasonOf(error: unknown): Diagnostic {
  const [first] = error instanceof HerdbookError ? error.diagnostics : []
  if (error instanceof HerdbookError && FINAL.has(first?.code ?? '')) throw error
  return (
    first ?? { code: 'unreadable', severity: 'error', message: error instanceof Error ? error.message : String(error) }
  )
}

/** Errors that end the run: another server or machine, a credential that must not be sent, a defect. */
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
