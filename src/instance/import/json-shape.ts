import type { ListReading } from './row.ts'

/** The line of a value that comes later than the ones asked for before; without one, where the last one was. */
export type LineOf = (written?: string) => number

/** Makes rows of one shape of JSON; undefined where the value has another one. */
export type JsonShape = (
  value: unknown,
  at: { readonly file: string; readonly lineOf: LineOf },
) => ListReading | undefined

/** The members of an object by name, in a map: a name may be any word, `constructor` too. */
export const membersOf = (value: unknown): ReadonlyMap<string, unknown> | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? new Map(Object.entries(value)) : undefined

/** A text that says something. */
export const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined
