import type { PullRequest } from '../../forges/forge.ts'
import { domainIn } from '../../verbs/block.ts'
import type { ObjectChange } from '../../instance/edit/objects.ts'
import { hasEnded } from '../../providers/mastodon/kinds/common.ts'
import { code } from '../../comments/markdown.ts'
import type { Ended } from '../../comments/drift-issue.ts'
import { draft } from '../../session/write-instance.ts'
import { parseRef } from '../../session/options.ts'
import type { Session } from '../../session/session.ts'
import { authorsBehind } from '../../approvals/authors.ts'
import { propose, type Checkout } from '../open-pull-request.ts'
import type { Job } from '../../session/job.ts'
import { planPullRequest } from '../plan.ts'
import { titled } from '../adopt-or-restore.ts'

const BRANCH = 'herdbook/until'

/** Entries of the files whose last day has come, with the pull request that takes them out; made where there is none and it is to be proposed. */
export async function endedWith(job: Job, desk: Checkout, ending: 'propose' | 'look'): Promise<Ended[]> {
  const ended = endedIn(desk.session)
  if (ended.length === 0) return []
  const title = `Take out what has ended: ${titled(ended.map(({ ref }) => ref))}`
  const open = (await job.forge.openPullRequests()).find(
    ({ head, title: there }) => head.branch === BRANCH && head.repository === job.event.repository && there === title,
  )
  const pullRequest = open ?? (ending === 'propose' ? await taken(job, desk, ended, title) : null)
  return ended.map((one) => ({
    ...one,
    pullRequest: pullRequest && { number: pullRequest.number, url: pullRequest.url },
  }))
}

type Until = Omit<Ended, 'pullRequest'>

function endedIn({ instance: { documents }, io }: Session): Until[] {
  const entries = [
    ...(documents['domain-blocks.yaml']?.domain_blocks ?? []).map(({ domain, until }) => ({
      ref: `domain-block/${domainIn(domain)}`,
      until,
    })),
    ...(documents['ip-blocks.yaml']?.ip_blocks ?? []).map(({ ip, until }) => ({
      ref: parseRef(`ip-block/${ip}`).ref,
      until,
    })),
    ...(documents['moderators.yaml']?.moderators ?? []).map(({ account, until }) => ({
      ref: parseRef(`moderator/${account}`).ref,
      until,
    })),
  ]
  const ended = entries.flatMap(({ ref, until }) =>
    until !== undefined && hasEnded(until, io.now()) ? [{ ref, until }] : [],
  )
  return [...new Map(ended.map((one) => [one.ref, one])).values()]
}

async function taken(job: Job, desk: Checkout, ended: readonly Until[], title: string): Promise<PullRequest> {
  const changes = ended.map(({ ref }): ObjectChange => ({ ref, fields: null }))
  const edits = await draft(job.io, desk.session, changes, { emptied: 'the last day of all that stood here has come' })
  const body = [
    'The last day of these has come:',
    ended.map(({ ref, until }) => `- ${code(ref)}: until ${code(until)}`).join('\n'),
    'Merging takes them out of the files, and off the server where they are there still.',
  ].join('\n\n')
  const pullRequest = await propose(job, desk, {
    branch: BRANCH,
    edits,
    title,
    note: 'Their last day has come.',
    body,
    askedBy: await askersOf(job, desk, ended),
  })
  await planPullRequest(job, pullRequest)
  return pullRequest
}

/** Whoever wrote their last days asked for this; null where nobody can tell who that was. */
async function askersOf(
  job: Job,
  { session, base }: Checkout,
  ended: readonly Until[],
): Promise<readonly string[] | null> {
  const hands = [
    ...(
      await authorsBehind(
        job,
        session,
        base.commit,
        ended.map(({ ref }) => ref),
      )
    ).values(),
  ]
  return hands.includes(null) ? null : [...new Set(hands.flatMap((people) => [...(people ?? [])]))]
}
