import { Composer, Lexer, LineCounter, Parser } from 'yaml'
import type { CST, Document } from 'yaml'

/** 16 MiB of domain blocks have fewer words and signs than this, and fewer lines. */
const MAX_LEXEMES = 5_000_000
const MAX_LINES = 1_200_000
/** Inside brackets each sign can be an error of its own, and people write few of them. */
const MAX_IN_BRACKETS = 100_000
const MAX_OPEN = 200

type Excess = 'too-deep' | 'too-large' | 'more-documents'

export type Composed =
  | { readonly state: 'composed'; readonly document: Document.Parsed; readonly lines: LineCounter }
  | { readonly state: Excess; readonly offset: number; readonly lines: LineCounter }

/** Parses one YAML 1.2 document, and stops early where a text is made to exhaust the parser. */
export function compose(text: string): Composed {
  const lines = new LineCounter()
  if (hasTooManyLines(text)) return { state: 'too-large', offset: 0, lines }
  lines.addNewLine(0)
  const parser = new Parser(lines.addNewLine)
  // Its own check for keys that are there twice is quadratic; refusals.ts has one.
  const composer = new Composer({ uniqueKeys: false, prettyErrors: false })
  const stop: { what?: Excess } = {}
  let first: Document.Parsed | undefined
  for (const document of composer.compose(tokens(text, parser, stop), true, text.length)) {
    if (first !== undefined) return { state: 'more-documents', offset: document.range[0], lines }
    first = document
  }
  if (stop.what !== undefined) return { state: stop.what, offset: parser.offset, lines }
  if (first === undefined) throw new Error('the composer gave no document')
  return { state: 'composed', document: first, lines }
}

function* tokens(text: string, parser: Parser, stop: { what?: Excess }): Generator<CST.Token, void> {
  let count = 0
  let inBrackets = 0
  for (const lexeme of new Lexer().lex(text)) {
    if (parser.stack.at(-1)?.type === 'flow-collection') inBrackets++
    if (parser.stack.length > MAX_OPEN) stop.what = 'too-deep'
    else if (++count > MAX_LEXEMES || inBrackets > MAX_IN_BRACKETS) stop.what = 'too-large'
    if (stop.what !== undefined) return
    yield* parser.next(lexeme)
  }
  yield* parser.end()
}

function hasTooManyLines(text: string): boolean {
  let lines = 0
  for (let index = text.indexOf('\n'); index >= 0; index = text.indexOf('\n', index + 1)) if (++lines > MAX_LINES) return true
  return false
}
