import * as texts from './texts.ts'
import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { gitIn } from '../../git/git.ts'
import { EXIT, fail } from '../../instance/diagnostic.ts'
import { isExample } from '../../instance/example.ts'

/**
 * Takes the example away that a copy of Herdbook's repository comes with. Answers the files; none where the instance
 * there is somebody's own.
 * Throws (exit 9), and takes nothing, where something in it was changed or Git could not bring it back.
 */
export async function removeExample(dir: string): Promise<readonly string[]> {
  const folder = join(dir, 'instance')
  const names = await readdir(folder).catch((): string[] => [])
  const isShipped = async (name: string): Promise<boolean> =>
    isExample(name, await readFile(join(folder, name)).catch(() => Buffer.alloc(0)))
  if (!names.includes('instance.yaml') || !(await isShipped('instance.yaml'))) return []
  const shipped = await Promise.all(names.map(isShipped))
  const own = names.filter((_, index) => shipped[index] === false)
  const { code, out } = await gitIn(dir).run([
    'status',
    '--porcelain=v1',
    '-z',
    '--ignored',
    '--untracked-files=all',
    '--',
    'instance',
  ])
  const open =
    code === 0
      ? out
          .split('\0')
          .filter((line) => line !== '')
          .map((line) => line.slice(3).replace('instance/', ''))
      : names
  const kept = [...new Set([...own, ...open])]
  if (kept.length > 0) {
    const { message, hint } = texts.exampleChanged(kept.join(', '))
    fail(EXIT.invalid, 'example-changed', message, { hint })
  }
  for (const name of names) await rm(join(folder, name))
  return names
}
