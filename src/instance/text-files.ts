import type { Diagnostic } from './diagnostic.ts'
import type { Documents, FileName, LongText } from './documents.ts'
import { nearest } from './nearest.ts'
import { rows } from './rules/rule.ts'
import type { Entry } from './source.ts'
import type { Path } from './yaml/positions.ts'

/** A long text that a file names, and where it does. */
export interface TextReference {
  readonly name: string
  readonly file: FileName
  readonly path: Path
}

/** Every `{ file: … }` in the files. */
export function textReferences(documents: Documents): readonly TextReference[] {
  const settings = Object.entries(documents['settings.yaml']?.settings ?? {}).map(([key, value]) =>
    reference('settings.yaml', ['settings', key], value),
  )
  const terms = [...rows(documents['terms-of-service.yaml']?.terms_of_service)]
  return [
    ...settings,
    ...terms.map(([{ text }, index]) => reference('terms-of-service.yaml', ['terms_of_service', index, 'text'], text)),
  ].flat()
}

function reference(file: FileName, path: Path, value: LongText | number | boolean | null): readonly TextReference[] {
  return typeof value === 'object' && value !== null ? [{ name: value.file, file, path: [...path, 'file'] }] : []
}

type Problem = Pick<Diagnostic, 'code' | 'message' | 'hint'>

/** Why a name can't be a long text: it has to be a regular file that lies beside the others. */
export function textProblem(name: string, entries: readonly Entry[]): Problem | undefined {
  const [regular, link] = (['file', 'symlink'] as const).map((kind) =>
    entries.filter((entry) => entry.kind === kind).map((entry) => entry.name),
  )
  if (/[\\/]/.test(name) || name.startsWith('.'))
    return {
      code: 'text-outside',
      message: `${name} is not a file beside this one`,
      hint: 'Put the text into a file in instance/ and write only its name, such as about.md.',
    }
  if (link?.includes(name) === true)
    return { code: 'symlink', message: `${name} is a link, not a file`, hint: 'Replace it by the file itself.' }
  if (regular?.includes(name) === true && !/\.ya?ml$/.test(name)) return undefined
  const near = nearest(
    name,
    (regular ?? []).filter((other) => other.endsWith('.md')),
  )
  return {
    code: 'no-such-text',
    message: `there is no text ${name} in instance/`,
    hint: near === undefined ? `Add the file ${name}.` : `Did you mean ${near}?`,
  }
}
