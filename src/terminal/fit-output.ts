import { shrink, shorter } from '../words/shrink-sections.ts'
import { blank, line, span, type Line } from '../words/layout.ts'
import { number } from '../words/text.ts'

/** A part of a terminal's output, from its full form to its shortest. */
export type OutputPart = readonly (() => readonly Line[])[]

/** Longer output is shortened; what can't be undone, weakens or is refused is still named. */
const MOST_LINES = 200

/** Joins parts with a blank line between them; in full if `whole` is set or there is room. */
export function shortened(
  parts: readonly OutputPart[],
  whole: boolean,
): { readonly lines: readonly Line[]; readonly isShortened: boolean } {
  const { forms, isShortened } = shrink(parts, (form) => form.length, whole ? Number.POSITIVE_INFINITY : MOST_LINES)
  const lines = forms.filter((form) => form.length > 0).flatMap((form, i) => (i === 0 ? form : [blank, ...form]))
  return { lines, isShortened }
}

/** A list, then shorter beginnings of it with the rest counted. */
export function beginnings(items: readonly (readonly Line[])[]): OutputPart {
  const more = (rest: number): Line => line(2, span(`… and ${number(rest)} more`, 'dim'))
  return [
    () => items.flat(),
    ...shorter(items.length).map((length) => () => [...items.slice(0, length).flat(), more(items.length - length)]),
  ]
}

/** Puts the same lines around each form; an empty part gets none. */
export const within = (before: readonly Line[], part: OutputPart, after: readonly Line[] = []): OutputPart =>
  part.map((form) => () => [...before, ...form(), ...after])
