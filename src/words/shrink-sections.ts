interface State<Form> {
  readonly section: readonly (() => Form)[]
  level: number
  form: Form
}

/** Shortens the largest section until all fit the limit; `fits` is false if the shortest forms don't fit. */
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

/** How many items the shorter forms of a list name. */
export const shorter = (length: number): readonly number[] => [100, 20, 3, 0].filter((less) => less < length)
