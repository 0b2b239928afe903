import type { PullRequest } from '../forges/forge.ts'
import { EXIT, HerdbookError, type Diagnostic, type ExitCode } from '../instance/diagnostic.ts'
import { renderFailure } from '../comments/failure.ts'
import { contextOf } from '../forges/check-name.ts'
import type { Job } from '../session/job.ts'
import { openBase, environmentFor } from '../session/default-branch.ts'
import { markerOf, upsertComment } from '../forges/sticky-comment.ts'
import { DEFECT, FAILED_CHECK } from './texts.ts'

/** Says why something failed. The words of a defect may hold anything, so they are only in the log of the run. */
export function whyFailed(error: unknown): { readonly exit: ExitCode; readonly diagnostics: readonly Diagnostic[] } {
  if (error instanceof HerdbookError) return error
  return { exit: EXIT.defect, diagnostics: [{ code: 'defect', severity: 'error', ...DEFECT }] }
}

/** Does work that reports to a pull request. If it fails, reports that: no pull request is left without a check. */
export async function reportingFailure(job: Job, pull: PullRequest, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    // The cause may also stop this report, for example if the forge does not answer: then the cause is what counts.
    await reportFailure(job, pull, error).catch(() => undefined)
    throw error
  }
}

/** Returns an Error that a job reports to people. Throws any other. */
export function asHerdbookError(error: unknown): HerdbookError {
  if (error instanceof HerdbookError) return error
  throw error
}

/** Waits for work, and lets it fail only when its value is asked for: then the pull request to report to is known. */
export async function deferFailure<Value>(work: Promise<Value>): Promise<() => Promise<Value>> {
  await work.catch(() => undefined)
  return () => work
}

async function reportFailure(job: Job, pull: PullRequest, error: unknown): Promise<void> {
  const environment = await environmentHere(job)
  const { exit, diagnostics } = whyFailed(error)
  const status = {
    state: 'error',
    context: contextOf(environment),
    description: FAILED_CHECK,
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

/** Finds the environment whose check people wait for; `production` if the files cannot be read. */
async function environmentHere(job: Job): Promise<string> {
  try {
    const { base, at } = await openBase(job)
    return await environmentFor(at(base), null)
  } catch {
    return 'production'
  }
}
