import type { PullRequest } from '../forges/forge.ts'
import type { DigestForm } from '../reconcile/values.ts'
import { parseMarks } from '../reconcile/approval-marks.ts'
import { tellEnd } from '../command-line/errors.ts'
import { say, tell } from '../session/io.ts'
import { openRefs } from '../session/session.ts'
import { expect, type Job } from '../session/job.ts'
import { openBase, type CloneWithBase } from '../session/default-branch.ts'
import { planPullRequest } from './plan.ts'
import { markerOf, findOurComment } from '../forges/sticky-comment.ts'
import { notPlannedAgain } from './texts.ts'

/** How many are planned in one run. The others are planned at their next push. */
const MAX_PLANNED = 30
/** How many from forks are looked at: each takes a request, and anyone may open any number. */
const MAX_FORKS = 100

/**
 * Plans open pull requests again after the default branch changed: first those of this repository's branches, then
 * those from forks that someone with write access had planned at the same commit.
 */
export async function run(job: Job): Promise<void> {
  const { event, forge, io } = expect(job, ['push', 'schedule', 'workflow_dispatch'])
  const open = (await forge.openPullRequests()).filter(({ base }) => base.branch === event.defaultBranch)
  const { own = [], forks = [] } = Object.groupBy(open, ({ head }) =>
    head.repository === event.repository ? 'own' : 'forks',
  )
  const base = await openBase(job)
  for (const pull of own.slice(0, MAX_PLANNED)) await planOne(job, pull, base)
  if (own.length > MAX_PLANNED) say(io, notPlannedAgain(own.length - MAX_PLANNED))
  for (const pull of await alreadyPlanned(job, forks.slice(0, MAX_FORKS), MAX_PLANNED - own.length))
    await planOne(job, pull, base)
}

/** Plans one. If that fails, the others are planned all the same. */
async function planOne(job: Job, pull: PullRequest, base: CloneWithBase): Promise<void> {
  try {
    await planPullRequest(job, pull, base)
  } catch (error) {
    job.io.exit = tellEnd(error, (diagnostics) => tell(job.io, diagnostics))
  }
}

/** Also version 1: planning again writes the marks in version 2. */
const FORMS: ReadonlySet<DigestForm> = new Set<DigestForm>([2, 1])

/** Finds those whose comment is Herdbook's plan of the same commit: someone with write access had asked for it. */
async function alreadyPlanned(
  { io, forge, clone }: Job,
  forks: readonly PullRequest[],
  most: number,
): Promise<readonly PullRequest[]> {
  const planned: PullRequest[] = []
  if (forks.length === 0 || most <= 0) return planned
  const { sealing } = await openRefs(io, await clone())
  const { environment } = sealing.scope
  for (const pull of sealing.key === null ? [] : forks) {
    const body = findOurComment(await forge.comments(pull.number), markerOf(environment, 'plan'))?.body ?? ''
    const marks = parseMarks(body, { pullRequest: pull.number, head: pull.head.commit }, sealing, FORMS)
    if (marks !== null && marks !== 'altered') planned.push(pull)
    if (planned.length === most) break
  }
  return planned
}
