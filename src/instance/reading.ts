import { checkFile } from './check.ts'
import type { Diagnostic } from './diagnostic.ts'
import type { Documents, FileName } from './documents.ts'
import type { FileSource } from './source.ts'
import { unreadable } from './texts.ts'
import { decode } from './yaml/characters.ts'
import { parseYaml, type ParsedYaml } from './yaml/parse.ts'

/** A file that was read: its valid part, with positions, and what is wrong. */
export interface ReadFile<F extends FileName> {
  /** undefined if no part of it is valid. */
  readonly document: Documents[F] | undefined
  readonly parsed: ParsedYaml | undefined
  readonly diagnostics: readonly Diagnostic[]
  /** The file is there, with nothing in it. */
  readonly empty: boolean
}

/** The files of one tree: each is parsed and checked against its schema only once. */
export interface ParsedFiles extends FileSource {
  readonly document: <F extends FileName>(file: F) => Promise<ReadFile<F>>
}

/** Makes a reading of a source; a reading stays the same. */
export function readingOf(files: FileSource | ParsedFiles): ParsedFiles {
  if ('document' in files) return files
  const known = new Map<FileName, Promise<ReadFile<FileName>>>()
  const document = <F extends FileName>(file: F): Promise<ReadFile<F>> => {
    const read = known.get(file) ?? readFile(files, file)
    known.set(file, read)
    // The entry under a name was read by that name.
    return read as Promise<ReadFile<F>>
  }
  return { ...files, document }
}

async function readFile<F extends FileName>(files: FileSource, file: F): Promise<ReadFile<F>> {
  const text = await readText(files, file)
  if ('diagnostic' in text)
    return { document: undefined, parsed: undefined, diagnostics: [text.diagnostic], empty: false }
  const parsed = parseYaml(file, text.text)
  if (parsed.diagnostics.length > 0)
    return { document: undefined, parsed, diagnostics: parsed.diagnostics, empty: false }
  return { ...(await checkFile(file, parsed)), parsed, empty: text.text.trim() === '' }
}

/** The text of a file, or why it cannot be read. */
export async function readText(files: FileSource, name: string): Promise<ReturnType<typeof decode>> {
  try {
    return decode(name, await files.read(name))
  } catch {
    return {
      diagnostic: {
        code: 'unreadable',
        severity: 'error',
        ...unreadable(name),
        at: { file: name, line: 1, column: 1 },
      },
    }
  }
}
