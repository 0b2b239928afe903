import type { Position } from './diagnostic.ts'
import type { Documents } from './documents.ts'

/** Where in the files something is said: a file of the instance and the path to the value in it. */
export interface Source {
  readonly file: string
  readonly path: readonly (string | number)[]
}

/** The desired state, read and checked: the files of `instance/`. */
export interface Instance {
  /** Parsed files by name, such as `rules.yaml`; a file that is not there is undefined: unmanaged. */
  readonly documents: Documents
  /** The text of a long text named by `{ file: … }`, by its path relative to the instance folder. */
  readonly text: (file: string) => string
  readonly position: (source: Source) => Position
}
