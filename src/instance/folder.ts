import type { Diagnostic } from './diagnostic.ts'
import { FILE_NAMES, isFileName } from './documents.ts'
import { nearest } from './nearest.ts'
import { MAX_BYTES } from './source.ts'
import type { Entry } from './source.ts'

/** Files that the design has and this version does not read yet. */
const LATER: readonly string[] = ['vm.yaml', 'services.yaml', 'access.yaml', 'certificates.yaml', 'backups.yaml']

/** What is wrong with the folder itself: links, files that are too large, names that are not read. `texts` are those that the files name. */
export function checkFolder(entries: readonly Entry[], texts: ReadonlySet<string>): readonly Diagnostic[] {
  const found = entries.filter(({ name }) => !name.startsWith('.')).flatMap((entry) => checkEntry(entry, texts))
  const nameless = entries.some(({ name }) => name === 'instance.yaml') ? [] : [missing]
  return [...found, ...nameless]
}

const missing: Diagnostic = {
  code: 'no-instance-yaml',
  severity: 'warning',
  message: 'there is no instance.yaml, so no server is named',
  hint: 'Add one with a line such as domain: herd.example, or have it made: herdbook init DOMAIN',
}

function checkEntry(entry: Entry, texts: ReadonlySet<string>): readonly Diagnostic[] {
  const { name, kind, size } = entry
  const at = { file: name, line: 1, column: 1 }
  if (kind === 'symlink')
    return [
      {
        code: 'symlink',
        severity: 'error',
        message: `${name} is a link; only regular files are read`,
        at,
        hint: 'Replace it by the file itself.',
      },
    ]
  if (kind === 'other')
    return [
      {
        code: 'not-a-file',
        severity: 'error',
        message: `${name} is neither a file nor a folder`,
        at,
        hint: 'Delete it.',
      },
    ]
  if (kind === 'folder' && isFileName(name))
    return [
      {
        code: 'not-a-file',
        severity: 'error',
        message: `${name} is a folder, and a file of that name is read`,
        at,
        hint: 'Rename it, and put the file back: git status',
      },
    ]
  if (kind === 'folder')
    return [
      {
        code: 'unread',
        severity: 'warning',
        message: `${name} is a folder, and folders in here are not read`,
        at,
        hint: 'Put its files beside the others.',
      },
    ]
  if (size > MAX_BYTES)
    return [
      {
        code: 'too-large',
        severity: 'error',
        message: `${name} has ${megabytes(size)} MB; at most ${megabytes(MAX_BYTES)} MB are read`,
        at,
        hint: 'Check whether the right file is there.',
      },
    ]
  if (isFileName(name) || name.endsWith('.md') || texts.has(name) || LATER.includes(name)) return []
  const near = nearest(
    name.replace(/\.\w+$/, ''),
    FILE_NAMES.map((file) => file.replace(/\.yaml$/, '')),
  )
  return [
    {
      code: 'unread',
      severity: 'warning',
      message: `${name} is not a file that is read`,
      at,
      hint:
        near === undefined
          ? `The files are ${FILE_NAMES.join(', ')}, texts that these name, and texts that end in .md.`
          : `Did you mean ${near}.yaml?`,
    },
  ]
}

const megabytes = (bytes: number): string => (bytes / 1024 / 1024).toFixed(0)
