import { MODERATED } from '../instance/moderated-files.ts'

const moderated: ReadonlySet<string> = new Set(MODERATED)

/** Whether the owners look after a file. */
export const isOwned = (file: string): boolean => !moderated.has(file)

/** Whether it takes an owner to approve what these files are behind: one that the owners look after is enough, and so is that nobody knows of any. */
export const takesOwnerOf = (files: readonly string[]): boolean => files.length === 0 || files.some(isOwned)
