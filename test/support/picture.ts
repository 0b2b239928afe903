import { stripVTControlCharacters } from 'node:util'
import { width } from '../../src/words/text.ts'

const COLOURS: { readonly [code: string]: string } = {
  31: '#ff7b72',
  32: '#7ee787',
  33: '#e3b341',
  34: '#79c0ff',
  35: '#d2a8ff',
  36: '#76e3ea',
}
const INK = '#e6edf3'
const FAINT = '#8b949e'
const PAPER = '#0d1117'
const CELL = { width: 8.4, height: 20 }
const MARGIN = 20
const BAR = 36

interface Pen {
  readonly colour: string | null
  readonly bold: boolean
  readonly dim: boolean
  readonly underline: boolean
}

const PLAIN: Pen = { colour: null, bold: false, dim: false, underline: false }

/** The pen after one SGR code. */
function turn(pen: Pen, code: string): Pen {
  if (code === '0' || code === '') return PLAIN
  if (code === '1') return { ...pen, bold: true }
  if (code === '2') return { ...pen, dim: true }
  if (code === '22') return { ...pen, bold: false, dim: false }
  if (code === '4') return { ...pen, underline: true }
  if (code === '24') return { ...pen, underline: false }
  if (code === '39') return { ...pen, colour: null }
  return { ...pen, colour: COLOURS[code] ?? pen.colour }
}

const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

function piece(text: string, column: number, row: number, pen: Pen): string {
  if (text.trim() === '') return ''
  const x = MARGIN + column * CELL.width
  const y = BAR + MARGIN + row * CELL.height
  const fill = pen.colour ?? (pen.dim ? FAINT : INK)
  const style =
    `${pen.bold ? ' font-weight="700"' : ''}${pen.underline ? ' text-decoration="underline"' : ''}` +
    (pen.dim && pen.colour ? ' opacity=".75"' : '')
  // textLength keeps the columns whatever monospaced font the reader has.
  const shown = text.trimStart()
  const start = x + (text.length - shown.length) * CELL.width
  const end = shown.trimEnd()
  return (
    `<text x="${start.toFixed(1)}" y="${y}" fill="${fill}"${style} ` +
    `textLength="${(width(end) * CELL.width).toFixed(1)}">${escape(end)}</text>`
  )
}

// oxlint-disable-next-line no-control-regex -- colours begin with the escape character
const COLOURS_OR_TEXT = /\u001b\[([\d;]*)m|([^\u001b]+)/g

/** A line with its colours, as the text elements of an SVG. */
function drawLine(line: string, row: number): string {
  let pen = PLAIN
  let column = 0
  return line.replace(COLOURS_OR_TEXT, (_all, codes: string | undefined, text: string | undefined) => {
    if (text === undefined) {
      pen = (codes ?? '').split(';').reduce(turn, pen)
      return ''
    }
    const drawn = piece(text, column, row, pen)
    column += width(text)
    return drawn
  })
}

/** Terminal output with its ANSI colours as an SVG: no script, no external font. */
export function picture(output: string, title: string): string {
  const rows = output.replace(/\n+$/, '').split('\n')
  const columns = Math.max(...rows.map((row) => width(stripVTControlCharacters(row))), title.length + 20)
  const w = Math.ceil(columns * CELL.width + 2 * MARGIN)
  const h = BAR + MARGIN + rows.length * CELL.height + MARGIN / 2
  const dots = ['#ff5f57', '#febc2e', '#28c840'].map(
    (fill, i) => `<circle cx="${MARGIN + i * 20}" cy="${BAR / 2}" r="6" fill="${fill}"/>`,
  )
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${w}" height="${h}" ` +
    `viewBox="0 0 ${w} ${h}" role="img" aria-label="${escape(title)}">
<rect width="${w}" height="${h}" rx="10" fill="${PAPER}"/>
<path d="M0 10a10 10 0 0 1 10-10h${w - 20}a10 10 0 0 1 10 10v${BAR - 10}H0z" fill="#161b22"/>
${dots.join('')}
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, ` +
    `'DejaVu Sans Mono', monospace" font-size="14" xml:space="preserve">
<text x="${w / 2}" y="${BAR / 2 + 5}" fill="${FAINT}" text-anchor="middle" font-size="13">${escape(title)}</text>
${rows.map(drawLine).join('\n')}
</g>
</svg>
`
  )
}

if (import.meta.main) {
  const chunks: string[] = []
  process.stdin.setEncoding('utf8')
  for await (const chunk of process.stdin) chunks.push(String(chunk))
  process.stdout.write(picture(chunks.join(''), process.argv[2] ?? 'herdbook plan'))
}
