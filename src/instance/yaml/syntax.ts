import { isCollection, isScalar, visit } from 'yaml'
import type { Document, Node } from 'yaml'
import type { Diagnostic, Position, Wording } from '../diagnostic.ts'
import * as texts from './texts.ts'

/** The most problems that are listed for one file: a wrong tab can make an error of every line. */
export const MAX_PROBLEMS = 100

/** One thing that the parser found, and the text around it. */
interface ParserError {
  readonly code: string
  readonly says: string
  /** The line that it is in. */
  readonly line: string
  /** The character before its position. */
  readonly before: string
  /** The character that opened what is never closed, if that is the problem. */
  readonly open: string | undefined
}

interface Explanation {
  readonly fits: (error: ParserError) => boolean
  readonly words: Wording
  /** The character in the line that is wrong, if that is known better than by the parser. */
  readonly sign?: RegExp
}

/** What looks like a space and is none. */
const NO_SPACE = /[\u00a0\u2000-\u200a\u202f\u3000]/

const code =
  (name: string, says = /(?:)/) =>
  (error: ParserError): boolean =>
    error.code === name && says.test(error.says)
const line = (like: RegExp) => (error: ParserError) => like.test(error.line)

const unclosed = (what: string, begin: string, end: string): Explanation => ({
  fits: ({ open }) => open === begin,
  words: texts.unclosed(what, begin, end),
})

/** Text in quotes that ended early, because of a quote inside it. */
const quoteInside = (quote: string, words: Wording): Explanation => ({
  fits: (error) => code('UNEXPECTED_TOKEN', /at node end/)(error) && error.before === quote,
  words,
})

const startsWith = (sign: string): Explanation => ({
  fits: code('BAD_SCALAR_START', new RegExp(` ${sign}$`)),
  words: texts.badStart(sign),
})

/** Whether the value in a line ends with a colon. */
const endsInColon = (text: string): boolean =>
  text.includes(': ') &&
  text
    .slice(text.indexOf(': ') + 2)
    .trim()
    .endsWith(':')

/** Explains the parser's errors; the first entry that fits is taken. */
const EXPLANATIONS: readonly Explanation[] = [
  unclosed(texts.UNCLOSED.text, "'", "'"),
  unclosed(texts.UNCLOSED.text, '"', '"'),
  unclosed(texts.UNCLOSED.list, '[', ']'),
  unclosed(texts.UNCLOSED.keys, '{', '}'),
  { fits: code('TAB_AS_INDENT'), words: texts.TAB },
  { fits: line(NO_SPACE), sign: NO_SPACE, words: texts.NOT_A_SPACE },
  { fits: line(/^\s*-[^\s-]/), words: texts.NO_SPACE_AFTER_DASH },
  { fits: line(/^\s*(?:- +)?[a-z_]+:[^\s]/), words: texts.NO_SPACE_AFTER_COLON },
  quoteInside("'", texts.APOSTROPHE),
  quoteInside('"', texts.QUOTE),
  { fits: code('BAD_DQ_ESCAPE'), words: texts.BACKSLASH },
  ...['@', '`', '%'].map(startsWith),
  { fits: code('BAD_ALIAS'), words: texts.AND_OR_STAR },
  { fits: code('TAG_RESOLVE_FAILED'), words: texts.EXCLAMATION_MARK },
  {
    fits: (error) => /^\S*: *[|>]|: [|>]/.test(error.line) && code('UNEXPECTED_TOKEN')(error),
    words: texts.BLOCK_TEXT,
  },
  { fits: code('UNEXPECTED_TOKEN', /block-seq-ind/), words: texts.DASH_START },
  { fits: code('BLOCK_IN_FLOW'), words: texts.COMMA_MISSING },
  { fits: code('MISSING_CHAR', /^Comments/), words: texts.COMMENT_SIGN },
  { fits: code('UNEXPECTED_TOKEN'), words: texts.UNEXPECTED },
  { fits: code('MISSING_CHAR', /^Implicit map keys/), words: texts.COLON_MISSING },
  { fits: code('MISSING_CHAR', /^Sequence item/), words: texts.COLUMNS },
  { fits: code('BAD_INDENT'), words: texts.COLUMNS },
  { fits: code('BLOCK_AS_IMPLICIT_KEY', /sequence/), words: texts.COLUMNS },
  {
    fits: (error) => code('BLOCK_AS_IMPLICIT_KEY')(error) && /: .*: /.test(error.line),
    words: texts.COLON_INSIDE,
  },
  {
    fits: (error) => code('BLOCK_AS_IMPLICIT_KEY')(error) && endsInColon(error.line),
    words: texts.COLON_AT_END,
  },
  { fits: code('BLOCK_AS_IMPLICIT_KEY'), words: texts.TOO_FAR_IN },
  { fits: code('MULTILINE_IMPLICIT_KEY'), words: texts.COLON_MISSING },
  { fits: code('KEY_OVER_1024_CHARS'), words: texts.LONG_KEY },
]

const OTHER: Pick<Explanation, 'words' | 'sign'> = { words: texts.NOT_YAML }

/**
 * Lists what the parser found, one error for each line: others in that line mostly follow from the first.
 * Its warnings count too: an unknown tag is only a warning to it.
 */
export function syntax(document: Document.Parsed, text: string, at: PositionOf): readonly Diagnostic[] {
  const found = [...document.errors, ...document.warnings].slice(0, MAX_PROBLEMS)
  const openings = found.some(isUnclosed) ? openingsIn(document) : []
  const byLine = Map.groupBy(found, ({ pos: [start, end] }) => at(start, end).line)
  return [...byLine.values()].flatMap(([first]) => (first === undefined ? [] : [explained(first, openings, text, at)]))
}

type Problem = Document.Parsed['errors'][number]

const isUnclosed = ({ message }: Problem): boolean => /^Missing closing|end with/.test(message)

function explained(problem: Problem, openings: readonly Range[], text: string, at: PositionOf): Diagnostic {
  const {
    code: name,
    message: says,
    pos: [start, end],
  } = problem
  const opening = isUnclosed(problem) ? openings.findLast(([from, to]) => from <= start && to >= start)?.[0] : undefined
  const error = {
    code: name,
    says,
    line: lineAt(text, start),
    before: text.charAt(start - 1),
    open: opening === undefined ? undefined : text.charAt(opening),
  }
  const { words, sign } = EXPLANATIONS.find(({ fits }) => fits(error)) ?? OTHER
  const column = sign === undefined ? -1 : error.line.search(sign)
  const typed = column < 0 ? opening : text.lastIndexOf('\n', start - 1) + 1 + column
  return {
    code: 'yaml-syntax',
    severity: 'error',
    ...words,
    at: typed === undefined ? at(start, end) : at(typed, typed + 1),
  }
}

function lineAt(text: string, offset: number): string {
  const end = text.indexOf('\n', offset)
  return text.slice(text.lastIndexOf('\n', offset - 1) + 1, end < 0 ? undefined : end)
}

type Range = readonly [start: number, end: number]

/** Where quotes and brackets begin and end, in the order in which they open. */
function openingsIn(document: Document.Parsed): readonly Range[] {
  const openings: Range[] = []
  visit(document, {
    Node: (_key, node: Node) => {
      const opens =
        (isScalar(node) && node.type?.startsWith('QUOTE') === true) || (isCollection(node) && node.flow === true)
      if (opens && node.range) openings.push([node.range[0], node.range[1]])
    },
  })
  return openings
}

/** Makes a position in the file out of two offsets in its text. */
export type PositionOf = (start: number, end: number) => Position
