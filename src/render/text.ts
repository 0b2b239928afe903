/** What must never reach a screen or a comment raw: controls, bidirectional overrides, invisible and unassigned-looking characters, lone surrogates. */
const SIGNS = String.raw`[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e0fff}]|\u034f`
const UNSAFE = new RegExp(SIGNS, 'gu')

const code = (char: string): string => (char.codePointAt(0) ?? 0).toString(16).padStart(4, '0')

/** What the runner of GitHub Actions would take for a command at the start of a line, or anywhere. */
const COMMAND = /(?<=^|\s)::(?=[a-z][a-z-]*(?:\s|::|$))|##(?=\[)/giu

/** No language puts more marks on a letter; a heap of them covers the lines above and below. */
const HEAP = /(?<=\p{M}{6})\p{M}/gu
/** So many blanks put what follows them out of sight. */
const GAP =
  /(?<![ \u00a0\u1680\u2000-\u200a\u202f\u205f\u2800\u3000])[ \u00a0\u1680\u2000-\u200a\u202f\u205f\u2800\u3000]{40,}(?=\S)/gu

const numbered = (char: string): string => `\\u${code(char)}`

function tame(text: string): string {
  return text
    .replace(UNSAFE, numbered)
    .replace(HEAP, numbered)
    .replace(GAP, ({ length }) => ` [${length} blanks] `)
    .replace(COMMAND, (mark) => (mark === '::' ? ': :' : '# #'))
}

/** A colour of ours, or what is unsafe in text that is laid out. */
const UNSTEADY = new RegExp(String.raw`\u001b\[[\d;]*m|(?![\n\t])(?:${SIGNS})`, 'gu')
const units = (char: string): string =>
  Array.from({ length: char.length }, (_, i) => `\\u${char.charCodeAt(i).toString(16).padStart(4, '0')}`).join('')

/** Text that is laid out, on its way out: whatever somebody forgot to make safe steers no terminal and no runner. JSON stays the JSON that it is. */
export const steady = (text: string): string =>
  text
    .replace(UNSTEADY, (found) => (found.startsWith('\u001b[') ? found : units(found)))
    .replace(/^([^\S\r\n\u2028\u2029]*):(?=:[a-z])/gim, '$1: ')
    .replaceAll('##[', '#\\u0023[')

/** Hostile text on one line: what could steer a terminal or hide is shown by its number, line ends as ⏎. */
export function inline(text: string): string {
  return tame(text.replace(/\r?\n/g, '⏎').replaceAll('\t', ' '))
}

/** Hostile text as lines, each safe to show. */
export function lines(text: string): string[] {
  return text.split(/\r?\n/).map((line) => tame(line.replaceAll('\t', '  ')))
}

/** Shortens to so many characters, whole graphemes, with an ellipsis. */
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
  /^[\p{Emoji_Presentation}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff01-\uff60\uffe0-\uffe6]|\ufe0f/u
const ASCII = /^[\x20-\x7e]*$/
const MARKS = /^\p{M}+$/u

/** How many columns a terminal takes for it. */
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

/** "24 December 2026"; null where it is no date. */
export function dayOf(date: string): string | null {
  const time = /^\d{4}-\d\d-\d\d/.test(date) ? Date.parse(date.slice(0, 10)) : Number.NaN
  return Number.isNaN(time) ? null : DAYS.format(time)
}

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
