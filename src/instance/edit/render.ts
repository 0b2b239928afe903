import { Document, isMap, isScalar, isSeq, Scalar, Schema, visit, type Node } from 'yaml'
import type { Value } from '../values.ts'

/** How the neighbours write a value under this key. */
export interface ValueStyle {
  readonly type?: Scalar.Type
  readonly flow?: boolean
}

export interface FileStyle {
  readonly mannerOf: (key: string) => ValueStyle
  /** `{ a: 1 }` rather than `{a: 1}`. */
  readonly padded: boolean
}

export const PLAIN: FileStyle = { mannerOf: () => ({}), padded: true }

/** What stands on the key's own line, and the lines below it, indented against the key. */
export interface RenderedValue {
  readonly head: string
  readonly body: readonly string[]
}

/** YAML 1.1 readers (Ruby, Python) read `no` as false and 12:30 as a number: such words get quotes. Dates do not. */
const compat = new Schema({ schema: 'yaml-1.1' }).tags.filter((tag) => tag.tag !== 'tag:yaml.org,2002:timestamp')
/** How documents are written: with those words in quotes. */
export const OPTIONS = { compat, version: '1.2' } as const

/** Characters that people cannot see, or that change the direction of text: they are written as escapes. */
// oxlint-disable-next-line no-control-regex
const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\ufeff]/g
/** A text in double quotes with such characters as escapes. */
export const visible = (text: string): string => text.replaceAll(UNSEEN, escape)
const escape = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`

/** What a block text would lose or hide: empty lines at its ends, lines of spaces, tabs in front. */
const UNFIT_FOR_BLOCK = /^\n|\n\n$|(?:^|\n) *(?:\t| (?:\n|$))/

function scalarType(value: string, wanted: Scalar.Type | undefined): Scalar.Type | undefined {
  if (value.search(UNSEEN) >= 0) return 'QUOTE_DOUBLE'
  if (value.includes('\n') && UNFIT_FOR_BLOCK.test(value)) return 'QUOTE_DOUBLE'
  if (value.includes('\n')) return wanted === 'BLOCK_FOLDED' ? wanted : 'BLOCK_LITERAL'
  return wanted === 'QUOTE_DOUBLE' || wanted === 'QUOTE_SINGLE' ? wanted : undefined
}

/** A long text that is named by its file stands on one line. */
const isFileReference = (node: Node): boolean => isMap(node) && node.items.length === 1 && node.has('file')

function dress(doc: Document, style: FileStyle, flow: boolean): void {
  visit(doc, {
    Map: (_, node) => {
      node.flow = flow || node.items.length === 0 || isFileReference(node)
    },
    Seq: (_, node) => {
      node.flow = flow || node.items.length === 0
    },
    Pair: (_, pair) => {
      const { type, flow: inline } = style.mannerOf(isScalar(pair.key) ? String(pair.key.value) : '')
      if (isScalar(pair.value) && type) pair.value.type = type
      if (isSeq(pair.value) && inline) pair.value.flow = true
    },
    Scalar: (key, node) => {
      if (typeof node.value !== 'string' || key === 'key') return
      const type = scalarType(node.value, node.type as Scalar.Type | undefined)
      if (type) node.type = type
      else delete node.type
    },
  })
}

function write(value: Value, style: FileStyle, flow: boolean): string {
  const doc = new Document(value, OPTIONS)
  dress(doc, style, flow)
  const text = doc.toString({
    lineWidth: 0,
    flowCollectionPadding: style.padded,
    doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER,
    minContentWidth: 0,
  })
  return visible(text.replace(/\n$/, ''))
}

/** How many items of a list are written at a time: nodes need a hundred times the memory of what they say. */
const ITEMS = 100

/** A value as it is written after `key:` in block style. */
export function renderValue(key: string, value: Value, style: FileStyle): RenderedValue {
  if (Array.isArray(value) && value.length > ITEMS && style.mannerOf(key).flow !== true) {
    const starts = Array.from({ length: Math.ceil(value.length / ITEMS) }, (_, nth) => nth * ITEMS)
    return {
      head: '',
      body: starts.flatMap((start) => renderValue(key, value.slice(start, start + ITEMS), style).body),
    }
  }
  const [first = '', ...body] = write({ [key]: value }, style, false).split('\n')
  const written = renderKey(key)
  return { head: first.slice(written.length + 1).replace(/^ /, ''), body }
}

/** A key, in quotes where YAML 1.1 would take it for something else. */
export function renderKey(key: string): string {
  return write({ [key]: 0 }, PLAIN, false).slice(0, -3)
}

/** A value on one line, as it is written inside brackets. */
export function renderFlow(value: Value, style: FileStyle): string {
  return write([value], style, true).slice(1, -1).replace(/^ | $/g, '')
}

/** A list's item in block style, without its dash and not indented. */
export function renderItem(value: Value, style: FileStyle): readonly string[] {
  const lines = write([value], style, false).split('\n')
  return lines.map((line) => line.slice(2))
}
