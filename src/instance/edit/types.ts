import type { Value } from '../values.ts'
import type { Path } from '../yaml/positions.ts'

/** One change of a file. Indexes are those of the file as it was before any of the changes made with it. */
export type Edit =
  /** Adds an item to a list, at its end or before the item of an index; makes the list where there is none. */
  | { readonly op: 'add'; readonly list: Path; readonly item: Value; readonly before?: number }
  /** Removes an item of a list, or a field of a map. */
  | { readonly op: 'remove'; readonly path: Path }
  /** Sets a field of a map; makes the maps on the way to it. */
  | { readonly op: 'set'; readonly path: Path; readonly value: Value }
  /** Reorders a list: the old index for each new one. Not together with other changes of that list. */
  | { readonly op: 'order'; readonly list: Path; readonly order: readonly number[] }
