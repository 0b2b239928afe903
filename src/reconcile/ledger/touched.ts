import { createHash } from 'node:crypto'
import { equal } from '../equal.ts'
import type { LedgerEntry } from './types.ts'
import type { ObjectRef } from '../values.ts'

/** The trailer that names the objects a commit of the ledger changed, so that `why` reads few commits. */
export const TOUCHED = 'Touched'

type Entries = ReadonlyMap<ObjectRef, LedgerEntry>

/** A commit that touches more names none, and `why` reads it for every object. */
const MAX_TOUCHED = 1_000
/** Letters of an object's digest. Two objects with the same letters only cost one more read. */
const LETTERS = 4
/** Stands for no objects: Git has no trailer without a value. */
const NONE = '-'

const shortOf = (ref: ObjectRef): string => createHash('sha256').update(ref).digest('base64url').slice(0, LETTERS)

/** The value of the trailer: the objects that changed, came or went; null if they are too many. */
export function touchedIn(before: Entries, after: Entries): string | null {
  const gone = [...before.keys()].filter((ref) => !after.has(ref))
  const refs = [...gone, ...[...after].flatMap(([ref, entry]) => (isSame(before.get(ref), entry) ? [] : [ref]))]
  if (refs.length > MAX_TOUCHED) return null
  return refs.length === 0 ? NONE : [...new Set(refs.map(shortOf))].sort().join('')
}

function isSame(before: LedgerEntry | undefined, after: LedgerEntry): boolean {
  return before === after || (before !== undefined && equal({ ...before, commit: null }, { ...after, commit: null }))
}

/** Whether a commit with this trailer may have changed an object's line; undefined if it does not say. */
export function mayTouch(value: string | undefined, ref: ObjectRef): boolean | undefined {
  if (value === NONE) return false
  if (value === undefined || value.length % LETTERS !== 0 || !/^[\w-]+$/.test(value)) return undefined
  const short = shortOf(ref)
  for (let at = 0; at < value.length; at += LETTERS) if (value.startsWith(short, at)) return true
  return false
}
