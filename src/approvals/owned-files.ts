import { MODERATED } from '../instance/files.gen.ts'

const moderated: ReadonlySet<string> = new Set(MODERATED)

/** Whether a file belongs to the owners. */
export const isOwned = (file: string): boolean => !moderated.has(file)

/**
 * Whether only an owner can approve a change of these files: if one belongs to the owners, or if the files are unknown.
 */
export const takesOwnerOf = (files: readonly string[]): boolean => files.length === 0 || files.some(isOwned)
