import { access, copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { FILE_NAMES } from '../../instance/files.gen.ts'
import { shipped } from '../package-files.ts'

/** The text of a file, or the file that it is a copy of. */
export type FileContent = string | { readonly copyOf: string }

/** The schemas that the files name in their first line, so that editors find them beside the instance. */
export async function schemas(): Promise<[string, FileContent][]> {
  const wanted = new Set(FILE_NAMES.map((name) => name.replace(/\.yaml$/, '.schema.json')))
  const names = (await readdir(shipped('schema'))).filter((name) => wanted.has(name))
  return names.map((name) => [`schema/${name}`, { copyOf: join(shipped('schema'), name) }])
}

/** The same by their texts. */
export const schemaTexts = async (): Promise<[string, string][]> =>
  Promise.all(
    (await schemas()).map(async ([path]) => [path, await readFile(join(shipped('schema'), basename(path)), 'utf8')]),
  )

/** Writes the files that are not there yet. Answers their names. */
export async function writeNew(dir: string, files: ReadonlyMap<string, FileContent>): Promise<string[]> {
  const written: string[] = []
  for (const [name, content] of files) {
    const path = join(dir, name)
    if (await exists(path)) continue
    await mkdir(dirname(path), { recursive: true })
    await (typeof content === 'string' ? writeFile(path, content, { flag: 'wx' }) : copyFile(content.copyOf, path))
    written.push(name)
  }
  return written
}

export const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )
