import type { PullRequest } from '../../clients/forge.ts'
import { parseMarks, wasAsked } from '../../reconcile/marks.ts'
import { count } from '../../render/text.ts'
import { say } from '../io.ts'
import { openSession } from '../session.ts'
import { expect, type Job } from './job.ts'
import { planPullRequest } from './plan.ts'
import { markerOf, ours } from './sticky.ts'

/** More than these would take longer than anybody waits for; the rest is planned when it is pushed to. */
const MOST = 30

/** Plans open pull requests anew, since what they are for has moved: those of our own branches, and those of forks that were asked for at this very commit. */
export async function run(job: Job): Promise<void> {
  const { event, forge, io } = expect(job, ['push', 'schedule', 'workflow_dispatch'])
  const open = (await forge.openPullRequests()).filter(({ base }) => base.branch === event.defaultBranch)
  for (const pull of open.slice(0, MOST)) {
    if (await mayPlan(job, pull)) await planPullRequest(job, pull)
  }
  if (open.length > MOST) say(io, `${count(open.length - MOST, 'older pull request was', 'older pull requests were')} not planned anew: push to them, or comment /plan.`)
}

async function mayPlan({ io, event, forge }: Job, pull: PullRequest): Promise<boolean> {
  if (pull.head.repository === event.repository) return true
  const { config, key, environment } = await openSession(io)
  const marks = parseMarks(ours(await forge.comments(pull.number), markerOf(environment, 'plan'))?.body ?? '')
  return key !== null && marks !== null && wasAsked(marks, pull.number, pull.head.commit, { server: config.domain, key })
}
