import { basename } from 'node:path'
import { gitSource } from '../../clients/git-source.ts'
import type { PullRequest } from '../../clients/forge.ts'
import { openRepository } from '../../clients/repository.ts'
import { EXIT, fail, HerdbookError } from '../../instance/diagnostic.ts'
import { loadInstance } from '../../instance/load.ts'
import type { FileSource } from '../../instance/source.ts'
import type { Repository } from '../../reconcile/repository.ts'
import { doorsIn, mergedTree, openMerge, type Ends, type Merge } from '../proposal.ts'
import { findPlace } from '../session.ts'
import type { Job } from './job.ts'

/** The checkout's repository. Throws (exit 9) outside Git. */
export async function repositoryOf({ io }: Pick<Job, 'io'>): Promise<Repository> {
  const { root, folder } = await findPlace(io)
  return (await openRepository(root, basename(folder))) ?? fail(EXIT.invalid, 'no-git', 'This job needs a checkout of the repository.', { hint: 'Look at the step actions/checkout of its workflow.' })
}

/** The newest commit of the default branch, as the remote has it. */
export async function tipOf(repository: Repository): Promise<string> {
  const upstream = await repository.upstream()
  return upstream?.commit ?? (await repository.head()).commit ?? fail(EXIT.invalid, 'nothing-committed', 'Nothing is committed yet.')
}

/** The files of a commit or a tree. */
export async function sourceAt({ io }: Job, { folder }: Repository, tree: string): Promise<FileSource> {
  return gitSource((await findPlace(io)).root, tree, folder)
}

/** Which environment the default branch is for: no proposal names its own check. Only where nothing valid says it there, the proposed files do. */
export async function environmentFor(base: FileSource, proposed: FileSource | null): Promise<string> {
  const doors = (await doorsIn(base)) ?? (proposed && (await doorsIn(proposed)))
  return doors?.environment ?? 'production'
}

/** What merging a pull request into the newest commit of the default branch comes to. */
export type Merging = { readonly environment: string } & (
  | { readonly state: 'merged'; readonly merge: Merge }
  /** The branch's own `instance.yaml` is not valid, and the merged files are. */
  | { readonly state: 'mended' }
  | { readonly state: 'refused'; readonly why: HerdbookError }
)

/** Merges a pull request in Git's objects; or says why that can't be. */
export async function mergeOf(job: Job, pull: PullRequest): Promise<Merging> {
  const repository = await repositoryOf(job)
  const ends = { base: await tipOf(repository), head: pull.head.commit }
  await repository.bring(ends.base)
  const base = await sourceAt(job, repository, ends.base)
  try {
    if ((await doorsIn(base)) === undefined) return await mending(job, repository, base, ends)
    const merge = await openMerge(job.io, undefined, ends)
    return { state: 'merged', environment: merge.config.environment ?? 'production', merge }
  } catch (error) {
    if (error instanceof HerdbookError) return { state: 'refused', environment: await environmentFor(base, null), why: error }
    throw error
  }
}

/** Where nothing valid says which server this is, there is nothing to compare with: the merged files are valid, or they are not. */
async function mending(job: Job, repository: Repository, base: FileSource, { head, ...ends }: Ends): Promise<Merging> {
  await repository.bring(head)
  const merged = await sourceAt(job, repository, await mergedTree(repository, ends.base, head))
  const { instance, diagnostics } = await loadInstance(merged, { now: job.io.now() })
  if (!instance) throw new HerdbookError(EXIT.invalid, diagnostics)
  return { state: 'mended', environment: await environmentFor(base, merged) }
}
