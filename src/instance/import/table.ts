import { severityOf } from '../severity.ts'
import { diagnosticOf, FLAGS, refused, type LeftOutRow, type ListRow, type ListReading } from './row.ts'
import * as texts from './texts.ts'
import { columnOf, looksLikeDomain, yesOrNo, type Column } from './columns.ts'

/** One record of a table: its cells, trimmed. */
export interface TableRecord {
  readonly cells: readonly string[]
  readonly line: number
}

/** Where the columns of a table are. */
interface Header {
  readonly at: ReadonlyMap<Column, number>
  readonly width: number
  readonly line: number
  /** Names of columns that nothing is read from, by index. */
  readonly unread: ReadonlyMap<number, string>
}

interface Section {
  readonly header?: Header
  readonly records: readonly TableRecord[]
}

/** Whether a record names columns: one of them the domain's, and nothing in it that belongs in a row. */
export function isHeader(cells: readonly string[]): boolean {
  return cells.some((cell) => columnOf(cell)?.column === 'domain') && !cells.some(belongsInRow)
}

const belongsInRow = (cell: string): boolean =>
  looksLikeDomain(cell) || severityOf(cell) !== undefined || yesOrNo(cell) !== undefined

/** The rows of a table, whose header may stand anywhere, more than once, or nowhere. */
export function readTable(records: readonly TableRecord[], file: string, delimiter: string): ListReading {
  const readings = sectionsOf(records).map((section) =>
    section.header ? named(section.header, section.records, file, delimiter) : unnamed(section.records, file),
  )
  return {
    rows: readings.flatMap(({ rows }) => rows),
    leftOut: readings.flatMap(({ leftOut }) => leftOut),
    diagnostics: readings.flatMap(({ diagnostics }) => diagnostics),
  }
}

/** The parts below a header each; those below the same one are one part, so that its columns mean one thing. */
function sectionsOf(records: readonly TableRecord[]): readonly Section[] {
  const starts = [0, ...records.flatMap(({ cells }, index) => (isHeader(cells) ? [index] : [])), records.length]
  const parts = starts
    .slice(0, -1)
    .map((start, index) => records.slice(start, starts[index + 1]))
    .filter((part) => part.length > 0)
  const alike = Map.groupBy(parts, ([first]) => (first && isHeader(first.cells) ? JSON.stringify(first.cells) : ''))
  return [...alike].map(([header, of]): Section => {
    const [first] = of[0] ?? []
    return header === '' || first === undefined
      ? { records: of.flat() }
      : { header: headerOf(first), records: of.flatMap((part) => part.slice(1)) }
  })
}

function headerOf({ cells, line }: TableRecord): Header {
  const names = cells.map((cell, index) => ({ cell, index, known: columnOf(cell) }))
  const best = new Map<Column, { readonly index: number; readonly rank: number }>()
  for (const { index, known } of names) {
    if (known && known.rank < (best.get(known.column)?.rank ?? Infinity))
      best.set(known.column, { index, rank: known.rank })
  }
  const at = new Map([...best].map(([column, { index }]) => [column, index] as const))
  const read = new Set(at.values())
  return {
    at,
    width: cells.length,
    line,
    unread: new Map(names.filter(({ index }) => !read.has(index)).map(({ index, cell }) => [index, cell])),
  }
}

/** Rows below a header. */
function named(found: Header, records: readonly TableRecord[], file: string, delimiter: string): ListReading {
  const header = withSeverities(found, records)
  if ('code' in header) return refused(header.code, file, header.line, texts.badColumns(header.message))
  const rows = records.map((record) => rowOf(header, record, file, delimiter))
  const names = [...header.unread].filter(([index]) => wordsIn(records, index).length > 0).map(([, name]) => name)
  const ignored = diagnosticOf(
    header.at.has('severity') ? 'info' : 'warning',
    'columns-not-read',
    file,
    header.line,
    texts.columnsNotRead(names),
  )
  return {
    rows: rows.flatMap(({ row }) => row ?? []),
    leftOut: rows.flatMap(({ out }) => out ?? []),
    diagnostics: [...(names.length > 0 ? [ignored] : []), ...rows.flatMap(({ diagnostics }) => diagnostics)],
  }
}

/** If no column is called severity, takes the one that contains only severities: an option must not replace them. */
function withSeverities(header: Header, records: readonly TableRecord[]): Header | LeftOutRow {
  if (header.width > MAX_COLUMNS)
    return {
      code: 'too-many-columns',
      line: header.line,
      message: texts.tooManyColumns(header.width, MAX_COLUMNS),
    }
  const twice = [...header.unread.values()].find(
    (name) => SOLE.has(columnOf(name)?.column ?? 'digest') && columnOf(name)?.rank === 0,
  )
  if (twice !== undefined) return { code: 'column-twice', line: header.line, message: texts.columnTwice(twice) }
  if (header.at.has('severity')) return header
  const heldBy = (indexes: Iterable<number>, fits: (words: readonly string[]) => boolean) =>
    [...indexes].filter((index) => fits(wordsIn(records, index)))
  const [first, ...others] = [
    ...heldBy(header.unread.keys(), (words) => words.some(isSeverity)),
    ...heldBy(
      TEXTS.flatMap((text) => header.at.get(text) ?? []),
      allSeverities,
    ),
  ]
  if (first === undefined) return header
  if (others.length > 0 || !allSeverities(wordsIn(records, first)))
    return { code: 'columns-unnamed', line: header.line, message: texts.SEVERITY_ELSEWHERE }
  const at = new Map([...header.at].filter(([, index]) => index !== first))
  return {
    ...header,
    at: at.set('severity', first),
    unread: new Map([...header.unread].filter(([index]) => index !== first)),
  }
}

const TEXTS = ['public_comment', 'private_comment'] as const
const MAX_COLUMNS = 200
/** Columns of which there can't be two. */
const SOLE: ReadonlySet<Column> = new Set<Column>(['domain', 'severity'])

const wordsIn = (records: readonly TableRecord[], index: number): readonly string[] =>
  records.map(({ cells }) => cells[index] ?? '').filter((cell) => cell !== '')
const isSeverity = (word: string): boolean => severityOf(word) !== undefined
const allSeverities = (words: readonly string[]): boolean => words.length > 0 && words.every(isSeverity)

/** Rows without a header above them: a domain alone, or with a severity behind it. */
function unnamed(records: readonly TableRecord[], file: string): ListReading {
  const [first] = records
  const width = records.reduce((most, { cells }) => Math.max(most, cells.findLastIndex((cell) => cell !== '') + 1), 0)
  if (first === undefined || width <= 1)
    return {
      rows: records.map(({ cells, line }) => ({ domain: cells[0] ?? '', severity: null, flags: {}, line })),
      leftOut: [],
      diagnostics: [],
    }
  if (!first.cells.some(looksLikeDomain))
    return refused('header-unknown', file, first.line, texts.badColumns(texts.noDomainColumn(first.line)))
  const words = wordsIn(records, 1)
  if (words.filter(isSeverity).length * 2 <= words.length || words.length === 0)
    return refused('columns-unnamed', file, first.line, texts.badColumns(texts.noSeverities(width)))
  if (records.some(({ cells }) => cells.slice(2).some(isSeverity)))
    return refused('columns-unnamed', file, first.line, texts.badColumns(texts.severitiesInSeveral(width)))
  const rest =
    width > 2 ? [diagnosticOf('warning', 'columns-not-read', file, first.line, texts.columnsWithoutNames(width))] : []
  return {
    rows: records.map(({ cells, line }) => ({ domain: cells[0] ?? '', severity: cells[1] || null, flags: {}, line })),
    leftOut: [],
    diagnostics: rest,
  }
}

type ReadRow = Pick<ListReading, 'diagnostics'> & { readonly row?: ListRow; readonly out?: LeftOutRow }

function rowOf(header: Header, record: TableRecord, file: string, delimiter: string): ReadRow {
  const { cells, line } = record
  const text = firstText(header)
  const read = Math.max(
    ...[...header.at]
      .filter(([column]) => column !== 'public_comment' && column !== 'private_comment')
      .map(([, index]) => index),
  )
  // Empty cells at the end are a spreadsheet's, unless a text before them may have moved them there.
  if (cells.length > header.width && (text < read || cells.slice(header.width).some((cell) => cell !== '')))
    return shifted(header, record, file, delimiter)
  const severity = header.at.get('severity') ?? Infinity
  if (text < severity && (cells[severity] ?? '') === '' && cells.slice(severity + 1).some(isSeverity))
    return {
      out: { code: 'too-many-cells', line, message: texts.SEVERITY_BEHIND },
      diagnostics: [],
    }
  return readCells((column) => cells[header.at.get(column) ?? -1] ?? '', line, file)
}

const firstText = (header: Header): number =>
  Math.min(header.width, ...TEXTS.flatMap((column) => header.at.get(column) ?? []), ...header.unread.keys())

/** Reads a row with too many cells, from a comma in a text: only the cells before the first text are certain. */
function shifted(header: Header, { cells, line }: TableRecord, file: string, delimiter: string): ReadRow {
  const text = firstText(header)
  const at = (column: Column): number => header.at.get(column) ?? Infinity
  const message = texts.tooManyCells(cells.length, header.width)
  if (at('domain') >= text || at('severity') >= text)
    return { out: { code: 'too-many-cells', line, message }, diagnostics: [] }
  const last = TEXTS.find((column) => header.at.get(column) === header.width - 1)
  const whole = last !== undefined && text === header.width - 1 ? cells.slice(text).join(`${delimiter} `) : ''
  const { row, diagnostics } = readCells(
    (column) => (at(column) < text ? (cells[at(column)] ?? '') : column === last ? whole : ''),
    line,
    file,
  )
  const hint = whole === '' ? texts.REST_UNREAD : texts.REST_IN_COMMENT
  return {
    ...(row ? { row } : {}),
    diagnostics: [diagnosticOf('warning', 'more-cells', file, line, { message, hint }), ...diagnostics],
  }
}

function readCells(cell: (column: Column) => string, line: number, file: string): ReadRow {
  const flags = FLAGS.map((flag) => ({ flag, word: cell(flag) })).filter(({ word }) => word !== '')
  const unknown = flags.filter(({ word }) => yesOrNo(word) === undefined)
  const comments = [...TEXTS, 'digest' as const]
    .map((column) => [column, cell(column)] as const)
    .filter(([, text]) => text !== '')
  return {
    row: {
      domain: cell('domain'),
      severity: cell('severity') || null,
      flags: Object.fromEntries(
        flags.flatMap(({ flag, word }) => (yesOrNo(word) === undefined ? [] : [[flag, yesOrNo(word) === true]])),
      ),
      ...Object.fromEntries(comments),
      line,
    },
    diagnostics: unknown.map(({ flag, word }) =>
      diagnosticOf('warning', 'unknown-flag', file, line, texts.unknownFlag(word, flag)),
    ),
  }
}
