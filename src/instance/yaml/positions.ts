import { isAlias, isMap, isScalar, isSeq } from 'yaml'
import type { Document, Pair } from 'yaml'
import { compose } from './compose.ts'
import type { Position } from '../diagnostic.ts'
import { rangeOf } from './forbidden.ts'
import type { PositionOf } from './syntax.ts'

/** A path to a value: keys and indexes from the top of the file. */
export type Path = readonly (string | number)[]

/** Where the parts of a parsed file are, in lines and columns. */
export interface Places {
  /** Where the value at a path is; if there is none, the nearest value above it. */
  readonly position: (path: Path) => Position
  /** Where the key at the end of a path is. */
  readonly keyPosition: (path: Path) => Position
  /** The value at a path as it was typed, if it is a single word or number. */
  readonly typed: (path: Path) => string | undefined
  /** Frees the parsed nodes, which take most of the memory; the next question parses the text again. */
  readonly release: () => void
}

type Yaml = Document.Parsed

/** Answers questions about a text that was parsed before; `document` saves parsing it again. */
export function placesIn(text: () => string, at: PositionOf, document?: Yaml): Places {
  let kept = document
  const nodes = (): Yaml => (kept ??= again(text()))
  return {
    position: (path) => at(...rangeOf(nodeAt(nodes(), path))),
    keyPosition: (path) => at(...rangeOf(keyAt(nodes(), path) ?? nodeAt(nodes(), path))),
    typed: (path) => {
      const node = nodeAt(nodes(), path)
      return isScalar(node) ? node.source : undefined
    },
    release: () => {
      kept = undefined
    },
  }
}

function again(text: string): Yaml {
  const composed = compose(text)
  if (composed.state !== 'composed') throw new Error('parsed differently')
  return composed.document
}

/** The node at a path, through aliases; the nearest one above if the path leads nowhere. */
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
