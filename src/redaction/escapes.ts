/** A text as its UTF-16 units: it is searched many times, without making strings. */
export type Units = Uint16Array

/** An escaped character and the length of its escape, in one number: a text may have a million of them. */
const found = (point: number, length: number): number => (point <= 0x10ffff ? point * 16 + length : 0)

/** Removes one layer of escapes of JSON, HTML, URLs and shells, in one pass. */
export function unescaped(text: Units): Units {
  const shown = new Uint16Array(text.length)
  let size = 0
  for (let at = 0; at < text.length;) {
    const unit = text[at] ?? 0
    const escape = begins(unit) ? escapeAt(text, at) : 0
    const point = escape === 0 ? unit : Math.floor(escape / 16)
    at += escape === 0 ? 1 : escape % 16
    if (point > 0xffff) shown[size++] = 0xd800 + ((point - 0x10000) >> 10)
    shown[size++] = point > 0xffff ? 0xdc00 + (point & 0x3ff) : point
  }
  return size === text.length ? text : shown.subarray(0, size)
}

const code = (sign: string): number => sign.charCodeAt(0)
const [PERCENT, AND, BACKSLASH, HASH, BRACE, X, U] = [
  code('%'),
  code('&'),
  code('\\'),
  code('#'),
  code('{'),
  code('x'),
  code('u'),
]
const [QUOTE, SLASH, SEMICOLON, BRACE_END, ZERO, ONE] = [
  code('"'),
  code('/'),
  code(';'),
  code('}'),
  code('0'),
  code('1'),
]

const begins = (unit: number): boolean => unit === PERCENT || unit === AND || unit === BACKSLASH
/** Letters in one case. */
const lower = (unit: number | undefined): number => (unit ?? 0) | 32

function escapeAt(text: Units, at: number): number {
  if (text[at] === PERCENT) return exactly(text, at, at + 1, 2, 0x7f)
  return text[at] === AND ? entityAt(text, at) : slashAt(text, at)
}

/** The letters of escapes for white space: `\n`, `\r`, `\t`, `\b`, `\f` and `\v`. */
const FOLDS = new Set(Array.from('nrtbfv', code))

/** `\"`, `\u0041`, `\u{41}`, `\x41`, `\101` and `\n`. */
function slashAt(text: Units, at: number): number {
  const next = text[at + 1] ?? 0
  if (FOLDS.has(next)) return found(0x20, 2)
  if (next === BACKSLASH || next === QUOTE || next === SLASH) return found(next, 2)
  if (lower(next) === X) return exactly(text, at, at + 2, 2, 0x7f)
  if (lower(next) === U && text[at + 2] === BRACE) return closed(text, at, at + 3, 16, BRACE_END)
  if (lower(next) === U) return exactly(text, at, at + 2, 4, 0xffff)
  return next === ZERO || next === ONE ? exactly(text, at, at + 1, 3, 0x7f, 8) : 0
}

const NAMED = Object.entries({
  'quot;': '"',
  'lt;': '<',
  'gt;': '>',
  'amp;': '&',
  'apos;': "'",
  'nbsp;': ' ',
  'newline;': ' ',
  'tab;': ' ',
  'shy;': ' ',
  'zwj;': ' ',
  'zwnj;': ' ',
}).map(([name, sign]) => ({ name: Array.from(name, code), sign: code(sign) }))

/** `&quot;`, `&#65;` and `&#x41;`. */
function entityAt(text: Units, at: number): number {
  if (text[at + 1] !== HASH) {
    const named = NAMED.find(({ name }) => name.every((unit, i) => lower(text[at + 1 + i]) === unit))
    return named === undefined ? 0 : found(named.sign, named.name.length + 1)
  }
  const isHex = lower(text[at + 2]) === X
  return closed(text, at, at + (isHex ? 3 : 2), isHex ? 16 : 10, SEMICOLON)
}

/** An escape with exactly so many digits. */
function exactly(text: Units, start: number, from: number, digits: number, most: number, base = 16): number {
  let point = 0
  for (let at = from; at < from + digits; at += 1) {
    const digit = digitOf(text[at])
    if (digit >= base) return 0
    point = point * base + digit
  }
  return point > most ? 0 : found(point, from + digits - start)
}

const MAX_DIGITS = 7

/** An escape whose digits end with a closing character. */
function closed(text: Units, start: number, from: number, base: number, end: number): number {
  let point = 0
  let at = from
  for (; at < from + MAX_DIGITS && digitOf(text[at]) < base; at += 1) point = point * base + digitOf(text[at])
  return at > from && text[at] === end ? found(point, at + 1 - start) : 0
}

/** The value of a hexadecimal digit; 99 if it is none. */
function digitOf(unit = 0): number {
  if (unit >= 48 && unit <= 57) return unit - 48
  return lower(unit) >= 97 && lower(unit) <= 102 ? lower(unit) - 87 : 99
}
