import { isMap, isScalar, isSeq, type CST, type Pair, type YAMLMap, type YAMLSeq } from 'yaml'
import { editFlow, type NewEntry } from './flow-add.ts'
import { flowOf, moveInFlow } from './flow.ts'
import { isJson, onOneLine, writeJson } from './json.ts'
import {
  chunkOf,
  entriesOf,
  isFlow,
  isSpaced,
  removeEntries,
  styleNear,
  type Collection,
  type EntryRange,
  type TextRange,
} from './layout.ts'
import { renderFlow, renderItem, renderKey, renderValue, type FileStyle } from './render.ts'
import { NO_COLON, NO_SOURCE, NOTHING_LEFT } from './texts.ts'
import {
  bodyStart,
  column,
  contentEnd,
  insertLines,
  lineStart,
  nextLine,
  refuse,
  type Original,
  type Splice,
} from './original.ts'
import type { Value } from '../values.ts'
import type { Path } from '../yaml/positions.ts'

/** The node at a path; undefined where there is none. */
export function nodeAt(source: Original, path: Path): unknown {
  return path.length === 0 ? source.doc.contents : source.doc.getIn(path, true)
}

/** An item that is new in a list, before the item that now has that index. */
export interface NewItem {
  readonly before: number
  readonly value: Value
}

/** Puts items into a block list that has some. */
export function addItems(source: Original, list: YAMLSeq, items: readonly NewItem[], depth: number): readonly Splice[] {
  const entries = entriesOf(list)
  const spaced = isSpaced(source.text, entries)
  return items.map(({ before, value }) => {
    const index = Math.min(before, entries.length)
    const lines = itemLines(source, list, entries, index, value)
    const at = index === 0 ? chunkOf(source.text, entries, 0).start : chunkOf(source.text, entries, index - 1).end
    const blank = spaced ? [''] : []
    return insertLines(source, at, index === 0 ? [...lines, ...blank] : [...blank, ...lines], depth)
  })
}

function itemLines(
  source: Original,
  list: YAMLSeq,
  entries: readonly EntryRange[],
  index: number,
  value: Value,
): readonly string[] {
  const neighbour = Math.max(0, index - 1)
  const dash = entries[neighbour]?.start ?? 0
  const gap = / +(?=[^\s#])/y
  gap.lastIndex = dash + 1
  const space = gap.exec(source.text)?.[0] ?? ' '
  const style = styleNear(source, list, index)
  const node = list.items[neighbour]
  const lines = isMap(node) && isFlow(node) ? [renderFlow(value, style)] : renderItem(value, style)
  const indent = ' '.repeat(column(source.text, dash))
  const deeper = indent + ' '.repeat(1 + space.length)
  return lines.map((line, row) => (row === 0 ? `${indent}-${space}${line}` : line && deeper + line))
}

/** What changes in brackets: entries that go, items that come, fields that come. */
export interface FlowChange {
  readonly removed: ReadonlySet<number>
  readonly items: readonly NewItem[]
  readonly fields: readonly { readonly key: string; readonly value: Value; readonly style: FileStyle }[]
}

/** Makes the changes of a list or map in brackets. */
export function changeFlow(
  source: Original,
  node: Collection,
  { removed, items, fields }: FlowChange,
  depth: number,
): readonly Splice[] {
  const list = isSeq(node) ? node : undefined
  const adds = items.map(({ before, value }): NewEntry => {
    const style = styleNear(source, list, Math.min(before, node.items.length))
    return {
      before,
      write: isJson(source) ? (indent) => writeJson(source, list, value, indent) : () => renderFlow(value, style),
    }
  })
  const written = fields.map(({ key, value, style }): NewEntry => {
    const text = isJson(source)
      ? `${JSON.stringify(key)}: ${onOneLine(value)}`
      : `${renderKey(key)}: ${renderFlow(value, style)}`
    return { before: Number.MAX_SAFE_INTEGER, write: () => text }
  })
  return editFlow(source, node, removed, [...adds, ...written], depth)
}

/** Takes items or fields out of a block collection; one that has none left says so with brackets. */
export function removeAll(
  source: Original,
  node: Collection,
  removed: ReadonlySet<number>,
  owner: Pair | undefined,
  refilled: boolean,
): readonly Splice[] {
  const splices = removeEntries(source, node, removed)
  if (removed.size < node.items.length || refilled) return splices
  if (!owner) return refuse(source.name, NOTHING_LEFT)
  const { head } = slotOf(source, owner)
  return [...splices, { start: head.start, end: head.end, text: isSeq(node) ? ' []' : ' {}' }]
}

/** Puts the items of a list into another order; each takes its own comments along. */
export function reorder(source: Original, list: YAMLSeq, order: readonly number[]): readonly Splice[] {
  if (isFlow(list)) return moveInFlow(source, flowOf(source, list), order)
  const entries = entriesOf(list)
  const ranges = entries.map((_, index) => chunkOf(source.text, entries, index))
  return order.flatMap((from, to): Splice[] => {
    const [target, origin] = [ranges[to], ranges[from]]
    if (!target || !origin || from === to) return []
    return [{ ...target, text: source.text.slice(origin.start, origin.end) }]
  })
}

/** Where the value of a field stands: what is on a line with other things, and the lines below that are its own. */
interface Slot {
  readonly head: TextRange
  readonly body: TextRange
}

function itemToken(source: Original, pair: Pair): CST.CollectionItem {
  const token: unknown = 'srcToken' in pair ? pair.srcToken : undefined
  return (token as CST.CollectionItem | undefined) ?? refuse(source.name, NO_SOURCE)
}

function slotOf(source: Original, pair: Pair): Slot {
  const { sep, value } = itemToken(source, pair)
  const colon = sep?.find((token) => token.type === 'map-value-ind')
  if (!colon) return refuse(source.name, NO_COLON)
  const after = colon.offset + 1
  const below = (offset: number): TextRange => ({
    start: nextLine(source.text, offset),
    end: nextLine(source.text, offset),
  })
  if (!value) return { head: { start: after, end: after }, body: below(after) }
  if (value.type === 'block-scalar') {
    const header = value.props.find((token) => token.type === 'block-scalar-header')
    const start = bodyStart(value)
    const end = header && 'source' in header ? header.offset + header.source.length : after
    return { head: { start: header?.offset ?? after, end }, body: { start, end: start + value.source.length } }
  }
  if (value.type === 'block-map' || value.type === 'block-seq') {
    return {
      head: { start: after, end: after },
      body: { start: lineStart(source.text, value.offset), end: nextLine(source.text, contentEnd(value)) },
    }
  }
  const end = contentEnd(value)
  return { head: { start: value.offset, end }, body: below(end) }
}

/** The field of a map that has this key. */
export function pairOf(map: YAMLMap, key: string): Pair | undefined {
  return map.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === key)
}

/** The field that holds the node at this path, where a map does. */
export function ownerOf(source: Original, path: Path): Pair | undefined {
  const parent = nodeAt(source, path.slice(0, -1))
  const key = path.at(-1)
  return isMap(parent) && key !== undefined ? pairOf(parent, String(key)) : undefined
}

/** Writes a field of a map: in place where it is there, else after the last one of a block map. */
export function setField(
  source: Original,
  map: YAMLMap,
  key: string,
  value: Value,
  style: FileStyle,
  depth: number,
): readonly Splice[] {
  const pair = pairOf(map, key)
  if (pair) return replaceValue(source, pair, key, value, style, depth, isFlow(map))
  const entries = entriesOf(map)
  const indent = ' '.repeat(column(source.text, entries[0]?.start ?? 0))
  return [
    insertLines(
      source,
      chunkOf(source.text, entries, entries.length - 1).end,
      fieldLines(key, value, style, indent),
      depth,
    ),
  ]
}

/** A field as new lines of a block map. */
export function fieldLines(key: string, value: Value, style: FileStyle, indent: string): readonly string[] {
  const { head, body } = renderValue(key, value, style)
  return [`${renderKey(key)}:${head && ` ${head}`}`, ...body].map((line) => line && indent + line)
}

function replaceValue(
  source: Original,
  pair: Pair,
  key: string,
  value: Value,
  style: FileStyle,
  depth: number,
  inFlow: boolean,
): readonly Splice[] {
  const { head, body } = slotOf(source, pair)
  const type = isScalar(pair.value) ? pair.value.type : undefined
  const kept: FileStyle = { ...style, mannerOf: (name) => (name === key && type ? { type } : style.mannerOf(name)) }
  const written = inFlow
    ? { head: isJson(source) ? onOneLine(value) : renderFlow(value, kept), body: [] }
    : renderValue(key, value, kept)
  const indent = ' '.repeat(column(source.text, itemToken(source, pair).key?.offset ?? 0))
  const lines = written.body.map((line) => line && indent + line)
  const space =
    /(?<![ \t])[ \t]*$/.exec(source.text.slice(lineStart(source.text, head.start), head.start))?.[0].length ?? 0
  const gap = written.head && space === 0 ? ' ' : ''
  const start = written.head || head.start === head.end ? head.start : head.start - space
  return [
    { start, end: head.end, text: gap + written.head, depth },
    { ...insertLines(source, body.start, lines, depth + 1), end: body.end },
  ]
}
