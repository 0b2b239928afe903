/** Never shown raw: controls, bidirectional overrides, invisible characters, lone surrogates. */
const SIGNS =
  String.raw`[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e` +
  String.raw`\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e0fff}]|\u034f`

const UNSAFE = new RegExp(SIGNS, 'gu')

const code = (char: string): string => (char.codePointAt(0) ?? 0).toString(16).padStart(4, '0')

/** What GitHub's runner would read as a command, at the start of a line or anywhere. */
const COMMAND = /(?<=^|\s)::(?=[a-z][a-z-]*(?:\s|::|$))|##(?=\[)/giu

/** No language puts more marks on a letter; many of them would cover the lines above and below. */
const HEAP = /(?<=\p{M}{6})\p{M}/gu

/** So many blanks move the text behind them out of sight. */
const GAP = /(?<![\p{Zs}\u2800])[\p{Zs}\u2800]{40,}(?=\S)/gu

const numbered = (char: string): string => `\\u${code(char)}`

function tame(text: string): string {
  return text
    .replace(UNSAFE, numbered)
    .replace(HEAP, numbered)
    .replace(GAP, ({ length }) => ` [${length} blanks] `)
    .replace(COMMAND, (mark) => (mark === '::' ? ': :' : '# #'))
}

/** A colour of ours, or an unsafe character, in finished output. */
const UNSTEADY = new RegExp(String.raw`\u001b\[[\d;]*m|(?![\n\t])(?:${SIGNS})`, 'gu')

const units = (char: string): string =>
  Array.from({ length: char.length }, (_, i) => `\\u${char.charCodeAt(i).toString(16).padStart(4, '0')}`).join('')

/** Makes finished output safe, if its parts were not: it controls no terminal and no runner. JSON stays equal. */
export const steady = (text: string): string =>
  text
    .replace(UNSTEADY, (found) => (found.startsWith('\u001b[') ? found : units(found)))
    .replace(/^([^\S\r\n\u2028\u2029]*):(?=:[a-z])/gim, '$1: ')
    .replaceAll('##[', '#\\u0023[')

/** Hostile text on one line: control and invisible characters as numbers, line ends as ⏎. */
export function inline(text: string): string {
  return tame(text.replace(/\r?\n/g, '⏎').replaceAll('\t', ' '))
}

/** Hostile text as lines, each safe to show. */
export function lines(text: string): string[] {
  return text.split(/\r?\n/).map((line) => tame(line.replaceAll('\t', '  ')))
}
