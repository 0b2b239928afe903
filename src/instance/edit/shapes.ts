import type { Field } from '../field.ts'
import type { Fields, Value } from '../values.ts'

export type Item = { readonly [key: string]: Value }

/** How a kind's objects stand in a file. */
export type Shape = ListShape | MapShape | OrderShape

/** As the items of a list. */
export interface ListShape {
  readonly form: 'list'
  readonly file: string
  readonly list: string
  /** The key that names an object. */
  readonly name: string
  /** The name as it is compared. */
  readonly normal: (name: string) => string
  /** The name as a person writes it. */
  readonly display: (id: string) => string
  readonly fields: readonly Field[]
  /** Keys that mean nothing any more once these fields hold. */
  readonly outdated?: (fields: Fields) => readonly string[]
  /** Sorts the lists whose order means nothing. */
  readonly sort?: (a: Item, b: Item) => number
  /** Items are long enough to stand apart in a new file. */
  readonly spaced?: true
  /** Names are permanent keys: an object without one gets one made from its text. */
  readonly keyed?: true
  /** The file for a long text of a new object. */
  readonly page?: (id: string) => string
  /** The one object that stands beside the list, under a key of its own. */
  readonly beside?: { readonly id: string; readonly fields: readonly string[]; readonly empty: Item }
}

/** As the values of a map, by name. */
export interface MapShape {
  readonly form: 'map'
  readonly file: string
  readonly map: string
  /** Objects that are pages of text, and the file that a new one goes into. */
  readonly pages: { readonly [id: string]: string }
}

/** As the order of a list whose items are another kind's. */
export interface OrderShape {
  readonly form: 'order'
  readonly file: string
  readonly list: string
  readonly name: string
}

/** Finds how the objects of a kind stand in a file. Throws (exit 9) for an unknown kind. */
export type ShapeOf = (kind: string) => Shape

export const isRecord = (value: Value | undefined): value is Item =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A text; empty where the value is none. */
export const stringOf = (value: Value | undefined): string => (typeof value === 'string' ? value : '')

export const byName =
  (key: string) =>
  (a: Item, b: Item): number =>
    stringOf(a[key]) < stringOf(b[key]) ? -1 : 1
