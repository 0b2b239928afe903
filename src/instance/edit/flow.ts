import { lineStart, refuseAt, type Original, type Splice } from './original.ts'
import { commentOfSeveral } from './texts.ts'
import { chunkOf, commentIn, entriesOf, removeChunks, type Collection, type EntryRange } from './layout.ts'

/** Entries that share lines: a run of them without a line end between. */
export interface EntryGroup extends EntryRange {
  readonly first: number
  readonly last: number
  /** Nothing stands before it on its first line. */
  readonly starts: boolean
  /** Nothing but its comma and a comment stands behind it on its last line. */
  readonly ends: boolean
}

/** A list or map in brackets as it stands. */
export interface Flow {
  /** After the opening bracket. */
  readonly open: number
  /** Before the closing bracket. */
  readonly close: number
  readonly entries: readonly EntryRange[]
  readonly groups: readonly EntryGroup[]
  /** Whether a comma stands behind the last entry. */
  readonly trailing: boolean
}

/** Reads how a collection in brackets is laid out. */
export function flowOf({ text }: Original, node: Collection): Flow {
  const [start = 0, end = 0] = node.range ?? []
  const [open, close] = [start + 1, end - 1]
  const entries = entriesOf(node)
  const trailing = commaIn(text, entries.at(-1)?.end ?? close, close) >= 0
  return { open, close, entries, groups: groupsOf(text, open, close, entries), trailing }
}

/** Where the comma between two entries is; -1 where there is none. A comment may hold others. */
function commaIn(text: string, start: number, end: number): number {
  let at = start
  while (at < end && text[at] !== ',') {
    const line = text[at] === '#' ? text.indexOf('\n', at) : at
    at = line < 0 ? end : line + 1
  }
  return at < end ? at : -1
}

const LINE_END = /[ \t]*(?:(,)[ \t]*)?(?:#[^\n]*)?\r?\n/y

/** Whether only a comma and a comment follow an entry on its line; the comma must be there unless it is the last. */
function endsLine(text: string, { end }: EntryRange, close: number, isLast: boolean): boolean {
  LINE_END.lastIndex = end
  const found = LINE_END.exec(text)
  return found !== null && end + found[0].length <= close && (isLast || found[1] === ',')
}

function groupsOf(text: string, open: number, close: number, entries: readonly EntryRange[]): readonly EntryGroup[] {
  const firsts = [...entries.keys()].filter(
    (index) => text.slice(entries[index - 1]?.end ?? open, entries[index]?.start).includes('\n') || index === 0,
  )
  return firsts.flatMap((first, nth): EntryGroup[] => {
    const last = (firsts[nth + 1] ?? entries.length) - 1
    const [from, to] = [entries[first], entries[last]]
    if (!from || !to) return []
    const line = lineStart(text, from.start)
    const starts = line >= open && text.slice(line, from.start).trim() === ''
    return [
      {
        start: from.start,
        end: to.end,
        first,
        last,
        starts,
        ends: endsLine(text, to, close, last === entries.length - 1),
      },
    ]
  })
}

/** Refuses because of a comment that may be about an entry that stays. */
function refuseComment(source: Original, comment: number): never {
  return refuseAt(source, comment, commentOfSeveral)
}

const BEHIND = /[ \t]*(?:,[ \t]*)?#/y

/** Where the comment behind an entry on its line is; -1 where there is none. */
export function commentBehind(text: string, { end }: EntryRange): number {
  BEHIND.lastIndex = end
  const found = BEHIND.exec(text)
  return found ? end + found[0].length - 1 : -1
}

/** Removes some entries in brackets; those with lines of their own go with their commas and comments. */
export function removeFromFlow(source: Original, flow: Flow, removed: ReadonlySet<number>): readonly Splice[] {
  const { groups, close } = flow
  const goneOf = (group: EntryGroup): readonly number[] => indexes(group).filter((index) => removed.has(index))
  const isGone = (group: EntryGroup): boolean => goneOf(group).length > group.last - group.first
  const inPart = groups
    .filter((group) => !isGone(group))
    .flatMap((group) => runsOf(goneOf(group)).map((run) => removeRun(source, flow, group, run)))
  const shared = groups.flatMap((group, nth) =>
    isGone(group) && !isWhole(group) ? [removeGroup(source, flow, nth, group, isGone)] : [],
  )
  const whole = groups.flatMap((group, nth) => (isGone(group) && isWhole(group) ? [nth] : []))
  return [...inPart, ...shared, ...removeChunks(source, groups, whole, lineStart(source.text, close))]
}

/** Whether nothing else stands on the lines of a group. */
export const isWhole = ({ starts, ends }: EntryGroup): boolean => starts && ends

const indexes = ({ first, last }: EntryGroup): readonly number[] =>
  Array.from({ length: last - first + 1 }, (_, nth) => first + nth)

/** Numbers that follow on each other, together. */
function runsOf(numbers: readonly number[]): readonly (readonly number[])[] {
  const runs: number[][] = []
  for (const number of numbers) {
    const run = runs.at(-1)
    if (run?.at(-1) === number - 1) run.push(number)
    else runs.push([number])
  }
  return runs
}

/** Takes some entries out of a line on which others stay. */
function removeRun(source: Original, { entries }: Flow, { last }: EntryGroup, run: readonly number[]): Splice {
  const [from, to] = [run[0] ?? 0, run.at(-1) ?? 0]
  const [first, final, next] = [entries[from], entries[to], entries[to + 1]]
  if (to < last) return { start: first?.start ?? 0, end: next?.start ?? 0, text: '' }
  const comment = commentBehind(source.text, final ?? { start: 0, end: 0 })
  if (comment >= 0) return refuseComment(source, comment)
  return { start: entries[from - 1]?.end ?? 0, end: final?.end ?? 0, text: '' }
}

/** Takes entries out that share their line with a bracket or a comma alone. */
function removeGroup(
  source: Original,
  { open, close, entries, groups }: Flow,
  nth: number,
  group: EntryGroup,
  isGone: (group: EntryGroup) => boolean,
): Splice {
  const { text } = source
  const behind = commentBehind(text, group)
  if (behind >= 0 && behind < close) return refuseComment(source, behind)
  const before = entries[group.first - 1]
  if (!before) {
    const comma = commaIn(text, group.end, close)
    const comment = commentIn(text, open, group.start)
    if (comment >= 0 || commentIn(text, group.end, comma) >= 0)
      return refuseComment(source, comment >= 0 ? comment : commentIn(text, group.end, comma))
    const space = /(?<!\s)\s*$/.exec(text.slice(open, group.start))?.[0].length ?? 0
    return { start: group.start - space, end: comma + 1, text: '' }
  }
  const comment = commentIn(text, before.end, group.start)
  const above = groups[nth - 1]
  const closes = group.starts && group.last === entries.length - 1
  // The lines before it are removed too, with their commas.
  const alone = closes && above !== undefined && isWhole(above) && isGone(above)
  if (comment < 0 && !alone) return { start: before.end, end: group.end, text: '' }
  const lead = chunkOf(text, groups, nth).start < lineStart(text, group.start)
  if (lead || !closes) return refuseComment(source, comment)
  return { start: group.start, end: close, text: '' }
}

/** Removes the comma that would be last in brackets, because all entries behind it are removed. */
export function lastComma(
  { text }: Original,
  { close, entries, groups }: Flow,
  removed: ReadonlySet<number>,
): readonly Splice[] {
  const kept = groups.findLastIndex((group) => indexes(group).some((index) => !removed.has(index)))
  const last = entries[groups[kept]?.last ?? -1]
  if (!last || kept === groups.length - 1) return []
  const comma = commaIn(text, last.end, close)
  return [{ start: comma, end: comma + 1, text: '' }]
}

/** Puts entries in brackets into another order: whole lines, with their comments, where each has lines of its own. */
export function moveInFlow(
  source: Original,
  { open, close, entries, groups }: Flow,
  order: readonly number[],
): readonly Splice[] {
  const { text } = source
  const own = groups.length === entries.length && groups.every(isWhole)
  const ends = [open, ...entries.map(({ end }) => end)]
  const comment = ends
    .map((from, nth) => commentIn(text, from, entries[nth]?.start ?? close))
    .find((found) => found >= 0)
  if (!own && comment !== undefined) return refuseComment(source, comment)
  return order.flatMap((from, to): Splice[] => {
    const [target, origin] = own
      ? [chunkOf(text, groups, to), chunkOf(text, groups, from)]
      : [entries[to], entries[from]]
    const entry = entries[from]
    if (!target || !origin || !entry || from === to) return []
    if (!own) return [{ ...target, text: text.slice(origin.start, origin.end) }]
    const comma = commaIn(text, entries[to]?.end ?? close, target.end) >= 0 ? ',' : ''
    return [
      {
        ...target,
        text:
          text.slice(origin.start, entry.end) + comma + text.slice(entry.end, origin.end).replace(/^([ \t]*),/, '$1'),
      },
    ]
  })
}
