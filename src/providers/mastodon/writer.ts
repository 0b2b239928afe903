import { type Diagnostic, HerdbookError } from '../../instance/diagnostic.ts'
import type { InstanceFile } from '../../instance/documents.ts'
import type { Write, Writer, WriteResult } from './tables.ts'
import type { Intent } from '../../reconcile/ledger/types.ts'
import type { Console } from './console/console.ts'
import { type ConnectionOptions, type MastodonConnections, openConnections } from './connections.ts'
import type { Secrets } from '../../secrets/secrets.ts'

/** Opens the writer. The console starts at the first write through it. */
export async function openWriter(
  instance: InstanceFile,
  secrets: Secrets,
  options: ConnectionOptions & { readonly connections?: MastodonConnections } = {},
): Promise<Writer> {
  const connections = options.connections ?? openConnections(instance, secrets, { ...options, verb: 'apply' })
  return {
    write: (writes, connection) =>
      through(connection === 'console' ? () => throughConsole(connections) : () => throughRest(connections), writes),
    finishOwed: (owed) => finishOwed(connections, owed),
    // A write awaits it, and then reports why it did not open.
    expectConsole: () => void connections.console().catch(() => undefined),
    close: () => (options.connections ? Promise.resolve() : connections.close()),
  }
}

type Send = (writes: readonly Write[]) => AsyncGenerator<WriteResult>

/** Opens a connection and sends. If it does not open, nothing was sent. */
async function* through(open: () => Promise<Send>, writes: readonly Write[]): AsyncGenerator<WriteResult> {
  let send: Send
  try {
    send = await open()
  } catch (error) {
    const reason = reasonOf(error)
    yield* writes.map(() => ({ state: 'refused', reason }) as const)
    return
  }
  yield* send(writes)
}

async function throughRest(connections: MastodonConnections): Promise<Send> {
  const { writeBlock } = await import('./rest/writes.ts')
  const rest = await connections.writing()
  return async function* (writes) {
    for (const write of writes) yield await writeBlock(rest, write)
  }
}

/** Sends the writes of a batch together. Every other write is answered on its own. */
async function throughConsole(connections: MastodonConnections): Promise<Send> {
  const console = await connections.console()
  return async function* (writes) {
    for (const batch of batches(writes)) yield* await resultsOf(console, batch)
  }
}

async function resultsOf(console: Console, batch: readonly Write[]): Promise<readonly WriteResult[]> {
  try {
    return await console.write(batch)
  } catch (error) {
    const reason = reasonOf(error)
    return batch.map(() => ({ state: 'failed', reason }))
  }
}

/** Groups neighbours that must be written in one request. */
export function batches(writes: readonly Write[]): Write[][] {
  const groups: Write[][] = []
  for (const write of writes) {
    const last = groups.at(-1)
    if (last?.[0]?.batch !== undefined && last[0].batch === write.batch) last.push(write)
    else groups.push([write])
  }
  return groups
}

async function finishOwed(connections: MastodonConnections, owed: readonly Intent[]): Promise<WriteResult> {
  try {
    const console = await connections.console()
    await console.finishOwed(owed.map(({ kind, id, action, fields }) => ({ kind, id, action, fields })))
    return { state: 'done', serverId: null }
  } catch (error) {
    return { state: 'failed', reason: reasonOf(error) }
  }
}

function reasonOf(error: unknown): Diagnostic {
  const [first] = error instanceof HerdbookError ? error.diagnostics : []
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'write-failed'
  return first ?? { code, severity: 'error', message: error instanceof Error ? error.message : String(error) }
}
