import { randomBytes } from 'node:crypto'
import { rename, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { EXIT, HerdbookError, type Diagnostic } from '../instance/diagnostic.ts'
import { editObjects, type EditOptions, type FileEdit, type ObjectChange } from '../instance/edit/objects.ts'
import { loadInstance } from '../instance/load.ts'
import { directorySource, type FileSource } from '../instance/source.ts'
import { listed } from '../render/text.ts'
import { prose, say, tell, type Io } from './io.ts'
import { sourceOf, textsOf } from './options.ts'
import type { Place } from './session.ts'

/** Makes the files say what the objects should be. What would not be valid is refused, and nothing is written. Answers the names of the files that changed. */
export async function editFiles(io: Io, place: Place, changes: readonly ObjectChange[], options: EditOptions = {}): Promise<readonly string[]> {
  const edits = await editsFor(io, place, changes, options)
  const { instance, diagnostics } = await loadInstance(edited(directorySource(place.folder), edits), { now: io.now() })
  if (!instance) throw new HerdbookError(EXIT.invalid, diagnostics.filter((d) => d.severity === 'error').map(unwritten))
  await writeEdits(place, edits)
  return edits.map((edit) => edit.file)
}

/** Makes the files say what is live, which may be what no file should say: that is told, and left to people. */
export async function takeOver(io: Io, place: Place, changes: readonly ObjectChange[], options: EditOptions): Promise<readonly string[]> {
  const edits = await editsFor(io, place, changes, options)
  await writeEdits(place, edits)
  await check(io, place)
  return edits.map((edit) => edit.file)
}

async function editsFor(io: Io, place: Place, changes: readonly ObjectChange[], options: EditOptions): Promise<readonly FileEdit[]> {
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
const unwritten = ({ code, severity, message }: Diagnostic): Diagnostic => ({ code, severity, message, hint: 'Nothing was written.' })

/** Writes files so that each is the old or the new one, never half of it. */
export async function writeEdits({ folder }: Place, edits: readonly FileEdit[]): Promise<void> {
  for (const { file, text } of edits) {
    const path = join(folder, file)
    const draft = `${path}.${randomBytes(4).toString('hex')}`
    await writeFile(draft, text, { flag: 'wx' })
    await rename(draft, path)
  }
}

async function check(io: Io, place: Place): Promise<void> {
  const { instance, diagnostics } = await loadInstance(directorySource(place.folder), { now: io.now() })
  tell(io, diagnostics.filter((d) => d.severity === 'error'), await sourceOf(place))
  if (!instance) io.exit = EXIT.invalid
}

/** What changed and how it becomes live. */
export function sayNext(io: Io, place: Place, files: readonly string[], message: string): void {
  if (files.length === 0) return say(io, 'The files say so already.')
  const folder = relative(io.cwd, place.folder) || '.'
  const quoted = message.replaceAll(/["\\$`]/g, '')
  prose(io, `Changed ${listed(files)}. Look at it and propose it:`)
  return say(io, `  git diff ${folder}\n  git add ${folder} && git commit -m "${quoted}" -- ${folder}\n  herdbook plan`)
}
