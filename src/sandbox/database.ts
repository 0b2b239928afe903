import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { PGlite, type ParserOptions, type Transaction } from '@electric-sql/pglite'
import { seedOf, type Seed } from './seed.ts'
import { schemaOf } from './tables.ts'
import type { Version } from './versions.ts'

export type Row = Record<string, unknown>

/** A way to ask the database; inside a transaction or outside of one. */
export interface DatabaseSession {
  readonly query: <R extends Row = Row>(sql: string, params?: readonly unknown[]) => Promise<R[]>
}

/** What a statement of a script came to; values as text, as PostgreSQL sends them. */
export interface ScriptResult {
  readonly command: string
  readonly fields: readonly string[]
  readonly rows: readonly (readonly (string | null)[])[]
}

export interface Database extends DatabaseSession {
  /** Runs `work` with nothing else in between; undone when it throws. */
  readonly transaction: <T>(work: (session: DatabaseSession) => Promise<T>) => Promise<T>
  /** Runs SQL statements as a session of its own would, under `role`, and answers the rows of each. */
  readonly script: (sql: string, role?: string) => Promise<readonly ScriptResult[]>
  readonly close: () => Promise<void>
}

/** Starts a PostgreSQL with Mastodon's tables. The first start of a version takes seconds, later ones load its dump. */
export async function openDatabase(version: Version, seed: Seed): Promise<Database> {
  const pglite = await PGlite.create({ loadDataDir: await dumpOf(version, seed) })
  await pglite.exec(SESSION_DEFAULTS)
  return wrap(pglite)
}

const SESSION_DEFAULTS = `set timezone = 'UTC'; set client_min_messages = 'warning';`
const dumps = new Map<string, Promise<Blob>>()

function dumpOf(version: Version, seed: Seed): Promise<Blob> {
  const script = `${schemaOf(version)}${seedOf(version, seed)}`
  const key = createHash('sha256').update(script).digest('hex').slice(0, 32)
  const dump = dumps.get(key) ?? loadDump(script, key)
  dumps.set(key, dump)
  return dump
}

async function loadDump(script: string, key: string): Promise<Blob> {
  const folder = join(tmpdir(), `herdbook-sandbox-${process.getuid?.() ?? 0}`)
  const file = join(folder, `${key}.tar.gz`)
  const kept = (await isOurs(folder)) ? await readFile(file).catch(() => null) : null
  if (kept !== null) return unpack(kept)
  const fresh = await PGlite.create()
  await fresh.exec(`set timezone = 'UTC'; ${script}; refresh materialized view instances; analyze`)
  const packed = Buffer.from(await (await fresh.dumpDataDir('gzip')).arrayBuffer())
  await fresh.close()
  await mkdir(folder, { recursive: true, mode: 0o700 })
  // Where somebody else made the folder first, what is in it is not to be trusted, and is not written either.
  if (!(await isOurs(folder))) return unpack(packed)
  const draft = `${file}.${process.pid}`
  await writeFile(draft, packed)
  await rename(draft, file)
  return unpack(packed)
}

async function isOurs(folder: string): Promise<boolean> {
  const found = await stat(folder).catch(() => null)
  return found !== null && found.uid === (process.getuid?.() ?? found.uid)
}

function unpack(packed: Buffer): Blob {
  return new Blob([gunzipSync(packed)], { type: 'application/x-tar' })
}

function wrap(pglite: PGlite): Database {
  const text: ParserOptions = Object.fromEntries(
    Object.keys(pglite.parsers).map((oid) => [oid, (value: string) => value]),
  )
  let last: Promise<unknown> = Promise.resolve()
  // One at a time: a script may leave its transaction open or broken, and that is cleared away before the next one.
  const alone = <T>(work: () => Promise<T>): Promise<T> => {
    const run = last.then(work)
    last = run.catch(() => undefined)
    return run
  }
  return {
    query: (sql, params) => alone(() => sessionOf(pglite).query(sql, params)),
    transaction: (work) => alone(() => pglite.transaction((transaction) => work(sessionOf(transaction)))),
    script: (sql, role) =>
      alone(async () => {
        try {
          if (role !== undefined) await pglite.exec(`set role "${role.replaceAll('"', '""')}"`)
          const results = await pglite.exec(sql, { rowMode: 'array', parsers: text })
          return results.map(({ command = '', fields, rows }) => ({
            command,
            fields: fields.map(({ name }) => name),
            rows: rows.map((row) => Object.values(row)),
          }))
        } finally {
          await pglite.exec(`rollback; reset role; reset all; ${SESSION_DEFAULTS}`)
        }
      }),
    close: () => alone(() => pglite.close()),
  }
}

function sessionOf(source: PGlite | Transaction): DatabaseSession {
  return {
    query: async <R extends Row>(sql: string, params: readonly unknown[] = []) =>
      (await source.query<R>(sql, [...params])).rows,
  }
}
