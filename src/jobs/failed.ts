import type { PullRequest } from '../forges/forge.ts'
import { EXIT, HerdbookError, type Diagnostic, type ExitCode } from '../instance/diagnostic.ts'
import { renderFailure } from '../comments/failure.ts'
import { contextOf } from '../forges/check-name.ts'
import type { Job } from '../session/job.ts'
import { baseOf, environmentFor } from '../session/default-branch.ts'
import { markerOf, upsertComment } from '../forges/sticky-comment.ts'

/** Why something ended, for where people read of it. The words of a defect may hold anything: they stand in the run alone. */
export function whyFailed(error: unknown): { readonly exit: ExitCode; readonly diagnostics: readonly Diagnostic[] } {
  if (error instanceof HerdbookError) return error
  const hint = 'It is a defect in Herdbook, and not of your change. The run has its words: please report it with them.'
  return {
    exit: EXIT.defect,
    diagnostics: [
      { code: 'defect', severity: 'error', message: 'Herdbook failed, so nothing is known of this.', hint },
    ],
  }
}

/** Does what tells a pull request something. Where that ends otherwise than it should, the pull request is told of that: none is left without a comment and a check. */
export async function telling(job: Job, pull: PullRequest, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    // What ended it may end this too, as where the forge does not answer: it is told for what it is.
    await tellFailed(job, pull, error).catch(() => undefined)
    throw error
  }
}

/** What is begun now, and fails where it is asked for: by then it is known whom to tell. */
export async function laterOf<Value>(work: Promise<Value>): Promise<() => Promise<Value>> {
  await work.catch(() => undefined)
  return () => work
}

async function tellFailed(job: Job, pull: PullRequest, error: unknown): Promise<void> {
  const environment = await environmentHere(job)
  const { exit, diagnostics } = whyFailed(error)
  const status = {
    state: 'error',
    context: contextOf(environment),
    description: 'Herdbook failed: see the comment, and the run.',
    url: job.url,
  } as const
  await job.forge.report(pull.head.commit, status)
  const marker = markerOf(environment, 'plan')
  await upsertComment(
    job,
    pull.number,
    marker,
    renderFailure(exit, diagnostics, { visibility: job.event.visibility, run: job.url, marker }),
  )
}

/** Which check is waited for; the one of a repository that says nothing else, where that can't be read. */
async function environmentHere(job: Job): Promise<string> {
  try {
    const { base, at } = await baseOf(job)
    return await environmentFor(at(base), null)
  } catch {
    return 'production'
  }
}
