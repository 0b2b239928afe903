import { createHash } from 'node:crypto'
import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, type Stats } from 'node:fs'
import type { Fact } from '../wire.ts'
import { placeOf } from './paths.ts'

/** What is at a path, without the content. Of a sealed one not even a digest. */
export function factOf(root: string, path: string, sealed: boolean): Fact {
  return readable(() => factAt(placeOf(root, path), sealed))
}

/** What is at a place that is known to be below the root. */
export function factAt(place: string, sealed: boolean): Fact {
  return readable(() =>
    opened(place, (digest, stat) =>
      sealed
        ? { state: 'sealed', mode: modeOf(stat) }
        : { state: 'file', digest: digest(), mode: modeOf(stat), size: stat.size },
    ),
  )
}

/** The digest of what a file holds, or what there is instead. It stays on this side. */
export function contentOf(root: string, path: string): Held {
  return readable<Held>(() => opened<Held>(placeOf(root, path), (digest) => ({ state: 'held', digest: digest() })))
}

export type Held = { readonly state: 'held'; readonly digest: string } | Exclude<Fact, { readonly mode: string }>

/** The digest of a content. */
export const digestOf = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex')

/** Why something could not be read or written: never what it holds. */
export const whyOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const modeOf = (stat: Stats): string => (stat.mode & 0o7777).toString(8).padStart(4, '0')

function readable<Found>(look: () => Found): Found | Extract<Fact, { readonly state: 'unreadable' }> {
  try {
    return look()
  } catch (error) {
    return { state: 'unreadable', why: whyOf(error) }
  }
}

function opened<Found>(
  place: string,
  found: (digest: () => string, stat: Stats) => Found,
): Found | Extract<Fact, { readonly state: 'absent' | 'other' }> {
  const there = lstatSync(place, { throwIfNoEntry: false })
  if (!there) return { state: 'absent' }
  if (there.isDirectory()) return { state: 'other', what: 'folder' }
  if (!there.isFile()) return { state: 'other', what: there.isSymbolicLink() ? 'link' : 'special' }
  const fd = openSync(place, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    return found(() => digestOfFile(fd), fstatSync(fd))
  } finally {
    closeSync(fd)
  }
}

function digestOfFile(fd: number): string {
  const hash = createHash('sha256')
  const chunk = Buffer.allocUnsafe(64 * 1024)
  for (let length = readSync(fd, chunk); length > 0; length = readSync(fd, chunk))
    hash.update(chunk.subarray(0, length))
  return hash.digest('hex')
}
