import { randomUUID } from 'node:crypto'
import { access } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { EXIT, fail, HerdbookError, type Diagnostic } from '../instance/diagnostic.ts'
import type { InstanceFile } from '../instance/documents.ts'
import type { Instance } from '../instance/instance.ts'
import { gitSource } from '../clients/git-source.ts'
import { openRepository } from '../clients/repository.ts'
import { directorySource, type FileSource } from '../instance/source.ts'
import { loadInstance, type Loaded } from '../instance/load.ts'
import { secretsIn } from '../instance/secrets.ts'
import type { Key, Sealing } from '../reconcile/digest.ts'
import { ledgerStore, type LedgerStore, type Where } from '../reconcile/ledger-store.ts'
import { emptyLedger, NO_LEDGER, unsigned } from '../reconcile/ledger.ts'
import { refsOf, type Head, type Repository } from '../reconcile/repository.ts'
import type { Ledger } from '../reconcile/ledger-types.ts'
import type { Io } from './io.ts'
import { refuseSparse } from './whole.ts'

/** Where the files of the instance are. */
export interface Place {
  /** The folder that holds `instance/`. */
  readonly root: string
  /** The folder of the files. */
  readonly folder: string
}

/** The files, read and checked, with the warnings that came up. */
export interface Files extends Place {
  readonly instance: Instance
  readonly config: InstanceFile
  readonly warnings: readonly Diagnostic[]
  /** What the server's version has against the files. */
  readonly errorsFor: Loaded['errorsFor']
}

/** One run: the files, Git and the ledger. */
export interface Session extends Files {
  readonly io: Io
  /** Names this run in the lock, the ledger and the audit. */
  readonly run: string
  readonly environment: string
  readonly repository: Repository | null
  readonly head: Head | null
  /** What its digests are made for and with. */
  readonly sealing: Sealing
  readonly store: LedgerStore | null
  readonly ledger: Ledger
}

/** Finds the folder of the instance: the one that is named, else the nearest `instance/` upwards. Throws (exit 9) where there is none. From then on its secrets are watched for, whatever else is wrong there. */
export async function findPlace(io: Io, named?: string): Promise<Place> {
  const place = await placeFrom(io.cwd, named)
  const files = directorySource(place.folder)
  const { server } = await loadInstance({
    ...files,
    list: async () => (await files.list()).filter(({ name }) => name === 'instance.yaml'),
  })
  if (server) await watchSecrets(io, server)
  return place
}

async function placeFrom(cwd: string, named: string | undefined): Promise<Place> {
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

/** Reads and checks the files. Throws (exit 9) with all that is wrong. */
export async function openFiles(io: Io, named?: string): Promise<Files> {
  const place = await findPlace(io, named)
  return readFiles(io, place, directorySource(place.folder))
}

/** Reads and checks the files of a source. Throws (exit 9) with all that is wrong. */
export async function readFiles(io: Io, place: Place, source: FileSource): Promise<Files> {
  const { instance, diagnostics, errorsFor } = await loadInstance(source, { now: io.now() })
  if (!instance) throw new HerdbookError(EXIT.invalid, diagnostics)
  const config = instance.documents['instance.yaml']
  if (!config)
    fail(EXIT.invalid, 'no-instance', 'instance.yaml is missing: it says which server this is.', {
      hint: 'Start one: herdbook init DOMAIN',
    })
  await watchSecrets(io, config)
  // What is legal and merely explained is for `validate` to tell, not for every run.
  return { ...place, instance, config, warnings: diagnostics.filter(({ severity }) => severity !== 'info'), errorsFor }
}

/** No secret that instance.yaml names leaves this process, whether or not this run uses it: somebody may have planted it on the server. */
export async function watchSecrets({ secrets }: Io, config: InstanceFile): Promise<void> {
  await Promise.all(secretsIn(config).map((secret) => secrets.watch(secret)))
}

/**
 * Opens the files, Git and the ledger. Outside Git there is no ledger. `committed` reads the files of HEAD, whatever lies in the folder;
 * `whole` refuses a folder from which Git leaves files out.
 */
export async function openSession(
  io: Io,
  named?: string,
  options: { readonly committed?: boolean; readonly moved?: boolean; readonly whole?: boolean } = {},
): Promise<Session> {
  const place = await findPlace(io, named)
  if (options.whole) await refuseSparse(io, place)
  const git = openGit(place)
  // Git answers while the files are parsed; what is wrong with them is told first.
  void git.catch(() => undefined)
  const files = await readFiles(
    io,
    place,
    options.committed ? committedSource(place, await git) : directorySource(place.folder),
  )
  const { repository, head } = await git
  return sessionOf(io, files, head, await openLedger(io, files.config, repository, options.moved))
}

/** The files of HEAD, whatever lies in the folder; those of the folder where nothing is committed. */
const committedSource = (
  { root, folder }: Place,
  { repository, head }: Awaited<ReturnType<typeof openGit>>,
): FileSource =>
  repository && head?.commit ? gitSource(root, head.commit, repository.folder) : directorySource(folder)

/** What the digests of an instance are made for and with. */
export const sealingOf = (
  { domain, environment = 'production' }: InstanceFile,
  repository: string | null,
  key: Key,
): Sealing => ({ scope: { provider: `mastodon:${domain}`, environment, repository }, key, providers: new Map() })

/** Which ledger an instance has. On a forge a branch follows it. */
async function whereOf(io: Io, config: InstanceFile, repository: Repository | null): Promise<Where> {
  const [root, key] = await Promise.all([repository?.root() ?? null, keyOf(io, config)])
  const sealing = sealingOf(config, root, key)
  return { sealing, branch: config.forge ? refsOf(sealing.scope.environment).branch : null }
}

/** A ledger that was read, and what it was opened with. */
export type Opened = Pick<Session, 'environment' | 'repository' | 'sealing' | 'store' | 'ledger'>

/** Reads the ledger of an instance. Outside Git there is none. */
export async function openLedger(io: Io, config: InstanceFile, git: Repository | null, moved = false): Promise<Opened> {
  const repository = git && withoutSecrets(io, git)
  const where = await whereOf(io, config, repository)
  const store = repository ? ledgerStore(repository, where) : null
  return {
    environment: where.sealing.scope.environment,
    sealing: where.sealing,
    repository,
    store,
    ledger: (await store?.load(moved)) ?? emptyLedger,
  }
}

/** The run of files that were read, with their ledger. */
export function sessionOf(io: Io, files: Files, head: Head | null, opened: Opened): Session {
  const warnings = [
    ...files.warnings,
    ...(opened.store === null ? [NO_LEDGER] : opened.sealing.key === null ? [unsigned(opened.ledger)] : []),
  ]
  return { ...files, ...opened, warnings, io, run: io.env['GITHUB_RUN_ID'] ?? randomUUID(), head }
}

/** A run that goes on where the ledger can't be read, to tell the rest; why it could not stands beside it. */
export async function openTorn(
  io: Io,
  named?: string,
): Promise<{ readonly session: Session; readonly torn: HerdbookError | null }> {
  const files = await openFiles(io, named)
  const { repository, head } = await openGit(files)
  try {
    return { session: sessionOf(io, files, head, await openLedger(io, files.config, repository)), torn: null }
  } catch (error) {
    if (!(error instanceof HerdbookError)) throw error
    return { session: { ...unread(io, files), repository, head }, torn: error }
  }
}

/** A run that holds no secret and so knows no ledger: it can compare files with files. */
export const blindSession = (io: Io, files: Files, head: Head): Session => ({ ...unread(io, files), head })

const unread = (io: Io, files: Files): Session => ({
  ...files,
  io,
  run: io.env['GITHUB_RUN_ID'] ?? randomUUID(),
  environment: files.config.environment ?? 'production',
  repository: null,
  head: null,
  sealing: sealingOf(files.config, null, null),
  store: null,
  ledger: emptyLedger,
})

async function openGit({
  root,
  folder,
}: Place): Promise<{ readonly repository: Repository | null; readonly head: Head | null }> {
  const repository = await openRepository(root, basename(folder))
  return { repository, head: repository ? await repository.head() : null }
}

/** What is in Git stays there: a secret in a reason, a name or a value of the files is refused before it is written. */
const withoutSecrets = ({ secrets }: Io, repository: Repository): Repository => ({
  ...repository,
  write: async (ref, expected, content, along) => {
    for (const text of [content.subject, ...Object.values(content.trailers ?? {}), ...content.files.values()])
      secrets.abortOnSecret(text)
    return repository.write(ref, expected, content, along)
  },
})

/** Git alone, without reading the ledger: for what must work when the ledger does not. Throws (exit 9) outside Git. */
export async function openRefs(
  io: Io,
  named?: string,
): Promise<
  Where & { readonly repository: Repository; readonly run: string; readonly head: Head; readonly files: Files }
> {
  const files = await openFiles(io, named)
  const { repository, head } = await openGit(files)
  if (!repository || !head)
    return fail(EXIT.invalid, 'no-git', 'This folder is not in a Git repository: there is no ledger and no lock.', {
      hint: 'git init',
    })
  return {
    ...(await whereOf(io, files.config, repository)),
    repository: withoutSecrets(io, repository),
    run: randomUUID(),
    head,
    files,
  }
}

/** The secret that signs the ledger, or signed it before; null where instance.yaml names none. */
export async function keyOf(
  io: Io,
  config: InstanceFile,
  which: 'ledger_key' | 'old_ledger_key' = 'ledger_key',
): Promise<Key> {
  const secret = config[which]
  return secret === undefined ? null : Buffer.from(await io.secrets.read(secret, which))
}

/** The commit that the files are of; null outside Git and where they are not committed. */
export const commitOf = ({ head }: Pick<Session, 'head'>): string | null =>
  head && head.uncommitted.length === 0 ? head.commit : null
