import type { Diagnostic } from '../diagnostic.ts'
import type { FileName, LongText } from '../documents.ts'
import type { Path } from '../yaml/positions.ts'
import { error } from './rule.ts'
import type { RuleInput } from './rule.ts'
import { PERCENT_SIGN } from './texts.ts'

const HARMLESS = /%%|%\{domain\}/g

/** Finds a percent sign that means nothing: Mastodon formats these texts, and its public page would break. */
export function* percent({ text, at }: RuleInput, file: FileName, path: Path, value: LongText): Generator<Diagnostic> {
  const content = typeof value === 'string' ? value : text(value.file)
  const index = content?.replaceAll(HARMLESS, (found) => '.'.repeat(found.length)).indexOf('%') ?? -1
  if (content === undefined || index < 0) return
  const before = content.slice(0, index)
  const line = before.split('\n').length
  const column = index - before.lastIndexOf('\n')
  const place =
    typeof value === 'string' ? at(file, path) : { file: value.file, line, column, end: { line, column: column + 1 } }
  yield error('percent', PERCENT_SIGN, place)
}
