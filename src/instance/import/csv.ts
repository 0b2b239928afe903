import { CsvError, parse } from 'csv-parse/sync'
import { refused, type Format } from './row.ts'
import { isHeader, readTable, type TableRecord } from './table.ts'
import { badCsv } from './texts.ts'
import { columnOf, looksLikeDomain } from './columns.ts'

const DELIMITERS = [',', ';', '\t', '|'] as const

/** What a spreadsheet writes first, to say what separates its cells. */
const SEPARATOR = /^[ \t]*"?sep=(?<delimiter>[,;\t|])"?[ \t]*$/im

/** A table: Mastodon's or FediBlockHole's CSV, or what a spreadsheet made of it. */
export const csv: Format = {
  name: 'CSV',
  read: (text, file) => {
    const named = SEPARATOR.exec(text)
    const body = named ? text.replace(SEPARATOR, '') : text
    const delimiter = named?.groups?.['delimiter'] ?? delimiterOf(body.split('\n'))
    const bare = uncommented(body, delimiter)
    try {
      return readTable(recordsOf(bare, delimiter), file, delimiter)
    } catch (error) {
      if (!(error instanceof CsvError)) throw error
      const line: unknown = error['lines']
      return refused('csv-syntax', file, typeof line === 'number' ? line : 1, badCsv(file, error.message))
    }
  },
}

/** The cells of a line, roughly: enough to see what it is. */
const split = (line: string, delimiter: string): readonly string[] =>
  line
    .replaceAll('"', '')
    .split(delimiter)
    .map((cell) => cell.trim())

/** What separates the cells: by the header where there is one, else by what stands behind most of the domains. */
function delimiterOf(lines: readonly string[]): string {
  const headed = lines.find((line) => DELIMITERS.some((one) => isHeaderLine(line, one)))
  if (headed !== undefined) return DELIMITERS.find((one) => isHeaderLine(headed, one)) ?? ','
  const some = lines.slice(0, 500).filter((line) => !/^\s*#/.test(line))
  const score = (delimiter: string): number =>
    some.filter((line) => split(line, delimiter).length > 1 && looksLikeDomain(split(line, delimiter)[0] ?? '')).length
  return DELIMITERS.map((one) => ({ one, score: score(one) })).toSorted((a, b) => b.score - a.score)[0]?.one ?? ','
}

/**
 * Whether a line is a header of several columns. Behind a `#` it must name a second known column: else it is a
 * sentence.
 */
function isHeaderLine(line: string, delimiter: string): boolean {
  const cells = split(line, delimiter)
  if (cells.length < 2 || !isHeader(cells)) return false
  const known = cells.filter((cell) => columnOf(cell) !== undefined)
  return !/^\s*#/.test(line) || known.length > 1 || cells.every((cell) => cell.startsWith('#'))
}

/** Without the `#` of Mastodon's headers: any other line that begins with one is a comment. */
const uncommented = (text: string, delimiter: string): string =>
  text
    .split('\n')
    .map((line) => (/^\s*#/.test(line) && isHeaderLine(line, delimiter) ? line.replace(/^[\s#]+/, '') : line))
    .join('\n')

interface Parsed {
  readonly record: readonly string[]
  readonly raw: string
  readonly info: { readonly lines: number }
}

const OPTIONS = {
  trim: true,
  relax_column_count: true,
  skip_empty_lines: true,
  comment: '#',
  comment_no_infix: true,
  record_delimiter: '\n',
}

function recordsOf(text: string, delimiter: string): readonly TableRecord[] {
  const parsed = parse(text, { ...OPTIONS, delimiter, info: true, raw: true }) as unknown as readonly Parsed[]
  return parsed
    .map(({ record, raw, info }) => ({ cells: unwrapped(record, delimiter), line: info.lines - breaksIn(raw) }))
    .filter(({ cells }) => cells.some((cell) => cell !== ''))
}

/** How many lines a record goes on for behind its first, without the blank lines and comments before it. */
const breaksIn = (raw: string): number =>
  raw
    .replace(/^(?:[^\S\n]*(?:#[^\n]*)?\n)+/, '')
    .trimEnd()
    .match(/\n/g)?.length ?? 0

/** The cells of a row that was put into quotes as a whole. */
function unwrapped(record: readonly string[], delimiter: string): readonly string[] {
  const [only = '', ...others] = record
  if (others.some((cell) => cell !== '') || !only.includes(delimiter)) return record
  return (
    (parse(only, { ...OPTIONS, comment: null, delimiter }) as unknown as readonly (readonly string[])[])[0] ?? record
  )
}
