import { basename, join, relative } from 'node:path'
import { leftOutOf } from '../git/sparse.ts'
import { EXIT, fail } from '../instance/diagnostic.ts'
import { listed } from '../words/text.ts'
import type { Io } from './io.ts'
import type { InstanceFolder } from './instance-folder.ts'
import { sparseCheckout } from './texts.ts'

/** Refuses a sparse checkout: the files that Git leaves out would look deleted. */
export async function refuseSparse({ cwd }: Io, { root, folder }: InstanceFolder): Promise<void> {
  const missing = (await leftOutOf(root, basename(folder))).map((path) => relative(cwd, join(root, path)))
  if (missing.length === 0) return
  const paths = missing.map((path) => (/^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`))
  fail(
    EXIT.invalid,
    'sparse-checkout',
    sparseCheckout({ missing: listed(missing), checkout: paths.join(' '), one: missing.length === 1 }),
  )
}
