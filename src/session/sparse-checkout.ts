import { basename, join, relative } from 'node:path'
import { leftOutOf } from '../git/sparse.ts'
import { EXIT, fail } from '../instance/diagnostic.ts'
import { listed } from '../words/text.ts'
import type { Io } from './io.ts'
import type { Place } from './instance-folder.ts'

/** Refuses a folder in which files of the commit are missing because Git was told to leave them out: they would be taken for gone. */
export async function refuseSparse({ cwd }: Io, { root, folder }: Place): Promise<void> {
  const missing = (await leftOutOf(root, basename(folder))).map((path) => relative(cwd, join(root, path)))
  if (missing.length === 0) return
  const paths = missing.map((path) => (/^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`))
  const one = missing.length === 1
  fail(
    EXIT.invalid,
    'sparse-checkout',
    `${listed(missing)} ${one ? 'is' : 'are'} in the commit and not in this folder: a sparse checkout leaves ${one ? 'it' : 'them'} out.`,
    {
      hint: `Take ${one ? 'it' : 'them'} in: git checkout --ignore-skip-worktree-bits -- ${paths.join(' ')}`,
    },
  )
}
