import { FILE_NAMES, type LIST_KEYS } from './files.gen.ts'
import type { Documents } from './schema.gen.ts'

export type * from './schema.gen.ts'

export type FileName = keyof Documents

/** A file that is about a list. */
export type ListFile = keyof typeof LIST_KEYS

export function isFileName(name: string): name is FileName {
  return (FILE_NAMES as readonly string[]).includes(name)
}
