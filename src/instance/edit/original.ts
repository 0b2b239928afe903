import { isDeepStrictEqual } from 'node:util'
import { LineCounter, parseDocument, type CST, type Document } from 'yaml'
import { EXIT, fail } from '../diagnostic.ts'
import { parseInParts } from '../parts.ts'

/** A value of a file; the same as a value of the engine, which builds on this. */
export type Value = null | boolean | number | string | readonly Value[] | { readonly [key: string]: Value }

/** A file as it stands: its text without a byte order mark and with an end of its last line, and the tree with the tokens that it was read from. */
export interface Original {
  readonly name: string
  readonly text: string
  readonly bom: string
  readonly eol: string
  /** What was added to the text to end its last line. */
  readonly added: string
  readonly doc: Document.Parsed
}

/** A stretch of the text to replace; an empty one is an insertion. `depth` orders insertions at one place: the deepest comes first. */
export interface Splice {
  readonly start: number
  readonly end: number
  readonly text: string
  readonly depth?: number
}

const BOM = '\uFEFF'

/** Reads a file to edit it. A file that is not sound YAML is refused: whoever edits it would have to guess. */
export function open(name: string, input: string): Original {
  const bom = input.startsWith(BOM) ? BOM : ''
  const eol = /\r?\n/.exec(input)?.[0] ?? '\n'
  const added = input.length === bom.length || input.endsWith('\n') ? '' : eol
  const text = input.slice(bom.length) + added
  const lines = new LineCounter()
  const doc = parseDocument(text, { keepSourceTokens: true, uniqueKeys: false, lineCounter: lines, prettyErrors: false })
  const problem = doc.errors[0] ?? doc.warnings[0]
  if (problem) {
    const at = lines.linePos(problem.pos[0])
    fail(EXIT.invalid, 'yaml-syntax', `${name} can't be edited as it stands: ${problem.message}`, {
      at: { file: name, line: at.line, column: at.col },
      hint: 'herdbook validate',
    })
  }
  return { name, text, bom, eol, added, doc }
}

/** What a document means, as plain data. */
export function meaning(source: Original): Value {
  try {
    return source.doc.toJS() as Value
  } catch (error) {
    // An alias of nothing, or aliases without end.
    if (!(error instanceof ReferenceError)) throw error
    return refuse(source.name, 'an alias (*name) in it names nothing, or too much')
  }
}

/** What a text means, where nothing but that is asked: a long list is read a few entries at a time. Throws (exit 9) as `open` and `meaning` do. */
export function meaningOf(name: string, text: string): Value {
  const inParts = parseInParts(text, () => ({ file: name, line: 1, column: 1 }))
  return inParts === undefined ? meaning(open(name, text)) : (inParts.value as Value)
}

/** The text with all splices made. Two that overlap are a mistake, unless one only deletes and the other deletes or inserts. */
export function splice(source: Original, splices: readonly Splice[]): string {
  const ordered = splices.toSorted((a, b) => a.start - b.start || a.end - b.end || (b.depth ?? 0) - (a.depth ?? 0))
  let done = 0
  let previous: Splice | undefined
  const parts: string[] = []
  for (const next of ordered) {
    const harmless = previous?.text === '' && (next.text === '' || next.start === next.end)
    if (next.start < done && !harmless) return refuse(source.name, 'two changes touch the same words')
    parts.push(source.text.slice(done, next.start), next.text)
    done = Math.max(done, next.end)
    if (next.end > next.start) previous = next
  }
  const text = source.bom + parts.join('') + source.text.slice(done)
  return source.added && text.endsWith(source.added) ? text.slice(0, -source.added.length) : text
}

/** Answers the text if it means exactly what was intended; refuses it otherwise, so that no wrong file is ever written. */
export function verified(name: string, text: string, intended: Value): string {
  if (!isDeepStrictEqual(meaningOf(name, text), intended)) refuse(name, 'the edited file would not mean what was intended')
  return text
}

export function refuse(name: string, why: string): never {
  return fail(EXIT.invalid, 'edit-by-hand', `${name} can't be edited safely: ${why}.`, { hint: `Change ${name} by hand, then run: herdbook validate` })
}

/** Where the line that holds this place starts. */
export const lineStart = (text: string, offset: number): number => (offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1)

/** Where the line after the one that holds this place starts; the end of the text where there is none. */
export function nextLine(text: string, offset: number): number {
  const end = text.indexOf('\n', offset)
  return end < 0 ? text.length : end + 1
}

export const column = (text: string, offset: number): number => offset - lineStart(text, offset)

/** Inserts whole lines at the start of a line. */
export function insertLines({ eol }: Original, offset: number, lines: readonly string[], depth: number): Splice {
  return { start: offset, end: offset, depth, text: lines.map((line) => line + eol).join('') }
}

type Item = CST.CollectionItem

/** True for what has no meaning: space and comments. */
export const isFiller = (token: CST.SourceToken): boolean => token.type === 'space' || token.type === 'newline' || token.type === 'comment'

function lastOf(tokens: readonly CST.SourceToken[] | undefined): number {
  const token = tokens?.findLast((one) => !isFiller(one))
  return token ? token.offset + token.source.length : -1
}

/** The place after the last character of an item that is neither comment nor space; -1 where it holds nothing else. */
export function itemEnd(item: Item): number {
  const { start, key, sep, value } = item
  return Math.max(lastOf(start), key ? contentEnd(key) : -1, lastOf(sep), value ? contentEnd(value) : -1)
}

/** The place after the last character of a token that is neither comment nor space. */
export function contentEnd(token: CST.Token): number {
  switch (token.type) {
    case 'block-map':
    case 'block-seq': {
      const last = token.items.findLast((item: Item) => itemEnd(item) >= 0)
      return last ? itemEnd(last) : token.offset
    }
    case 'flow-collection':
      return lastOf(token.end)
    case 'block-scalar':
      return bodyStart(token) + token.source.replace(/\r?\n$/, '').length
    case 'scalar':
    case 'alias':
    case 'single-quoted-scalar':
    case 'double-quoted-scalar':
      return token.offset + token.source.length
    default:
      return token.offset
  }
}

/** Where the lines of a block scalar begin, after its header. */
export function bodyStart(token: CST.BlockScalar): number {
  const last = token.props.at(-1)
  return last && 'source' in last ? last.offset + last.source.length : token.offset
}
