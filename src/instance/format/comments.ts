import { Lexer } from 'yaml'

/** A comment and what it stands with. */
interface PlacedComment {
  readonly text: string
  readonly line: number
  /** It is on its own line, indented as the next line: it is about that. */
  readonly aligned: boolean
  /** Texts of which one must be beside it after formatting, by their letters alone. */
  readonly beside: readonly string[]
}

/**
 * The line of the first comment that is gone, or is about something else, after formatting; undefined if all stay.
 * `merged`: repeated entries became one.
 */
export function lostComment(before: string, after: string, merged: boolean): number | undefined {
  const [old, now] = [commentsIn(before), commentsIn(after)]
  const left = Map.groupBy(now, ({ text }) => text)
  const taken = old.find((comment) => {
    const same = left.get(comment.text) ?? []
    const at = same.findIndex((other) => (merged ? !comment.aligned || other.aligned : staysWith(comment, other)))
    return at < 0 || same.splice(at, 1).length === 0
  })
  return taken?.line ?? (old.length === now.length ? undefined : 1)
}

const staysWith = (a: PlacedComment, b: PlacedComment): boolean =>
  (a.aligned ? b.aligned : true) && a.beside.some((one) => b.beside.includes(one))

function commentsIn(text: string): readonly PlacedComment[] {
  const found: { readonly start: number; readonly source: string }[] = []
  let [offset, scalar] = [0, false]
  for (const lexeme of new Lexer().lex(text)) {
    if (lexeme.startsWith('#') && !scalar) found.push({ start: offset, source: lexeme })
    scalar = lexeme === '\u001f'
    // Lexemes of one control character mark where something begins; they are not in the text.
    if (text.startsWith(lexeme, offset)) offset += lexeme.length
  }
  const lines = withoutComments(text, found).split('\n')
  let [line, from] = [0, 0]
  return found.map(({ start, source }) => {
    for (let end = text.indexOf('\n', from); end >= 0 && end < start; end = text.indexOf('\n', from))
      [line, from] = [line + 1, end + 1]
    return { text: source.trim(), line: line + 1, ...placeOf(lines, line, start - from) }
  })
}

function withoutComments(
  text: string,
  comments: readonly { readonly start: number; readonly source: string }[],
): string {
  let done = 0
  const parts = comments.map(({ start, source }) => {
    const part = text.slice(done, start)
    done = start + source.length
    return part
  })
  return parts.join('') + text.slice(done)
}

const inkOf = (line: string): number => line.search(/\S/)

function placeOf(lines: readonly string[], line: number, column: number): Pick<PlacedComment, 'aligned' | 'beside'> {
  const own = lines[line] ?? ''
  const next = nearest(lines, line, 1)
  // Behind a dash alone it is above the entry's first field.
  if (/^[ -]*-\s*$/.test(own) && next !== undefined) return { aligned: true, beside: [letters([lines[next] ?? ''])] }
  if (own.trim() !== '') return { aligned: false, beside: [letters([own])] }
  const aligned = next !== undefined && inkOf(lines[next] ?? '') === column
  const below = next === undefined ? 'the end' : entry(lines, next)
  const above = nearest(lines, line, -1)
  if (aligned)
    return {
      aligned,
      beside: [
        below,
        ...(above === undefined ? ['the top'] : isEntry(lines[next] ?? '') ? [] : around(lines, line, column)),
      ],
    }
  // At the left edge it is about the file, further in about what is around it.
  const edge = column === 0 ? 'at the edge: ' : ''
  return {
    aligned,
    beside: [`${edge}above ${below}`, `${edge}below ${above === undefined ? '' : letters([lines[above] ?? ''])}`],
  }
}

/** A comment is not about a line that is further away than this. */
const MAX_DISTANCE = 100

function nearest(lines: readonly string[], line: number, step: 1 | -1): number | undefined {
  for (let at = line + step, seen = 0; at >= 0 && at < lines.length && seen < MAX_DISTANCE; at += step, seen++)
    if ((lines[at] ?? '').trim() !== '') return at
  return undefined
}

const isEntry = (line: string): boolean => /^ *- /.test(line)

/** The entry that a field's comment stands in: the comment goes above it where the field comes first. */
function around(lines: readonly string[], line: number, column: number): readonly string[] {
  let at = line - 1
  while (at >= 0 && ((lines[at] ?? '').trim() === '' || inkOf(lines[at] ?? '') >= column)) at--
  return isEntry(lines[at] ?? '') ? [entry(lines, at)] : []
}

/** The letters of a line, and of the whole entry where a list's entry begins there: its fields may change places. */
function entry(lines: readonly string[], at: number): string {
  const first = lines[at] ?? ''
  const ink = inkOf(first)
  if (!isEntry(first)) return letters([first])
  let end = at + 1
  while (end < lines.length && ((lines[end] ?? '').trim() === '' || inkOf(lines[end] ?? '') > ink)) end++
  return letters(lines.slice(at, end))
}

/** Lines by their letters alone: spaces, commas and dashes are layout, and what stands in braces may change places. */
const letters = (lines: readonly string[]): string =>
  lines
    .join('')
    .replaceAll(/[\s,-]/g, '')
    .split('')
    .sort()
    .join('')
