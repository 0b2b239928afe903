import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { readJson, replace } from './atomic.ts'
import { count, isRequest, object, refuse, type Request, text } from './request.ts'

/** Who writes: a run's nonce, and the number that its taking of the lock got. */
export interface Holder {
  readonly nonce: string
  readonly counter: number
}

/** Who took the lock, oldest first. The counter only grows; of the nonces the newest are kept. */
interface Taken {
  readonly counter: number
  readonly nonces: readonly string[]
}

const KEPT = 1000
/** How long a writer waits for another one that is in the middle of a write. */
const PATIENCE_MS = 10_000

/** How often the lock was taken. */
export const counterOf = (root: string): number => taken(root).counter

/**
 * Gives the lock to a run that saw its counter. Whoever had it is an older holder from then on, and never gets it back.
 */
export function take(root: string, request: Request): { readonly counter: number } {
  const [nonce, after] = [text(request, 'nonce'), count(request, 'after')]
  const { counter, nonces } = taken(root)
  if (nonces.at(-1) === nonce) return { counter }
  if (counter !== after || nonces.includes(nonce)) refuse('older-holder', 'another run took the lock since')
  replace(placeOf(root), JSON.stringify({ counter: counter + 1, nonces: [...nonces, nonce].slice(-KEPT) }), 0o600)
  return { counter: counter + 1 }
}

/** The holder that a request says it is. Refuses one that another run followed. */
export function holderOf(root: string, request: Request): Holder {
  const claimed = object(request, 'holder')
  const holder = { nonce: text(claimed, 'nonce'), counter: count(claimed, 'counter') }
  const { counter, nonces } = taken(root)
  if (counter > holder.counter) refuse('older-holder', 'another run took the lock since')
  if (counter !== holder.counter || nonces.at(-1) !== holder.nonce)
    refuse('no-holder', 'this lock was never taken here')
  return holder
}

/**
 * Acts while no other program of this root does. Node has no flock; a lock of SQLite is let go by the system as well,
 * however its holder ends.
 */
export function alone<Result>(root: string, act: () => Result): Result {
  const mutex = new DatabaseSync(join(root, '.lock'), { timeout: PATIENCE_MS })
  try {
    mutex.exec('begin exclusive')
    return act()
  } finally {
    mutex.close()
  }
}

const placeOf = (root: string): string => join(root, '.lock.json')

function taken(root: string): Taken {
  const found = readJson(placeOf(root)) ?? { counter: 0, nonces: [] }
  if (!isRequest(found) || !Array.isArray(found['nonces'])) throw new Error('the lock has an odd shape')
  return { counter: count(found, 'counter'), nonces: found['nonces'].map(String) }
}
