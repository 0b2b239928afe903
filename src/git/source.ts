import { EXIT, fail } from '../instance/diagnostic.ts'
import type { Entry, FileSource } from '../instance/source.ts'
import { MAX_BYTES } from '../instance/source.ts'
import { gitIn, type GitObject } from './git.ts'
import { own } from '../instance/get-own.ts'

type Listed = Entry & { readonly oid: string }

/** Files of no more than this, all together, are read by one Git as soon as the first of them is wanted. */
const TOGETHER = 2 * MAX_BYTES

/** Sources that read a folder of commits or trees of one repository out of Git's objects: nothing of them is ever checked out, and what several hold is read once. `folder` is from the root of the tree. */
export function gitSources(dir: string, folder: string): (tree: string) => FileSource {
  const git = gitIn(dir)
  const blobs = new Map<string, Promise<ReadonlyMap<string, GitObject | null>>>()
  const bring = (entries: readonly Listed[]): void => {
    const wanted = [...new Set(entries.map(({ oid }) => oid))].filter((oid) => !blobs.has(oid))
    const found = git.objects(wanted).then((objects) => new Map(wanted.map((oid, i) => [oid, objects[i] ?? null])))
    for (const oid of wanted) blobs.set(oid, found)
  }
  return (tree) => {
    if (!/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(tree))
      fail(EXIT.refused, 'commit-id', `${JSON.stringify(tree.slice(0, 80))} is no full commit id.`)
    const listing = async (): Promise<readonly Listed[]> => {
      const { code, out, err } = await git.run(['ls-tree', '-z', '-l', '--full-tree', tree, '--', `${folder}/`])
      if (code !== 0)
        fail(EXIT.unreadable, 'git-failed', `Git could not read ${folder} of ${tree.slice(0, 12)}.`, {
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
        if (entry?.kind !== 'file') throw new Error(`${name} is no file in ${folder} of ${tree.slice(0, 12)}`)
        if (entry.size > MAX_BYTES) throw new RangeError(`${name} is larger than ${MAX_BYTES} bytes`)
        const files = entries.filter(({ kind, size }) => kind === 'file' && size <= MAX_BYTES)
        if (!blobs.has(entry.oid)) bring(files.reduce((sum, { size }) => sum + size, 0) <= TOGETHER ? files : [entry])
        return (await blobs.get(entry.oid))?.get(entry.oid)?.data ?? Buffer.alloc(0)
      },
    }
  }
}

/** A source that reads a folder of one commit. */
export const gitSource = (dir: string, commit: string, folder: string): FileSource => gitSources(dir, folder)(commit)

const KINDS: { readonly [mode: string]: Entry['kind'] } = {
  '100644': 'file',
  '100755': 'file',
  '120000': 'symlink',
  '040000': 'folder',
}
