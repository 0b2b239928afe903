import { EXIT, fail } from '../instance/diagnostic.ts'
import type { Entry, FileSource } from '../instance/source.ts'
import { MAX_BYTES } from '../instance/source.ts'
import { gitIn } from './git.ts'

/** A source that reads a folder of one commit out of Git's objects: nothing of it is ever checked out. `folder` is from the root of the tree. */
export function gitSource(dir: string, commit: string, folder: string): FileSource {
  if (!/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(commit)) fail(EXIT.refused, 'commit-id', `${JSON.stringify(commit.slice(0, 80))} is no full commit id.`)
  const git = gitIn(dir)
  const listing = async (): Promise<readonly (Entry & { readonly oid: string })[]> => {
    const { code, out, err } = await git.run(['ls-tree', '-z', '-l', '--full-tree', commit, '--', `${folder}/`])
    if (code !== 0) fail(EXIT.unreadable, 'git-failed', `Git could not read ${folder} of ${commit.slice(0, 12)}.`, { cause: new Error(err) })
    return out.split('\0').flatMap((row) => {
      const [, mode = '', oid, size, path] = /^(\d+) \w+ (\w+) +(\d+|-)\t(.*)$/su.exec(row) ?? []
      if (oid === undefined || path === undefined) return []
      return [{ name: path.slice(folder.length + 1), kind: KINDS[mode] ?? 'other', size: size === '-' ? 0 : Number(size), oid }]
    })
  }
  let listed: ReturnType<typeof listing> | undefined
  const once = (): ReturnType<typeof listing> => (listed ??= listing())
  return {
    list: async () => (await once()).map(({ name, kind, size }) => ({ name, kind, size })),
    read: async (name) => {
      const entry = (await once()).find((each) => each.name === name)
      if (entry?.kind !== 'file') throw new Error(`${name} is no file in ${folder} of ${commit.slice(0, 12)}`)
      if (entry.size > MAX_BYTES) throw new RangeError(`${name} is larger than ${MAX_BYTES} bytes`)
      const [blob] = await git.objects([entry.oid])
      return blob?.data ?? Buffer.alloc(0)
    },
  }
}

const KINDS: { readonly [mode: string]: Entry['kind'] } = { '100644': 'file', '100755': 'file', '120000': 'symlink', '040000': 'folder' }
