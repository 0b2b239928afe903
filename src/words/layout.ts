import { styleText } from 'node:util'
import { width } from './text.ts'

export type TextStyle = Parameters<typeof styleText>[0]

/** A piece of a line in one style. */
export interface Span {
  readonly text: string
  readonly style?: TextStyle
  /** Not broken at its spaces: a command, which people copy. */
  readonly whole?: boolean
}

/** A line before it is folded; folded parts are indented by `hang` columns. */
export interface Line {
  readonly indent: number
  readonly hang: number
  readonly spans: readonly Span[]
}

export interface Screen {
  readonly colour: boolean
  /** Columns; undefined if lines are not folded. */
  readonly width?: number | undefined
}

export const span = (text: string, style?: TextStyle): Span => (style === undefined ? { text } : { text, style })
export const line = (indent: number, ...spans: readonly (Span | string)[]): Line => ({
  indent,
  hang: indent + 2,
  spans: spans.map((s) => (typeof s === 'string' ? { text: s } : s)),
})
/** A paragraph: folded parts begin under its first column. */
export const paragraph = (indent: number, ...spans: readonly (Span | string)[]): Line => ({
  ...line(indent, ...spans),
  hang: indent,
})
export const blank: Line = { indent: 0, hang: 0, spans: [] }

/** Whether this stream wants colours, by Node's own rules: a terminal, NO_COLOR, FORCE_COLOR. */
export function wantsColour(stream: NodeJS.WritableStream): boolean {
  return styleText('red', 'x', { stream }) !== 'x'
}

/** Folds lines to the width, paints them, and joins them. */
export function layout(all: readonly Line[], screen: Screen): string {
  return all.flatMap((one) => fold(one, screen)).join('\n') + '\n'
}

interface FoldedRow {
  readonly pieces: { text: string; readonly style: TextStyle | undefined }[]
  columns: number
}

const newRow = (indent: number): FoldedRow => ({
  pieces: [{ text: ' '.repeat(indent), style: undefined }],
  columns: indent,
})

function fold({ indent, hang, spans }: Line, screen: Screen): string[] {
  const limit = screen.width ?? Number.POSITIVE_INFINITY
  let row = newRow(indent)
  let start = indent
  const rows = [row]
  for (const piece of spans) {
    for (const word of piece.whole ? [piece.text] : piece.text.split(/(?<= )(?=[^ ])/)) {
      const columns = width(word)
      const seen = columns - (word.length - word.trimEnd().length)
      if (row.columns > start && row.columns + seen > limit) {
        row = newRow(hang)
        start = hang
        rows.push(row)
      }
      append(row, word, columns, piece.style)
    }
  }
  return rows.map(({ pieces }) =>
    trimmed(pieces)
      .map(({ text, style }) => paint(text, style, screen.colour))
      .join(''),
  )
}

function append(row: FoldedRow, text: string, columns: number, style: TextStyle | undefined): void {
  const last = row.pieces.at(-1)
  if (last && last.style === style) last.text += text
  else row.pieces.push({ text, style })
  row.columns += columns
}

/** Without blanks at the end. */
function trimmed(pieces: FoldedRow['pieces']): FoldedRow['pieces'] {
  const last = pieces.findLastIndex(({ text }) => text.trim() !== '')
  return pieces.slice(0, last + 1).map((piece, i) => (i === last ? { ...piece, text: piece.text.trimEnd() } : piece))
}

function paint(text: string, style: TextStyle | undefined, colour: boolean): string {
  return colour && style !== undefined ? styleText(style, text, { validateStream: false }) : text
}
