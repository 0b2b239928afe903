import { access } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { gitSource } from '../git/source.ts'
import { openRepository } from '../git/repository.ts'
import { EXIT, fail } from '../instance/diagnostic.ts'
import type { InstanceFile } from '../instance/documents.ts'
import type { LoadedInstance } from '../instance/load.ts'
import { loadInstance } from '../providers/load-instance.ts'
import { readingOf, type ParsedFiles } from '../instance/reading.ts'
import { secretsIn } from '../instance/secrets.ts'
import { directorySource, type FileSource } from '../instance/source.ts'
import type { Head, Repository } from '../reconcile/repository.ts'
import type { Io } from './io.ts'
import { NO_GIT_TO_MERGE, NO_INSTANCE_HERE, noSuchFolder } from './texts.ts'

/** Where the files of the instance are. */
export interface InstanceFolder {
  /** The folder that holds `instance/`. */
  readonly root: string
  /** The folder of the files. */
  readonly folder: string
}

/** The folder of the instance, with the files that are in it now. */
export interface FolderWithFiles extends InstanceFolder {
  readonly files: ParsedFiles
}

/** The folder of the instance in a repository. */
export interface RepositoryClone {
  readonly io: Io
  readonly instanceFolder: InstanceFolder
  readonly repository: Repository
  /** The files of a commit by its full id: each commit is read once and kept. */
  readonly at: (commit: string) => ParsedFiles
}

/** Finds the named folder, else the nearest `instance/` upwards, without reading it. Throws (exit 9) if none. */
export async function findFolder({ cwd }: Pick<Io, 'cwd'>, named: string | undefined): Promise<InstanceFolder> {
  if (named !== undefined) {
    const folder = resolve(cwd, named)
    if (await exists(folder)) return { root: dirname(folder), folder }
    fail(EXIT.invalid, 'no-instance', noSuchFolder(named))
  }
  for (let dir = cwd; ; dir = dirname(dir)) {
    const folder = join(dir, 'instance')
    if (await exists(join(folder, 'instance.yaml'))) return { root: dir, folder }
    if (basename(dir) === 'instance' && (await exists(join(dir, 'instance.yaml'))))
      return { root: dirname(dir), folder: dir }
    if (dir === dirname(dir)) fail(EXIT.invalid, 'no-instance', NO_INSTANCE_HERE)
  }
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

/** The files that are in the folder now. */
export const filesInFolder = ({ folder }: InstanceFolder): ParsedFiles => readingOf(directorySource(folder))

/** Finds the folder of the instance and watches for its secrets, valid or not. Throws (exit 9) if there is none. */
export async function openFolder(io: Io, named?: string): Promise<FolderWithFiles> {
  const instanceFolder = await findFolder(io, named)
  const files = filesInFolder(instanceFolder)
  await watchIn(io, files)
  return { ...instanceFolder, files }
}

/** Opens the clone around the instance and watches for its secrets. Throws (exit 9) outside Git. */
export async function openClone(io: Io, named?: string): Promise<RepositoryClone> {
  const instanceFolder = await findFolder(io, named)
  const clone = (await cloneAt(io, instanceFolder)) ?? fail(EXIT.invalid, 'no-git', NO_GIT_TO_MERGE)
  await committedIn(clone)
  return clone
}

/** Opens the clone around a folder; null outside Git. */
export async function cloneAt(io: Io, instanceFolder: InstanceFolder): Promise<RepositoryClone | null> {
  const repository = await openRepository(instanceFolder.root, basename(instanceFolder.folder)).catch(
    async (error: unknown) => {
      // Git's own message is printed, so the secrets are watched for before.
      await watchIn(io, filesInFolder(instanceFolder))
      throw error
    },
  )
  if (repository === null) return null
  const readings = new Map<string, ParsedFiles>()
  const at = (commit: string): ParsedFiles => {
    const files = readings.get(commit) ?? readingOf(gitSource(instanceFolder.root, commit, repository.folder))
    readings.set(commit, files)
    return files
  }
  return { io, instanceFolder, repository, at }
}

/** HEAD and its files, or the folder's if nothing is committed. Watches for the secrets of HEAD and of the folder. */
export async function committedIn({
  io,
  instanceFolder,
  repository,
  at,
}: RepositoryClone): Promise<{ readonly head: Head; readonly files: ParsedFiles }> {
  const head = await repository.head()
  const files = head.commit === null ? filesInFolder(instanceFolder) : at(head.commit)
  await watchIn(io, files)
  if (head.commit !== null && head.uncommitted.length > 0) await watchIn(io, filesInFolder(instanceFolder))
  return { head, files }
}

/** Watches for every secret of instance.yaml, used or not: an attacker may have copied one to the server. */
export async function watchSecrets({ secrets }: Pick<Io, 'secrets'>, config: InstanceFile): Promise<void> {
  await Promise.all(secretsIn(config).map((secret) => secrets.watch(secret)))
}

async function watchIn(io: Io, files: FileSource): Promise<void> {
  const { server } = await loadServer(files)
  if (server) await watchSecrets(io, server)
}

/** `instance.yaml` of a source, even if other files are not valid; undefined if it is missing or not valid itself. */
export const connectionsIn = async (files: FileSource): Promise<InstanceFile | undefined> =>
  (await loadServer(files)).instance?.documents['instance.yaml']

const loadServer = (files: FileSource): Promise<LoadedInstance> =>
  loadInstance({ ...files, list: async () => (await files.list()).filter(({ name }) => name === 'instance.yaml') })
