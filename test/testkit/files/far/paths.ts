import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import { refuse } from './request.ts'

/** What a file that is being written is called until it is whole, before its name. */
export const FRESH = '.herdbook-new-'

/** Our own, where no managed path leads. */
const OURS: ReadonlySet<string> = new Set(['.stamp', '.lock', '.lock.json', 'run', 'protocols'])

/** Refuses a path that is not plainly one below the root. */
export function checkPath(path: string): string {
  const parts = path.split('/')
  const plain = parts.every((part) => /^(?!-|\.{1,2}$)\P{Cc}{1,200}$/u.test(part))
  if (!plain || parts.some((part) => part.startsWith(FRESH)) || OURS.has(parts[0] ?? ''))
    refuse('bad-path', `${JSON.stringify(path)} is no path of a managed file`)
  return path
}

/** Refuses a name of a unit or a protocol that would not be one file's name. */
export function checkName(name: string): string {
  return /^[a-z0-9][a-z0-9@._-]{0,99}$/.test(name) ? name : refuse('bad-name', `${JSON.stringify(name)} is no name`)
}

/**
 * Where a path of the root is. Refuses a way there that leads through a link or a file: whoever made it chose where it
 * ends.
 */
export function placeOf(root: string, path: string): string {
  const parts = checkPath(path).split('/')
  parts.slice(0, -1).reduce((above, part) => {
    const folder = join(above, part)
    const stat = lstatSync(folder, { throwIfNoEntry: false })
    if (stat && !stat.isDirectory()) refuse('not-inside', `the way to ${path} leads through what is no folder`)
    return folder
  }, root)
  return join(root, path)
}
