import { isCollection, isScalar, visit } from 'yaml'
import type { Document, Node } from 'yaml'
import type { Diagnostic, Position } from '../diagnostic.ts'

/** What is told of one file; a wrong tab can make an error of every line. */
export const MAX_PROBLEMS = 100

/** One thing that the parser found, and the text around it. */
interface Found {
  readonly code: string
  readonly says: string
  /** The line that it is in. */
  readonly line: string
  /** The character before the place. */
  readonly before: string
  /** The sign that opened what has no end, where that is what is wrong. */
  readonly open: string | undefined
}

interface Words {
  readonly fits: (found: Found) => boolean
  readonly message: string
  readonly hint: string
  /** The sign of the line that is to be typed anew, where that is known better than by the parser. */
  readonly sign?: RegExp
}

/** What looks like a space and is none. */
const NO_SPACE = /[\u00a0\u2000-\u200a\u202f\u3000]/

const code =
  (name: string, says = /(?:)/) =>
  (found: Found): boolean =>
    found.code === name && says.test(found.says)
const opened = (sign: string) => (found: Found) => found.open === sign
const line = (like: RegExp) => (found: Found) => like.test(found.line)

const unclosed = (what: string, begin: string, end: string): Words => ({
  fits: opened(begin),
  message: `${what} begins with ${begin} here, and no ${end} ends it`,
  hint: `Type ${end} where it ends.`,
})

const startsWith = (sign: string): Words => ({
  fits: code('BAD_SCALAR_START', new RegExp(` ${sign}$`)),
  message: `a text can not begin with ${sign}`,
  hint: 'Put it in quotes.',
})

const QUOTED = {
  fits: (found: Found): boolean => code('UNEXPECTED_TOKEN', /at node end/)(found),
  message: 'the text in quotes has ended just before this',
}
const COLUMNS = {
  message: 'this line begins with another number of spaces than those that it belongs to',
  hint: 'Begin it with as many spaces as they do.',
}
const COLON_MISSING = {
  message: 'there is no colon in this line, or the next line is too far in',
  hint: 'Write it as key: value, with a colon and a space.',
}

/** Whether the value in a line ends with a colon. */
const endsInColon = (text: string): boolean =>
  text.includes(': ') &&
  text
    .slice(text.indexOf(': ') + 2)
    .trim()
    .endsWith(':')

/** What the parser says, in words for people who have never seen YAML; the first that fits is taken. None repeats the text, which may be a secret. */
const WORDS: readonly Words[] = [
  unclosed('a text', "'", "'"),
  unclosed('a text', '"', '"'),
  unclosed('a list', '[', ']'),
  unclosed('something', '{', '}'),
  {
    fits: code('TAB_AS_INDENT'),
    message: 'this line begins with a tab',
    hint: 'Begin it with spaces instead, as many as its neighbours.',
  },
  {
    fits: line(NO_SPACE),
    sign: NO_SPACE,
    message: 'something in this line only looks like a space',
    hint: 'Type a space in its place, after each colon and dash.',
  },
  { fits: line(/^\s*-[^\s-]/), message: 'this line has no space after its dash', hint: 'Type a space after the dash.' },
  {
    fits: line(/^\s*(?:- +)?[a-z_]+:[^\s]/),
    message: 'this line has no space after its colon',
    hint: 'Type a space after the colon.',
  },
  {
    ...QUOTED,
    fits: (found) => QUOTED.fits(found) && found.before === "'",
    hint: "Type an apostrophe twice inside such a text: 'it''s'.",
  },
  {
    ...QUOTED,
    fits: (found) => QUOTED.fits(found) && found.before === '"',
    hint: 'Type a backslash before a quote inside such a text: \\"',
  },
  {
    fits: code('BAD_DQ_ESCAPE'),
    message: 'a backslash means something else in " quotes',
    hint: "Put the text in ' quotes.",
  },
  ...['@', '`', '%'].map(startsWith),
  {
    fits: code('BAD_ALIAS'),
    message: 'a text that begins with & or * means something else here',
    hint: 'Put it in quotes.',
  },
  {
    fits: code('TAG_RESOLVE_FAILED'),
    message: 'a word that begins with ! means something else here',
    hint: 'Delete it, or put the text in quotes.',
  },
  {
    fits: (found) => /^\S*: *[|>]|: [|>]/.test(found.line) && code('UNEXPECTED_TOKEN')(found),
    message: '| and > stand for a text of several lines',
    hint: 'Begin the text on the next line, or put it in quotes.',
  },
  {
    fits: code('UNEXPECTED_TOKEN', /block-seq-ind/),
    message: 'a text can not begin with a dash',
    hint: 'Put it in quotes, or begin the list on the next line.',
  },
  { fits: code('BLOCK_IN_FLOW'), message: 'a comma is missing here', hint: 'Put a comma between two keys in braces.' },
  {
    fits: code('MISSING_CHAR', /^Comments/),
    message: 'a # needs a space before it',
    hint: 'Type a space before the #, or put the text in quotes.',
  },
  {
    fits: code('UNEXPECTED_TOKEN'),
    message: 'this does not belong here',
    hint: 'Is a comma or a quote missing before it? A text that holds signs belongs in quotes.',
  },
  { fits: code('MISSING_CHAR', /^Implicit map keys/), ...COLON_MISSING },
  { fits: code('MISSING_CHAR', /^Sequence item/), ...COLUMNS },
  { fits: code('BAD_INDENT'), ...COLUMNS },
  { fits: code('BLOCK_AS_IMPLICIT_KEY', /sequence/), ...COLUMNS },
  {
    fits: (found) => code('BLOCK_AS_IMPLICIT_KEY')(found) && /: .*: /.test(found.line),
    message: 'this text has a colon and a space in it',
    hint: 'Put it in quotes.',
  },
  {
    fits: (found) => code('BLOCK_AS_IMPLICIT_KEY')(found) && endsInColon(found.line),
    message: 'this text ends with a colon, which makes a key of it',
    hint: 'Put it in quotes.',
  },
  {
    fits: code('BLOCK_AS_IMPLICIT_KEY'),
    message: 'the line below is too far in',
    hint: 'Begin it with as many spaces as the keys beside it.',
  },
  { fits: code('MULTILINE_IMPLICIT_KEY'), ...COLON_MISSING },
  {
    fits: code('KEY_OVER_1024_CHARS'),
    message: 'a text before a colon is longer than 1,024 characters',
    hint: 'Put text with a colon in it in quotes.',
  },
]

const REST = {
  message: 'this can not be read as YAML',
  hint: 'Put text that holds signs in quotes, and check the spaces at the beginnings of lines.',
}

/** What the parser itself found, where a person has to type, one for a line: what else is wrong there mostly follows from it. Its warnings count: an unknown tag is only a warning to it. */
export function syntax(document: Document.Parsed, text: string, at: At): readonly Diagnostic[] {
  const found = [...document.errors, ...document.warnings].slice(0, MAX_PROBLEMS)
  const openings = found.some(isUnclosed) ? openingsIn(document) : []
  const byLine = Map.groupBy(found, ({ pos: [start, end] }) => at(start, end).line)
  return [...byLine.values()].flatMap(([first]) => (first === undefined ? [] : [told(first, openings, text, at)]))
}

type Problem = Document.Parsed['errors'][number]

const isUnclosed = ({ message }: Problem): boolean => /^Missing closing|end with/.test(message)

function told(problem: Problem, openings: readonly Range[], text: string, at: At): Diagnostic {
  const {
    code: name,
    message: says,
    pos: [start, end],
  } = problem
  const opening = isUnclosed(problem) ? openings.findLast(([from, to]) => from <= start && to >= start)?.[0] : undefined
  const found = {
    code: name,
    says,
    line: lineAt(text, start),
    before: text.charAt(start - 1),
    open: opening === undefined ? undefined : text.charAt(opening),
  }
  const { message, hint, sign }: Pick<Words, 'message' | 'hint' | 'sign'> =
    WORDS.find(({ fits }) => fits(found)) ?? REST
  const column = sign === undefined ? -1 : found.line.search(sign)
  const typed = column < 0 ? opening : text.lastIndexOf('\n', start - 1) + 1 + column
  return {
    code: 'yaml-syntax',
    severity: 'error',
    message,
    at: typed === undefined ? at(start, end) : at(typed, typed + 1),
    hint,
  }
}

function lineAt(text: string, offset: number): string {
  const end = text.indexOf('\n', offset)
  return text.slice(text.lastIndexOf('\n', offset - 1) + 1, end < 0 ? undefined : end)
}

type Range = readonly [start: number, end: number]

/** What stands in quotes and brackets, in the order in which they open. */
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

/** Places in the text by where they start and end. */
export type At = (start: number, end: number) => Position
