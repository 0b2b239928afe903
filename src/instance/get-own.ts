/** A key of a map that holds names from outside: `toString` is no key of an empty one. */
export function own<Value>(map: { readonly [key: string]: Value } | null | undefined, key: string): Value | undefined {
  return map && Object.hasOwn(map, key) ? map[key] : undefined
}

/** Whether it is an object with keys, and not a list. */
export function isRecord(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
