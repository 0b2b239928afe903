import type { InstanceFile } from '../../instance/documents.ts'
import type {
  Capability,
  Finished,
  Provider,
  ProviderFolder,
  Reading,
  Use,
  WriteSession,
} from '../../reconcile/provider.ts'
import type { Observed } from '../../reconcile/objects.ts'
import { openConnections, type ConnectionOptions, type Connections } from './connections.ts'
import { KINDS } from './kinds/index.ts'
import { INVARIANTS } from './kinds/invariants.ts'
import { isComplete, openReader } from './reader.ts'
import { tablesOf } from './database/rows.ts'
import type { Reader, Tables, TokenAccount, WriteConnection, Writer } from './tables.ts'
import { observed, requestFor, understand } from './read-context.ts'
import { openWriter } from './writer.ts'
import type { Secrets } from '../../secrets/secrets.ts'

export const NAME = 'mastodon'

/** Block lists of more writes than this go through the console where there is one. */
const FEW = 36

const identity = ({ domain }: Pick<InstanceFile, 'domain'>): string => `${NAME}:${domain}`

/** The connections of one run, and how it reads and writes through them. */
export interface Ways {
  readonly reader: () => Promise<Reader>
  readonly writer: () => Promise<Writer>
  readonly close: () => Promise<void>
}

/** What the connections of an instance can do; block lists of few writes go through the API where there is one. */
export function capabilityOf({ mastodon }: Pick<InstanceFile, 'mastodon'>, few = FEW): Provider['can'] {
  const connections = { rest: mastodon?.api !== undefined, console: mastodon?.console !== undefined }
  const kindOf = new Map(KINDS.map((kind) => [kind.name, kind]))
  const best = (name: string, steps: number): WriteConnection | null => {
    const writes = kindOf.get(name)?.writes ?? []
    const order = steps > few && writes.includes('console') ? (['console', ...writes] as const) : writes
    return order.find((connection) => connections[connection]) ?? null
  }
  const byApi = (name: string): boolean => connections.rest && (kindOf.get(name)?.writes.includes('rest') ?? false)
  return (use): Capability => ({
    // The console is worth the whole server, and nothing that is only proposed comes near it.
    reads: (name) => mastodon?.database !== undefined || byApi(name) || (use !== 'proposal' && connections.console),
    writes: best,
  })
}

/** The provider of an instance, by the ways into it. */
export function providerOf(config: InstanceFile, ways: Ways, can: Provider['can'] = capabilityOf(config)): Provider {
  const { writes } = can('plan')
  const readingOf = (tables: Tables, tokenAccount: TokenAccount, known: Known = knownObjects()): Reading => {
    const reading: Reading = {
      version: tables.version,
      proof: isRead(tables) ? config.domain : null,
      understand: (input) => understand({ tables, tokenAccount, writes }, input, known(tables, input)),
      lookInto: async (steps) => {
        const rules = new Set(INVARIANTS.flatMap(({ kinds }) => kinds))
        if (tokenAccount.state !== 'none' || !steps.some(({ kind }) => rules.has(kind))) return reading
        // Whoever loses a role may be the one whose token is used.
        const account = await (await ways.reader()).tokenAccount()
        return account.state === 'none' ? reading : readingOf(tables, account, known)
      },
    }
    return reading
  }
  const nothing = readingOf(tablesOf({}, null), { state: 'none' })
  return {
    name: NAME,
    identity: identity(config),
    kinds: KINDS,
    together: INVARIANTS.map(({ kinds }) => kinds),
    can,
    read: async (request) => readingOf(await (await ways.reader()).read(requestFor(request)), { state: 'none' }),
    unread: { ...nothing, lookInto: async () => nothing },
    open: async () => sessionOf(await ways.writer()),
    close: ways.close,
  }
}

/** Whether any table was: whatever answers is asked for its domain first. */
const isRead = (tables: Tables): boolean => Object.values(tables).some(isComplete)

type Known = (tables: Tables, input: Parameters<typeof observed>[1]) => ReadonlyMap<string, Observed>

/** What kinds made of rows before: to know more of the accounts changes none of it. */
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
      if (!kind || !isWriteConnection(connection))
        throw new Error(`${NAME} has no way to write ${name} through ${connection}`)
      return kind.apply(steps, { ...context, connection, writer })
    },
    finish: async (pending): Promise<Finished> => {
      const result = await writer.settle(pending)
      if (result.state === 'done') return { state: 'done' }
      const reason = { code: 'moved', severity: 'error' as const, message: 'live has changed' }
      return result.state === 'changed' ? { state: 'refused', reason } : result
    },
    resume: ({ kind, id }) => Promise.reject(new Error(`${NAME} leaves nothing unfinished, so not ${kind}/${id}`)),
    expect: (connections) => {
      if (connections.has('console')) writer.expectConsole()
    },
    close: writer.close,
  }
}

/** What its connections are opened with. */
export interface Access extends Pick<ConnectionOptions, 'onWait'> {
  readonly secrets: Secrets
  readonly use: Use
}

/** The console is worth the whole server, and nothing that is only proposed comes near it. */
export function withoutConsole(config: InstanceFile): InstanceFile {
  const { console: _console, ...mastodon } = config.mastodon ?? {}
  return { ...config, mastodon }
}

/** The provider of an instance by the connections that its configuration names; each opened when it is first used. */
export function connect(config: InstanceFile, { secrets, use, onWait }: Access): MastodonProvider {
  const seen = use === 'proposal' ? withoutConsole(config) : config
  const options = use === 'apply' ? { verb: 'apply' as const } : { verb: 'plan' as const, reading: true }
  const connections = openConnections(seen, secrets, { ...options, ...(onWait === undefined ? {} : { onWait }) })
  let reader: Promise<Reader> | undefined
  const ways: Ways = {
    reader: () => (reader ??= openReader(seen, secrets, { connections })),
    writer: () => openWriter(seen, secrets, { connections }),
    close: connections.close,
  }
  return { ...providerOf(config, ways), connections }
}

/** The provider, and its connections for what only this one does: members are told, tokens are made. */
export interface MastodonProvider extends Provider {
  readonly connections: Connections
}

export const mastodon: ProviderFolder<Access> = {
  name: NAME,
  kinds: KINDS,
  identity,
  connect,
}
