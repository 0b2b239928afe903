/** Shortens a text to so many characters, never inside a grapheme, with an ellipsis. */
export function clip(text: string, length: number): string {
  if (text.length <= length) return text
  let kept = ''
  for (const { segment } of GRAPHEMES.segment(text.slice(0, length + 40))) {
    if (kept.length + segment.length >= length) break
    kept += segment
  }
  return `${kept}…`
}

const GRAPHEMES = new Intl.Segmenter('en')

const WIDE =
  /^[\p{EPres}\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\u3000-\u303f\uff01-\uff60\uffe0-\uffe6]|\ufe0f/u

const ASCII = /^[\x20-\x7e]*$/

const MARKS = /^\p{M}+$/u

/** How many terminal columns a text takes. */
export function width(text: string): number {
  if (ASCII.test(text)) return text.length
  let columns = 0
  for (const { segment } of GRAPHEMES.segment(text)) columns += MARKS.test(segment) ? 0 : WIDE.test(segment) ? 2 : 1
  return columns
}

const NUMBERS = new Intl.NumberFormat('en')

/** 1234 as "1,234". */
export const number = (n: number): string => NUMBERS.format(n)

/** "1 follow", "1,234 follows". */
export const count = (n: number, one: string, many: string): string => `${number(n)} ${n === 1 ? one : many}`

/** "a, b and c". */
export function listed(items: readonly string[]): string {
  return items.length < 2 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} and ${items.at(-1) ?? ''}`
}

const DAYS = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' })

/** "24 December 2026"; null if it is no date. */
export function dayOf(date: string): string | null {
  const time = /^\d{4}-\d\d-\d\d/.test(date) ? Date.parse(date.slice(0, 10)) : Number.NaN
  return Number.isNaN(time) ? null : DAYS.format(time)
}

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
