import type { Diagnostic } from './diagnostic.ts'
import type { Documents, FileName, LongText } from './documents.ts'
import { LONG_TEXTS } from './files.gen.ts'
import { nearest } from './nearest.ts'
import { entriesAt } from './rules/rule.ts'
import type { FolderEntry } from './source.ts'
import { noSuchText, textIsLink, textOutside } from './texts.ts'
import type { Path } from './yaml/positions.ts'

/** A text file that a file of the instance names, and where. */
export interface TextReference {
  readonly name: string
  readonly file: FileName
  readonly path: Path
}

/** Finds every `{ file: … }` in the files. */
export function textReferences(documents: Documents): readonly TextReference[] {
  return LONG_TEXTS.flatMap(({ file, key, fields }) =>
    [...entriesAt(documents[file], key)].flatMap(([entry, path]) =>
      fields.flatMap((field) => reference(file, [...path, field], entry[field])),
    ),
  )
}

function reference(file: FileName, path: Path, value: unknown): readonly TextReference[] {
  return isNamed(value) ? [{ name: value.file, file, path: [...path, 'file'] }] : []
}

const isNamed = (value: unknown): value is Exclude<LongText, string> =>
  typeof value === 'object' && value !== null && 'file' in value && typeof value.file === 'string'

type Problem = Pick<Diagnostic, 'code' | 'message' | 'hint'>

/** Why a name is no text file: it must be a regular file beside the others. */
export function textProblem(name: string, entries: readonly FolderEntry[]): Problem | undefined {
  const [regular, link] = (['file', 'symlink'] as const).map((kind) =>
    entries.filter((entry) => entry.kind === kind).map((entry) => entry.name),
  )
  if (/[\\/]/.test(name) || name.startsWith('.')) return { code: 'text-outside', ...textOutside(name) }
  if (link?.includes(name) === true) return { code: 'symlink', ...textIsLink(name) }
  if (regular?.includes(name) === true && !/\.ya?ml$/.test(name)) return undefined
  const near = nearest(
    name,
    (regular ?? []).filter((other) => other.endsWith('.md')),
  )
  return { code: 'no-such-text', ...noSuchText(name, near) }
}
