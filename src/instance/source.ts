import { constants } from 'node:fs'
import { lstat, open, readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** One entry of the instance folder. */
export interface FolderEntry {
  readonly name: string
  readonly kind: 'file' | 'symlink' | 'folder' | 'other'
  /** In bytes. */
  readonly size: number
}

/** Where the files of an instance are read from: a folder, or a tree in Git. */
export interface FileSource {
  readonly list: () => Promise<readonly FolderEntry[]>
  readonly read: (name: string) => Promise<Buffer>
}

/** 100,000 domain blocks with comments fit. */
export const MAX_BYTES = 16 * 1024 * 1024

/** Makes a source that reads a folder: only regular files, and it follows no link. */
export function directorySource(path: string): FileSource {
  const entryOf = async (name: string): Promise<FolderEntry> => {
    const found = await lstat(join(path, name))
    const kind = found.isFile() ? 'file' : found.isSymbolicLink() ? 'symlink' : found.isDirectory() ? 'folder' : 'other'
    return { name, kind, size: found.size }
  }
  return {
    list: async () => Promise.all((await readdir(path)).sort().map(entryOf)),
    read: async (name) => {
      // Opened without following links, and its size read again: the name may be another file by now.
      await using file = await open(join(path, name), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
      const { size } = await file.stat()
      if (size > MAX_BYTES) throw new RangeError(`larger than ${MAX_BYTES} bytes`)
      return await file.readFile()
    },
  }
}
