/** What of a text repeats, by what is nasty about it. */
const UNITS = {
  'no spaces': 'abcdefghijklmnopqrstuvwxyz0123456789',
  'one letter': 'x',
  hexadecimal: '0123456789abcdef',
  base64: 'dGhlIHF1aWNrIGJyb3duIGZveCBqdW1wcw',
  'signs of addresses': '@',
  'halves of addresses': 'a@',
  addresses: 'a.b@c.d',
  dots: '.',
  'dots and an x': '...............x',
  colons: ':',
  'colons and digits': '1:',
  'commands of a runner': ' ::set-output',
  'numbers and dots': '127.0.',
  'half an entity': '&#x',
  entities: '&#x41;&amp;',
  'escaped percent signs': '%25',
  'escapes of JSON': '\\u0041',
  'half an escape of JSON': '\\u',
  backslashes: '\\',
  quotes: '"',
  spaces: ' ',
  'words and spaces': 'a ',
  'spaces and a word': '                                a',
  'line ends': '\n',
  'short lines': 'a\nb\n',
  'carriage returns': '\r',
  tabs: '\t',
  colours: '\u001b[31m',
  'half a colour': '\u001b[',
  'links of a terminal': ';#',
  backticks: '`',
  'longer and longer backticks': '`a``b```c',
  pipes: '|',
  'combining marks': '\u0301\u0323',
  'marks that join': '\u200d\u2764\ufe0f',
  'regional indicators': '\u{1f1e6}',
  'wide letters': '\u6f22',
  'other directions': '\u202e\u2066',
  'lone surrogates': '\ud800',
  'ends of surrogates': '\udc00a',
  'beginnings of tags': '<',
  'ends of links': '](',
  'domains in ASCII form': 'xn--a.',
  dashes: '-',
  hashes: ' #',
  brackets: '[{',
} as const

export type Nasty = keyof typeof UNITS
export const NASTY = Object.keys(UNITS) as Nasty[]

/** What stands before and after, so that nothing that is looked for to an end is found there. */
const AROUND: { readonly [kind in Nasty]?: readonly [string, string] } = {
  'links of a terminal': ['\u001b]', ''],
  spaces: ['a', 'b'],
  tabs: ['a', 'b'],
  'combining marks': ['a', ''],
  dots: ['', 'x'],
}

/** So many characters of the kind. */
export function nasty(kind: Nasty, length: number): string {
  const [before, after] = AROUND[kind] ?? ['', '']
  const room = length - before.length - after.length
  return before + UNITS[kind].repeat(Math.ceil(room / UNITS[kind].length)).slice(0, room) + after
}
