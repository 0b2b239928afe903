import { join, relative } from 'node:path'
import { gitIn } from '../git/git.ts'
import { EXIT, HerdbookError, type Diagnostic } from '../instance/diagnostic.ts'
import { editObjects, type EditOptions, type FileEdit, type ObjectChange } from '../instance/edit/objects.ts'
import { loadInstance } from '../instance/load.ts'
import { directorySource, type FileSource } from '../instance/source.ts'
import { listed } from '../words/text.ts'
import { writeWhole } from './write-files.ts'
import { prose, say, tell, type Io } from './io.ts'
import { sourceOf, textsOf } from './options.ts'
import { findPlace, type Place } from './instance-folder.ts'
import { readFiles, type Files } from './session.ts'
import { refuseSparse } from './sparse-checkout.ts'

/** A change of the files that is not written yet: a verb writes it into the folder, a job proposes it. */
export interface Draft {
  readonly edits: readonly FileEdit[]
  /** What it means for people, in sentences. */
  readonly said: readonly string[]
  /** What it does, in a line. */
  readonly subject: string
}

/**
 * Opens the files to change them: what is wrong with the folder is told before a second file is written beside the one that was meant.
 * What is wrong with a field that is about to be set is no reason to refuse (`fills`). Throws (exit 9) where a file of the commit is missing.
 */
export async function openToEdit(io: Io, named?: string, fills: readonly ObjectChange[] = []): Promise<Files> {
  const place = await findPlace(io, named)
  await refuseSparse(io, place)
  const files = await readFiles(io, place, place.files).catch(async (error: unknown) => {
    if (!(error instanceof HerdbookError) || fills.length === 0) throw error
    const filled = await editsFor(io, place, fills, {}).catch(() => [])
    return readFiles(io, place, edited(place.files, filled)).catch(() => Promise.reject(error))
  })
  tell(
    io,
    files.warnings.filter(({ code }) => code === 'unread'),
    await sourceOf(place),
  )
  return files
}

/** The files as they are when they say what the objects should be. Throws (exit 9) where that would not be valid. */
export async function draft(
  io: Io,
  place: Place,
  changes: readonly ObjectChange[],
  options: EditOptions = {},
): Promise<readonly FileEdit[]> {
  const edits = await editsFor(io, place, changes, options)
  const { instance, diagnostics } = await loadInstance(edited(directorySource(place.folder), edits), { now: io.now() })
  if (!instance) throw new HerdbookError(EXIT.invalid, diagnostics.filter((d) => d.severity === 'error').map(unwritten))
  return edits
}

/** Writes a draft into the folder, and says what it means and what comes next. */
export async function settle(io: Io, place: Place, { edits, said, subject }: Draft): Promise<void> {
  await writeEdits(place, edits)
  for (const line of said) prose(io, line)
  await sayNext(
    io,
    place,
    edits.map((edit) => edit.file),
    subject,
  )
}

/** Tells where the files say what no file should say since that is what is live: that is left to people. */
export async function checkFolder(io: Io, place: Place): Promise<void> {
  const { instance, diagnostics } = await loadInstance(directorySource(place.folder), { now: io.now() })
  tell(
    io,
    diagnostics.filter((d) => d.severity === 'error'),
    await sourceOf(place),
  )
  if (!instance) io.exit = EXIT.invalid
}

/** The files as they are when they say what the objects should be, valid or not. */
export async function editsFor(
  io: Io,
  place: Place,
  changes: readonly ObjectChange[],
  options: EditOptions,
): Promise<readonly FileEdit[]> {
  const texts = await textsOf(place)
  const edits = editObjects((file) => texts.get(file), changes, { now: io.now(), ...options })
  for (const { text } of edits) io.secrets.abortOnSecret(text)
  return edits
}

/** The files as they would be. */
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

/** Without its place, since no file has that line. */
const unwritten = ({ code, severity, message }: Diagnostic): Diagnostic => ({
  code,
  severity,
  message,
  hint: 'Nothing was written.',
})

/** Writes what was edited. */
export const writeEdits = ({ folder }: Place, edits: readonly FileEdit[]): Promise<void> =>
  writeWhole(edits.map(({ file, text }) => ({ path: join(folder, file), text })))

/** What changed and how it becomes live. */
async function sayNext(io: Io, place: Place, files: readonly string[], message: string): Promise<void> {
  if (files.length === 0) return say(io, 'The files say so already.')
  // What a repository begins with belongs in its first commit, too.
  const begins = (await gitIn(place.root).run(['rev-parse', '--verify', '--quiet', 'HEAD'])).code !== 0
  const folder = relative(io.cwd, begins ? place.root : place.folder) || '.'
  const quoted = message.replaceAll(/["\\$`]/g, '')
  prose(io, `Changed ${listed(files)}. Look at it and propose it:`)
  const commands = begins
    ? `  git add ${folder}\n  git commit -m "${quoted}"`
    : `  git add ${folder} && git diff --staged ${folder}\n  git commit -m "${quoted}" -- ${folder}`
  return say(io, `${commands}\n  herdbook plan`)
}
