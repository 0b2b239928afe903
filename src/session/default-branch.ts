import type { PullRequest } from '../forges/forge.ts'
import { gitSource } from '../git/source.ts'
import { EXIT, fail, HerdbookError } from '../instance/diagnostic.ts'
import { loadInstance } from '../providers/load-instance.ts'
import { readingOf } from '../instance/reading.ts'
import type { FileSource } from '../instance/source.ts'
import type { Repository } from '../reconcile/repository.ts'
import { connectionsIn, type RepositoryClone } from './instance-folder.ts'
import { mergedTree, openMerge, touchedBy, type BaseAndHead, type MergedFiles } from './merged-instance.ts'
import type { TouchedPaths } from './path-class.ts'
import type { Job } from './job.ts'
import { NOTHING_COMMITTED } from './texts.ts'

/** The checkout, and the newest commit of the default branch. */
export interface CloneWithBase extends RepositoryClone {
  readonly base: string
}

/** Throws (exit 9) outside Git. */
export async function openBase(job: Pick<Job, 'clone'>): Promise<CloneWithBase> {
  const clone = await job.clone()
  return { ...clone, base: await defaultBranchHead(clone.repository) }
}

/** The checkout's repository. Throws (exit 9) outside Git. */
export const repositoryOf = async ({ clone }: Pick<Job, 'clone'>): Promise<Repository> => (await clone()).repository

/** The newest commit of the default branch, as the remote has it. */
export async function defaultBranchHead(repository: Repository): Promise<string> {
  const upstream = await repository.upstream()
  return (
    upstream?.commit ?? (await repository.head()).commit ?? fail(EXIT.invalid, 'nothing-committed', NOTHING_COMMITTED)
  )
}

/** The environment of the default branch, which names the check. A proposal names it only if the base is not valid. */
export async function environmentFor(base: FileSource, proposed: FileSource | null): Promise<string> {
  const connections = (await connectionsIn(base)) ?? (proposed && (await connectionsIn(proposed)))
  return connections?.environment ?? 'production'
}

/** The result of merging a pull request into the newest commit of the default branch. */
export type MergeAttempt = { readonly environment: string } & (
  | { readonly state: 'merged'; readonly merge: MergedFiles }
  /** The branch's own `instance.yaml` is not valid, and the merged files are. */
  | { readonly state: 'repaired'; readonly touched: TouchedPaths }
  | { readonly state: 'refused'; readonly why: HerdbookError }
)

/** Merges a pull request in Git's objects; or says why that is impossible. */
export async function mergePullRequest(pull: PullRequest, { base, ...clone }: CloneWithBase): Promise<MergeAttempt> {
  const ends = { base, head: pull.head.commit }
  try {
    const merge = await openMerge(clone, ends)
    return { state: 'merged', environment: merge.config.environment ?? 'production', merge }
  } catch (error) {
    if (!(error instanceof HerdbookError)) throw error
    const trusted = clone.at(base)
    const refused = (why: HerdbookError): Promise<MergeAttempt> =>
      environmentFor(trusted, null).then((environment) => ({ state: 'refused', environment, why }))
    return (await connectionsIn(trusted)) === undefined
      ? repairOf(clone, ends).catch((why: unknown) =>
          why instanceof HerdbookError ? refused(why) : Promise.reject(why),
        )
      : refused(error)
  }
}

/** Checks the merged files alone: the base names no server, so there is nothing to compare them with. */
async function repairOf(clone: RepositoryClone, { base, head }: BaseAndHead): Promise<MergeAttempt> {
  await clone.repository.bring(head)
  const tree = await mergedTree(clone.repository, base, head)
  const merged = readingOf(gitSource(clone.instanceFolder.root, tree, clone.repository.folder))
  const { instance, diagnostics } = await loadInstance(merged, { now: clone.io.now() })
  if (!instance) throw new HerdbookError(EXIT.invalid, diagnostics)
  return {
    state: 'repaired',
    environment: await environmentFor(clone.at(base), merged),
    touched: await touchedBy(clone.repository, base, tree),
  }
}
