import { loadInstance } from '../../src/providers/load-instance.ts'
import type { LoadedInstance, LoadOptions } from '../../src/instance/load.ts'
import type { FolderEntry, FileSource } from '../../src/instance/source.ts'

/** Files in memory, by name; an entry instead of a text stands for what is no file. */
export function memorySource(files: Readonly<Record<string, string | Buffer | Omit<FolderEntry, 'name'>>>): FileSource {
  const isText = (file: string | Buffer | Omit<FolderEntry, 'name'> | undefined): file is string | Buffer =>
    typeof file === 'string' || Buffer.isBuffer(file)
  return {
    list: async () =>
      Object.entries(files).map(([name, file]) =>
        isText(file) ? { name, kind: 'file' as const, size: Buffer.byteLength(file) } : { name, ...file },
      ),
    read: async (name) => {
      const file = files[name]
      if (!isText(file)) throw new Error(`${name} must not be read`)
      return Buffer.from(file)
    },
  }
}

const SERVER = 'domain: herd.example\n'

/** Loads files beside an `instance.yaml` that names herd.example. */
export async function load(
  files: Readonly<Record<string, string | Buffer | Omit<FolderEntry, 'name'>>>,
  options?: LoadOptions,
): Promise<LoadedInstance> {
  return loadInstance(memorySource({ 'instance.yaml': SERVER, ...files }), options)
}

/** What is told, a line each: `error unknown-key rules.yaml:3:5 message`. */
export function lines({ diagnostics }: LoadedInstance): readonly string[] {
  return diagnostics.map(
    ({ severity, code, at, message }) =>
      `${severity} ${code} ${at === undefined ? '-' : `${at.file}:${at.line}:${at.column}`} ${message}`,
  )
}

/** The hints, in the same order. */
export function hints({ diagnostics }: LoadedInstance): readonly (string | undefined)[] {
  return diagnostics.map(({ hint }) => hint)
}

/** What is told of files beside an `instance.yaml` that names herd.example. */
export async function told(files: Record<string, string>, options?: LoadOptions): Promise<readonly string[]> {
  return lines(await load(files, options))
}
