import { byTable, type ByTable, rowsIn as rowsOf, type TableRows, TABLE_NAMES } from '../../support/rows.ts'
import { afterAll, beforeAll, expect } from 'vitest'
import { roleSql } from '../../../src/providers/mastodon/database/install.ts'
import { localMachine, run } from '../../../src/ssh/executor.ts'
import { openReader } from '../../../src/providers/mastodon/reader.ts'
import { openWriter } from '../../../src/providers/mastodon/writer.ts'
import type { ReadRequest, Write, Writer, WriteResult } from '../../../src/providers/mastodon/tables.ts'
import { type Connection, instanceOf, secretsOf, type Server } from './server.ts'

export { rowsIn as rowsOf } from '../../support/rows.ts'

export const SHOW_ALL: ReadRequest = {
  tables: TABLE_NAMES,
  accounts: ['alice', 'nobody'],
  measure: [
    { domain: 'bad.example', severity: 'suspend' },
    { domain: 'sub.bad.example', severity: 'suspend' },
    { domain: 'meh.example', severity: 'silence' },
    { domain: 'fine.example', severity: 'noop' },
    { domain: 'never.example', severity: 'suspend' },
  ],
}
export const BLOCK = {
  severity: 'silence',
  reject_media: true,
  reject_reports: false,
  obfuscate: false,
  public_comment: 'it\'s "$$" \\ ünï',
  private_comment: '',
}

export const NEW = { serverId: null, expect: {}, action: 'create' } as const
export const block = (name: string, set: Write['set'] = BLOCK, rest: Partial<Write> = {}): Write => ({
  table: 'domain_blocks',
  name,
  set,
  ...NEW,
  ...rest,
})

export const all = (tables: ByTable): { [name: string]: readonly unknown[] } =>
  Object.fromEntries(TABLE_NAMES.map((name) => [name, rowsOf<unknown>(tables[name])]))

/** The API's measures don't tell how many members they are of. */
export const asTheApi = (tables: { readonly [name: string]: readonly unknown[] }) => ({
  ...tables,
  impact: tables['impact']?.map((row) => ({ ...(row as object), members: undefined })),
})

export const fresh = (() => {
  let count = 0
  return (suffix = 'connections.example'): string => `d${process.pid}-${(count += 1)}.${suffix}`
})()

export const idOf = (result: WriteResult | undefined): string =>
  result?.state === 'done' && result.serverId !== null ? result.serverId : ''

/** A server, what is read through its connections, and what is written. */
export interface Bench {
  readonly server: () => Server
  readonly writer: () => Writer
  readonly read: (connections: readonly Connection[], request?: ReadRequest) => Promise<ByTable>
  readonly write: (connection: 'rest' | 'console', ...writes: Write[]) => Promise<WriteResult[]>
  readonly blocks: () => Promise<ReadonlyMap<string, TableRows['domain_blocks']>>
}

/** Starts the server before the tests of a suite, and closes what writes to it behind them. */
export function benchOf(start: () => Promise<Server>): Bench {
  let server: Server
  let writer: Writer
  beforeAll(async () => {
    server = await start()
    const role = await run(localMachine(), `${server.directory}/bin/psql`, roleSql(server.domain))
    expect(role).toMatchObject({ code: 0 })
    writer = await openWriter(instanceOf(server, ['api', 'console']), secretsOf(server))
  }, 120_000)
  afterAll(() => writer?.close())

  const read = async (connections: readonly Connection[], request: ReadRequest = SHOW_ALL): Promise<ByTable> => {
    const reader = await openReader(instanceOf(server, connections), secretsOf(server))
    try {
      return byTable(await reader.read(request))
    } finally {
      await reader.close()
    }
  }
  const write = async (connection: 'rest' | 'console', ...writes: Write[]): Promise<WriteResult[]> => {
    const results: WriteResult[] = []
    for await (const result of writer.write(writes, connection)) results.push(result)
    return results
  }
  const blocks = async (): Promise<Map<string, TableRows['domain_blocks']>> =>
    new Map(
      rowsOf((await read(['database'], { ...SHOW_ALL, tables: ['domain_blocks'] })).domain_blocks).map((row) => [
        row.domain,
        row,
      ]),
    )
  return { server: () => server, writer: () => writer, read, write, blocks }
}
