import {
  closeSync,
  fchmodSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { reach } from './faults.ts'
import { FRESH } from './paths.ts'

/**
 * Puts a file in the place of what is there: whoever opens it reads the old content or the new one, whole, also after a
 * power cut.
 */
export function replace(place: string, content: string | Buffer, mode: number): void {
  const folder = dirname(place)
  mkdirSync(folder, { recursive: true })
  sweep(folder)
  const fresh = join(folder, `${FRESH}${basename(place)}`)
  const fd = openSync(fresh, 'wx', 0o600)
  try {
    writeFileSync(fd, content)
    fchmodSync(fd, mode)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
  reach('effect')
  renameSync(fresh, place)
  sync(folder)
}

/** Takes a file away. */
export function discard(place: string): void {
  sweep(dirname(place))
  reach('effect')
  rmSync(place, { force: true })
  sync(dirname(place))
}

/** What one of our own files holds; null where it is not there. Throws for what is no JSON. */
export function readJson(place: string): unknown {
  try {
    return JSON.parse(readFileSync(place, 'utf8'))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error instanceof SyntaxError ? new Error(`${basename(place)} is no JSON`) : error
  }
}

/** Files that a killed run left half written: whoever holds the lock is alone, so they are nobody's. */
function sweep(folder: string): void {
  for (const name of readdirSync(folder)) if (name.startsWith(FRESH)) rmSync(join(folder, name), { force: true })
}

function sync(folder: string): void {
  const fd = openSync(folder, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
