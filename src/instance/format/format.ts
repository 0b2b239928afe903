import { isDeepStrictEqual } from 'node:util'
import { isMap, isScalar, isSeq, parseDocument, type YAMLMap } from 'yaml'
import { asWritten, isInBrackets } from './as-written.ts'
import type { Diagnostic } from '../diagnostic.ts'
import { isFileName } from '../documents.ts'
import { open } from '../edit/original.ts'
import { OPTIONS } from '../edit/render.ts'
import { lostComment } from './comments.ts'
import { schemaAt, type SchemaNode } from '../schema.ts'
import { dropRepeats, withoutRepeats } from './drop-repeats.ts'
import { commentMoves, leftAlone, lfsPointer, OTHER_MEANING, UNSTABLE } from './texts.ts'
import { own } from '../get-own.ts'

export interface FormattedText {
  readonly text: string
  /** Why the file was not changed. */
  readonly diagnostics: readonly Diagnostic[]
}

/** Rounds until the text no longer changes: a comment that moves can move what is around it. */
const ROUNDS = 4

/** What Git LFS leaves in a file's place. */
const POINTER = /^version https:\/\/git-lfs\.github\.com\/spec\//

/**
 * Formats a file of the instance: one indentation, fields in the order of the schema, without repeated entries.
 * It keeps meaning, spelling, the order of lists, line ends and every comment; otherwise it does not change the file.
 */
export async function formatFile(name: string, text: string): Promise<FormattedText> {
  if (POINTER.test(text)) return unchanged(name, text, lfsPointer(name))
  const { doc, bom, text: body } = open(name, text)
  // JSON and its like are laid out by hand or by a program.
  if (isInBrackets(doc)) return { text, diagnostics: [] }
  const schema = isFileName(name) ? await schemaAt(name, []) : {}
  const before = body.replaceAll('\r\n', '\n')
  let formatted = before
  for (let round = 0; round < ROUNDS; round++) {
    const next = formatOnce(name, formatted, schema)
    if (next === formatted) return checked(name, text, before, formatted, bom)
    formatted = next
  }
  return unchanged(name, text, UNSTABLE)
}

function unchanged(
  name: string,
  text: string,
  { message, hint }: { readonly message: string; readonly hint: string },
  line = 1,
): FormattedText {
  const full = message.startsWith(name) ? message : leftAlone(name, message)
  return {
    text,
    diagnostics: [
      { code: 'not-formatted', severity: 'warning', message: full, at: { file: name, line, column: 1 }, hint },
    ],
  }
}

/** Accepts the new layout if it means the same, apart from repeats, and every comment is beside what it is about. */
function checked(name: string, text: string, before: string, after: string, bom: string): FormattedText {
  const [old, now] = [meaning(before), meaning(after)]
  if (now === undefined || !isDeepStrictEqual(withoutRepeats(name, old), withoutRepeats(name, now)))
    return unchanged(name, text, OTHER_MEANING)
  const line = lostComment(before, after, !isDeepStrictEqual(old, now))
  if (line === undefined) return { text: bom + withLineEnds(text.slice(bom.length), after), diagnostics: [] }
  return unchanged(name, text, commentMoves(line), line)
}

/** The value of a text; undefined if it is not valid. */
function meaning(text: string): unknown {
  const doc = parseDocument(text, { ...OPTIONS, intAsBigInt: true, uniqueKeys: false, logLevel: 'silent' })
  return doc.errors.length > 0 ? undefined : doc.toJS()
}

function formatOnce(name: string, text: string, schema: SchemaNode): string {
  const { doc, close } = asWritten(text)
  if (doc.contents === null || (isScalar(doc.contents) && doc.contents.value === null)) return text
  dropRepeats(name, doc)
  inOrder(doc.contents, schema, schema)
  return close().toString({ lineWidth: 0, flowCollectionPadding: true, verifyAliasOrder: false })
}

/** Ends each line as before; a new line ends as the line before it. */
function withLineEnds(before: string, after: string): string {
  if (!before.includes('\r\n')) return after
  const known = Map.groupBy(before.split('\n').slice(0, -1), (line) => line.trim())
  let end = '\r\n'
  const ended = (line: string): string => {
    const old = known.get(line.trim())?.shift()
    if (old !== undefined) end = old.endsWith('\r') ? '\r\n' : '\n'
    return line + end
  }
  const lines = after.split('\n')
  return lines.slice(0, -1).map(ended).join('') + (lines.at(-1) ?? '')
}

const resolved = (root: SchemaNode, node: SchemaNode): SchemaNode =>
  node.$ref === undefined ? node : (root.$defs?.[node.$ref.replace('#/$defs/', '')] ?? node)

/** Sorts the fields of items and of the file as in the schema; maps that people group, such as settings, stay. */
function inOrder(node: unknown, schema: SchemaNode, root: SchemaNode, isItem = false): void {
  if (isSeq(node)) for (const item of node.items) inOrder(item, resolved(root, schema.items ?? {}), root, true)
  if (!isMap(node)) return
  for (const pair of node.items)
    inOrder(pair.value, resolved(root, own(schema.properties, keyOf(pair.key)) ?? {}), root)
  // Where no field is required, people group them: settings by what they are about.
  if (schema.required !== undefined || schema === root) sortFields(node, Object.keys(schema.properties ?? {}), isItem)
}

const keyOf = (key: unknown): string => (isScalar(key) ? String(key.value) : '')

function sortFields(map: YAMLMap, keys: readonly string[], isItem: boolean): void {
  const rank = (key: unknown): number => (keys.includes(keyOf(key)) ? keys.indexOf(keyOf(key)) : keys.length)
  const sorted = map.items.toSorted((a, b) => rank(a.key) - rank(b.key))
  // A comment above the first field may be about the whole map, so that field stays first, except in an item.
  const first = map.items[0]?.key
  const headed = !isItem && (map.commentBefore || (isScalar(first) && first.commentBefore))
  if (headed && sorted[0] !== map.items[0]) return
  map.items.splice(0, map.items.length, ...sorted)
}
