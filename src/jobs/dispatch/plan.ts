import { renderMarkdown } from '../../comments/plan.ts'
import { EXIT, fail } from '../../instance/diagnostic.ts'
import { KINDS } from '../../providers/kinds.ts'
import { connectTo } from '../../session/connect.ts'
import type { Job } from '../../session/job.ts'
import { planNow } from '../../session/planning.ts'
import { openCheckout } from '../open-pull-request.ts'
import { planPullRequest } from '../plan.ts'
import { SUMMARY_LIMIT } from '../summary.ts'
import type { ButtonPress } from './button.ts'
import { FORK_MAY_MOVE, FORK_MOVED, nameCommit, NO_PULL_REQUEST_NUMBER, notOpen, planned } from './texts.ts'

/** Plans the default branch, or the pull request that the object names. */
export const plan = (job: Job, { object }: ButtonPress): Promise<string> =>
  object === '' ? planBranch(job) : planByNumber(job, object)

async function planBranch(job: Job): Promise<string> {
  const { session, whole } = await openCheckout(job)
  const connected = connectTo(whole.config, job.io, 'proposal')
  try {
    const { plan: branch } = await planNow(whole, connected.providers)
    return renderMarkdown(branch, {
      kinds: KINDS,
      visibility: job.event.visibility,
      show: session.instance.documents['policy.yaml']?.show ?? {},
      limit: SUMMARY_LIMIT,
    })
  } finally {
    await connected.close()
  }
}

/** Plans a pull request. One from a fork also needs its commit: it may have changed after the person looked at it. */
async function planByNumber(job: Job, object: string): Promise<string> {
  const [, number = '', commit] = /^#?([1-9]\d{0,8})(?:\s+([0-9a-f]{12,64}))?$/.exec(object) ?? []
  if (number === '')
    fail(EXIT.invalid, 'no-such-object', NO_PULL_REQUEST_NUMBER.message, { hint: NO_PULL_REQUEST_NUMBER.hint })
  const pull = await job.forge.pullRequest(Number(number))
  if (pull.state !== 'open' || pull.base.branch !== job.event.defaultBranch) {
    const { message, hint } = notOpen({ number, branch: job.event.defaultBranch })
    fail(EXIT.invalid, 'not-open', message, { hint })
  }
  const isFork = pull.head.repository !== job.event.repository
  const refuse = (problem: Parameters<typeof nameCommit>[0]['problem']): never => {
    const { message, hint } = nameCommit({ number, commit: pull.head.commit, problem })
    return fail(EXIT.refused, 'another-commit', message, { hint })
  }
  if (commit === undefined && isFork) refuse(FORK_MAY_MOVE)
  if (commit !== undefined && !pull.head.commit.startsWith(commit)) refuse(FORK_MOVED)
  await planPullRequest(job, pull)
  return planned(number)
}
