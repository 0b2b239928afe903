import { isAlias, isMap, isScalar, isSeq } from 'yaml'
import type { Document, Pair } from 'yaml'
import type { Diagnostic, Position } from './diagnostic.ts'
import { compose } from './compose.ts'
import { unwanted } from './text.ts'
import { MAX_ALIASES, rangeOf, refusals } from './refusals.ts'
import type { At } from './refusals.ts'

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
  /** Lets go of what only places need, most of the memory; it is parsed again when a place is asked for. */
  readonly rest: () => void
}

/** Parses YAML 1.2 core: no tags, no merge keys, one document, keys once, and few aliases. */
export function parseYaml(file: string, text: string): Parsed {
  const bad = unwanted(file, text)
  if (bad !== undefined) return refused(file, [bad])
  const composed = compose(text)
  const { lines } = composed
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
  if (composed.state !== 'composed')
    return refused(file, [
      { code: composed.state, severity: 'error', ...STOPPED[composed.state], at: at(composed.offset, composed.offset) },
    ])
  const { document } = composed
  const problems = refusals(document, text, at)
  if (problems.length > 0) return refused(file, problems)
  const value = plainValue(document)
  if (value === undefined)
    return refused(file, [
      {
        code: 'too-many-aliases',
        severity: 'error',
        message: 'aliases (*name) repeat each other without end',
        at: at(0, 0),
        hint: 'Write the values out instead.',
      },
    ])
  return { value: value.of, diagnostics: [], ...places(text, composed.document, at) }
}

/** The way back from values to places. */
function places(text: string, document: Yaml, at: At): Pick<Parsed, 'position' | 'keyPosition' | 'typed' | 'rest'> {
  let kept: { readonly document: Yaml } | undefined = { document }
  const nodes = (): Yaml => {
    kept ??= again(text)
    return kept.document
  }
  return {
    position: (path) => at(...rangeOf(nodeAt(nodes(), path))),
    keyPosition: (path) => at(...rangeOf(keyAt(nodes(), path) ?? nodeAt(nodes(), path))),
    typed: (path) => {
      const node = nodeAt(nodes(), path)
      return isScalar(node) ? node.source : undefined
    },
    rest: () => {
      kept = undefined
    },
  }
}

const STOPPED = {
  'too-deep': { message: 'lists and maps are nested too deeply', hint: 'Check the dashes and brackets, and how far lines are indented.' },
  'too-large': { message: 'the file has more lines, words or brackets than are read', hint: 'Check whether the right file is there.' },
  'more-documents': {
    message: 'a second document begins here',
    hint: 'Delete the line --- and what follows it, or move that into its own file.',
  },
} as const

function refused(file: string, diagnostics: readonly Diagnostic[]): Parsed {
  const top = (): Position => ({ file, line: 1, column: 1 })
  return { value: undefined, diagnostics, position: top, keyPosition: top, typed: () => undefined, rest: () => undefined }
}

type Yaml = Document.Parsed

function again(text: string): { readonly document: Yaml } {
  const composed = compose(text)
  if (composed.state !== 'composed') throw new Error('a text that was parsed before is parsed the same again')
  return composed
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
