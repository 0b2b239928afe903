import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Shell scripts under names of programs, in a directory of their own. Answers the path of each, and of the directory.
 */
export function fakePrograms<Name extends string>(scripts: { readonly [name in Name]: string }): {
  readonly [name in Name]: string
} & { readonly directory: string } {
  const directory = mkdtempSync(join(tmpdir(), 'herdbook-bin-'))
  const paths = Object.entries<string>(scripts).map(([name, script]) => {
    const file = join(directory, name)
    writeFileSync(file, `#!/bin/sh\n${script}\n`)
    chmodSync(file, 0o755)
    return [name, file]
  })
  return { ...Object.fromEntries(paths), directory }
}
