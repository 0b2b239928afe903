import { join, relative } from 'node:path'
import { gitIn } from '../git/git.ts'
import { EXIT, HerdbookError, type Diagnostic } from '../instance/diagnostic.ts'
import { editObjects, type EditOptions, type FileEdit, type ObjectChange } from '../instance/edit/objects.ts'
import { shapeOf } from '../providers/kinds.ts'
import { loadInstance } from '../providers/load-instance.ts'
import { directorySource, type FileSource } from '../instance/source.ts'
import { listed } from '../words/text.ts'
import { writeWhole } from './write-files.ts'
import { prose, say, tell, type Io } from './io.ts'
import { sourceOf, textsOf } from './options.ts'
import { openFolder, type InstanceFolder } from './instance-folder.ts'
import { readFiles, type CheckedFiles } from './session.ts'
import { refuseSparse } from './sparse-checkout.ts'
import { FILES_SAY_SO, NOTHING_WRITTEN, proposeCommands, reviewChanges } from './texts.ts'

/** A change of the files that is not written yet: a verb writes it into the folder, a job proposes it. */
export interface FilesDraft {
  readonly edits: readonly FileEdit[]
  /** Sentences that explain the change to people. */
  readonly explanations: readonly string[]
  /** The change in one line. */
  readonly subject: string
}

/**
 * Opens the files to change them, and first reports files that are not read: a change might go into a second file.
 * An error in a field that `fills` sets does not count. Throws (exit 9) if a file of the commit is missing.
 */
export async function openToEdit(io: Io, named?: string, fills: readonly ObjectChange[] = []): Promise<CheckedFiles> {
  const instanceFolder = await openFolder(io, named)
  await refuseSparse(io, instanceFolder)
  const files = await readFiles(io, instanceFolder, instanceFolder.files).catch(async (error: unknown) => {
    if (!(error instanceof HerdbookError) || fills.length === 0) throw error
    const filled = await editsFor(io, instanceFolder, fills, {}).catch(() => [])
    return readFiles(io, instanceFolder, edited(instanceFolder.files, filled)).catch(() => Promise.reject(error))
  })
  tell(
    io,
    files.warnings.filter(({ code }) => code === 'unread'),
    await sourceOf(instanceFolder),
  )
  return files
}

/** Edits the files for changed objects. Throws (exit 9) if the result would not be valid. */
export async function draft(
  io: Io,
  instanceFolder: InstanceFolder,
  changes: readonly ObjectChange[],
  options: EditOptions = {},
): Promise<readonly FileEdit[]> {
  const edits = await editsFor(io, instanceFolder, changes, options)
  const { instance, diagnostics } = await loadInstance(edited(directorySource(instanceFolder.folder), edits), {
    now: io.now(),
  })
  if (!instance) throw new HerdbookError(EXIT.invalid, diagnostics.filter((d) => d.severity === 'error').map(unwritten))
  return edits
}

/** Writes a draft into the folder, explains it, and says what to do next. */
export async function writeDraft(
  io: Io,
  instanceFolder: InstanceFolder,
  { edits, explanations, subject }: FilesDraft,
): Promise<void> {
  await writeEdits(instanceFolder, edits)
  for (const line of explanations) prose(io, line)
  await sayNext(
    io,
    instanceFolder,
    edits.map((edit) => edit.file),
    subject,
  )
}

/** Reports errors of the files after live was written into them: people must fix those. */
export async function checkFolder(io: Io, instanceFolder: InstanceFolder): Promise<void> {
  const { instance, diagnostics } = await loadInstance(directorySource(instanceFolder.folder), { now: io.now() })
  tell(
    io,
    diagnostics.filter((d) => d.severity === 'error'),
    await sourceOf(instanceFolder),
  )
  if (!instance) io.exit = EXIT.invalid
}

/** Edits the files for changed objects, whether the result is valid or not. */
export async function editsFor(
  io: Io,
  instanceFolder: InstanceFolder,
  changes: readonly ObjectChange[],
  options: EditOptions,
): Promise<readonly FileEdit[]> {
  const texts = await textsOf(instanceFolder)
  const edits = editObjects(shapeOf, (file) => texts.get(file), changes, { now: io.now(), ...options })
  for (const { text } of edits) io.secrets.abortOnSecret(text)
  return edits
}

/** The files after the edits. */
function edited(files: FileSource, edits: readonly FileEdit[]): FileSource {
  const texts = new Map(edits.map(({ file, text }) => [file, Buffer.from(text)]))
  return {
    list: async () => {
      const rest = (await files.list()).filter(({ name }) => !texts.has(name))
      return [...rest, ...[...texts].map(([name, text]) => ({ name, kind: 'file' as const, size: text.length }))]
    },
    read: async (name) => texts.get(name) ?? files.read(name),
  }
}

/** A diagnostic of files that were not written: it has no position, since no file has that line. */
const unwritten = ({ code, severity, message }: Diagnostic): Diagnostic => ({
  code,
  severity,
  message,
  hint: NOTHING_WRITTEN,
})

/** Writes the edited files. */
export const writeEdits = ({ folder }: InstanceFolder, edits: readonly FileEdit[]): Promise<void> =>
  writeWhole(edits.map(({ file, text }) => ({ path: join(folder, file), text })))

/** Says what changed and how to propose it. */
async function sayNext(
  io: Io,
  instanceFolder: InstanceFolder,
  files: readonly string[],
  message: string,
): Promise<void> {
  if (files.length === 0) return say(io, FILES_SAY_SO)
  // The first commit of a repository takes all its files.
  const isFirst = (await gitIn(instanceFolder.root).run(['rev-parse', '--verify', '--quiet', 'HEAD'])).code !== 0
  const folder = relative(io.cwd, isFirst ? instanceFolder.root : instanceFolder.folder) || '.'
  const quoted = message.replaceAll(/["\\$`]/g, '')
  prose(io, reviewChanges(listed(files)))
  return say(io, proposeCommands({ folder, message: quoted, isFirst }))
}
