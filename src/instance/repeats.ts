import { LIST_KEYS, REPEATABLE } from './files.gen.ts'

/** The key of a file's list, where an entry may stand in it twice. */
export function repeatableIn(name: string): string | undefined {
  const file = REPEATABLE.find((one) => one === name)
  return file && LIST_KEYS[file]
}

/** A value as text, the same for the same value, whatever the order of its keys. */
const textOf = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(textOf).join(',')}]`
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'undefined'
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${textOf(inner)}`).join(',')}}`
}

/** Whether two entries say the same, field by field. */
export const sameEntry = (a: unknown, b: unknown): boolean => textOf(a) === textOf(b)

/** The indexes of entries that say the same as an earlier one, each with the index of the first. */
export function repeatsIn(entries: readonly unknown[]): ReadonlyMap<number, number> {
  const first = new Map<string, number>()
  const repeats = new Map<number, number>()
  for (const [index, entry] of entries.entries()) {
    const text = textOf(entry)
    const earlier = first.get(text)
    if (earlier === undefined) first.set(text, index)
    else repeats.set(index, earlier)
  }
  return repeats
}
