import type {
  TokenAccount,
  WriteConnection,
  Reader,
  Tables,
  Write,
  Writer,
  WriteResult,
} from '../../src/providers/mastodon/tables.ts'
import { READ } from '../../src/providers/mastodon/database/rows.ts'
import { capabilityOf, providerOf } from '../../src/providers/mastodon/provider.ts'
import type { Provider } from '../../src/reconcile/provider.ts'
import type { Intent } from '../../src/reconcile/ledger/types.ts'
import { clone, touchedBy, type Server } from './memory-server.ts'
import type { Later } from './memory-model.ts'
import { PERFORM, stricterParent, TRUSTING, unknownTable } from './memory-writes.ts'

/**
 * What goes wrong at one moment: `refuse` answers that it failed, `drop` loses the connection, `die` ends the process;
 * before it was done or after.
 */
export type Fault = 'refuse' | 'drop-before' | 'drop-after' | 'die-before' | 'die-after'

export interface Mishaps {
  /** By number of the moment: each write, each save of the ledger and each paid debt is one. */
  readonly faults: ReadonlyMap<number, Fault>
  /** What others do at a moment, before it. */
  readonly others: ReadonlyMap<number, (server: Server) => void>
  readonly unreadable: ReadonlySet<string>
  /** The server leaves it to the engine that there are owners and that held roles stay. */
  readonly trusting?: boolean
  /** The server refuses every write. */
  readonly refusing?: boolean
  /** Whose the token of the API is; nobody's where it is not given. */
  readonly tokenAccount?: TokenAccount
  /** Is told of every write, with the server as it was and as it is. */
  readonly watch?: (seen: Seen) => void
}

export const NO_MISHAPS: Mishaps = { faults: new Map(), others: new Map(), unreadable: new Set() }

/** One write that reached the server, and what it found and left. */
export interface Seen {
  readonly write: Write
  readonly result: WriteResult
  readonly before: Server
  readonly after: Server
}

/** The connections into a server for one run of Herdbook. */
export interface Memory {
  readonly reader: Reader
  readonly openWriter: () => Promise<Writer>
  /** Does something that is not a write, such as saving the ledger, as a moment at which things can go wrong. */
  readonly moment: <Result>(act: () => Result) => Result
  readonly moments: () => number
}

class Broken extends Error {}

export function openMemory(server: Server, mishaps: Mishaps = NO_MISHAPS): Memory {
  let moments = 0
  let dead = false
  const table = mishaps.trusting ? { ...PERFORM, ...TRUSTING } : PERFORM
  const alive = (): void => {
    if (dead) throw new Broken('killed')
  }
  const breakDown = (fault: Fault): never => {
    if (fault.startsWith('die')) dead = true
    throw new Broken(fault)
  }
  /** Runs one moment; `refused` is what a refusal answers, where the moment is one that can refuse. */
  function at<Result>(act: () => Result, refused?: () => Result): Result {
    alive()
    const number = moments++
    mishaps.others.get(number)?.(server)
    const fault = mishaps.faults.get(number)
    if (fault === undefined) return act()
    if (fault === 'refuse' && refused) return refused()
    if (fault === 'drop-after' || fault === 'die-after') act()
    return breakDown(fault)
  }
  const refused = (): WriteResult => ({
    state: 'refused',
    reason: { code: 'refused', severity: 'error', message: 'The server refused.' },
  })
  const perform = (write: Write, connection: WriteConnection, later: Later): WriteResult => {
    if (mishaps.refusing) return refused()
    const act = (): WriteResult =>
      (connection === 'rest' && stricterParent(server, write)) ||
      (table[write.table] ?? unknownTable)(server, write, later)
    if (!mishaps.watch) return act()
    const before = clone(server)
    const result = act()
    mishaps.watch({ write, result, before, after: clone(server) })
    return result
  }
  const work = (later: Later): void => {
    for (const job of later.splice(0)) job()
  }
  /**
   * Many new domain blocks: one transaction, whose workers are queued after it. What breaks inside takes all of it
   * back, or leaves the work undone.
   */
  const insert = (writes: readonly Write[]): WriteResult[] => {
    const [before, later] = [clone(server), [] as Later]
    const results: WriteResult[] = []
    for (const write of writes) {
      alive()
      const number = moments++
      mishaps.others.get(number)?.(server)
      const fault = mishaps.faults.get(number)
      if (fault === 'drop-before' || fault === 'die-before') {
        Object.assign(server, before)
        return breakDown(fault)
      }
      results.push(fault === 'refuse' ? refused() : perform(write, 'console', later))
      if (fault !== undefined && fault !== 'refuse') return breakDown(fault)
    }
    at(() => work(later))
    return results
  }
  async function* write(writes: readonly Write[], connection: WriteConnection): AsyncGenerator<WriteResult> {
    const bulk =
      connection === 'console' &&
      writes.length > 1 &&
      writes.every((w) => w.table === 'domain_blocks' && w.action === 'create')
    if (bulk) {
      yield* insert(writes)
      return
    }
    for (const one of writes) {
      const later: Later = []
      const result = at(() => {
        const result = perform(one, connection, later)
        // Over REST the server itself sees to its workers; the console may end before it queues them.
        if (connection === 'rest') work(later)
        return result
      }, refused)
      if (later.length > 0) at(() => work(later))
      yield result
    }
  }
  const settle = (owed: readonly Intent[]): WriteResult => {
    const later: Later = []
    for (const { kind, id: domain, fields } of owed) {
      if (kind !== 'domain-block') continue
      const row = server.rows.domain_blocks.find((block) => block.domain === domain)
      if (!row || !Object.entries(fields).every(([field, value]) => row[field as keyof typeof row] === value)) continue
      PERFORM['domain_blocks']?.(
        server,
        { table: 'domain_blocks', action: 'update', serverId: row.id, name: domain, expect: {}, set: {} },
        later,
      )
    }
    work(later)
    return { state: 'done', serverId: null }
  }
  return {
    reader: {
      read: async ({ tables, accounts, measure }) => {
        alive()
        return read(server, new Set(tables), new Set(accounts), measure, mishaps.unreadable)
      },
      tokenAccount: async () => mishaps.tokenAccount ?? { state: 'none' },
      close: async () => {},
    },
    openWriter: async () => {
      alive()
      return {
        write,
        finishOwed: async (owed) => at(() => settle(owed), refused),
        expectConsole: () => {},
        close: async () => {},
      }
    },
    moment: (act) => at(act),
    moments: () => moments,
  }
}

const RANK = { noop: 0, silence: 1, suspend: 2 }

function read(
  server: Server,
  asked: ReadonlySet<string>,
  accounts: ReadonlySet<string>,
  measure: readonly { readonly domain: string; readonly severity: keyof typeof RANK }[],
  unreadable: Mishaps['unreadable'],
): Tables {
  const { rows } = clone(server)
  const unknown = (name: string, message: string) =>
    ({ state: 'unknown', reason: { code: 'unread', severity: 'error', message: `${name}: ${message}` } }) as const
  const table = <Row>(name: string, list: readonly Row[]) => {
    if (unreadable.has(name)) return unknown(name, 'permission denied')
    return asked.has(name)
      ? ({ state: 'complete', rows: list, connection: 'database', requests: 1 } as const)
      : unknown(name, 'not asked for')
  }
  const blocked = (domain: string): number => {
    const row = rows.domain_blocks.find((block) => block.domain === domain)
    return row ? RANK[row.severity] : -1
  }
  const impact = measure
    .filter((m) => RANK[m.severity] > blocked(m.domain))
    .map((m) => ({ domain: m.domain, ...touchedBy(server, m.domain) }))
  const held = rows.accounts.filter((row) => row.role_id !== null || accounts.has(row.username.toLowerCase()))
  const read = {
    ...Object.fromEntries(READ.map(({ name }) => [name, table(name, rows[name] ?? [])])),
    accounts: table('accounts', held),
    audit: unknown('audit', 'not asked for'),
    impact: table('impact', impact),
  }
  return { version: server.version, read }
}

/** The connections that a world has: with both, a few block writes go over REST and more through the console. */
export type Connections = 'console' | 'both'

const FEW = 2

/** Mastodon as a provider of the engine, on such a server. */
export function providerIn(memory: Memory, connections: Connections = 'console'): Provider {
  const console = { native: { directory: '/' }, over: 'local' as const }
  const api = { url: 'https://herd.example', token: { env: 'TOKEN' } } as const
  const ways = { reader: async () => memory.reader, writer: memory.openWriter, close: async () => {} }
  return providerOf(
    { domain: 'herd.example' },
    ways,
    capabilityOf({ mastodon: connections === 'both' ? { console, api } : { console } }, FEW),
  )
}
