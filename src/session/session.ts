import { randomUUID } from 'node:crypto'
import { basename } from 'node:path'
import { EXIT, fail, HerdbookError, type Diagnostic } from '../instance/diagnostic.ts'
import type { InstanceFile } from '../instance/documents.ts'
import type { Instance } from '../instance/instance.ts'
import { identitiesIn } from '../providers/index.ts'
import { openRepository } from '../git/repository.ts'
import type { FileSource } from '../instance/source.ts'
import type { LoadedInstance } from '../instance/load.ts'
import { loadInstance } from '../providers/load-instance.ts'
import type { LedgerKey, Sealing } from '../reconcile/digest.ts'
import { ledgerStore, type LedgerStore, type LedgerOptions } from '../reconcile/ledger/store.ts'
import { emptyLedger, NO_LEDGER, unsigned } from '../reconcile/ledger/ledger.ts'
import { refsOf, type Head, type Repository } from '../reconcile/repository.ts'
import type { Ledger } from '../reconcile/ledger/types.ts'
import type { Io } from './io.ts'
import {
  cloneAt,
  committedIn,
  openFolder,
  filesInFolder,
  findFolder,
  watchSecrets,
  type RepositoryClone,
  type InstanceFolder,
} from './instance-folder.ts'
import { refuseSparse } from './sparse-checkout.ts'
import { NO_GIT_FOR_LEDGER, NO_INSTANCE_FILE } from './texts.ts'

/** The files, read and checked, with their warnings. */
export interface CheckedFiles extends InstanceFolder {
  readonly instance: Instance
  readonly config: InstanceFile
  readonly warnings: readonly Diagnostic[]
  /** The errors of the files for the server's version. */
  readonly errorsFor: LoadedInstance['errorsFor']
}

/** One run: the files, Git and the ledger. */
export interface Session extends CheckedFiles {
  readonly io: Io
  /** Names this run in the lock, the ledger and the audit. */
  readonly run: string
  readonly environment: string
  readonly repository: Repository | null
  readonly head: Head | null
  /** The scope and the key of its digests. */
  readonly sealing: Sealing
  readonly store: LedgerStore | null
  readonly ledger: Ledger
}

/** Reads and checks the files. Throws (exit 9) with all errors. */
export async function openFiles(io: Io, named?: string): Promise<CheckedFiles> {
  const instanceFolder = await findFolder(io, named)
  return readFiles(io, instanceFolder, filesInFolder(instanceFolder))
}

/** Reads and checks the files of a source. Throws (exit 9) with all errors. */
export async function readFiles(io: Io, { root, folder }: InstanceFolder, source: FileSource): Promise<CheckedFiles> {
  const { instance, server, diagnostics, errorsFor } = await loadInstance(source, { now: io.now() })
  if (server) await watchSecrets(io, server)
  if (!instance) throw new HerdbookError(EXIT.invalid, diagnostics)
  const config = instance.documents['instance.yaml']
  if (!config) fail(EXIT.invalid, 'no-instance', NO_INSTANCE_FILE)
  // Only `validate` shows the infos.
  return {
    root,
    folder,
    instance,
    config,
    warnings: diagnostics.filter(({ severity }) => severity !== 'info'),
    errorsFor,
  }
}

/** Opens the files of the folder, Git and the ledger; outside Git no ledger. `whole` refuses a sparse checkout. */
export async function openSession(
  io: Io,
  named?: string,
  options: { readonly whole?: boolean } = {},
): Promise<Session> {
  const instanceFolder = await openFolder(io, named)
  if (options.whole) await refuseSparse(io, instanceFolder)
  const git = openGit(instanceFolder)
  // Git answers while the files are parsed; errors of the files are reported first.
  void git.catch(() => undefined)
  const files = await readFiles(io, instanceFolder, instanceFolder.files)
  return withLedger(io, files, await git)
}

/**
 * Opens the files of HEAD, not those of the folder, and the ledger. Outside Git it opens the folder, without a ledger.
 * `moved`: the history was rewritten on purpose.
 */
export async function openCommitted(
  io: Io,
  from: string | undefined | RepositoryClone,
  moved = false,
): Promise<Session> {
  if (typeof from !== 'object') {
    const clone = await cloneAt(io, await findFolder(io, from))
    return clone ? openCommitted(io, clone, moved) : openSession(io, from)
  }
  const { files, ...git } = await filesOf(from)
  return withLedger(io, files, git, moved)
}

const withLedger = async (
  io: Io,
  files: CheckedFiles,
  { repository, head }: GitState,
  moved = false,
): Promise<Session> => sessionOf(io, files, head, await openLedger(io, files.config, repository, moved))

/** The scope and the key of an instance's digests. */
export function sealingOf(config: InstanceFile, repository: string | null, key: LedgerKey): Sealing {
  const { domain, environment = 'production' } = config
  return { scope: { provider: `mastodon:${domain}`, environment, repository }, key, providers: identitiesIn(config) }
}

/** Names the ledger of an instance. On a forge a branch follows it. */
async function whereOf(io: Io, config: InstanceFile, repository: Repository | null): Promise<LedgerOptions> {
  const [root, key] = await Promise.all([repository?.root() ?? null, keyOf(io, config)])
  const sealing = sealingOf(config, root, key)
  return { sealing, branch: config.forge ? refsOf(sealing.scope.environment).branch : null }
}

/** A run's ledger: the store with its content; none, outside Git; or not read. */
export type LedgerAccess = { readonly sealing: Sealing } & (
  | { readonly state: 'kept'; readonly repository: Repository; readonly store: LedgerStore; readonly ledger: Ledger }
  | { readonly state: 'none' }
  | { readonly state: 'unread'; readonly repository: Repository | null }
)

/** Reads the ledger of an instance. Outside Git there is none. */
export async function openLedger(
  io: Io,
  config: InstanceFile,
  git: Repository | null,
  moved = false,
): Promise<LedgerAccess> {
  const repository = git && withoutSecrets(io, git)
  const where = await whereOf(io, config, repository)
  const { sealing } = where
  if (!repository) return { state: 'none', sealing }
  const store = ledgerStore(repository, where)
  return { state: 'kept', sealing, repository, store, ledger: await store.load(moved) }
}

/** A ledger that this run does not read: it has no secret, or the ledger is unreadable. */
export const unread = (config: InstanceFile, repository: Repository | null): LedgerAccess => ({
  state: 'unread',
  sealing: sealingOf(config, null, null),
  repository,
})

/** Opens a run on files that were read, with its ledger. `head` is the commit of the files. */
export function sessionOf(io: Io, files: CheckedFiles, head: Head | null, access: LedgerAccess): Session {
  const { store, ledger } = access.state === 'kept' ? access : { store: null, ledger: emptyLedger }
  return {
    ...files,
    warnings: [...files.warnings, ...warningsOf(access)],
    io,
    run: io.env['GITHUB_RUN_ID'] ?? randomUUID(),
    environment: access.sealing.scope.environment,
    repository: access.state === 'none' ? null : access.repository,
    head,
    sealing: access.sealing,
    store,
    ledger,
  }
}

function warningsOf(access: LedgerAccess): readonly Diagnostic[] {
  if (access.state === 'none') return [NO_LEDGER]
  return access.state === 'kept' && access.sealing.key === null ? [unsigned(access.ledger)] : []
}

/** Opens a run even if the ledger cannot be read, and answers that error: the verb still shows the rest. */
export async function openDespiteLedger(
  io: Io,
  named?: string,
): Promise<{ readonly session: Session; readonly ledgerError: HerdbookError | null }> {
  const { files, ...git } = await filesHere(io, named)
  try {
    return { session: await withLedger(io, files, git), ledgerError: null }
  } catch (error) {
    if (!(error instanceof HerdbookError)) throw error
    return { session: sessionOf(io, files, git.head, unread(files.config, git.repository)), ledgerError: error }
  }
}

interface GitState {
  readonly repository: Repository | null
  readonly head: Head | null
}

async function openGit({ root, folder }: InstanceFolder): Promise<GitState> {
  const repository = await openRepository(root, basename(folder))
  return { repository, head: repository ? await repository.head() : null }
}

/** Refuses a secret before it is written to Git, since Git keeps everything. */
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
  from?: string | RepositoryClone,
): Promise<
  LedgerOptions & {
    readonly repository: Repository
    readonly run: string
    readonly head: Head
    readonly files: CheckedFiles
  }
> {
  const { files, repository, head } = typeof from === 'object' ? await filesOf(from) : await filesHere(io, from)
  if (!repository || !head) return fail(EXIT.invalid, 'no-git', NO_GIT_FOR_LEDGER)
  return {
    ...(await whereOf(io, files.config, repository)),
    repository: withoutSecrets(io, repository),
    run: randomUUID(),
    head,
    files,
  }
}

const filesHere = async (io: Io, named: string | undefined): Promise<GitState & { readonly files: CheckedFiles }> => {
  const files = await openFiles(io, named)
  return { ...(await openGit(files)), files }
}

const filesOf = async (clone: RepositoryClone): Promise<GitState & { readonly files: CheckedFiles }> => {
  const { head, files } = await committedIn(clone)
  return { repository: clone.repository, head, files: await readFiles(clone.io, clone.instanceFolder, files) }
}

/** The secret that signs the ledger, or signed it before; null if instance.yaml names none. */
export async function keyOf(
  io: Io,
  config: InstanceFile,
  which: 'ledger_key' | 'old_ledger_key' = 'ledger_key',
): Promise<LedgerKey> {
  const secret = config[which]
  return secret === undefined ? null : Buffer.from(await io.secrets.read(secret, which))
}

/** The commit of the files; null outside Git and while they are not committed. */
export const commitOf = ({ head }: Pick<Session, 'head'>): string | null =>
  head && head.uncommitted.length === 0 ? head.commit : null
