import { EXIT, fail } from '../instance/diagnostic.ts'
import type { FolderEntry, FileSource } from '../instance/source.ts'
import { MAX_BYTES } from '../instance/source.ts'
import { gitIn, type GitObject } from './git.ts'
import { own } from '../instance/get-own.ts'
import { fileTooLarge, folderUnreadable, noSuchFile, notFullCommitId } from './texts.ts'

type Listed = FolderEntry & { readonly oid: string }

/** Up to this size in all, one Git reads all files as soon as the first of them is wanted. */
const MAX_BYTES_AT_ONCE = 2 * MAX_BYTES

/**
 * Makes sources that read a folder of commits or trees from Git's objects. Nothing is ever checked out.
 * A blob that several of them hold is read once. `folder` is from the root of the tree.
 */
export function gitSources(dir: string, folder: string): (tree: string) => FileSource {
  const git = gitIn(dir)
  const blobs = new Map<string, Promise<ReadonlyMap<string, GitObject | null>>>()
  const fetchBlobs = (entries: readonly Listed[]): void => {
    const wanted = [...new Set(entries.map(({ oid }) => oid))].filter((oid) => !blobs.has(oid))
    const found = git.objects(wanted).then((objects) => new Map(wanted.map((oid, i) => [oid, objects[i] ?? null])))
    for (const oid of wanted) blobs.set(oid, found)
  }
  return (tree) => {
    if (!/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(tree)) fail(EXIT.refused, 'commit-id', notFullCommitId(tree))
    const listing = async (): Promise<readonly Listed[]> => {
      const { code, out, err } = await git.run(['ls-tree', '-z', '-l', '--full-tree', tree, '--', `${folder}/`])
      if (code !== 0)
        fail(EXIT.unreadable, 'git-failed', folderUnreadable({ folder, tree }), {
          cause: new Error(err),
        })
      return out.split('\0').flatMap((row) => {
        const [, mode = '', oid, size, path] = /^(\d+) \w+ (\w+) +(\d+|-)\t(.*)$/su.exec(row) ?? []
        if (oid === undefined || path === undefined) return []
        return [
          {
            name: path.slice(folder.length + 1),
            kind: own(KINDS, mode) ?? 'other',
            size: size === '-' ? 0 : Number(size),
            oid,
          },
        ]
      })
    }
    let listed: ReturnType<typeof listing> | undefined
    const once = (): ReturnType<typeof listing> => (listed ??= listing())
    return {
      list: async () => (await once()).map(({ name, kind, size }) => ({ name, kind, size })),
      read: async (name) => {
        const entries = await once()
        const entry = entries.find((each) => each.name === name)
        if (entry?.kind !== 'file') throw new Error(noSuchFile({ name, folder, tree }))
        if (entry.size > MAX_BYTES) throw new RangeError(fileTooLarge({ name, bytes: MAX_BYTES }))
        const files = entries.filter(({ kind, size }) => kind === 'file' && size <= MAX_BYTES)
        if (!blobs.has(entry.oid))
          fetchBlobs(files.reduce((sum, { size }) => sum + size, 0) <= MAX_BYTES_AT_ONCE ? files : [entry])
        return (await blobs.get(entry.oid))?.get(entry.oid)?.data ?? Buffer.alloc(0)
      },
    }
  }
}

/** Makes a source that reads a folder of one commit. */
export const gitSource = (dir: string, commit: string, folder: string): FileSource => gitSources(dir, folder)(commit)

const KINDS: { readonly [mode: string]: FolderEntry['kind'] } = {
  '100644': 'file',
  '100755': 'file',
  '120000': 'symlink',
  '040000': 'folder',
}
