import { access } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { gitSource } from '../git/source.ts'
import { openRepository } from '../git/repository.ts'
import { EXIT, fail } from '../instance/diagnostic.ts'
import type { InstanceFile } from '../instance/documents.ts'
import { loadInstance, type Loaded } from '../instance/load.ts'
import { readingOf, type Reading } from '../instance/reading.ts'
import { secretsIn } from '../instance/secrets.ts'
import { directorySource, type FileSource } from '../instance/source.ts'
import type { Head, Repository } from '../reconcile/repository.ts'
import type { Io } from './io.ts'

/** Where the files of the instance are. */
export interface Place {
  /** The folder that holds `instance/`. */
  readonly root: string
  /** The folder of the files. */
  readonly folder: string
}

/** A place, with the files as they lie there. */
export interface Folder extends Place {
  readonly files: Reading
}

/** A place in a repository. */
export interface Clone {
  readonly io: Io
  readonly place: Place
  readonly repository: Repository
  /** The files of a commit by its full id: each commit is read once, and stays at hand. */
  readonly at: (commit: string) => Reading
}

/** The folder of the instance: the one that is named, else the nearest `instance/` upwards. Throws (exit 9) where there is none. Nothing in it is read. */
export async function placeFrom({ cwd }: Pick<Io, 'cwd'>, named: string | undefined): Promise<Place> {
  if (named !== undefined) {
    const folder = resolve(cwd, named)
    if (await exists(folder)) return { root: dirname(folder), folder }
    fail(EXIT.invalid, 'no-instance', `There is no folder ${named}.`, {
      hint: 'Name the one that holds instance.yaml, or none: the nearest is found.',
    })
  }
  for (let dir = cwd; ; dir = dirname(dir)) {
    const folder = join(dir, 'instance')
    if (await exists(join(folder, 'instance.yaml'))) return { root: dir, folder }
    if (basename(dir) === 'instance' && (await exists(join(dir, 'instance.yaml'))))
      return { root: dirname(dir), folder: dir }
    if (dir === dirname(dir))
      fail(EXIT.invalid, 'no-instance', 'There is no instance/ with an instance.yaml here or above.', {
        hint: 'Start one: herdbook init DOMAIN',
      })
  }
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

/** The files as they lie in the folder now. */
export const lyingIn = ({ folder }: Place): Reading => readingOf(directorySource(folder))

/** Finds the folder of the instance. Throws (exit 9) where there is none. From then on its secrets are watched for, whatever else is wrong there. */
export async function findPlace(io: Io, named?: string): Promise<Folder> {
  const place = await placeFrom(io, named)
  const files = lyingIn(place)
  await watchIn(io, files)
  return { ...place, files }
}

/** The clone around the instance, whose secrets are watched for from then on. Throws (exit 9) outside Git. */
export async function openClone(io: Io, named?: string): Promise<Clone> {
  const place = await placeFrom(io, named)
  const clone =
    (await cloneAt(io, place)) ??
    fail(EXIT.invalid, 'no-git', 'This folder is not in a Git repository: there is nothing to merge.', {
      hint: 'git init, or actions/checkout in a workflow',
    })
  await committedIn(clone)
  return clone
}

/** The clone around a place; null outside Git. */
export async function cloneAt(io: Io, place: Place): Promise<Clone | null> {
  const repository = await openRepository(place.root, basename(place.folder)).catch(async (error: unknown) => {
    // What Git says of it is told, so the secrets are known before.
    await watchIn(io, lyingIn(place))
    throw error
  })
  if (repository === null) return null
  const known = new Map<string, Reading>()
  const at = (commit: string): Reading => {
    const files = known.get(commit) ?? readingOf(gitSource(place.root, commit, repository.folder))
    known.set(commit, files)
    return files
  }
  return { io, place, repository, at }
}

/** HEAD and its files, whatever lies in the folder; those of the folder where nothing is committed. The secrets of both are watched for. */
export async function committedIn({
  io,
  place,
  repository,
  at,
}: Clone): Promise<{ readonly head: Head; readonly files: Reading }> {
  const head = await repository.head()
  const files = head.commit === null ? lyingIn(place) : at(head.commit)
  await watchIn(io, files)
  if (head.commit !== null && head.uncommitted.length > 0) await watchIn(io, lyingIn(place))
  return { head, files }
}

/** No secret that instance.yaml names leaves this process, whether or not this run uses it: somebody may have planted it on the server. */
export async function watchSecrets({ secrets }: Pick<Io, 'secrets'>, config: InstanceFile): Promise<void> {
  await Promise.all(secretsIn(config).map((secret) => secrets.watch(secret)))
}

async function watchIn(io: Io, files: FileSource): Promise<void> {
  const { server } = await loadServer(files)
  if (server) await watchSecrets(io, server)
}

/** `instance.yaml` of a source, whatever else is wrong there; undefined where it is not there or not valid. */
export const connectionsIn = async (files: FileSource): Promise<InstanceFile | undefined> =>
  (await loadServer(files)).instance?.documents['instance.yaml']

const loadServer = (files: FileSource): Promise<Loaded> =>
  loadInstance({ ...files, list: async () => (await files.list()).filter(({ name }) => name === 'instance.yaml') })
