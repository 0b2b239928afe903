import { isMap, isScalar, isSeq } from 'yaml'
import type { Document } from 'yaml'
import { compose, hasTooManyLines, nothingSeen } from './compose.ts'
import { placesIn } from './positions.ts'
import type { Path, Places } from './positions.ts'
import { refusals } from './forbidden.ts'
import type { PositionOf } from './syntax.ts'

/** How many entries are parsed at a time. */
const ENTRIES = 100
/** A dash alone on its line, and a comment below it: the parser judges what follows by more than a part holds. */
const BARE_DASH = /^ *-[ \t]*(?:#[^\n]*)?\r?\n(?:[ \t]*\r?\n)*[ \t]*#/m
/** A key that is written in the long way, or is empty: the parser judges a list below it otherwise when it is short. */
const ODD_KEY = /^[ \t]*[:?](?:[ \t\r]|$)/m
/** How long the text above the list may be: it is parsed again with every part. */
const MAX_HEAD = 4096

/** A long list in parts. Each part is a file: the text above the list, some entries, in the last one all below. */
interface Cut {
  readonly head: string
  /** The offset of the first entry's dash. */
  readonly dash: number
  /** Where the entries of each part begin and end. */
  readonly spans: readonly (readonly [start: number, end: number])[]
}

/** A part that was parsed. */
interface Part {
  /** The key of the list. */
  readonly name: string
  /** How many entries the parts before it have. */
  readonly before: number
  readonly places: Places
}

/**
 * Parses a file that is one long list a few entries at a time: nodes need a hundred times the memory of their values.
 * Undefined if the file is no such list, has any error, or can only be parsed as a whole.
 */
export function parseInParts(
  text: string,
  at: PositionOf,
  entries = ENTRIES,
): (Places & { readonly value: unknown }) | undefined {
  const cut = cutOf(text, entries)
  if (cut === undefined || ODD_KEY.test(cut.head) || BARE_DASH.test(text) || hasTooManyLines(text)) return undefined
  const seen = nothingSeen()
  const list: unknown[] = []
  const parts: Part[] = []
  let value: Record<string, unknown> = {}
  for (const span of cut.spans) {
    const textOf = (): string => cut.head + text.slice(...span)
    const part = textOf()
    const composed = compose(part, seen)
    if (composed.state !== 'composed' || seen.anchor || refusals(composed.document, part, at).length > 0)
      return undefined
    const name = listAt(composed.document, cut.dash)
    if (name === undefined) return undefined
    value = composed.document.toJS() as Record<string, unknown>
    parts.push({ name, before: list.length, places: placesIn(textOf, shifted(at, cut, span[0] - cut.head.length)) })
    for (const entry of value[name] as readonly unknown[]) list.push(entry)
    value[name] = list
  }
  const last = parts.at(-1)
  return last === undefined ? undefined : { value, ...placesByPart(parts, last) }
}

function cutOf(text: string, entries: number): Cut | undefined {
  const first = /(?<=^|\n) *- /.exec(text)
  if (first === null || first.index + first[0].length > MAX_HEAD) return undefined
  const indent = first[0].length - '- '.length
  const starts = [first.index, ...cuts(text, first.index, indent).filter((_, nth) => nth % entries === entries - 1)]
  if (starts.length === 1) return undefined
  return {
    head: text.slice(0, first.index),
    dash: first.index + indent,
    spans: starts.map((start, nth) => [start, starts[nth + 1] ?? text.length]),
  }
}

/**
 * Yields where a list can be cut. Only entries begin with a dash at its indent, until a line is indented less.
 * Comments above an entry belong to it or to the one before, so it is not cut there.
 */
function* cuts(text: string, from: number, indent: number): Generator<number> {
  let commented = true
  for (let start = from, end = from; start < text.length; start = end) {
    end = text.indexOf('\n', start) + 1 || text.length
    const line = text.slice(start, end)
    const ink = line.search(/[^ \t\r\n]/)
    if (ink < 0) continue
    if (line[ink] !== '#') {
      const entry = ink === indent && /^-[ \t\r\n]/.test(line.slice(ink))
      if (ink < indent || (ink === indent && !entry)) return
      if (entry && !commented) yield start
    }
    commented = line[ink] === '#'
  }
}

/** The top-level key whose list begins at that dash. */
function listAt({ contents }: Document.Parsed, dash: number): string | undefined {
  const pair = isMap(contents)
    ? contents.items.find(({ value }) => isSeq(value) && value.range?.[0] === dash)
    : undefined
  return isScalar(pair?.key) ? String(pair.key.value) : undefined
}

/** Maps offsets in a part to positions in the file: those in the head and at the first dash stay the same. */
function shifted(at: PositionOf, { dash }: Cut, by: number): PositionOf {
  const moved = (offset: number): number => (offset > dash ? offset + by : offset)
  return (start, end) => at(moved(start), moved(end))
}

/** Answers from the part that holds the path; from the last part for anything that is in no entry. */
function placesByPart(parts: readonly Part[], last: Part): Places {
  const ask = <Found>(path: Path, question: (places: Places, path: Path) => Found): Found => {
    const [key, index, ...rest] = path
    if (String(key) !== last.name || index === undefined) return question(last.places, path)
    const { before, places } = parts.findLast(({ before }) => before <= Number(index)) ?? last
    return question(places, [last.name, Number(index) - before, ...rest])
  }
  return {
    position: (path) => ask(path, (places, inside) => places.position(inside)),
    keyPosition: (path) => ask(path, (places, inside) => places.keyPosition(inside)),
    typed: (path) => ask(path, (places, inside) => places.typed(inside)),
    release: () => {
      for (const { places } of parts) places.release()
    },
  }
}
