import { readdir, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'

const ROOT = new URL('../../', import.meta.url)

/** The name of a file's kind as a constant: `ip-block` → `ipBlock`. */
const constantOf = (name: string): string =>
  name.replaceAll(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())

/** The registry of the embedded Mastodon's kinds, by path, as `npm run generate` writes it. */
export async function generatedSandbox(): Promise<ReadonlyMap<string, string>> {
  const files = await readdir(new URL('src/sandbox/kinds/', ROOT))
  const names = files.map((file) => basename(file, '.ts')).toSorted()
  const text = [
    '// Made from src/sandbox/kinds/ by `npm run generate`. Change the kinds, not this file.',
    ...names.map((name) => `import { ${constantOf(name)} } from './kinds/${name}.ts'`),
    '',
    '/** Every kind that the embedded Mastodon has, by name. */',
    'export const KINDS = [',
    ...names.map((name) => `  ${constantOf(name)},`),
    '] as const',
    '',
  ]
  return new Map([['src/sandbox/kinds.gen.ts', text.join('\n')]])
}

if (import.meta.main) {
  for (const [path, text] of await generatedSandbox()) await writeFile(new URL(path, ROOT), text)
}
