import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import { gitIn } from './git.ts'

/** Lists files of the commit, by path from `dir`, that a sparse checkout leaves out of a folder. None outside Git. */
export async function leftOutOf(dir: string, folder: string): Promise<readonly string[]> {
  const { code, out } = await gitIn(dir).run(['ls-files', '-t', '-z', '--', `${folder}/`])
  if (code !== 0) return []
  const skipped = out.split('\0').flatMap((row) => (row.startsWith('S ') ? [row.slice(2)] : []))
  const there = await Promise.all(
    skipped.map((path) =>
      lstat(join(dir, path)).then(
        () => true,
        () => false,
      ),
    ),
  )
  return skipped.filter((_, nth) => there[nth] === false)
}
