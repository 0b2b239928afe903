import type { Diagnostic, Severity, Wording } from './diagnostic.ts'
import { isFileName } from './documents.ts'
import { FILE_NAMES } from './files.gen.ts'
import { nearest } from './nearest.ts'
import { MAX_BYTES } from './source.ts'
import type { FolderEntry } from './source.ts'
import {
  fileIsLink,
  fileTooLarge,
  folderForFile,
  NO_INSTANCE_YAML,
  notAFile,
  unreadFile,
  unreadFolder,
} from './texts.ts'

/** Files of later versions: this one does not read them, and says nothing of them. */
const LATER: readonly string[] = ['vm.yaml', 'services.yaml', 'access.yaml', 'certificates.yaml', 'backups.yaml']

/** Checks the folder itself: links, files that are too large, unknown names. `texts` are those that the files name. */
export function checkFolder(entries: readonly FolderEntry[], texts: ReadonlySet<string>): readonly Diagnostic[] {
  const found = entries.filter(({ name }) => !name.startsWith('.')).flatMap((entry) => checkEntry(entry, texts))
  const nameless = entries.some(({ name }) => name === 'instance.yaml') ? [] : [missing]
  return [...found, ...nameless]
}

const missing: Diagnostic = { code: 'no-instance-yaml', severity: 'warning', ...NO_INSTANCE_YAML }

function checkEntry(entry: FolderEntry, texts: ReadonlySet<string>): readonly Diagnostic[] {
  const { name, kind, size } = entry
  const problem = (code: string, severity: Severity, words: Wording): readonly Diagnostic[] => [
    { code, severity, ...words, at: { file: name, line: 1, column: 1 } },
  ]
  if (kind === 'symlink') return problem('symlink', 'error', fileIsLink(name))
  if (kind === 'other') return problem('not-a-file', 'error', notAFile(name))
  if (kind === 'folder' && isFileName(name)) return problem('not-a-file', 'error', folderForFile(name))
  if (kind === 'folder') return problem('unread', 'warning', unreadFolder(name))
  if (size > MAX_BYTES) return problem('too-large', 'error', fileTooLarge(name, megabytes(size), megabytes(MAX_BYTES)))
  if (isFileName(name) || name.endsWith('.md') || texts.has(name) || LATER.includes(name)) return []
  const near = nearest(
    name.replace(/\.\w+$/, ''),
    FILE_NAMES.map((file) => file.replace(/\.yaml$/, '')),
  )
  return problem('unread', 'warning', unreadFile(name, near && `${near}.yaml`, FILE_NAMES))
}

const megabytes = (bytes: number): string => (bytes / 1024 / 1024).toFixed(0)
