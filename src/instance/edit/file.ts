import { meaningOf } from './original.ts'
import { type Value } from '../values.ts'

/** The comment on top of a file that gives editors its schema. */
export function schemaComment(name: string): string {
  return `# yaml-language-server: $schema=../schema/${name.replace(/\.yaml$/, '.schema.json')}\n`
}

/** A file's text, or what a new one starts with. */
export const startOf = (name: string, text: string | undefined): string => text ?? schemaComment(name)

/** The items of the list under a top-level key. */
export function itemsOf(name: string, text: string, key: string): readonly Value[] {
  const root = meaningOf(name, text)
  const list = root instanceof Object ? (root as { readonly [key: string]: Value })[key] : undefined
  return Array.isArray(list) ? list : []
}

const SORTED_ENOUGH = 3

/** Tells where items go: in their place in a list that is sorted by its names, at the end of one that is not. */
export function placesIn(
  items: readonly Value[],
  nameOf: (item: Value) => string,
): (item: Value) => number | undefined {
  const names = items.map(nameOf)
  const sorted =
    names.length >= SORTED_ENOUGH && names.every((name, index) => index === 0 || (names[index - 1] ?? '') <= name)
  return (item) => {
    const name = nameOf(item)
    let [from, to] = sorted ? [0, names.length] : [names.length, names.length]
    while (from < to) {
      const middle = (from + to) >> 1
      if ((names[middle] ?? '') > name) to = middle
      else from = middle + 1
    }
    return from === names.length ? undefined : from
  }
}
