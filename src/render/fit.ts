/** A part of a comment, from its full form to its shortest; each is made when it is first needed. */
export type Section = readonly (() => string)[]

interface State {
  readonly section: Section
  level: number
  text: string
}

/** What GitHub counts is characters; bytes are never fewer. */
export const size = (text: string): number => Buffer.byteLength(text)

const GAP = 2

/** Joins sections to a text within the limit: while it is too long, the largest that has a shorter form takes it. Null where the shortest forms don't fit. */
export function fit(sections: readonly Section[], limit: number): string | null {
  const states = sections.map((section): State => ({ section, level: 0, text: section[0]?.() ?? '' }))
  const total = (): number => states.reduce((sum, { text }) => sum + size(text) + GAP, 0)
  while (total() > limit) {
    const largest = states.filter(({ section, level }) => level + 1 < section.length).toSorted((a, b) => size(b.text) - size(a.text))[0]
    if (largest === undefined) return null
    largest.level += 1
    largest.text = largest.section[largest.level]?.() ?? ''
  }
  return states
    .map(({ text }) => text)
    .filter((text) => text !== '')
    .join('\n\n')
}
