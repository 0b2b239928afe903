import { randomBytes } from 'node:crypto'
import { lstat, rename, rm, writeFile } from 'node:fs/promises'

export interface WholeFile {
  readonly path: string
  readonly text: string
  /** Its permissions where it is new; those of any new file unless given. */
  readonly mode?: number
}

/**
 * Writes files so that each is the old or the new one, never half of it; none is touched before all of them fit on the disk.
 * What is no regular file, such as a pipe, is written as it is. Throws what the machine says, with the `path` that it says it of.
 */
export async function writeWhole(files: readonly WholeFile[]): Promise<void> {
  const drafts: { readonly draft: string; readonly path: string }[] = []
  try {
    for (const { path, text, mode = 0o666 } of files) {
      if (!(await isReplaceable(path))) await written(path, path, text, { mode })
      else {
        const draft = `${path}.${randomBytes(4).toString('hex')}`
        drafts.push({ draft, path })
        await written(path, draft, text, { mode, flag: 'wx' })
      }
    }
    for (const { draft, path } of drafts) await rename(draft, path)
  } catch (error) {
    for (const { draft } of drafts) await rm(draft, { force: true })
    throw error
  }
}

const isReplaceable = (path: string): Promise<boolean> =>
  lstat(path).then(
    (found) => found.isFile(),
    () => true,
  )

/** What fails while a file is being written comes without its name. */
async function written(path: string, to: string, text: string, options: { readonly mode: number; readonly flag?: 'wx' }): Promise<void> {
  try {
    await writeFile(to, text, options)
  } catch (cause) {
    throw cause instanceof Error ? Object.assign(cause, { path }) : cause
  }
}
