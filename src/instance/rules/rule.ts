import type { Diagnostic, Position, Severity, Wording } from '../diagnostic.ts'
import type { Documents, FileName } from '../documents.ts'
import type { MastodonRelease } from '../versions.ts'
import type { Path } from '../yaml/positions.ts'
import { sameEntry } from '../repeats.ts'
import { duplicate, repeated } from './texts.ts'

/** What rules across files check. */
export interface RuleInput {
  /** What the schemas accept: a row that they refuse is a hole in its list, so read lists with `rows`. */
  readonly documents: Documents
  /** Files with a part that is wrong and left out here. */
  readonly broken: ReadonlySet<FileName>
  readonly at: (file: FileName, path: Path) => Position
  readonly keyAt: (file: FileName, path: Path) => Position
  /** The content of a text file; undefined if it could not be read. */
  readonly text: (name: string) => string | undefined
  /** Without it, no rule says that something has ended. */
  readonly now: Date | undefined
}

/** The same, for rules that depend on the server's version. */
export interface VersionRuleInput extends RuleInput {
  /** null if the server's version is not known. */
  readonly release: MastodonRelease | null
}

/** One rule across files, or a family of them. */
export type InstanceRule = (input: RuleInput) => Iterable<Diagnostic>
export type VersionRule = (input: VersionRuleInput) => Iterable<Diagnostic>

/** What a kind checks in its file, and between its file and others. */
export interface KindRules {
  readonly fileRules?: InstanceRule
  /** Those that depend on the server's version: they are checked again when it is known. */
  readonly versionRules?: VersionRule
}

/** Yields the rows of a list with their indexes, without the holes. */
export function* rows<Row>(list: readonly Row[] | undefined): Generator<readonly [row: Row, index: number]> {
  for (const [index, row] of (list ?? []).entries()) if (row !== undefined) yield [row, index]
}

interface Entry {
  readonly [field: string]: unknown
}

const isEntry = (value: unknown): value is Entry => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Yields the rows of the list under a key, or the map that is there, each with its path. */
export function* entriesAt(document: object | undefined, key: string): Generator<readonly [entry: Entry, path: Path]> {
  const value = isEntry(document) ? document[key] : undefined
  if (isEntry(value)) yield [value, [key]]
  if (!Array.isArray(value)) return
  for (const [row, index] of rows<unknown>(value)) if (isEntry(row)) yield [row, [key, index]]
}

/** Makes diagnostics of one severity. */
const diagnosticOf =
  (severity: Severity) =>
  (code: string, words: Wording, at: Position): Diagnostic => ({ code, severity, ...words, at })

export const error = diagnosticOf('error')
export const warning = diagnosticOf('warning')
export const info = diagnosticOf('info')

/** A row that has a name of its own. */
export interface NamedRow {
  readonly name: string
  readonly shown: string
  readonly at: () => Position
  /** The whole row, if its list may hold it twice with the same content. */
  readonly entry?: object
}

/** Yields an error for each name that an earlier row has; a warning if both rows are the same and may be. */
export function* duplicates(names: Iterable<NamedRow>, what: string): Generator<Diagnostic> {
  const first = new Map<string, NamedRow>()
  for (const row of names) {
    const earlier = first.get(row.name)
    if (earlier === undefined) first.set(row.name, row)
    else yield secondOf(earlier, row, what)
  }
}

function secondOf(earlier: NamedRow, { entry, shown, at }: NamedRow, what: string): Diagnostic {
  const { line } = earlier.at()
  return entry !== undefined && sameEntry(entry, earlier.entry)
    ? warning('repeated', repeated(what, shown, line), at())
    : error('duplicate', duplicate(what, shown, line), at())
}
