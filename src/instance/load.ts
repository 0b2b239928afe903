import type { Diagnostic } from './diagnostic.ts'
import { FILE_NAMES } from './files.gen.ts'
import type { Documents, FileName, InstanceFile } from './documents.ts'
import { checkFolder } from './folder.ts'
import type { Instance, Source } from './instance.ts'
import { readingOf, readText, type ParsedFiles } from './reading.ts'
import { rulesOf, versionRulesOf } from './rules/index.ts'
import type { KindRules } from './rules/rule.ts'
import { MAX_BYTES } from './source.ts'
import type { FolderEntry, FileSource } from './source.ts'
import { unwanted } from './yaml/characters.ts'
import { textProblem, textReferences } from './text-files.ts'
import { emptyFile, noFolder, NOT_THERE, UNREADABLE_FOLDER } from './texts.ts'
import { releaseOf } from './versions.ts'
import type { Path } from './yaml/positions.ts'
import type { ParsedYaml } from './yaml/parse.ts'

export interface LoadOptions {
  /** The server's version, such as 4.6.5; without it, what any version knows is accepted. */
  readonly version?: string | null
  /** Without it, nothing is said about dates that have passed. */
  readonly now?: Date
}

export interface LoadedInstance {
  /** null if there is any error. */
  readonly instance: Instance | null
  /** The valid part of instance.yaml, whatever else is wrong. */
  readonly server: InstanceFile | undefined
  readonly diagnostics: readonly Diagnostic[]
  /** The errors for a version of Mastodon that is known only later, such as keys that it does not have. */
  readonly errorsFor: (version: string | null) => readonly Diagnostic[]
}

const none = (): readonly Diagnostic[] => []

/** Reads and checks the files of an instance with the rules of these kinds, and lists all problems at once. */
export async function loadWithRules(
  kinds: readonly KindRules[],
  files: FileSource | ParsedFiles,
  options: LoadOptions = {},
): Promise<LoadedInstance> {
  const entries = await listed(files)
  if ('code' in entries) return { instance: null, server: undefined, diagnostics: [entries], errorsFor: none }
  const { documents, parsed, broken, diagnostics: found } = await readDocuments(readingOf(files), entries)
  const { texts, diagnostics: ofTexts } = await readTexts(files, entries, documents, parsed)
  const at = (file: string, path: Path) => parsed.get(file)?.position(path) ?? { file, line: 1, column: 1 }
  const keyAt = (file: string, path: Path) => parsed.get(file)?.keyPosition(path) ?? { file, line: 1, column: 1 }
  const input = {
    documents,
    broken,
    at,
    keyAt,
    text: (name: string) => texts.get(name),
    now: options.now,
    release: releaseOf(options.version),
  }
  const diagnostics = [
    ...checkFolder(entries, new Set(textReferences(documents).map(({ name }) => name))),
    ...found,
    ...ofTexts,
    ...rulesOf(kinds).flatMap((rule) => [...rule(input)]),
  ].sort(inOrder)
  for (const one of parsed.values()) one.release()
  const server = documents['instance.yaml']
  if (diagnostics.some(({ severity }) => severity === 'error'))
    return { instance: null, server, diagnostics, errorsFor: none }
  const errorsFor = (version: string | null): readonly Diagnostic[] =>
    versionRulesOf(kinds)
      .flatMap((rule) => [...rule({ ...input, release: releaseOf(version) })])
      .filter(({ severity }) => severity === 'error')
      .sort(inOrder)
  return {
    instance: { documents, text: textOf(texts), position: ({ file, path }: Source) => at(file, path) },
    server,
    diagnostics,
    errorsFor,
  }
}

async function listed(files: FileSource): Promise<readonly FolderEntry[] | Diagnostic> {
  try {
    return await files.list()
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    return { code: 'no-folder', severity: 'error', ...noFolder(isMissing ? NOT_THERE : UNREADABLE_FOLDER) }
  }
}

const isReadable = (entry: FolderEntry): boolean => entry.kind === 'file' && entry.size <= MAX_BYTES

async function readDocuments(files: ParsedFiles, entries: readonly FolderEntry[]) {
  const documents: { -readonly [F in FileName]?: Documents[F] } = {}
  const parsed = new Map<string, ParsedYaml>()
  const broken = new Set<FileName>()
  const diagnostics: Diagnostic[] = []
  const readOne = async <F extends FileName>(file: F): Promise<void> => {
    const read = await files.document(file)
    if (read.parsed !== undefined) parsed.set(file, read.parsed)
    if (read.document !== undefined) documents[file] = read.document
    if (read.empty) diagnostics.push(emptied(file))
    if (read.diagnostics.some(({ severity }) => severity === 'error')) broken.add(file)
    diagnostics.push(...read.diagnostics)
  }
  for (const file of FILE_NAMES)
    if (entries.some((entry) => entry.name === file && isReadable(entry))) await readOne(file)
  return { documents, parsed, broken, diagnostics }
}

const emptied = (file: string): Diagnostic => ({
  code: 'empty-file',
  severity: 'warning',
  ...emptyFile(file),
  at: { file, line: 1, column: 1 },
})

async function readTexts(
  files: FileSource,
  entries: readonly FolderEntry[],
  documents: Documents,
  parsed: ReadonlyMap<string, ParsedYaml>,
) {
  const texts = new Map<string, string>()
  const diagnostics: Diagnostic[] = []
  for (const { name, file, path } of textReferences(documents)) {
    const problem = textProblem(name, entries)
    const position = parsed.get(file)?.position(path)
    if (problem !== undefined)
      diagnostics.push({ ...problem, severity: 'error', ...(position === undefined ? {} : { at: position }) })
    else if (!texts.has(name) && entries.some((entry) => entry.name === name && isReadable(entry))) {
      const text = await readText(files, name)
      if ('diagnostic' in text) diagnostics.push(text.diagnostic)
      else texts.set(name, text.text)
      const bad = 'text' in text ? unwanted(name, text.text) : undefined
      if (bad !== undefined) diagnostics.push(bad)
    }
  }
  return { texts, diagnostics }
}

function textOf(texts: ReadonlyMap<string, string>): Instance['text'] {
  return (file) => {
    const text = texts.get(file)
    if (text === undefined) throw new Error(`no text ${file}`)
    return text
  }
}

const RANK: ReadonlyMap<string, number> = new Map(FILE_NAMES.map((file, index) => [file, index]))

/** Orders diagnostics by file, then by position. */
function inOrder(a: Diagnostic, b: Diagnostic): number {
  const rank = ({ at }: Diagnostic): number => (at === undefined ? -1 : (RANK.get(at.file) ?? RANK.size))
  const byFile = rank(a) - rank(b) || (a.at?.file ?? '').localeCompare(b.at?.file ?? '')
  return byFile || (a.at?.line ?? 0) - (b.at?.line ?? 0) || (a.at?.column ?? 0) - (b.at?.column ?? 0)
}
