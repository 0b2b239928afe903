import type { PullRequest } from '../forges/forge.ts'
import type { Form } from '../reconcile/values.ts'
import { parseMarks } from '../reconcile/approval-marks.ts'
import { count } from '../words/text.ts'
import { tellEnd } from '../command-line/errors.ts'
import { say, tell } from '../session/io.ts'
import { openRefs } from '../session/session.ts'
import { expect, type Job } from '../session/job.ts'
import { baseOf, type Base } from '../session/default-branch.ts'
import { planPullRequest } from './plan.ts'
import { markerOf, ours } from '../forges/sticky-comment.ts'

/** More than these would take longer than anybody waits for; the rest is planned when it is pushed to. */
const MOST = 30
/** Each takes a request to look at, and anybody may open any number. */
const MOST_FORKS = 100

/** Plans open pull requests anew, since what they are for has moved: those of our own branches first, then those of forks that were asked for at this very commit. */
export async function run(job: Job): Promise<void> {
  const { event, forge, io } = expect(job, ['push', 'schedule', 'workflow_dispatch'])
  const open = (await forge.openPullRequests()).filter(({ base }) => base.branch === event.defaultBranch)
  const { own = [], forks = [] } = Object.groupBy(open, ({ head }) =>
    head.repository === event.repository ? 'own' : 'forks',
  )
  const base = await baseOf(job)
  for (const pull of own.slice(0, MOST)) await planOne(job, pull, base)
  if (own.length > MOST)
    say(
      io,
      `${count(own.length - MOST, 'older pull request was', 'older pull requests were')} not planned anew: push to them, or comment /plan.`,
    )
  for (const pull of await askedAmong(job, forks.slice(0, MOST_FORKS), MOST - own.length))
    await planOne(job, pull, base)
}

/** One that can't be planned keeps no other from it. */
async function planOne(job: Job, pull: PullRequest, base: Base): Promise<void> {
  try {
    await planPullRequest(job, pull, base)
  } catch (error) {
    job.io.exit = tellEnd(error, (diagnostics) => tell(job.io, diagnostics))
  }
}

/** Whose marks are of version 1 is planned anew, so that they are of version 2. */
const FORMS: ReadonlySet<Form> = new Set<Form>([2, 1])

/** Those of forks whose comment is the plan of this very commit, as we wrote it: somebody who decides had asked for that. */
async function askedAmong(
  { io, forge, clone }: Job,
  forks: readonly PullRequest[],
  most: number,
): Promise<readonly PullRequest[]> {
  const asked: PullRequest[] = []
  if (forks.length === 0 || most <= 0) return asked
  const { sealing } = await openRefs(io, await clone())
  const { environment } = sealing.scope
  for (const pull of sealing.key === null ? [] : forks) {
    const body = ours(await forge.comments(pull.number), markerOf(environment, 'plan'))?.body ?? ''
    const marks = parseMarks(body, { pullRequest: pull.number, head: pull.head.commit }, sealing, FORMS)
    if (marks !== null && marks !== 'altered') asked.push(pull)
    if (asked.length === most) break
  }
  return asked
}
