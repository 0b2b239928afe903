import { isAlias, isCollection, isMap, isNode, isPair, isScalar } from 'yaml'
import type { Document, Node, YAMLMap } from 'yaml'
import type { Diagnostic } from '../diagnostic.ts'
import { MAX_PROBLEMS, syntax, type At } from './syntax.ts'
import { describe, isUnwanted } from './characters.ts'

export const MAX_ALIASES = 20

const MAX_DEPTH = 50

type Range = readonly [start: number, end: number]

/** Where a node stands; the top of the file for what is none. */
export function rangeOf(node: unknown): Range {
  const range = isNode(node) ? node.range : undefined
  return range ? [range[0], range[1]] : [0, 0]
}

/** Why a file is not read: what is not YAML, else what is YAML and is refused all the same. */
export function refusals(document: Document.Parsed, text: string, at: At): readonly Diagnostic[] {
  const tell: Tell = (code, message, node, hint) => ({
    code,
    severity: 'error',
    message,
    at: at(...rangeOf(node)),
    hint,
  })
  const wrong = [...syntax(document, text, at), ...otherVersion(document, text, at)]
  if (wrong.length > 0) return wrong
  if (isDirected(document))
    return [
      tell(
        'yaml-directive',
        'a line above --- that begins with % changes how the file is read',
        undefined,
        'Delete that line.',
      ),
    ]
  return structure(document, tell).take(MAX_PROBLEMS).toArray()
}

/** Whether a file says in which version of YAML it is written, or what tags stand for. */
function isDirected({ directives }: Document.Parsed): boolean {
  const { yaml, tags } = directives
  return (yaml.explicit === true && yaml.version !== '1.2') || Object.keys(tags).some((handle) => handle !== '!!')
}

/** YAML 1.1 is another dialect: `yes` is no text there, nor `12:30`. A file that asks for it would mean something else than people read here. */
export const OTHER_VERSION = {
  code: 'yaml-version',
  message:
    'this line asks for YAML 1.1, in which words such as yes and 12:30 mean something else; files are read as YAML 1.2 here',
  hint: 'Delete the line %YAML 1.1.',
} as const

/** Where a file asks for YAML 1.1; -1 where it does not. */
export const asksForOtherVersion = ({ directives }: Document.Parsed, text: string): number =>
  directives.yaml.version === '1.1' ? Math.max(0, text.search(/^%YAML/m)) : -1

function otherVersion(document: Document.Parsed, text: string, at: At): readonly Diagnostic[] {
  const start = asksForOtherVersion(document, text)
  return start < 0 ? [] : [{ ...OTHER_VERSION, severity: 'error', at: at(start, start + '%YAML 1.1'.length) }]
}

type Tell = (code: string, message: string, node: unknown, hint: string) => Diagnostic

/** Tags, keys that are not words, keys twice, aliases to nothing and too many of them. */
function* structure(document: Document.Parsed, tell: Tell): Generator<Diagnostic> {
  const anchors = new Set<string>()
  let aliases = 0
  for (const [node, depth] of nodes(document)) {
    if (depth > MAX_DEPTH)
      return yield tell(
        'too-deep',
        'lists and maps are nested too deeply',
        node,
        'Check the dashes and how far lines are indented.',
      )
    if (isAlias(node)) {
      if (++aliases > MAX_ALIASES)
        return yield tell(
          'too-many-aliases',
          `more than ${MAX_ALIASES} aliases (*name)`,
          node,
          'Write the values out instead.',
        )
      if (!anchors.has(node.source))
        yield tell('yaml-alias', 'a text that begins with * means something else here', node, 'Put it in quotes.')
      continue
    }
    if ('anchor' in node && typeof node.anchor === 'string') anchors.add(node.anchor)
    if (node.tag !== undefined) yield tell('yaml-tag', TAGS, node, 'Delete the tag, or put the text in quotes.')
    if (isScalar(node) && typeof node.value === 'string' && isUnwanted(node.value)) {
      const character = Array.from(node.value).find(isUnwanted) ?? ''
      yield tell(
        'unwanted-character',
        `this text holds ${describe(character)}`,
        node,
        'Delete the escape (a word with a backslash) that makes it.',
      )
    }
    if (isMap(node)) yield* keys(node, tell)
  }
}

const TAGS = 'tags (words that begin with !) are not read here'

/** Every node but the keys, in the order of the text. */
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

/** The keys of one map, in linear time: the parser's own check is quadratic. */
function* keys(map: YAMLMap, tell: Tell): Generator<Diagnostic> {
  const seen = new Map<string, unknown>()
  for (const { key } of map.items) {
    if (!isScalar(key)) {
      yield tell('yaml-key', 'a key has to be a word', key ?? map, 'Write a word followed by a colon.')
      continue
    }
    const name = String(key.value)
    const first = seen.get(name)
    if (first === undefined) seen.set(name, key)
    else
      yield tell(
        'duplicate-key',
        `the same key is in line ${tell('', '', first, '').at?.line} already`,
        key,
        'Keep one of the two.',
      )
    if (isUnwanted(name))
      yield tell('unwanted-character', 'this key holds a character that can not be seen', key, 'Retype it.')
    if (key.tag !== undefined) yield tell('yaml-tag', TAGS, key, 'Delete the tag.')
  }
}
