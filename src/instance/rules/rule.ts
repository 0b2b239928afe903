import type { Diagnostic, Position, Severity } from '../diagnostic.ts'
import type { Documents, FileName } from '../documents.ts'
import type { Release } from '../versions.ts'
import type { Path } from '../yaml/positions.ts'
import { sameEntry } from '../repeats.ts'

/** What rules across files look at. */
export interface RuleInput {
  /** What the schemas found right: a row that they refuse is a hole in its list, so lists are walked with `rows`. */
  readonly documents: Documents
  /** Files of which a part is left out because it is wrong. */
  readonly broken: ReadonlySet<FileName>
  readonly at: (file: FileName, path: Path) => Position
  readonly keyAt: (file: FileName, path: Path) => Position
  /** The text of a long text that could be read. */
  readonly text: (name: string) => string | undefined
  /** Without it, nothing is said of what has passed. */
  readonly now: Date | undefined
}

/** What rules look at that depend on the server's version. */
export interface VersionRuleInput extends RuleInput {
  /** null where the server's version is not known. */
  readonly release: Release | null
}

/** One rule across files, or a family of them. */
export type Rule = (input: RuleInput) => Iterable<Diagnostic>
export type VersionRule = (input: VersionRuleInput) => Iterable<Diagnostic>

/** The rows of a list with their indexes, without the holes. */
export function* rows<Row>(list: readonly Row[] | undefined): Generator<readonly [row: Row, index: number]> {
  for (const [index, row] of (list ?? []).entries()) if (row !== undefined) yield [row, index]
}

/** Makes diagnostics of one severity. */
const telling =
  (severity: Severity) =>
  (code: string, message: string, at: Position, hint?: string): Diagnostic => ({
    code,
    severity,
    message,
    at,
    ...(hint === undefined ? {} : { hint }),
  })

export const error = telling('error')
export const warning = telling('warning')
export const info = telling('info')

/** A row that is told apart from others by its name. */
export interface NamedRow {
  readonly name: string
  readonly shown: string
  readonly at: () => Position
  /** All of it, where it may stand twice if both say the same. */
  readonly entry?: object
}

/** An error for each row whose name an earlier row has; a warning where both may stand and say the same. */
export function* duplicates(names: Iterable<NamedRow>, what: string): Generator<Diagnostic> {
  const first = new Map<string, NamedRow>()
  for (const row of names) {
    const earlier = first.get(row.name)
    if (earlier === undefined) first.set(row.name, row)
    else yield twice(earlier, row, what)
  }
}

function twice(earlier: NamedRow, { entry, shown, at }: NamedRow, what: string): Diagnostic {
  const said = `${what} ${shown} is here twice`
  const where = `first in line ${earlier.at().line}`
  if (entry !== undefined && sameEntry(entry, earlier.entry))
    return warning(
      'repeated',
      `${said}, word for word; ${where}`,
      at(),
      'Once is enough. Take the second one out: herdbook fmt',
    )
  return error('duplicate', `${said}; ${where}`, at(), 'Keep one of the two.')
}
