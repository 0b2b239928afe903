import { createHash } from 'node:crypto'
import { equal } from '../equal.ts'
import type { LedgerEntry } from './types.ts'
import type { ObjectRef } from '../values.ts'

/** What a commit of the ledger says of the objects whose lines it changed, so that `why` of one looks at few commits. */
export const TOUCHED = 'Touched'

type Entries = ReadonlyMap<ObjectRef, LedgerEntry>

/** Where a commit touches more, it is looked at for every object. */
const MOST = 1_000
/** Each object by the first letters of its digest: another with the same costs a look, and no more. */
const LETTERS = 4
/** For none: Git has no trailer without a value. */
const NONE = '-'

const shortOf = (ref: ObjectRef): string => createHash('sha256').update(ref).digest('base64url').slice(0, LETTERS)

/** The value of the trailer: the objects that became others, came or went; null where they are too many. The commit that they were applied from says nothing of them. */
export function touchedIn(before: Entries, after: Entries): string | null {
  const gone = [...before.keys()].filter((ref) => !after.has(ref))
  const refs = [...gone, ...[...after].flatMap(([ref, entry]) => (isSame(before.get(ref), entry) ? [] : [ref]))]
  if (refs.length > MOST) return null
  return refs.length === 0 ? NONE : [...new Set(refs.map(shortOf))].sort().join('')
}

function isSame(before: LedgerEntry | undefined, after: LedgerEntry): boolean {
  return before === after || (before !== undefined && equal({ ...before, commit: null }, { ...after, commit: null }))
}

/** Whether a commit that says so may have changed an object's line; undefined where it does not say. */
export function mayTouch(value: string | undefined, ref: ObjectRef): boolean | undefined {
  if (value === NONE) return false
  if (value === undefined || value.length % LETTERS !== 0 || !/^[\w-]+$/.test(value)) return undefined
  const short = shortOf(ref)
  for (let at = 0; at < value.length; at += LETTERS) if (value.startsWith(short, at)) return true
  return false
}
