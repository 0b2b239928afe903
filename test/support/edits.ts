import type { EditOptions, FileEdit } from '../../src/instance/edit/changes.ts'
import { edit } from '../../src/instance/edit/edit.ts'
import type { Path } from '../../src/instance/yaml/positions.ts'
import { itemsOf, placesIn, startOf } from '../../src/instance/edit/file.ts'
import { editObjects as editShaped, newFile as newShaped } from '../../src/instance/edit/objects.ts'
import { shapeOf } from '../../src/providers/kinds.ts'
import { refuse } from '../../src/instance/edit/original.ts'
import { type Value } from '../../src/instance/values.ts'
import type { Fields } from '../../src/instance/values.ts'

/** The file that holds a kind. */
export const fileOf = (kind: string): string => shapeOf(kind).file
export const editObjects = editShaped.bind(null, shapeOf)
export const newFile = newShaped.bind(null, shapeOf)

// One edit of one file, or of one object, by the code that makes many at once.

/**
 * Adds an item to the list under a top-level key, as its neighbours are written; makes the key, or the file, where
 * there is none.
 */
export function addItem(
  name: string,
  text: string | undefined,
  key: string,
  item: Value,
  sortedBy?: (item: Value) => string,
): string {
  const start = startOf(name, text)
  const before = sortedBy && placesIn(itemsOf(name, start, key), sortedBy)(item)
  return edit(name, start, [{ op: 'add', list: [key], item, ...(before === undefined ? {} : { before }) }])
}

/**
 * Removes the items that match, with the comments that are theirs. The last one of a block list goes only with a
 * reason.
 */
export function removeItem(
  name: string,
  text: string,
  key: string,
  match: (item: Value) => boolean,
  emptied?: string,
): string {
  const gone = itemsOf(name, text, key).flatMap((item, index) => (match(item) ? [index] : []))
  if (gone.length === 0) return refuse(name, `nothing in ${key} matches`)
  return edit(
    name,
    text,
    gone.map((index) => ({ op: 'remove', path: [key, index] })),
    emptied,
  )
}

/** Sets one field in place, keeping its quotes and its comment; adds it at the end of its map where it is not there. */
export const setField = (name: string, text: string, path: Path, value: Value): string =>
  edit(name, text, [{ op: 'set', path, value }])

/** Removes one field. */
export const removeField = (name: string, text: string, path: Path): string =>
  edit(name, text, [{ op: 'remove', path }])

/**
 * Sets an entry of the map under a top-level key, such as a setting; makes the key, or the file, where there is none.
 */
export const setMapEntry = (name: string, text: string | undefined, key: string, entry: string, value: Value): string =>
  setField(name, startOf(name, text), [key, entry], value)

/** Makes a file's text say what one object should be. */
export function putObject(
  kind: string,
  text: string | undefined,
  id: string,
  fields: Fields,
  extra: Fields = {},
  options: EditOptions = {},
): readonly FileEdit[] {
  return editObjects(
    (file) => (file === fileOf(kind) ? text : undefined),
    [{ ref: `${kind}/${id}`, fields, extra }],
    options,
  )
}

/** Takes one object out of a file's text. */
export function dropObject(kind: string, text: string, id: string, options: EditOptions = {}): readonly FileEdit[] {
  return editObjects(
    (file) => (file === fileOf(kind) ? text : undefined),
    [{ ref: `${kind}/${id}`, fields: null }],
    options,
  )
}
