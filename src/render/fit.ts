import { number } from './text.ts'

/** A part of a comment, from its full form to its shortest; each is made when it is first needed. */
export type Section = readonly (() => string)[]

interface State<Form> {
  readonly section: readonly (() => Form)[]
  level: number
  form: Form
}

/** What GitHub counts is characters; bytes are never fewer. */
export const size = (text: string): number => Buffer.byteLength(text)

const GAP = 2

/** A form of each section: while all together are more than the limit, the largest that has a shorter one takes it. `fits` is false where the shortest are too much. */
export function shrink<Form>(
  sections: readonly (readonly (() => Form)[])[],
  sizeOf: (form: Form) => number,
  limit: number,
): { readonly forms: readonly Form[]; readonly fits: boolean; readonly isShortened: boolean } {
  const states = sections.flatMap((section): State<Form>[] =>
    section.slice(0, 1).map((form) => ({ section, level: 0, form: form() })),
  )
  const left = (): number => limit - states.reduce((sum, { form }) => sum + sizeOf(form), 0)
  while (left() < 0) {
    const largest = states
      .filter(({ section, level }) => level + 1 < section.length)
      .toSorted((a, b) => sizeOf(b.form) - sizeOf(a.form))[0]
    if (largest === undefined) break
    largest.level += 1
    largest.form = largest.section[largest.level]?.() ?? largest.form
  }
  return {
    forms: states.map(({ form }) => form),
    fits: left() >= 0,
    isShortened: states.some(({ level }) => level > 0),
  }
}

/** Joins sections to a text within the limit. Null where the shortest forms don't fit. */
export function fit(sections: readonly Section[], limit: number): string | null {
  const { forms, fits } = shrink(sections, (text) => size(text) + GAP, limit)
  return fits ? forms.filter((text) => text !== '').join('\n\n') : null
}

/** What GitHub takes for a comment or the body of an issue, in characters. */
export const LIMIT = 65_536

/** What stands around a text on a forge. */
export interface Envelope {
  /** In characters, all together; GitHub takes 65,536. */
  readonly limit?: number
  /** The first line, by which we know our own texts again. */
  readonly marker?: string
  /** A block for machines that people don't see; it comes last. */
  readonly hidden?: string
}

/** A text between its marker and its hidden block, all together within the limit; `make` is told the room that is left. */
export function enveloped({ limit = LIMIT, marker, hidden }: Envelope, make: (room: number) => string): string {
  const [head, tail] = [marker === undefined ? '' : `${marker}\n`, hidden === undefined ? '' : `\n\n${hidden}`]
  return `${head}${make(limit - size(head) - size(tail) - 1)}${tail}\n`
}

/** How many of a list its shorter forms name. */
export const shorter = (length: number): readonly number[] => [100, 20, 3, 0].filter((less) => less < length)

/** A list, then shorter beginnings of it with the rest counted. */
export function shortening(items: readonly (() => string)[], glue: string, more: (rest: number) => string): Section {
  const form = (length: number): string =>
    [...items.slice(0, length).map((item) => item()), more(items.length - length)].join(glue)
  return [() => items.map((item) => item()).join(glue), ...shorter(items.length).map((length) => () => form(length))]
}

/** Bullets, as many as fit. */
export const bullets = (items: readonly (() => string)[]): Section =>
  shortening(items, '\n', (rest) => `- … and ${number(rest)} more`)

/** The same frame around each form of a section; an empty section has no frame. */
export const framed = (section: Section, frame: (body: string) => string): Section =>
  section.map((form) => () => frame(form()))
