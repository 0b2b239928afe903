import { gitSources } from '../git/source.ts'
import { EXIT, fail, HerdbookError } from '../instance/diagnostic.ts'
import type { InstanceFile } from '../instance/documents.ts'
import type { Instance } from '../instance/instance.ts'
import { loadInstance } from '../providers/load-instance.ts'
import { readingOf, type ParsedFiles } from '../instance/reading.ts'
import { MAX_BYTES, type FileSource } from '../instance/source.ts'
import type { SourceOf } from '../words/diagnostics.ts'
import type { Repository } from '../reconcile/repository.ts'
import type { ConfigChanges } from '../words/config-changes.ts'
import { editsOf } from './config-changes.ts'
import { connectionsIn, watchSecrets, type RepositoryClone } from './instance-folder.ts'
import { OWN_ACTION, touchedOf, type TouchedPaths } from './path-class.ts'
import { openLedger, sessionOf, unread, type Session } from './session.ts'
import {
  mergeConflict,
  MERGE_REMOVES_INSTANCE,
  NO_INSTANCE_ON_DEFAULT_BRANCH,
  noSuchCommit,
  unrelatedHistories,
} from './texts.ts'

/** A proposed change as it would be once merged: untrusted files, with the base's connections and disclosure. */
export interface ProposedSession {
  /** Its instance is the merged one, with `instance.yaml` and the disclosure of the base. */
  readonly session: Session
  readonly base: string
  readonly head: string
  /** The files of the base; null if they are not valid. */
  readonly before: Instance | null
  /** Its changes of Herdbook's own settings. */
  readonly edits: ConfigChanges
}

/** The files of a proposal, in Git's objects. */
export interface MergedFiles extends RepositoryClone, BaseAndHead {
  readonly merged: ParsedFiles
  readonly trusted: ParsedFiles
  /** The files of the head itself, whose lines a forge shows. */
  readonly proposed: ParsedFiles
  /** What a merge changes outside the instance. */
  readonly touched: TouchedPaths
  /** `instance.yaml` of the base: it alone decides which servers this run may connect to. */
  readonly config: InstanceFile
}

/** The commits that a proposal is made of. */
export interface BaseAndHead {
  readonly base: string
  readonly head: string
}

/** Merges two commits in Git's objects; nothing of the head is checked out or run. Throws (exit 9) on a conflict. */
export async function openMerge(clone: RepositoryClone, ends: BaseAndHead): Promise<MergedFiles> {
  const { io, instanceFolder, repository, at } = clone
  const [base, head] = await Promise.all([commitAt(repository, ends.base), commitAt(repository, ends.head)])
  const trusted = at(base)
  const [config, tree] = await Promise.all([configOf(trusted), mergedTree(repository, base, head)])
  const [touched] = await Promise.all([touchedBy(repository, base, tree), watchSecrets(io, config)])
  // Only the base is kept in memory: there may be many proposals.
  const sourceAt = gitSources(instanceFolder.root, repository.folder)
  const [merged, proposed] = [readingOf(sourceAt(tree)), readingOf(sourceAt(head))]
  return { ...clone, base, head, config, trusted, merged, proposed, touched }
}

/** What a merged tree changes outside the instance. */
export async function touchedBy(repository: Repository, base: string, tree: string): Promise<TouchedPaths> {
  const [paths, [action]] = await Promise.all([
    repository.differing(base, tree, []),
    repository.texts(OWN_ACTION, [base]),
  ])
  return touchedOf(paths, { folder: repository.folder, inCopy: typeof action === 'string' })
}

/** The commit of a full id, fetched from the remote if needed, or of a name in this clone. */
async function commitAt(repository: Repository, name: string): Promise<string> {
  const isId = /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(name)
  const commit = isId ? ((await repository.bring(name)) ? name : null) : await repository.commit(name)
  return (
    commit ??
    fail(
      EXIT.invalid,
      'no-commit',
      noSuchCommit({ name: JSON.stringify(name.slice(0, 80)), remote: repository.remote }),
    )
  )
}

/** `instance.yaml` of a source. Throws (exit 9) if it is missing or not valid. */
async function configOf(files: FileSource): Promise<InstanceFile> {
  return (await connectionsIn(files)) ?? fail(EXIT.invalid, 'no-instance', NO_INSTANCE_ON_DEFAULT_BRANCH)
}

/** Reads the files of the merge; a `blind` run has no secret and no ledger. Throws (exit 9) with all errors. */
export async function openProposal(
  { io, instanceFolder, repository, base, head, config, merged, trusted, touched }: MergedFiles,
  seeing: 'live' | 'blind' = 'live',
): Promise<ProposedSession> {
  const now = io.now()
  const opened = seeing === 'live' ? openLedger(io, config, repository) : null
  // Errors of the files are reported before those of the ledger.
  void opened?.catch(() => undefined)
  const [wanted, before] = await Promise.all([loadInstance(merged, { now }), loadInstance(trusted, { now })])
  if (!wanted.instance) throw new HerdbookError(EXIT.invalid, wanted.diagnostics)
  if (!wanted.instance.documents['instance.yaml']) fail(EXIT.invalid, 'no-instance', MERGE_REMOVES_INSTANCE)
  const earlier = { ...before.instance?.documents, 'instance.yaml': config }
  const edits = { ...editsOf(earlier, wanted.instance.documents), ...touched }
  const instance = withBaseConfig(wanted.instance, config, earlier['policy.yaml']?.show)
  const warnings = wanted.diagnostics.filter(({ severity }) => severity !== 'info')
  const files = { ...instanceFolder, instance, config, warnings, errorsFor: wanted.errorsFor }
  const proposed = { commit: head, branch: null, shallow: false, uncommitted: [] }
  const session = sessionOf(io, files, proposed, await (opened ?? unread(config, null)))
  return { session, base, head, before: before.instance, edits }
}

/** Merges in Git's objects alone and answers the tree. Throws (exit 9) if the two cannot be merged. */
export async function mergedTree(repository: Repository, base: string, head: string): Promise<string> {
  const merged = await repository.merge(base, head)
  if (merged.state === 'merged') return merged.tree
  const short = base.slice(0, 12)
  return fail(
    EXIT.invalid,
    'not-mergeable',
    merged.state === 'conflicts'
      ? mergeConflict({ files: merged.files.slice(0, 5).join(', '), base: short })
      : unrelatedHistories(short),
  )
}

type ShowPolicy = NonNullable<Instance['documents']['policy.yaml']>['show']

/** The instance with the connections and the disclosure of the base. */
function withBaseConfig(wanted: Instance, config: InstanceFile, show: ShowPolicy): Instance {
  const { 'policy.yaml': policy, 'instance.yaml': _connections, ...rest } = wanted.documents
  const { show: _asked, ...kept } = policy ?? {}
  const shown = policy || show ? { 'policy.yaml': { ...kept, ...(show === undefined ? {} : { show }) } } : {}
  return { ...wanted, documents: { ...rest, ...shown, 'instance.yaml': config } }
}

/** The texts of the files, for the frames of diagnostics. A line of instance.yaml is never shown. */
export async function textsIn(files: FileSource): Promise<SourceOf> {
  const names = (await files.list())
    .filter(
      ({ name, kind, size }) =>
        kind === 'file' && size <= MAX_BYTES && name.endsWith('.yaml') && name !== 'instance.yaml',
    )
    .map(({ name }) => name)
  const texts = new Map(
    await Promise.all(names.map(async (name) => [name, (await files.read(name)).toString('utf8')] as const)),
  )
  return (file) => texts.get(file)
}
