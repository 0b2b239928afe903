import { basename } from 'node:path'
import type { PullRequest } from '../../clients/forge.ts'
import { openRepository } from '../../clients/repository.ts'
import { EXIT, fail, HerdbookError } from '../../instance/diagnostic.ts'
import type { Repository } from '../../reconcile/repository.ts'
import { openMerge, type Merge } from '../proposal.ts'
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

/** A pull request's head merged into the newest commit of the default branch; or why that can't be. */
export async function mergeOf(job: Job, pull: PullRequest): Promise<Merge | HerdbookError> {
  const base = await tipOf(await repositoryOf(job))
  try {
    return await openMerge(job.io, undefined, { base, head: pull.head.commit })
  } catch (error) {
    if (error instanceof HerdbookError) return error
    throw error
  }
}
