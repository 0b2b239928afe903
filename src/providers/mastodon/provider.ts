import type { InstanceFile } from '../../instance/documents.ts'
import type {
  Capability,
  FinishResult,
  Provider,
  ProviderFolder,
  FarEndReading,
  RunPurpose,
  WriteSession,
} from '../../reconcile/provider.ts'
import type { Observed } from '../../reconcile/objects.ts'
import { openConnections, type ConnectionOptions, type MastodonConnections } from './connections.ts'
import { KINDS } from './kinds/index.ts'
import { INVARIANTS } from './kinds/invariants.ts'
import { isComplete, openReader } from './reader.ts'
import type { Reader, Tables, TokenAccount, WriteConnection, Writer } from './tables.ts'
import { observed, requestFor, understand } from './read-context.ts'
import { openWriter } from './writer.ts'
import type { Secrets } from '../../secrets/secrets.ts'
import { SERVER_CHANGED } from './texts.ts'

export const NAME = 'mastodon'

/** Block lists of more writes than this go through the console, if there is one. */
const CONSOLE_ABOVE_WRITES = 36

const identity = ({ domain }: Pick<InstanceFile, 'domain'>): string => `${NAME}:${domain}`

/** The ways to read and write of one run. */
export interface ReaderAndWriter {
  readonly reader: () => Promise<Reader>
  readonly writer: () => Promise<Writer>
  readonly close: () => Promise<void>
}

/** Says what an instance's connections can do. Block lists of few writes go through the API, if there is one. */
export function capabilityOf(
  { mastodon }: Pick<InstanceFile, 'mastodon'>,
  consoleAbove = CONSOLE_ABOVE_WRITES,
): Provider['can'] {
  const connections = { rest: mastodon?.api !== undefined, console: mastodon?.console !== undefined }
  const kindOf = new Map(KINDS.map((kind) => [kind.name, kind]))
  const best = (name: string, steps: number): WriteConnection | null => {
    const writes = kindOf.get(name)?.writes ?? []
    const order = steps > consoleAbove && writes.includes('console') ? (['console', ...writes] as const) : writes
    return order.find((connection) => connections[connection]) ?? null
  }
  const byApi = (name: string): boolean => connections.rest && (kindOf.get(name)?.writes.includes('rest') ?? false)
  return (use): Capability => ({
    // The console can change everything, so a proposal never gets it.
    reads: (name) => mastodon?.database !== undefined || byApi(name) || (use !== 'proposal' && connections.console),
    writes: best,
  })
}

/** Makes the provider of an instance from its ways to read and write. */
export function providerOf(
  config: InstanceFile,
  ways: ReaderAndWriter,
  can: Provider['can'] = capabilityOf(config),
): Provider {
  const { writes } = can('plan')
  const readingOf = (tables: Tables, tokenAccount: TokenAccount, known: Known = knownObjects()): FarEndReading => {
    const reading: FarEndReading = {
      version: tables.version,
      proof: isRead(tables) ? config.domain : null,
      understand: (input) => understand({ tables, tokenAccount, writes }, input, known(tables, input)),
      lookInto: async (steps) => {
        const rules = new Set(INVARIANTS.flatMap(({ kinds }) => kinds))
        if (tokenAccount.state !== 'none' || !steps.some(({ kind }) => rules.has(kind))) return reading
        // The account that loses a role may be the token's.
        const account = await (await ways.reader()).tokenAccount()
        return account.state === 'none' ? reading : readingOf(tables, account, known)
      },
    }
    return reading
  }
  const unread = readingOf({ read: {}, version: null }, { state: 'none' })
  return {
    name: NAME,
    identity: identity(config),
    kinds: KINDS,
    together: INVARIANTS.map(({ kinds }) => kinds),
    can,
    read: async (request) => readingOf(await (await ways.reader()).read(requestFor(request)), { state: 'none' }),
    unread: { ...unread, lookInto: async () => unread },
    open: async () => sessionOf(await ways.writer()),
    close: ways.close,
  }
}

/** Whether any table was read: a connection that answers proved its domain first. */
const isRead = (tables: Tables): boolean => Object.values(tables.read).some(isComplete)

type Known = (tables: Tables, input: Parameters<typeof observed>[1]) => ReadonlyMap<string, Observed>

/** Keeps the objects that kinds made from rows: knowing the token's account changes none of them. */
function knownObjects(): Known {
  const known = new WeakMap<object, ReadonlyMap<string, Observed>>()
  return (tables, input) => {
    const objects = known.get(input) ?? observed(tables, input)
    known.set(input, objects)
    return objects
  }
}

const isWriteConnection = (connection: string): connection is WriteConnection =>
  connection === 'rest' || connection === 'console'

function sessionOf(writer: Writer): WriteSession {
  return {
    write: (name, steps, context) => {
      const kind = KINDS.find((one) => one.name === name)
      const { connection } = context
      if (!kind || !isWriteConnection(connection)) throw new Error(`unreachable: ${name}`)
      return kind.apply(steps, { ...context, connection, writer })
    },
    finish: async (pending): Promise<FinishResult> => {
      const result = await writer.finishOwed(pending)
      if (result.state === 'done') return { state: 'done' }
      const reason = { code: 'moved', severity: 'error' as const, message: SERVER_CHANGED }
      return result.state === 'changed' ? { state: 'refused', reason } : result
    },
    resume: ({ kind, id }) => Promise.reject(new Error(`unreachable: ${kind}/${id}`)),
    expect: (connections) => {
      if (connections.has('console')) writer.expectConsole()
    },
    close: writer.close,
  }
}

/** The options that connections are opened with. */
export interface ConnectionAccess extends Pick<ConnectionOptions, 'onWait'> {
  readonly secrets: Secrets
  readonly use: RunPurpose
}

/** Removes the console, which can change everything, so that a proposal never gets it. */
export function withoutConsole(config: InstanceFile): InstanceFile {
  const { console: _console, ...mastodon } = config.mastodon ?? {}
  return { ...config, mastodon }
}

/** Makes the provider from the connections in the configuration; each opens at its first use. */
export function connect(config: InstanceFile, { secrets, use, onWait }: ConnectionAccess): MastodonProvider {
  const seen = use === 'proposal' ? withoutConsole(config) : config
  const options = use === 'apply' ? { verb: 'apply' as const } : { verb: 'plan' as const, reading: true }
  const connections = openConnections(seen, secrets, { ...options, ...(onWait === undefined ? {} : { onWait }) })
  let reader: Promise<Reader> | undefined
  const ways: ReaderAndWriter = {
    reader: () => (reader ??= openReader(seen, secrets, { connections })),
    writer: () => openWriter(seen, secrets, { connections }),
    close: connections.close,
  }
  return { ...providerOf(config, ways), connections }
}

/** The provider, and its connections for what only Mastodon does: posts and tokens. */
export interface MastodonProvider extends Provider {
  readonly connections: MastodonConnections
}

export const mastodon: ProviderFolder<ConnectionAccess> = {
  name: NAME,
  kinds: KINDS,
  identity,
  connect,
}
