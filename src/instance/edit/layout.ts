import { isMap, isScalar, isSeq, type CST, type YAMLMap, type YAMLSeq } from 'yaml'
import {
  column,
  isFiller,
  itemEnd,
  lineStart,
  nextLine,
  refuse,
  refuseAt,
  type Original,
  type Splice,
} from './original.ts'
import type { FileStyle } from './render.ts'
import { commentOnLostLine, NOTHING_LEFT } from './texts.ts'

/** An item of a list or a field of a map: from its dash or key to its last character. */
export interface EntryRange {
  readonly start: number
  readonly end: number
}

/** A stretch of the text. */
export interface TextRange {
  readonly start: number
  readonly end: number
}

export type Collection = YAMLMap | YAMLSeq

function blockEntry(item: CST.CollectionItem): EntryRange | undefined {
  const first = item.start.find((token) => !isFiller(token)) ?? item.key
  return first ? { start: first.offset, end: itemEnd(item) } : undefined
}

function flowEntry(item: CST.CollectionItem): EntryRange | undefined {
  const { start, key, sep, value } = item
  if (!key && !sep && !value) return undefined
  const first = start.find((token) => !isFiller(token) && token.type !== 'comma') ?? key ?? sep?.[0] ?? value
  return first ? { start: first.offset, end: itemEnd(item) } : undefined
}

/** True where a collection is written with brackets. */
export const isFlow = (node: Collection): boolean => node.srcToken?.type === 'flow-collection'

/** The entries of a collection, in order. */
export function entriesOf(node: Collection): readonly EntryRange[] {
  const token = node.srcToken
  const entryOf = token?.type === 'flow-collection' ? flowEntry : blockEntry
  const items: readonly CST.CollectionItem[] = token && 'items' in token ? token.items : []
  return items.map(entryOf).filter((entry) => entry !== undefined)
}

/** Where a comment begins between two places that have no text between them; -1 where there is none. */
export function commentIn(text: string, start: number, end: number): number {
  const found = text.slice(start, end).indexOf('#')
  return found < 0 ? -1 : start + found
}

export const lineAt = (text: string, start: number): string =>
  text.slice(start, nextLine(text, start)).replace(/(?<![ \t\r\n])[ \t\r\n]+$/, '')
const commentColumn = (line: string): number => (/^ *#/.test(line) ? line.indexOf('#') : -1)

/** Where the comments directly above an entry begin, if they are the entry's own and not the heading of a group. */
function leadStart(text: string, entries: readonly EntryRange[], index: number, entry: EntryRange): number {
  const first = lineStart(text, entry.start)
  const indent = entry.start - first
  let top = first
  while (top > 0 && commentColumn(lineAt(text, lineStart(text, top - 1))) === indent) top = lineStart(text, top - 1)
  if (top === first) return first
  const belowBlank = top > 0 && lineAt(text, lineStart(text, top - 1)) === ''
  const next = entries[index + 1]
  const group = next !== undefined && lineStart(text, next.start) === nextLine(text, entry.end)
  const headsList = index === 0 && !belowBlank
  return headsList || (belowBlank && group) ? first : top
}

/** The whole lines of a block entry, with its own comments: directly above it, or below it and indented deeper. */
export function chunkOf(text: string, entries: readonly EntryRange[], index: number): TextRange {
  const entry = entries[index]
  if (!entry) return { start: text.length, end: text.length }
  const indent = column(text, entry.start)
  let end = nextLine(text, entry.end)
  while (end < text.length && commentColumn(lineAt(text, end)) > indent) end = nextLine(text, end)
  return { start: leadStart(text, entries, index, entry), end }
}

/** Removes the lines of entries, and the blank line that would be left over. Their collection ends at `bottom`. */
export function removeChunks(
  { text }: Original,
  entries: readonly EntryRange[],
  removed: readonly number[],
  bottom = text.length,
): readonly Splice[] {
  return runsOf(
    text,
    entries,
    removed.toSorted((a, b) => a - b),
  ).map(({ first, last, ...chunk }) => {
    let { start, end } = chunk
    const floor = first > 0 ? nextLine(text, entries[first - 1]?.end ?? 0) : 0
    const above = start > floor ? lineStart(text, start - 1) : -1
    const blankAbove = above >= floor && lineAt(text, above) === ''
    const heading = start > 0 && commentColumn(lineAt(text, lineStart(text, start - 1))) >= 0
    const blankBelow = end < text.length && lineAt(text, end) === ''
    if (blankAbove && (blankBelow || end === bottom)) start = above
    else if (first === 0 && blankBelow && !heading && last < entries.length - 1) end = nextLine(text, end)
    return { start, end, text: '' }
  })
}

interface Run extends TextRange {
  readonly first: number
  readonly last: number
}

/** Entries that stand together, with nothing but blank lines between them. */
function runsOf(text: string, entries: readonly EntryRange[], indexes: readonly number[]): readonly Run[] {
  const runs: Run[] = []
  for (const index of indexes) {
    const { start, end } = chunkOf(text, entries, index)
    const before = runs.at(-1)
    if (before?.last === index - 1 && text.slice(before.end, start).trim() === '')
      runs.splice(-1, 1, { ...before, last: index, end })
    else runs.push({ first: index, last: index, start, end })
  }
  return runs
}

/** Removes the first fields of a list's item: the next field moves up to the dash. */
function removeFirstFields(source: Original, entries: readonly EntryRange[], count: number): Splice {
  const [first, next] = [entries[0], entries[count]]
  if (!first || !next) return refuse(source.name, NOTHING_LEFT)
  const comment = entries
    .slice(0, count)
    .map(({ end }, nth) => commentIn(source.text, end, entries[nth + 1]?.start ?? end))
    .find((found) => found >= 0)
  if (comment !== undefined) refuseAt(source, comment, commentOnLostLine)
  return { start: first.start, end: next.start, text: '' }
}

/** Takes entries out of a block collection. */
export function removeEntries(source: Original, node: Collection, removed: ReadonlySet<number>): readonly Splice[] {
  const { text } = source
  const entries = entriesOf(node)
  const [first] = entries
  const shared = first !== undefined && text.slice(lineStart(text, first.start), first.start).trim() !== ''
  const count = shared ? entries.findIndex((_, index) => !removed.has(index)) : 0
  const whole = removeChunks(
    source,
    entries,
    [...removed].filter((index) => index >= count),
  )
  return count === 0 ? whole : [removeFirstFields(source, entries, count), ...whole]
}

const SAMPLE = 20

/** True where the entries of a list stand apart by blank lines. */
export function isSpaced(text: string, entries: readonly EntryRange[]): boolean {
  const near = entries.slice(-SAMPLE)
  const gaps = near.slice(1).map((entry, index) => text.slice(near[index]?.end ?? 0, entry.start))
  return gaps.length > 0 && gaps.filter((gap) => /\n[ \t]*\r?\n/.test(gap)).length * 2 > gaps.length
}

/** How the items near a place in a list are written, so that a new one looks like them. */
export function styleNear(source: Original, list: YAMLSeq | undefined, index: number): FileStyle {
  const near = list?.items.slice(Math.max(0, index - SAMPLE), Math.max(1, index)).filter(isMap) ?? []
  const braces = near
    .map((item) => item.range?.[0])
    .filter((start) => start !== undefined && source.text[start] === '{')
  return {
    padded: braces.every((start) => /\s/.test(source.text[(start ?? 0) + 1] ?? '')),
    mannerOf: (key) => {
      const values = near.map((item) => item.get(key, true)).filter((value) => value !== undefined)
      const types = new Set(values.map((value) => (isScalar(value) ? value.type : undefined)))
      const [type] = types
      const flow = values.length > 0 && values.every((value) => isSeq(value) && value.flow === true)
      return { ...(types.size === 1 && type ? { type } : {}), flow }
    },
  }
}
