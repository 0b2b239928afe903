import type { Format } from './row.ts'
import { isHeader, readTable, type TableRecord } from './table.ts'
import { FORMAT } from './texts.ts'

/** The line between the header of a table and its rows. */
const RULE = /^\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t:-]*)+$/

/** A page in Markdown with tables whose header names a domain; all else on it is text. */
export const markdown: Format = {
  name: FORMAT.markdown,
  read: (text, file) => {
    const lines = text.split('\n').map((line, index) => ({ written: line.trim(), line: index + 1 }))
    const tables = lines.flatMap(({ written }, index): TableRecord[] => {
      const above = lines[index - 1]
      return RULE.test(written) && above !== undefined && isHeader(cellsOf(above.written))
        ? [recordOf(above), ...rowsFrom(lines, index + 1)]
        : []
    })
    return tables.length === 0 ? undefined : readTable(tables, file, '|')
  },
}

interface PageLine {
  readonly written: string
  readonly line: number
}

function rowsFrom(lines: readonly PageLine[], start: number): TableRecord[] {
  const rows: TableRecord[] = []
  for (let at = start; lines[at]?.written.includes('|'); at++) {
    const row = lines[at]
    if (row) rows.push(recordOf(row))
  }
  return rows
}

const recordOf = ({ written, line }: PageLine): TableRecord => ({ cells: cellsOf(written), line })

/** The cells of a line, without the marks that make them code, bold or crossed out. */
const cellsOf = (line: string): readonly string[] =>
  line
    .replace(/^\|/, '')
    .replace(/\|$/, '')
    .split('|')
    .map((cell) => unmarked(cell.trim()).trim())

function unmarked(cell: string): string {
  if (['**', '~~'].some((mark) => cell.length > 4 && cell.startsWith(mark) && cell.endsWith(mark)))
    return cell.slice(2, -2)
  let ticks = 0
  while (cell.charAt(ticks) === '`' && cell.charAt(cell.length - 1 - ticks) === '`' && 2 * ticks < cell.length - 2)
    ticks += 1
  return cell.slice(ticks, cell.length - ticks)
}
