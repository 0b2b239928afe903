import { isMap, type YAMLMap, type YAMLSeq } from 'yaml'
import { commentBehind, flowOf, isWhole, lastComma, removeFromFlow, type Flow, type EntryGroup } from './flow.ts'
import { chunkOf, commentIn, isSpaced, lineAt, type Collection } from './layout.ts'
import { column, eolBefore, lineStart, refuseAt, type Original, type Splice } from './original.ts'
import { isJson } from './json.ts'
import { commentBehindNewEntry, commentBesideRemoved } from './texts.ts'

/** An entry that is new in brackets, before the entry that now has that index. */
export interface NewEntry {
  readonly before: number
  /** Its text, with its lines indented as that many columns. */
  readonly write: (indent: number) => string
}

/** Takes entries out of brackets and puts others in. */
export function editFlow(
  source: Original,
  node: YAMLMap | YAMLSeq,
  removed: ReadonlySet<number>,
  adds: readonly NewEntry[],
  depth: number,
): readonly Splice[] {
  const flow = flowOf(source, node)
  const kept = [...flow.entries.keys()].filter((index) => !removed.has(index))
  if (kept.length === 0) return refill(source, node, flow, removed, adds, depth)
  const places = Map.groupBy(adds, ({ before }) => kept.findLast((index) => index < before) ?? -1)
  const atEnd = places.has(kept.at(-1) ?? -1)
  const added = [...places].flatMap(([after, items]) => {
    const next = kept.find((index) => index > after)
    return after < 0
      ? addFirst(source, flow, items, depth)
      : addAfter(source, flow, after, items, next === undefined, depth)
  })
  const dangling = isJson(source) && !flow.trailing && !atEnd ? lastComma(source, flow, removed) : []
  return [...removeFromFlow(source, flow, removed), ...dangling, ...added]
}

/** The text of a new entry in a line that others share. */
const inline = ({ text }: Original, { write }: NewEntry, at: number): string =>
  write(columnOf(text, at)).replaceAll('\n', eolBefore(text, at))

const groupOf = ({ groups }: Flow, index: number): number =>
  groups.findIndex(({ first, last }) => first <= index && index <= last)

/** Whole lines of new entries, each with its comma, but for the last one where none is to follow. */
function linesOf(
  source: Original,
  flow: Flow,
  items: readonly NewEntry[],
  indent: number,
  at: number,
  open: boolean,
): string {
  const eol = eolBefore(source.text, at)
  const pad = ' '.repeat(indent)
  const texts = items.map(({ write }, nth) => `${pad}${write(indent)}${open || nth < items.length - 1 ? ',' : ''}\n`)
  const blank = isSpaced(source.text, flow.groups) ? '\n' : ''
  return texts.join(blank).replaceAll('\n', eol)
}

function addFirst(source: Original, flow: Flow, items: readonly NewEntry[], depth: number): readonly Splice[] {
  const { text } = source
  const [group] = flow.groups
  const first = flow.entries[0]?.start ?? flow.close
  if (!group?.starts)
    return [{ start: first, end: first, text: items.map((item) => `${inline(source, item, first)}, `).join(''), depth }]
  const { start } = chunkOf(text, flow.groups, 0)
  const blank = isSpaced(text, flow.groups) ? eolBefore(text, start) : ''
  return [
    { start, end: start, text: linesOf(source, flow, items, column(text, group.start), start, true) + blank, depth },
  ]
}

/** How far a line is indented. */
const columnOf = (text: string, offset: number): number => lineAt(text, lineStart(text, offset)).search(/\S|$/)

/** Where entries of a list begin their lines. */
function indentOf({ text }: Original, { groups, close }: Flow, near: EntryGroup | undefined): number {
  const group = near?.starts ? near : groups.find(({ starts }) => starts)
  return group ? column(text, group.start) : columnOf(text, near?.start ?? close) + 2
}

function addAfter(
  source: Original,
  flow: Flow,
  after: number,
  items: readonly NewEntry[],
  isLast: boolean,
  depth: number,
): readonly Splice[] {
  const { text } = source
  const nth = groupOf(flow, after)
  const group = flow.groups[nth]
  const end = flow.entries[after]?.end ?? 0
  const comma: Splice = { start: end, end, text: ',', depth: depth + 1 }
  // The last entry shares its line with the bracket: where it goes, the comma before it goes along.
  const next = flow.groups[nth + 1]
  const eaten = isLast && next?.ends === false && nth + 2 === flow.groups.length && commentIn(text, end, next.start) < 0
  if (group?.ends && group.last === after && !eaten) {
    const at = chunkOf(text, flow.groups, nth).end
    const blank = isSpaced(text, flow.groups) ? eolBefore(text, at) : ''
    const lines = blank + linesOf(source, flow, items, indentOf(source, flow, group), at, !isLast || flow.trailing)
    const behind = after < flow.entries.length - 1 || flow.trailing
    return [...(behind ? [] : [comma]), { start: at, end: at, text: lines, depth }]
  }
  const alone =
    group?.starts === true && group.first === group.last && (eaten || !text.slice(end, flow.close).includes('\n'))
  if (alone && isLast) {
    const indent = column(text, group.start)
    const lines = items.map(({ write }) => `,\n${' '.repeat(indent)}${write(indent)}`)
    return [{ start: end, end, text: lines.join('').replaceAll('\n', eolBefore(text, end)), depth }]
  }
  const comment = group?.last === after ? commentBehind(text, { start: end, end }) : -1
  if (comment >= 0 && comment < flow.close) return refuseAt(source, comment, commentBehindNewEntry)
  return [{ start: end, end, text: items.map((item) => `, ${inline(source, item, end)}`).join(''), depth }]
}

/** Rewrites brackets whose entries all go; only comments about the whole stay. */
function refill(
  source: Original,
  node: Collection,
  flow: Flow,
  removed: ReadonlySet<number>,
  adds: readonly NewEntry[],
  depth: number,
): readonly Splice[] {
  const { text } = source
  const { open, close, groups } = flow
  const inside = text.slice(open, close)
  const comment = firstComment(text, flow)
  const whole = groups.every(isWhole) && lineAt(text, lineStart(text, close)).search(/\S/) === column(text, close)
  if (inside.includes('\n') && whole) {
    const at = lineStart(text, close)
    const indent = groups.length > 0 || comment < 0 ? indentOf(source, flow, groups[0]) : column(text, comment)
    const lines = adds.length === 0 ? '' : linesOf(source, flow, adds, indent, at, flow.trailing)
    return [...removeFromFlow(source, flow, removed), { start: at, end: at, text: lines, depth }]
  }
  if (comment >= 0) return refuseAt(source, comment, commentBesideRemoved)
  const pad = adds.length > 0 && (/^\s/.test(inside) || (inside === '' && isMap(node) && !isJson(source))) ? ' ' : ''
  return [
    { start: open, end: close, text: pad + adds.map((item) => inline(source, item, open)).join(', ') + pad, depth },
  ]
}

/** Where the first comment is that is in no entry; -1 where there is none. */
function firstComment(text: string, { open, close, entries }: Flow): number {
  const ends = [open, ...entries.map(({ end }) => end)]
  const starts = [...entries.map(({ start }) => start), close]
  return ends.map((from, nth) => commentIn(text, from, starts[nth] ?? close)).find((found) => found >= 0) ?? -1
}
