import { shorter, shrink } from '../words/shrink-sections.ts'
import { number } from '../words/text.ts'

/** A part of a comment, from its full form to its shortest; each form is made only when needed. */
export type CommentSection = readonly (() => string)[]

/** GitHub counts characters; bytes are never fewer. */
export const size = (text: string): number => Buffer.byteLength(text)

const GAP = 2

/** Joins sections to a text within the limit; null if even the shortest forms don't fit. */
export function fit(sections: readonly CommentSection[], limit: number): string | null {
  const { forms, fits } = shrink(sections, (text) => size(text) + GAP, limit)
  return fits ? forms.filter((text) => text !== '').join('\n\n') : null
}

/** The longest comment or issue that GitHub accepts, in characters. */
export const LIMIT = 65_536

/** What surrounds a text on a forge. */
export interface Envelope {
  /** In characters, all together. */
  readonly limit?: number
  /** The first line: it marks a text as ours. */
  readonly marker?: string
  /** A block for machines that people don't see; it comes last. */
  readonly hidden?: string
}

/** A text between its marker and its hidden block, together within the limit; `make` gets the room that is left. */
export function enveloped({ limit = LIMIT, marker, hidden }: Envelope, make: (room: number) => string): string {
  const [head, tail] = [marker === undefined ? '' : `${marker}\n`, hidden === undefined ? '' : `\n\n${hidden}`]
  return `${head}${make(limit - size(head) - size(tail) - 1)}${tail}\n`
}

/** A list, then shorter beginnings of it with the rest counted. */
export function shortening(
  items: readonly (() => string)[],
  glue: string,
  more: (rest: number) => string,
): CommentSection {
  const form = (length: number): string =>
    [...items.slice(0, length).map((item) => item()), more(items.length - length)].join(glue)
  return [() => items.map((item) => item()).join(glue), ...shorter(items.length).map((length) => () => form(length))]
}

/** Bullets, as many as fit. */
export const bullets = (items: readonly (() => string)[]): CommentSection =>
  shortening(items, '\n', (rest) => `- … and ${number(rest)} more`)

/** The same frame around each form of a section; an empty section has no frame. */
export const framed = (section: CommentSection, frame: (body: string) => string): CommentSection =>
  section.map((form) => () => frame(form()))
