import { isAlias, isCollection, isMap, isNode, isPair, isScalar, isSeq, LineCounter, parseDocument } from 'yaml'
import type { Document, Pair, YAMLMap } from 'yaml'
import type { Diagnostic, Position } from './diagnostic.ts'
import { describe, isUnwanted, unwanted } from './text.ts'

/** A path to a value: keys and indexes from the top of the file. */
export type Path = readonly (string | number)[]

/** A YAML file with its value and the way back from the value to lines and columns. */
export interface Parsed {
  readonly value: unknown
  readonly diagnostics: readonly Diagnostic[]
  /** Where the value at a path stands; where it is not there, the nearest thing above it. */
  readonly position: (path: Path) => Position
  /** Where the key at the end of a path stands. */
  readonly keyPosition: (path: Path) => Position
  /** The value at a path as it was typed, where it is a single word or number. */
  readonly typed: (path: Path) => string | undefined
}

const MAX_ALIASES = 20
const MAX_DEPTH = 50
/** 100,000 domain blocks with every field fit. */
const MAX_LINES = 1_200_000
/** What is told of one file; a wrong tab can make an error of every line. */
export const MAX_PROBLEMS = 100

type At = (start: number, end: number) => Position

/** Parses YAML 1.2 core: no tags, no merge keys, one document, keys once, and few aliases. */
export function parseYaml(file: string, text: string): Parsed {
  const lines = new LineCounter()
  const at: At = (start, end) => {
    const from = lines.linePos(start)
    const to = lines.linePos(end)
    return {
      file,
      line: Math.max(from.line, 1),
      column: Math.max(from.col, 1),
      end: { line: Math.max(to.line, 1), column: Math.max(to.col, 1) },
    }
  }
  const refuse = (diagnostics: readonly Diagnostic[]): Parsed => {
    const top = (): Position => ({ file, line: 1, column: 1 })
    return { value: undefined, diagnostics, position: top, keyPosition: top, typed: () => undefined }
  }

  const bad = unwanted(file, text)
  if (bad !== undefined) return refuse([bad])
  if (tooLong(text))
    return refuse([
      {
        code: 'too-large',
        severity: 'error',
        message: `${file} has more than ${MAX_LINES} lines`,
        at: { file, line: MAX_LINES, column: 1 },
      },
    ])
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: false, prettyErrors: false, logLevel: 'silent' })
  const problems = [...syntax(document, at), ...structure(document, at)]
  if (problems.length > 0) return refuse(problems)
  const value = plainValue(document)
  if (value === undefined)
    return refuse([
      {
        code: 'too-many-aliases',
        severity: 'error',
        message: 'aliases (*name) repeat each other without end',
        at: at(0, 0),
        hint: 'Write the value out instead.',
      },
    ])
  return {
    value: value.of,
    diagnostics: [],
    position: (path) => at(...rangeOf(nodeAt(document, path))),
    keyPosition: (path) => at(...rangeOf(keyAt(document, path) ?? nodeAt(document, path))),
    typed: (path) => {
      const node = nodeAt(document, path)
      return isScalar(node) ? node.source : undefined
    },
  }
}

type Yaml = Document.Parsed

function tooLong(text: string): boolean {
  let lines = 0
  for (let index = text.indexOf('\n'); index >= 0; index = text.indexOf('\n', index + 1)) if (++lines > MAX_LINES) return true
  return false
}

/** The value of a document; undefined where its aliases grow without bound. */
function plainValue(document: Yaml): { readonly of: unknown } | undefined {
  try {
    return { of: document.toJS({ maxAliasCount: MAX_ALIASES * MAX_ALIASES }) }
  } catch (error) {
    if (error instanceof ReferenceError) return undefined
    throw error
  }
}

const HINTS: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'Indent with spaces, not tabs.',
  BAD_INDENT: 'Check how many spaces the line begins with: entries of one list begin with equally many.',
  MULTIPLE_DOCS: 'Keep one document: delete the line --- and what follows it, or move that into its own file.',
  MISSING_CHAR: 'Close the quote or bracket.',
  BLOCK_AS_IMPLICIT_KEY: 'Put text with a colon in it in quotes.',
  UNEXPECTED_TOKEN: "Put the text in quotes, such as 'text'.",
  TAG_RESOLVE_FAILED: 'Delete the word that begins with an exclamation mark, or put the text in quotes.',
}

/** What the parser itself found. Its warnings count: an unknown tag is only a warning to it. */
function syntax(document: Yaml, at: At): Diagnostic[] {
  const found = [...document.errors, ...document.warnings]
  if (found.some((error) => error.message.includes('call stack'))) return [{ ...TOO_DEEP, at: at(0, 0) }]
  return found.slice(0, MAX_PROBLEMS).map((error) => {
    const hint = HINTS[error.code]
    return {
      code: 'yaml-syntax',
      severity: 'error',
      message: `this is not YAML: ${lowerFirst(error.message)}`,
      at: at(error.pos[0], error.pos[1]),
      ...(hint === undefined ? {} : { hint }),
    }
  })
}

const TOO_DEEP = { code: 'too-deep', severity: 'error', message: 'lists and maps are nested too deeply' } as const

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1)
}

/** What is YAML and is refused all the same: tags, keys that are not words, keys twice, too many aliases. */
function structure(document: Yaml, at: At): Diagnostic[] {
  const problems: Diagnostic[] = []
  let aliases = 0
  const add = (code: string, message: string, range: Range, hint: string): void => {
    if (problems.length < MAX_PROBLEMS) problems.push({ code, severity: 'error', message, at: at(...range), hint })
  }
  const stack: { readonly node: unknown; readonly depth: number }[] = [{ node: document.contents, depth: 0 }]
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { node, depth } = next
    if (isAlias(node) && ++aliases > MAX_ALIASES)
      return [
        {
          code: 'too-many-aliases',
          severity: 'error',
          message: `more than ${MAX_ALIASES} aliases (*name)`,
          at: at(...rangeOf(node)),
          hint: 'Write the values out instead.',
        },
      ]
    if (isAlias(node) || !isNode(node)) continue
    if (node.tag !== undefined)
      add('yaml-tag', 'tags (words that begin with !) are not read here', rangeOf(node), 'Delete the tag, or put the text in quotes.')
    if (isScalar(node) && typeof node.value === 'string' && isUnwanted(node.value))
      add(
        'unwanted-character',
        `this text holds ${describe(Array.from(node.value).find(isUnwanted) ?? '')}`,
        rangeOf(node),
        'Delete the escape (a word with a backslash) that makes it.',
      )
    if (!isCollection(node)) continue
    if (depth > MAX_DEPTH) return [{ ...TOO_DEEP, at: at(...rangeOf(node)) }]
    if (isMap(node)) keys(node, at, add)
    for (let index = node.items.length - 1; index >= 0; index--) {
      const item: unknown = node.items[index]
      stack.push({ node: isPair(item) ? item.value : item, depth: depth + 1 })
    }
  }
  return problems.sort((a, b) => (a.at?.line ?? 0) - (b.at?.line ?? 0))
}

/** The keys of one map, in linear time: the parser's own check is quadratic. */
function keys(map: YAMLMap, at: At, add: (code: string, message: string, range: Range, hint: string) => void): void {
  const seen = new Map<string, unknown>()
  for (const { key } of map.items) {
    if (!isScalar(key)) {
      add('yaml-key', 'a key has to be a word', rangeOf(key ?? map), 'Write a word followed by a colon.')
      continue
    }
    const name = String(key.value)
    const first = seen.get(name)
    if (first === undefined) seen.set(name, key)
    else
      add(
        'duplicate-key',
        `the key ${JSON.stringify(name)} is here twice; first in line ${at(...rangeOf(first)).line}`,
        rangeOf(key),
        'Keep one of the two.',
      )
    if (isUnwanted(name)) add('unwanted-character', 'this key holds a character that can not be seen', rangeOf(key), 'Retype it.')
    if (key.tag !== undefined) add('yaml-tag', 'tags (words that begin with !) are not read here', rangeOf(key), 'Delete the tag.')
  }
}

type Range = readonly [start: number, end: number]

function rangeOf(node: unknown): Range {
  const range = isNode(node) ? node.range : undefined
  return range ? [range[0], range[1]] : [0, 0]
}

/** The node at a path, through aliases; the nearest one above where the path leads nowhere. */
function nodeAt(document: Yaml, path: Path): unknown {
  let node: unknown = document.contents
  for (const segment of path) {
    const inside = childOf(document, node, segment)
    if (inside === undefined) return node
    node = inside
  }
  return node
}

function childOf(document: Yaml, node: unknown, segment: string | number): unknown {
  const target = isAlias(node) ? node.resolve(document) : node
  if (isSeq(target)) return target.items[Number(segment)]
  const pair = pairOf(target, segment)
  return pair === undefined ? undefined : (pair.value ?? pair.key)
}

function pairOf(node: unknown, segment: string | number): Pair | undefined {
  return isMap(node) ? node.items.find(({ key }) => isScalar(key) && String(key.value) === String(segment)) : undefined
}

function keyAt(document: Yaml, path: Path): unknown {
  const last = path.at(-1)
  if (last === undefined) return undefined
  const parent = nodeAt(document, path.slice(0, -1))
  return pairOf(isAlias(parent) ? parent.resolve(document) : parent, last)?.key
}
