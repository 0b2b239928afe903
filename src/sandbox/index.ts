import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { Server } from 'node:http'
import type { AddressInfo, Server as NetServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase, type Database, type Row } from './database.ts'
import { createControl } from './connections/control.ts'
import { layOut } from './connections/layout.ts'
import { rails, type Breakpoint } from './connections/console.ts'
import { psql } from './connections/psql.ts'
import { reader } from './connections/reader.ts'
import { createHttpServer } from './server.ts'
import { startQueue, type Queue } from './queue.ts'
import { kindsOf } from './registry.ts'
import { startRates } from './rates.ts'
import { DOMAIN } from './http.ts'
import { TOKEN_NAMES, type Seed, type TokenName } from './seed.ts'
import type { Version } from './versions.ts'

export interface SandboxOptions {
  /** 0, the default, takes a free one. */
  readonly port?: number
  /** Domain blocks to begin with, beside the start state. */
  readonly blocks?: number
  readonly version?: Version
  /** Where the checkout is laid out; a temporary directory unless named. */
  readonly directory?: string
  readonly seed?: Seed
}

/** A running embedded Mastodon. */
export interface Sandbox {
  readonly url: string
  readonly version: Version
  readonly domain: typeof DOMAIN
  readonly tokens: Readonly<Record<TokenName, string>>
  /** Looks like Mastodon's checkout: `bin/rails`, `bin/psql`, `bin/herdbook-reader`. */
  readonly directory: string
  /** The commands of its console and of its database. */
  readonly console: string
  readonly database: string
  /** Asks or changes the tables by hand. */
  readonly query: <R extends Row = Row>(sql: string, params?: readonly unknown[]) => Promise<R[]>
  /** The same with nothing else in between; undone when it throws. */
  readonly transaction: Database['transaction']
  /** Takes the jobs of its pages and its console, and knows what they were. */
  readonly queue: Queue
  /** Begins new rate windows, as five minutes of waiting would. */
  readonly newWindow: () => void
  /** Lets the next console die there, as a dropped connection or a killed process would. */
  readonly breakConsole: (at: Breakpoint) => void
  /** Puts the script that `bin/herdbook-reader` runs in its place, as `herdbook reader install` does. */
  readonly installReader: (script: string) => Promise<void>
  readonly close: () => Promise<void>
}

/** Starts Mastodon's HTTP side, database and console on this machine, on tables that live as long as the process. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { port = 0, blocks = 0, version = '4.6.5', seed = 'contract' } = options
  const database = await openDatabase(version, seed)
  const tokens = await freshTokens(database)
  if (blocks > 0) await addBlocks(database, blocks)
  const rates = startRates()
  const http = createHttpServer(database, version, rates)
  const breakpoints = new Set<Breakpoint>()
  const scratch = await mkdtemp(join(tmpdir(), 'herdbook-'))
  const directory = options.directory ?? join(scratch, 'live')
  // The socket's path must be short, so it does not stand in a directory that someone named.
  const socket = join(scratch, 'control')
  const script = join(directory, 'config', 'reader.sql')
  const queue = startQueue(
    database,
    kindsOf(version).flatMap(({ jobs = [] }) => jobs),
  )
  const control = createControl((process) => {
    switch (process.connection) {
      case 'psql':
        return psql(database, process)
      case 'reader':
        return reader(database, script, process)
      case 'rails':
        return rails({ database, version, queue, breaks: (at) => breakpoints.delete(at), noise: process.out }, process)
    }
  })
  await mkdir(directory, { recursive: true })
  await layOut(directory, socket)
  await Promise.all([listen(http, { port, host: '127.0.0.1' }), listen(control.server, { path: socket })])
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    version,
    domain: DOMAIN,
    tokens,
    directory,
    console: join(directory, 'bin', 'rails'),
    database: join(directory, 'bin', 'psql'),
    query: database.query,
    transaction: database.transaction,
    queue,
    newWindow: rates.forget,
    breakConsole: (at) => void breakpoints.add(at),
    installReader: (text) => writeFile(script, text),
    close: async () => {
      const stopped = Promise.all([stop(http), stop(control.server)])
      http.closeAllConnections()
      control.hangUp()
      await stopped
      await database.close()
      await rm(scratch, { recursive: true, force: true })
    },
  }
}

/** The tokens of the dump are their names; each sandbox gives them values of its own. */
async function freshTokens(database: Database): Promise<Readonly<Record<TokenName, string>>> {
  const tokens = Object.fromEntries(TOKEN_NAMES.map((name) => [name, randomBytes(32).toString('base64url')])) as Record<
    TokenName,
    string
  >
  await database.query(
    `update oauth_access_tokens t set token = n.token
     from jsonb_each_text($1::jsonb) as n(name, token) where t.token = n.name`,
    [JSON.stringify(tokens)],
  )
  return tokens
}

async function addBlocks(database: Database, blocks: number): Promise<void> {
  await database.query(
    `insert into domain_blocks (domain, severity, public_comment, created_at, updated_at)
     select 'blocked-' || n || '.example', case n % 10 when 0 then 0 when 1 then 2 else 1 end, 'Spam', now(), now()
     from generate_series(1, $1::integer) as n`,
    [blocks],
  )
  await database.query('refresh materialized view instances')
}

function listen(server: Server | NetServer, where: { port: number; host: string } | { path: string }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(where, resolve)
  })
}

function stop(server: Server | NetServer): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
  })
}
