import { isAlias, isCollection, isMap, isNode, isPair, isScalar } from 'yaml'
import type { Document, Node, YAMLMap } from 'yaml'
import type { Diagnostic, Wording } from '../diagnostic.ts'
import { MAX_PROBLEMS, syntax, type PositionOf } from './syntax.ts'
import { describe, isUnwanted } from './characters.ts'
import {
  DIRECTIVE,
  duplicateKey,
  escapedCharacter,
  KEY_NOT_A_WORD,
  OTHER_VERSION,
  STAR,
  TAG,
  TAG_OF_KEY,
  TOO_DEEP,
  tooManyAliases,
  UNWANTED_IN_KEY,
} from './texts.ts'

export const MAX_ALIASES = 20

const MAX_DEPTH = 50

type Range = readonly [start: number, end: number]

/** Where a node begins and ends; the top of the file for anything else. */
export function rangeOf(node: unknown): Range {
  const range = isNode(node) ? node.range : undefined
  return range ? [range[0], range[1]] : [0, 0]
}

/** Lists why a file is refused: what is not YAML; if there is nothing, what is YAML and not allowed here. */
export function refusals(document: Document.Parsed, text: string, at: PositionOf): readonly Diagnostic[] {
  const problem: ProblemAt = (code, words, node) => ({ code, severity: 'error', ...words, at: at(...rangeOf(node)) })
  const lineOf: LineOfNode = (node) => at(...rangeOf(node)).line
  const wrong = [...syntax(document, text, at), ...otherVersion(document, text, at)]
  if (wrong.length > 0) return wrong
  if (isDirected(document)) return [problem('yaml-directive', DIRECTIVE, undefined)]
  return structure(document, problem, lineOf).take(MAX_PROBLEMS).toArray()
}

/** Whether a file says in which version of YAML it is written, or what tags stand for. */
function isDirected({ directives }: Document.Parsed): boolean {
  const { yaml, tags } = directives
  return (yaml.explicit === true && yaml.version !== '1.2') || Object.keys(tags).some((handle) => handle !== '!!')
}

/** Where a file asks for YAML 1.1; -1 if it does not. */
export const asksForOtherVersion = ({ directives }: Document.Parsed, text: string): number =>
  directives.yaml.version === '1.1' ? Math.max(0, text.search(/^%YAML/m)) : -1

function otherVersion(document: Document.Parsed, text: string, at: PositionOf): readonly Diagnostic[] {
  const start = asksForOtherVersion(document, text)
  return start < 0 ? [] : [{ ...OTHER_VERSION, severity: 'error', at: at(start, start + '%YAML 1.1'.length) }]
}

/** Makes a diagnostic at a node. */
type ProblemAt = (code: string, words: Wording, node: unknown) => Diagnostic
type LineOfNode = (node: unknown) => number

/** Finds tags, keys that are not words or are there twice, aliases of nothing and too many of them. */
function* structure(document: Document.Parsed, problem: ProblemAt, lineOf: LineOfNode): Generator<Diagnostic> {
  const anchors = new Set<string>()
  let aliases = 0
  for (const [node, depth] of nodes(document)) {
    if (depth > MAX_DEPTH) return yield problem('too-deep', TOO_DEEP, node)
    if (isAlias(node)) {
      if (++aliases > MAX_ALIASES) return yield problem('too-many-aliases', tooManyAliases(MAX_ALIASES), node)
      if (!anchors.has(node.source)) yield problem('yaml-alias', STAR, node)
      continue
    }
    if ('anchor' in node && typeof node.anchor === 'string') anchors.add(node.anchor)
    if (node.tag !== undefined) yield problem('yaml-tag', TAG, node)
    if (isScalar(node) && typeof node.value === 'string' && isUnwanted(node.value)) {
      const character = Array.from(node.value).find(isUnwanted) ?? ''
      yield problem('unwanted-character', escapedCharacter(describe(character)), node)
    }
    if (isMap(node)) yield* keys(node, problem, lineOf)
  }
}

/** Yields every node except the keys, in the order of the text. */
function* nodes(document: Document.Parsed): Generator<readonly [node: Node, depth: number]> {
  const stack: (readonly [node: unknown, depth: number])[] = [[document.contents, 0]]
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const [node, depth] = next
    if (!isNode(node)) continue
    yield [node, depth]
    if (!isCollection(node)) continue
    for (let index = node.items.length - 1; index >= 0; index--) {
      const item: unknown = node.items[index]
      stack.push([isPair(item) ? item.value : item, depth + 1])
    }
  }
}

/** Checks the keys of one map, in linear time: the parser's own check is quadratic. */
function* keys(map: YAMLMap, problem: ProblemAt, lineOf: LineOfNode): Generator<Diagnostic> {
  const seen = new Map<string, unknown>()
  for (const { key } of map.items) {
    if (!isScalar(key)) {
      yield problem('yaml-key', KEY_NOT_A_WORD, key ?? map)
      continue
    }
    const name = String(key.value)
    const first = seen.get(name)
    if (first === undefined) seen.set(name, key)
    else yield problem('duplicate-key', duplicateKey(lineOf(first)), key)
    if (isUnwanted(name)) yield problem('unwanted-character', UNWANTED_IN_KEY, key)
    if (key.tag !== undefined) yield problem('yaml-tag', TAG_OF_KEY, key)
  }
}
