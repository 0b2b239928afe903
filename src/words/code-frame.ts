import type { Position } from '../instance/diagnostic.ts'
import { line, span, type Line } from './layout.ts'
import { inline } from '../redaction/neutralise.ts'
import { width } from './text.ts'

/** How much of a line a frame shows: a line may be a megabyte long. */
const WINDOW = 100

/** The line of a place with the line above, and carets under the place; nothing if there is no such line. */
export function codeFrame(source: string, at: Position): Line[] {
  const rows = lineRange(source, Math.max(1, at.line - 1), at.line)
  const text = rows.at(-1)
  if (text === undefined || rows.length < Math.min(2, at.line)) return []
  const start = Math.min(at.column - 1, text.length)
  const end = at.end === undefined ? start + 1 : at.end.line === at.line ? at.end.column - 1 : text.length
  const from = start > WINDOW / 2 ? start - WINDOW / 4 : 0
  const before = cut(text.slice(from, start), from > 0)
  const marked = inline(text.slice(start, Math.min(end, from + WINDOW)))
  const gutter = String(at.line).length
  const above =
    rows.length > 1
      ? [row(gutter, String(at.line - 1), cut((rows[0] ?? '').slice(from, from + WINDOW), from > 0), true)]
      : []
  return [
    ...above,
    row(gutter, String(at.line), cut(text.slice(from, from + WINDOW), from > 0), false),
    whole(
      span(`${' '.repeat(gutter)} │ `, 'dim'),
      span(' '.repeat(width(before)) + '^'.repeat(Math.max(1, width(marked))), 'red'),
    ),
  ]
}

const cut = (text: string, left: boolean): string => (left ? '…' : '') + inline(text)
const row = (gutter: number, label: string, text: string, faint: boolean): Line =>
  whole(span(`${label.padStart(gutter)} │ `, 'dim'), span(text, faint ? 'dim' : undefined))
/** A line whose columns must stay aligned is never folded. */
const whole = (...spans: readonly ReturnType<typeof span>[]): Line =>
  line(4, ...spans.map((one) => ({ ...one, whole: true })))

/** Lines from … to …, counted from 1, without splitting a whole file. */
function lineRange(source: string, from: number, to: number): string[] {
  const found: string[] = []
  let start = 0
  for (let n = 1; n <= to; n++) {
    const end = source.indexOf('\n', start)
    if (n >= from) found.push(source.slice(start, end === -1 ? undefined : end).replace(/\r$/, ''))
    if (end === -1) break
    start = end + 1
  }
  return found
}
