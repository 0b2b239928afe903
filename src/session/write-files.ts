import { randomBytes } from 'node:crypto'
import type { Stats } from 'node:fs'
import { access, chmod, chown, constants, lstat, rename, rm, writeFile } from 'node:fs/promises'
import { EXIT, fail } from '../instance/diagnostic.ts'
import { readOnlyFile } from './texts.ts'

export interface WholeFile {
  readonly path: string
  readonly text: string
  /** Its new permissions; without it, those of the file that is there, or of any new file. */
  readonly mode?: number
}

/**
 * Writes files so that each is whole, old or new. All must fit on the disk before any is replaced.
 * A pipe or a device is written directly. Throws the machine's error with its `path`; exit 9 for a read-only file.
 */
export async function writeWhole(files: readonly WholeFile[]): Promise<void> {
  const drafts: { readonly draft: string; readonly path: string }[] = []
  try {
    for (const { path, text, mode } of files) {
      const before = await found(path)
      if (before?.isFile() === false) await written(path, path, text, { mode: mode ?? NEW })
      else {
        if (before && mode === undefined) await refuseReadOnly(path, before)
        const draft = `${path}.${randomBytes(4).toString('hex')}`
        drafts.push({ draft, path })
        await written(path, draft, text, { mode: mode ?? (before ? OWN : NEW), flag: 'wx' })
        if (before && mode === undefined) await likeBefore(draft, before)
      }
    }
    for (const { draft, path } of drafts) await rename(draft, path)
  } catch (error) {
    for (const { draft } of drafts) await rm(draft, { force: true })
    throw error
  }
}

const NEW = 0o666
/** For a draft, until it gets the permissions of the file that it replaces. */
const OWN = 0o600
const WRITABLE = 0o222
const GROUP = 0o070

const found = (path: string): Promise<Stats | undefined> => lstat(path).catch(() => undefined)

/** Refuses a read-only file: its folder may be writable, but a person made the file read-only on purpose. */
async function refuseReadOnly(path: string, { mode }: Stats): Promise<void> {
  if ((mode & WRITABLE) !== 0) return access(path, constants.W_OK)
  const quoted = /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`
  fail(EXIT.invalid, 'read-only', readOnlyFile({ path, quoted }))
}

/** Gives a draft the owner and permissions of the file that it replaces; no other group gets the group's rights. */
async function likeBefore(draft: string, { uid, gid, mode }: Stats): Promise<void> {
  const kept = await chown(draft, uid, gid).then(
    () => true,
    () => false,
  )
  await chmod(draft, mode & 0o7777 & ~(kept ? 0 : GROUP))
}

/** Writes a file; the machine's error does not name the file, so its path is added. */
async function written(
  path: string,
  to: string,
  text: string,
  options: { readonly mode: number; readonly flag?: 'wx' },
): Promise<void> {
  try {
    await writeFile(to, text, options)
  } catch (cause) {
    throw cause instanceof Error ? Object.assign(cause, { path }) : cause
  }
}
