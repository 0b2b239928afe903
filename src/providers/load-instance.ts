import { loadWithRules, type LoadedInstance, type LoadOptions } from '../instance/load.ts'
import type { ParsedFiles } from '../instance/reading.ts'
import type { FileSource } from '../instance/source.ts'
import { KINDS } from './kinds.ts'

/** Reads and checks the files of an instance with the rules of all kinds, and lists all problems at once. */
export const loadInstance = (files: FileSource | ParsedFiles, options: LoadOptions = {}): Promise<LoadedInstance> =>
  loadWithRules(KINDS, files, options)
