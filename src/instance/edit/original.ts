import type { Value } from '../values.ts'
import { isDeepStrictEqual } from 'node:util'
import { LineCounter, parseDocument, type CST, type Document } from 'yaml'
import { EXIT, fail, HerdbookError } from '../diagnostic.ts'
import { parseInParts } from '../yaml/parse-in-chunks.ts'
import { asksForOtherVersion } from '../yaml/forbidden.ts'
import { OTHER_VERSION } from '../yaml/texts.ts'
import { BAD_ALIAS, cannotEdit, changeByHand, notYaml, otherYaml, SAME_WORDS, type ManualEdit } from './texts.ts'

/** A file before the changes: its text without byte order mark and with a last line end, and its tree with tokens. */
export interface Original {
  readonly name: string
  readonly text: string
  readonly bom: string
  /** What was added to the text to end its last line. */
  readonly added: string
  readonly doc: Document.Parsed
}

/** A range of the text to replace; an empty one inserts. `depth` orders insertions at one offset: the deepest first. */
export interface Splice {
  readonly start: number
  readonly end: number
  readonly text: string
  readonly depth?: number
}

/** The mark that some editors put at the beginning of a file. */
export const BOM = '\uFEFF'

/** Reads a file to edit it. Refuses a file that is not valid YAML: editing it would be a guess. */
export function open(name: string, input: string): Original {
  const bom = input.startsWith(BOM) ? BOM : ''
  const added = input.length === bom.length || input.endsWith('\n') ? '' : eolBefore(input, input.length)
  const text = input.slice(bom.length) + added
  const lines = new LineCounter()
  const doc = parseDocument(text, {
    keepSourceTokens: true,
    uniqueKeys: false,
    lineCounter: lines,
    prettyErrors: false,
  })
  const problem = doc.errors[0] ?? doc.warnings[0]
  if (problem) {
    const at = lines.linePos(problem.pos[0])
    const { message, hint = '' } = notYaml(name, problem.message)
    fail(EXIT.invalid, 'yaml-syntax', message, { at: { file: name, line: at.line, column: at.col }, hint })
  }
  const version = asksForOtherVersion(doc, text)
  if (version >= 0) {
    const { code, message, hint } = OTHER_VERSION
    const at = lines.linePos(version)
    fail(EXIT.invalid, code, otherYaml(name, message), { at: { file: name, line: at.line, column: at.col }, hint })
  }
  return { name, text, bom, added, doc }
}

/** What a document means, as plain data. */
export function meaning(source: Original): Value {
  try {
    return source.doc.toJS() as Value
  } catch (error) {
    // An alias of nothing, or aliases that repeat each other without end.
    if (!(error instanceof ReferenceError)) throw error
    return refuse(source.name, BAD_ALIAS)
  }
}

/** The value of a text; a long list is read a few entries at a time. Throws (exit 9) as `open` and `meaning` do. */
export function meaningOf(name: string, text: string): Value {
  const inParts = parseInParts(text, () => ({ file: name, line: 1, column: 1 }))
  return inParts === undefined ? meaning(open(name, text)) : (inParts.value as Value)
}

/** Makes all splices. Two may overlap only if one only deletes and the other deletes or inserts. */
export function splice(source: Original, splices: readonly Splice[]): string {
  const ordered = splices.toSorted((a, b) => a.start - b.start || a.end - b.end || (b.depth ?? 0) - (a.depth ?? 0))
  let done = 0
  let previous: Splice | undefined
  const parts: string[] = []
  for (const next of ordered) {
    const harmless = previous?.text === '' && (next.text === '' || next.start === next.end)
    if (next.start < done && !harmless) return refuse(source.name, SAME_WORDS)
    parts.push(source.text.slice(done, next.start), next.text)
    done = Math.max(done, next.end)
    if (next.end > next.start) previous = next
  }
  const text = source.bom + parts.join('') + source.text.slice(done)
  return source.added ? text.replace(/\r?\n$/, '') : text
}

/** Whether a text is valid and means exactly what was intended: Herdbook writes no other file. */
export function means(name: string, text: string, intended: Value): boolean {
  try {
    return isDeepStrictEqual(meaningOf(name, text), intended)
  } catch (error) {
    if (error instanceof HerdbookError) return false
    throw error
  }
}

/** Refuses to edit a file; the person has to change it by hand. */
export function refuse(name: string, why: string): never {
  return fail(EXIT.invalid, 'edit-by-hand', cannotEdit(name, why), { hint: changeByHand(name) })
}

/** Which line a place is in, counted from 1. */
export const lineNumber = (text: string, offset: number): number => text.slice(0, offset).split('\n').length

/** Refuses because of the text at an offset; `wordsFor` gets its line. */
export function refuseAt({ name, text }: Original, offset: number, wordsFor: (line: number) => ManualEdit): never {
  const line = lineNumber(text, offset)
  const { why, hint } = wordsFor(line)
  return fail(EXIT.invalid, 'edit-by-hand', cannotEdit(name, why), {
    at: { file: name, line, column: column(text, offset) + 1 },
    hint,
  })
}

/** Where the line that holds this place starts. */
export const lineStart = (text: string, offset: number): number =>
  offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1

/** Where the line after the one that holds this place starts; the end of the text where there is none. */
export function nextLine(text: string, offset: number): number {
  const end = text.indexOf('\n', offset)
  return end < 0 ? text.length : end + 1
}

export const column = (text: string, offset: number): number => offset - lineStart(text, offset)

/** How the line before a place ends; the first line of all is followed by its own end. */
export function eolBefore(text: string, offset: number): string {
  const end = offset === 0 ? -1 : text.lastIndexOf('\n', offset - 1)
  return (end < 0 ? /\r?\n/.exec(text)?.[0] : text[end - 1] === '\r' ? '\r\n' : '\n') ?? '\n'
}

/** Inserts whole lines at the start of a line; they end as the line before does. */
export function insertLines({ text }: Original, offset: number, lines: readonly string[], depth: number): Splice {
  const eol = eolBefore(text, offset)
  return { start: offset, end: offset, depth, text: lines.map((line) => line + eol).join('') }
}

type CstItem = CST.CollectionItem

/** True for what has no meaning: space and comments. */
export const isFiller = (token: CST.SourceToken): boolean =>
  token.type === 'space' || token.type === 'newline' || token.type === 'comment'

function lastOf(tokens: readonly CST.SourceToken[] | undefined): number {
  const token = tokens?.findLast((one) => !isFiller(one))
  return token ? token.offset + token.source.length : -1
}

/** The place after the last character of an item that is neither comment nor space; -1 where it holds nothing else. */
export function itemEnd(item: CstItem): number {
  const { start, key, sep, value } = item
  return Math.max(lastOf(start), key ? contentEnd(key) : -1, lastOf(sep), value ? contentEnd(value) : -1)
}

/** The place after the last character of a token that is neither comment nor space. */
export function contentEnd(token: CST.Token): number {
  switch (token.type) {
    case 'block-map':
    case 'block-seq': {
      const last = token.items.findLast((item: CstItem) => itemEnd(item) >= 0)
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
