import type { Sentence } from '../words/describe-step.ts'
import { clip } from '../words/text.ts'
import { inline } from '../redaction/neutralise.ts'

/** Longer names are cut. */
const MAX_NAME = 300

/** Hostile text as a code span: no mention, link, issue or markup works in it, nor in a table. */
export function code(text: string): string {
  const shown = clip(inline(text), MAX_NAME)
  if (shown.trim() === '') return '<code>&#32;</code>'
  if (!/[`|\\]/.test(shown)) return `\`${shown}\``
  return `<code>${shown.replace(/[^\p{L}\p{N} ]/gu, (char) => `&#${char.codePointAt(0) ?? 32};`)}</code>`
}

/** Punctuation before a word and after it. */
const [LEADING, TRAILING] = [new Set('("\'“‘'), new Set('.,:;!?)"\'”’…')]
const WORD = /^(?=.*[\p{L}\p{N}–—…→])[\p{L}\p{N}\p{M}'’%,/…–—→-]+$/u
/** Words that GitHub links by themselves: commits, issues, addresses. */
const LINKED = /^[0-9a-f]{7,}$|^gh-\d+$|www/i

/** Longer sentences are cut. */
const MAX_SENTENCE = 4000

interface Token {
  readonly lead: string
  readonly core: string
  readonly trail: string
  readonly plain: boolean
}

/** A sentence of ours that may hold hostile names: what is not a plain word becomes a code span. */
export function prose(text: string): string {
  if (text.trim() === '') return '(no words)'
  return inline(clip(text, MAX_SENTENCE))
    .split(/\s+/)
    .filter((word) => word !== '')
    .map(tokenOf)
    .reduce<Token[]>(joined, [])
    .map(({ lead, core, trail, plain }) => lead + (plain ? core : code(core)) + trail)
    .join(' ')
}

/** Neighbours that are both code are one piece. */
function joined(done: Token[], next: Token): Token[] {
  const last = done.at(-1)
  const fits = last && !last.plain && next.lead === '' && (isKey(last) || (last.trail === '' && !next.plain))
  if (fits) done.splice(-1, 1, { ...last, core: `${last.core}${last.trail} ${next.core}`, trail: next.trail })
  else done.push(next)
  return done
}

/** `accept_severed_relationships: 31` is one piece. */
const isKey = ({ core, trail }: Token): boolean =>
  trail === ':' && core.slice(1, -1).includes('_') && /^\w+$/.test(core)

function tokenOf(word: string, index: number): Token {
  let [start, end] = [0, word.length]
  while (LEADING.has(word.charAt(start))) start += 1
  while (end > start && TRAILING.has(word.charAt(end - 1))) end -= 1
  const [lead, core, trail] = [word.slice(0, start), word.slice(start, end), word.slice(end)]
  // "1." at the beginning would be a list.
  const isItem = index === 0 && /^\d+[.)]/.test(core + trail)
  return { lead, core, trail, plain: core === '' || (WORD.test(core) && !LINKED.test(core) && !isItem) }
}

/** A fence that nothing inside it can close. */
export function fence(lines: readonly string[], language: string): string {
  const runs = lines.join('\n').match(/`+/g) ?? []
  const ticks = '`'.repeat(Math.max(3, ...runs.map((run) => run.length + 1)))
  return `${ticks}${language}\n${lines.join('\n')}\n${ticks}`
}

const percent = (char: string): string =>
  encodeURIComponent(char).replace(/[()*!']/g, (mark) => `%${mark.charCodeAt(0).toString(16)}`)

/** A link if the address is one of the web; else the words alone. The words must be ours or made safe. */
export function link(words: string, address: string | undefined): string {
  const url = address === undefined ? null : URL.parse(address)
  if (url === null || !/^https?:$/.test(url.protocol)) return words
  return `[${words}](${url.href.replace(/[^\w:/?#&=.~%+-]/g, percent)})`
}

/** A box that GitHub sets apart by its colour. */
export const alert = (look: 'NOTE' | 'IMPORTANT' | 'WARNING' | 'CAUTION', body: string): string =>
  [`[!${look}]`, ...body.split('\n')].map((line) => `> ${line}`.trimEnd()).join('\n')

export const details = (summary: string, body: string): string =>
  `<details><summary>${summary}</summary>\n\n${body}\n\n</details>`

export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')

/** A sentence with its names as code. */
export const marked = (parts: Sentence): string =>
  parts.map((part) => (typeof part === 'string' ? part : code(part.name))).join('')
