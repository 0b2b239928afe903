import { unescaped, type Units } from './escapes.ts'

/** Escaped text may have been escaped before. */
const ROUNDS = 3

/** A text unchanged, then without one layer of escapes after another. */
export function* viewsOf(text: string): Generator<Units> {
  let view = bare(text)
  yield view
  for (let round = 0; round < ROUNDS; round += 1) {
    const next = unescaped(view)
    if (next === view) return
    view = seen(next)
    yield view
  }
}

/** A text without white space, invisible characters and colours. */
export function bare(text: string): Units {
  const units = new Uint16Array(text.length)
  for (let at = 0; at < text.length; at += 1) units[at] = text.charCodeAt(at)
  return seen(units)
}

/** White space and invisible characters: blanks, controls, joiners, marks of direction. */
const UNSEEN = new Uint8Array(0x10000)
const RANGES = [
  0, 0x20, 0x7f, 0xa0, 0xad, 0xad, 0x34f, 0x34f, 0x61c, 0x61c, 0x115f, 0x1160, 0x1680, 0x1680, 0x17b4, 0x17b5, 0x180b,
  0x180f, 0x2000, 0x200f, 0x2028, 0x202f, 0x205f, 0x206f, 0x3000, 0x3000, 0x3164, 0x3164, 0xfe00, 0xfe0f, 0xfeff,
  0xfeff, 0xffa0, 0xffa0, 0xfff9, 0xfffb,
]
for (let i = 0; i < RANGES.length; i += 2) UNSEEN.fill(1, RANGES[i], (RANGES[i + 1] ?? 0) + 1)
/** The first half of every tag and of the rarer variation selectors. */
const TAG = 0xdb40

function seen(text: Units): Units {
  const kept = new Uint16Array(text.length)
  let size = 0
  for (let at = 0; at < text.length; at += 1) {
    const unit = text[at] ?? 0
    if (unit === TAG) at += 1
    else if (UNSEEN[unit] === 0) kept[size++] = unit
    else if (unit === 0x1b || unit === 0x9b) at = endOfColour(text, at)
  }
  return size === text.length ? text : kept.subarray(0, size)
}

/** The last unit of a terminal's colour code, `ESC [ 31 m`; the first if it is no such code. */
function endOfColour(text: Units, start: number): number {
  let at = start + 1
  if (text[start] === 0x1b && text[at++] !== 0x5b) return start
  while (isAmong(text[at], 0x30, 0x3f)) at += 1
  while (isAmong(text[at], 0x20, 0x2f)) at += 1
  return isAmong(text[at], 0x40, 0x7e) ? at : start
}

const isAmong = (unit: number | undefined, first: number, last: number): boolean =>
  unit !== undefined && unit >= first && unit <= last

/** Letters and digits alone, in lower case: finds secrets with other characters between them. */
export function alphanumeric(view: Units): Units {
  const kept = new Uint16Array(view.length)
  let size = 0
  for (const unit of view) {
    const lower = isAmong(unit, 65, 90) ? unit + 32 : unit
    if (isAmong(lower, 97, 122) || isAmong(lower, 48, 57)) kept[size++] = lower
  }
  return kept.subarray(0, size)
}
