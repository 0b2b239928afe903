import type { Params } from './params.ts'

const BIGGEST = 2n ** 63n - 1n

/**
 * Text as Ruby makes a number of it: the digits at its start, after blanks and a sign, with single underscores between
 * them; else 0.
 */
export function rubyInteger(text: string): bigint {
  return BigInt((/^\s*([+-]?\d+(?:_\d+)*)/.exec(text)?.[1] ?? '0').replaceAll('_', '').replace('+', ''))
}

/** Whether a column of ids can hold it. */
export const fitsColumn = (value: bigint): boolean => value <= BIGGEST && value >= -BIGGEST - 1n

/** A parameter as it came, where Rails permits it; other shapes than scalars count as absent. */
export function scalarParam(params: Params, name: string): string | number | boolean | null | undefined {
  const value = params[name]
  return value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? value
    : undefined
}

/** A parameter as text, the way Rails casts scalars. */
export function textParam(params: Params, name: string): string | null | undefined {
  const value = scalarParam(params, name)
  if (typeof value === 'boolean') return value ? 't' : 'f'
  return typeof value === 'number' ? String(value).replace(/^(-?\d)e/, '$1.0e') : value
}

/** A parameter as a boolean: "" is null, a few words are false, any other is true. */
export function booleanParam(params: Params, name: string): boolean | null | undefined {
  const text = textParam(params, name)
  if (text === undefined || text === null) return text
  return text === '' ? null : !['false', '0', 'f', 'F', 'FALSE', 'off', 'OFF'].includes(text)
}

/**
 * A parameter as a value of an enum: a name, or the number behind one. What is neither stays as it is, for the model to
 * refuse.
 */
export function enumParam(
  params: Params,
  name: string,
  numbers: Readonly<Record<string, number>>,
): ReturnType<typeof scalarParam> {
  const value = scalarParam(params, name)
  if (value === '') return null
  return typeof value === 'number' ? (Object.keys(numbers).find((key) => numbers[key] === value) ?? value) : value
}

/** An id as Rails casts it; one that no row can have is 0. */
export function idParam(params: Params, name: string): string {
  const id = rubyInteger(textParam(params, name) ?? '')
  return fitsColumn(id) ? String(id) : '0'
}

/**
 * Seconds from now as a time: a blank one means no end, a word counts as 0, and `true` can't be counted. Absent stays
 * absent.
 */
export function expiryParam(params: Params, name: string): string | null | undefined {
  const value = scalarParam(params, name)
  if (value === undefined) return undefined
  if (value === null || value === false || (typeof value === 'string' && value.trim() === '')) return null
  if (value === true) throw new TypeError("undefined method 'to_i' for true")
  const seconds = typeof value === 'number' ? Math.trunc(value) : Number(rubyInteger(value))
  return new Date(Date.now() + seconds * 1000).toISOString()
}
