import { Composer, Lexer, LineCounter, Parser } from 'yaml'
import type { CST, Document } from 'yaml'

/** 16 MiB of domain blocks have fewer tokens and fewer lines than this. */
const MAX_LEXEMES = 5_000_000
const MAX_LINES = 1_200_000
/** Inside brackets each character can be an error of its own, and people write few of them. */
const MAX_IN_BRACKETS = 100_000
const MAX_OPEN = 200

type Excess = 'too-deep' | 'too-large' | 'more-documents'

/** How much of a file was read so far: the limits are for all its parts together. */
export interface ReadSoFar {
  lexemes: number
  inBrackets: number
  /** Whether something has a name (&name), which can be used again further down. */
  anchor: boolean
}

export const nothingSeen = (): ReadSoFar => ({ lexemes: 0, inBrackets: 0, anchor: false })

export type ComposeResult =
  | { readonly state: 'composed'; readonly document: Document.Parsed }
  | { readonly state: Excess; readonly offset: number }

/** Parses one YAML 1.2 document, and stops early if a text would exhaust the parser. */
export function compose(text: string, seen = nothingSeen()): ComposeResult {
  if (hasTooManyLines(text)) return { state: 'too-large', offset: 0 }
  const parser = new Parser()
  // Its own check for keys that are there twice is quadratic; forbidden.ts has one.
  const composer = new Composer({ uniqueKeys: false, prettyErrors: false })
  const stop: { what?: Excess } = {}
  let first: Document.Parsed | undefined
  for (const document of composer.compose(tokens(text, parser, stop, seen), true, text.length)) {
    if (first !== undefined) return { state: 'more-documents', offset: document.range[0] }
    first = document
  }
  if (stop.what !== undefined) return { state: stop.what, offset: parser.offset }
  if (first === undefined) throw new Error('no document')
  return { state: 'composed', document: first }
}

function* tokens(text: string, parser: Parser, stop: { what?: Excess }, seen: ReadSoFar): Generator<CST.Token, void> {
  for (const lexeme of new Lexer().lex(text)) {
    if (lexeme.startsWith('&')) seen.anchor = true
    if (parser.stack.at(-1)?.type === 'flow-collection') seen.inBrackets++
    if (parser.stack.length > MAX_OPEN) stop.what = 'too-deep'
    else if (++seen.lexemes > MAX_LEXEMES || seen.inBrackets > MAX_IN_BRACKETS) stop.what = 'too-large'
    if (stop.what !== undefined) return
    yield* parser.next(lexeme)
  }
  yield* parser.end()
}

/** Counts where the lines of a text begin. */
export function linesOf(text: string): LineCounter {
  const lines = new LineCounter()
  lines.addNewLine(0)
  for (let index = text.indexOf('\n'); index >= 0; index = text.indexOf('\n', index + 1)) lines.addNewLine(index + 1)
  return lines
}

export function hasTooManyLines(text: string): boolean {
  let lines = 0
  for (let index = text.indexOf('\n'); index >= 0; index = text.indexOf('\n', index + 1))
    if (++lines > MAX_LINES) return true
  return false
}
