const DAY = /^\d{4}-\d{2}-\d{2}$/
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?Z$/

/** The first moment in UTC of a day such as `2026-12-24`; undefined if the calendar has no such day. */
export function parseDay(text: string): Date | undefined {
  const date = new Date(`${text}T00:00:00Z`)
  return DAY.test(text) && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text) ? date : undefined
}

/** The moment of a day, or of a time in UTC such as `2026-12-24T18:00:00Z`. */
export function parseMoment(text: string): Date | undefined {
  if (!TIME.test(text)) return parseDay(text)
  const date = new Date(text)
  return Number.isNaN(date.getTime()) || parseDay(text.slice(0, 10)) === undefined ? undefined : date
}
