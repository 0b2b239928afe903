import type { Write, WriteResult } from '../../providers/mastodon/tables.ts'
import type { Fields, Value } from '../../instance/values.ts'
import type { DatabaseSession } from '../database.ts'
import { Invalid } from '../failure.ts'
import type { Actor } from '../models/people.ts'
import type { QueuedJob } from '../queue.ts'
import type { Version } from '../versions.ts'

/** A transaction that Mastodon's code runs in. */
export interface Scene {
  readonly session: DatabaseSession
  readonly version: Version
  /** Enqueues a job after the commit. */
  readonly later: (job: QueuedJob) => void
}

/** What a write runs in. */
export interface WriteScope extends Scene {
  readonly actor: Actor
  /** How many follow relations a write's suspension of a domain would sever, as the reader counts them. */
  readonly severed: (domain: string) => number
}

export type DoneResult = Extract<WriteResult, { state: 'done' }>

/** Live is not what the plan saw; nothing was written. */
export class Changed extends Error {
  readonly live: Fields | null

  constructor(live: Fields | null) {
    super('changed')
    this.live = live
  }
}

/** The console will not do it. */
export class Declined extends Error {
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

export const done = (serverId: string | null, live?: Fields): DoneResult =>
  live === undefined ? { state: 'done', serverId } : { state: 'done', serverId, live }

/** Runs one write and answers what came of it; what it threw undoes it. */
export async function resultOf(work: () => Promise<WriteResult>): Promise<WriteResult> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Changed) return { state: 'changed', live: error.live }
    if (error instanceof Declined) return refused(error.code, error.message)
    if (error instanceof Invalid) return refused('refused-by-mastodon', error.message)
    if (error instanceof Error && /duplicate key|invalid input|out of range/.test(error.message))
      return refused('refused-by-mastodon', error.message)
    throw error
  }
}

const refused = (code: string, message: string): WriteResult => ({
  state: 'refused',
  reason: { code, severity: 'error', message },
})

/** What the plan saw must still be there. */
export function expectLive(write: Write, live: Fields | null): void {
  if (
    !Object.entries(write.expect).every(([field, value]) => live !== null && alike(field, live[field] ?? null, value))
  )
    throw new Changed(live)
}

/** An object of that name that is there already: ours if it is what was wanted, else somebody was faster. */
export function already(
  write: Write,
  found: { readonly id: string; readonly live: Fields } | undefined,
): DoneResult | undefined {
  if (found === undefined) return undefined
  const wanted = Object.entries(write.set).filter(([field]) => field in found.live)
  if (!wanted.every(([field, value]) => alike(field, found.live[field] ?? null, value))) throw new Changed(found.live)
  return done(found.id, found.live)
}

/** Whether two values mean the same to Mastodon: texts without what line ends and empty values add. */
export function alike(field: string, a: Value, b: Value): boolean {
  return JSON.stringify(plain(field, a)) === JSON.stringify(plain(field, b))
}

function plain(field: string, value: Value): Value {
  if (field === 'permissions' && Array.isArray(value))
    return value.map((key) => textOf(key) ?? '').toSorted((a, b) => (a < b ? -1 : 1))
  if (field === 'color') return (textOf(value) ?? '').replace(/^#/, '').toLowerCase()
  if (field === 'expires_at')
    return typeof value === 'string' && value !== '' ? Math.floor(Date.parse(value) / 60_000) : null
  if (value === null || typeof value === 'string') return (value ?? '').replaceAll(/\r\n?/g, '\n').trimEnd()
  if (typeof value !== 'object' || Array.isArray(value)) return value
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, inner]) => [key, plain(key, inner)]))
}

/** The row that a write is about; undefined where a delete finds nothing left to do. */
export function rowFor<R>(write: Write, row: R | undefined, live: (row: R) => Fields): R | undefined {
  if (row === undefined && write.action === 'update') throw new Changed(null)
  if (row !== undefined) expectLive(write, live(row))
  return row
}

/** Only the named fields. */
export function pick(fields: Fields, names: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => names.includes(name)))
}

/** A value that is text, or nothing. */
export const textOf = (value: Value | undefined): string | undefined => (typeof value === 'string' ? value : undefined)
