import { type Diagnostic, HerdbookError } from '../../instance/diagnostic.ts'
import type { InstanceFile } from '../../instance/documents.ts'
import type { Write, Writer, WriteResult } from './tables.ts'
import type { Intent } from '../../reconcile/ledger-types.ts'
import type { Console, OwedBlock } from './console/console.ts'
import { type DoorOptions, type Doors, openDoors } from './doors.ts'
import type { Secrets } from '../../clients/secrets.ts'

/** Opens the way in for writing. The console boots when something first goes through it. */
export async function openWriter(
  instance: InstanceFile,
  secrets: Secrets,
  options: DoorOptions & { readonly doors?: Doors } = {},
): Promise<Writer> {
  const doors = options.doors ?? openDoors(instance, secrets, { ...options, verb: 'apply' })
  return {
    write: (writes, door) =>
      through(door === 'console' ? () => throughConsole(doors) : () => throughRest(doors), writes),
    settle: (owed) => settle(doors, owed),
    // whoever writes through it awaits it, and is told why it did not open
    expectConsole: () => void doors.console().catch(() => undefined),
    close: () => (options.doors ? Promise.resolve() : doors.close()),
  }
}

type Send = (writes: readonly Write[]) => AsyncGenerator<WriteResult>

/** Opens a door and sends. One that does not open has let nothing out. */
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

async function throughRest(doors: Doors): Promise<Send> {
  const { writeBlock } = await import('./rest/blocks.ts')
  const rest = await doors.writing()
  return async function* (writes) {
    for (const write of writes) yield await writeBlock(rest, write)
  }
}

/** New domain blocks and the contact settings go together; everything else is answered as it is done. */
async function throughConsole(doors: Doors): Promise<Send> {
  const console = await doors.console()
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

/** Neighbours that must be written in one go. */
export function batches(writes: readonly Write[]): Write[][] {
  const groups: Write[][] = []
  for (const write of writes) {
    const last = groups.at(-1)
    if (last?.[0] && together(last[0]) !== null && together(last[0]) === together(write)) last.push(write)
    else groups.push([write])
  }
  return groups
}

function together(write: Write): string | null {
  if (write.table === 'domain_blocks' && write.action === 'create') return 'new domain blocks'
  return write.table === 'settings' && write.name.startsWith('site_contact_') ? 'contact' : null
}

async function settle(doors: Doors, owed: readonly Intent[]): Promise<WriteResult> {
  try {
    const console = await doors.console()
    await console.settle(owed.map(owedBlock))
    return { state: 'done', serverId: null }
  } catch (error) {
    return { state: 'failed', reason: reasonOf(error) }
  }
}

function owedBlock({ kind, id, action, fields, what }: Intent): OwedBlock {
  if (kind !== 'domain-block') throw new Error(`nobody knows how to finish ${what}`)
  return { domain: id, set: fields, changed: action === 'update' }
}

function reasonOf(error: unknown): Diagnostic {
  const [first] = error instanceof HerdbookError ? error.diagnostics : []
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'write-failed'
  return first ?? { code, severity: 'error', message: error instanceof Error ? error.message : String(error) }
}
