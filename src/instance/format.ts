import { isDeepStrictEqual } from 'node:util'
import { isMap, isScalar, isSeq, Lexer, parseDocument, type YAMLMap } from 'yaml'
import type { Diagnostic } from './diagnostic.ts'
import { isFileName } from './documents.ts'
import { open } from './edit/original.ts'
import { OPTIONS } from './edit/render.ts'
import { schemaAt, type SchemaNode } from './schema.ts'
import { dropRepeats, withoutRepeats } from './tidy.ts'
import { own } from './own.ts'

export interface Formatted {
  readonly text: string
  /** Why the file was left as it is. */
  readonly diagnostics: readonly Diagnostic[]
}

/** Rounds until the text no longer changes: a comment that moves can move what is around it. */
const ROUNDS = 4

/**
 * Formats a file of the instance: one indentation, fields in the order of the schema, lists in the order that people gave them, without what stands there twice.
 * It keeps what the file means and every comment; a file for which it can't is left as it is.
 */
export async function formatFile(name: string, text: string): Promise<Formatted> {
  open(name, text)
  const schema = isFileName(name) ? await schemaAt(name, []) : {}
  let formatted = text
  for (let round = 0; round < ROUNDS; round++) {
    const next = formatOnce(name, formatted, schema)
    if (next === formatted) return sameContent(name, text, formatted) ? { text: formatted, diagnostics: [] } : unchanged(name, text)
    formatted = next
  }
  return unchanged(name, text)
}

function unchanged(name: string, text: string): Formatted {
  const message = `${name} was left as it is: formatting would lose a comment or change what it means.`
  return {
    text,
    diagnostics: [
      {
        code: 'not-formatted',
        severity: 'warning',
        message,
        at: { file: name, line: 1, column: 1 },
        hint: 'Move comments onto lines of their own.',
      },
    ],
  }
}

const normal = (text: string): string => text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n')
const parsed = (text: string) => parseDocument(normal(text), { ...OPTIONS, intAsBigInt: true, uniqueKeys: false, logLevel: 'silent' })

function formatOnce(name: string, text: string, schema: SchemaNode): string {
  const doc = parsed(text)
  if (doc.contents === null) return text
  dropRepeats(name, doc)
  inOrder(doc.contents, schema, schema)
  return doc.toString({ lineWidth: 0, flowCollectionPadding: true })
}

const resolved = (root: SchemaNode, node: SchemaNode): SchemaNode =>
  node.$ref === undefined ? node : (root.$defs?.[node.$ref.replace('#/$defs/', '')] ?? node)

/** Puts the fields of items and of the file itself in the order of the schema; maps that people group by hand, such as settings, stay. */
function inOrder(node: unknown, schema: SchemaNode, root: SchemaNode, isItem = false): void {
  if (isSeq(node)) for (const item of node.items) inOrder(item, resolved(root, schema.items ?? {}), root, true)
  if (!isMap(node)) return
  for (const pair of node.items) inOrder(pair.value, resolved(root, own(schema.properties, keyOf(pair.key)) ?? {}), root)
  // Where no field is required, people group them: settings by what they are about.
  if (schema.required !== undefined || schema === root) sortFields(node, Object.keys(schema.properties ?? {}), isItem)
}

const keyOf = (key: unknown): string => (isScalar(key) ? String(key.value) : '')

function sortFields(map: YAMLMap, keys: readonly string[], isItem: boolean): void {
  const rank = (key: unknown): number => (keys.includes(keyOf(key)) ? keys.indexOf(keyOf(key)) : keys.length)
  const sorted = map.items.toSorted((a, b) => rank(a.key) - rank(b.key))
  // A comment above an item is about all of it; one above any other first field may be about the whole, so that field stays first.
  const first = map.items[0]?.key
  const headed = !isItem && (map.commentBefore || (isScalar(first) && first.commentBefore))
  if (headed && sorted[0] !== map.items[0]) return
  map.items.splice(0, map.items.length, ...sorted)
}

interface Comment {
  readonly text: string
  /** It stands on a line of its own, at the indentation of what follows: it is about that. */
  readonly aligned: boolean
}

function commentsIn(text: string): readonly Comment[] {
  const found: Comment[] = []
  let [offset, scalar] = [0, false]
  for (const lexeme of new Lexer().lex(text)) {
    if (lexeme.startsWith('#') && !scalar) found.push({ text: lexeme.trim(), aligned: isAligned(text, offset) })
    scalar = lexeme === '\u001f'
    // Lexemes of one control character mark where something begins; they are not in the text.
    if (text.startsWith(lexeme, offset)) offset += lexeme.length
  }
  return found
}

function isAligned(text: string, offset: number): boolean {
  const before = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset)
  const below = text
    .slice(offset)
    .split('\n', MOST_COMMENTS)
    .find((line, index) => index > 0 && !/^ *(#|\r?$)/.test(line))
  return before.trim() === '' && below !== undefined && below.search(/[^ ]/) === before.length
}

/** A block of comments longer than this is taken to be about nothing that follows. */
const MOST_COMMENTS = 100

const textsOf = (comments: readonly Comment[]): readonly string[] => comments.map(({ text }) => text).toSorted()

/** Every comment is still there, one that was about what follows it still is, and the file means the same, whether said once or twice. */
function sameContent(name: string, before: string, after: string): boolean {
  const [old, now] = [commentsIn(normal(before)), commentsIn(after)]
  const kept = new Set(textsOf(now.filter(({ aligned }) => aligned)))
  if (!isDeepStrictEqual(textsOf(old), textsOf(now)) || !old.every(({ text, aligned }) => !aligned || kept.has(text))) return false
  const result = parsed(after)
  return result.errors.length === 0 && isDeepStrictEqual(withoutRepeats(name, parsed(before).toJS()), withoutRepeats(name, result.toJS()))
}
