import type { Value } from '../instance/values.ts'

/** Deep equality of JSON values; the order of keys does not matter. */
export function equal(a: Value, b: Value): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) || Array.isArray(b)) {
    return (
      Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, i) => equal(item, b[i] ?? null))
    )
  }
  const left = a as { readonly [key: string]: Value }
  const right = b as { readonly [key: string]: Value }
  const keys = Object.keys(left)
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && equal(left[key] ?? null, right[key] ?? null))
  )
}

/** Order by code units: the same everywhere, whatever the locale. */
export const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
