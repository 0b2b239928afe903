import { edit, type Path } from './edit.ts'
import { meaningOf, refuse, type Value } from './original.ts'

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
export function placesIn(items: readonly Value[], nameOf: (item: Value) => string): (item: Value) => number | undefined {
  const names = items.map(nameOf)
  const sorted = names.length >= SORTED_ENOUGH && names.every((name, index) => index === 0 || (names[index - 1] ?? '') <= name)
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

/** Adds an item to the list under a top-level key, as its neighbours are written; makes the key, or the file, where there is none. */
export function addItem(name: string, text: string | undefined, key: string, item: Value, sortedBy?: (item: Value) => string): string {
  const start = startOf(name, text)
  const before = sortedBy && placesIn(itemsOf(name, start, key), sortedBy)(item)
  return edit(name, start, [{ op: 'add', list: [key], item, ...(before === undefined ? {} : { before }) }])
}

/** Removes the items that match, with the comments that are theirs. The last one of a block list goes only with a reason. */
export function removeItem(name: string, text: string, key: string, match: (item: Value) => boolean, emptied?: string): string {
  const gone = itemsOf(name, text, key).flatMap((item, index) => (match(item) ? [index] : []))
  if (gone.length === 0) return refuse(name, `nothing in ${key} matches`)
  return edit(name, text, gone.map((index) => ({ op: 'remove', path: [key, index] })), emptied)
}

/** Sets one field in place, keeping its quotes and its comment; adds it at the end of its map where it is not there. */
export const setField = (name: string, text: string, path: Path, value: Value): string => edit(name, text, [{ op: 'set', path, value }])

/** Removes one field. */
export const removeField = (name: string, text: string, path: Path): string => edit(name, text, [{ op: 'remove', path }])

/** Sets an entry of the map under a top-level key, such as a setting; makes the key, or the file, where there is none. */
export const setMapEntry = (name: string, text: string | undefined, key: string, entry: string, value: Value): string =>
  setField(name, startOf(name, text), [key, entry], value)
