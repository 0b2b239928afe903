import type { PullRequest } from '../../forges/forge.ts'
import type { ObjectChange } from '../../instance/edit/objects.ts'
import type { Instance, Source } from '../../instance/instance.ts'
import { KINDS } from '../../providers/kinds.ts'
import type { ExpiredObject } from '../../comments/drift-issue.ts'
import { draft } from '../../session/write-instance.ts'
import type { Session } from '../../session/session.ts'
import { authorsBehind } from '../../approvals/authors.ts'
import { propose, type Checkout } from '../open-pull-request.ts'
import type { Job } from '../../session/job.ts'
import { planPullRequest } from '../plan.ts'
import { objectsInTitle } from '../adopt-or-restore.ts'
import { ALL_EXPIRED, expiredBody, EXPIRED_NOTE, expiredTitle } from './texts.ts'

const EXPIRED_BRANCH = 'herdbook/until'

/** Finds expired entries of the files and the pull request that takes them out. With `propose`, opens it if needed. */
export async function expiredEntries(job: Job, checkout: Checkout, mode: 'propose' | 'look'): Promise<ExpiredObject[]> {
  const expired = expiredIn(checkout.session)
  if (expired.length === 0) return []
  const title = expiredTitle(objectsInTitle(expired.map(({ ref }) => ref)))
  const open = (await job.forge.openPullRequests()).find(
    ({ head, title: there }) =>
      head.branch === EXPIRED_BRANCH && head.repository === job.event.repository && there === title,
  )
  const pullRequest = open ?? (mode === 'propose' ? await proposeRemoval(job, checkout, expired, title) : null)
  return expired.map((one) => ({
    ...one,
    pullRequest: pullRequest && { number: pullRequest.number, url: pullRequest.url },
  }))
}

type ExpiredEntry = Omit<ExpiredObject, 'pullRequest'>

/** Before anything ends: what a kind makes of its files then, and no longer now, has expired. */
const BEFORE_ANY_END = new Date(-8.64e15)

function expiredIn({ instance, io }: Session): ExpiredEntry[] {
  return KINDS.flatMap((kind) => {
    const objectsAt = (time: Date) => kind.claims(instance, time).claims.flatMap(({ objects }) => objects)
    const left = new Set(objectsAt(io.now()).map(({ id }) => id))
    const expired = objectsAt(BEFORE_ANY_END).flatMap(({ id, source }) => {
      const until = left.has(id) ? undefined : endOf(instance, source)
      return until === undefined ? [] : [{ ref: `${kind.name}/${id}`, until }]
    })
    return [...new Map(expired.map((one) => [one.ref, one])).values()]
  })
}

/** The `until` of an entry, as it is written. */
function endOf({ documents }: Instance, { file, path }: Source): string | undefined {
  const entry = [file, ...path].reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    documents,
  )
  if (typeof entry !== 'object' || entry === null || !('until' in entry)) return undefined
  return typeof entry.until === 'string' ? entry.until : undefined
}

async function proposeRemoval(
  job: Job,
  checkout: Checkout,
  expired: readonly ExpiredEntry[],
  title: string,
): Promise<PullRequest> {
  const changes = expired.map(({ ref }): ObjectChange => ({ ref, fields: null }))
  const edits = await draft(job.io, checkout.session, changes, { emptied: ALL_EXPIRED })
  const pullRequest = await propose(job, checkout, {
    branch: EXPIRED_BRANCH,
    edits,
    title,
    note: EXPIRED_NOTE,
    body: expiredBody(expired),
    askedBy: await askersOf(job, checkout, expired),
  })
  await planPullRequest(job, pullRequest)
  return pullRequest
}

/** Finds who wrote the `until` of these entries: they asked for this. Returns null if that is unknown for one. */
async function askersOf(
  job: Job,
  { session, base }: Checkout,
  expired: readonly ExpiredEntry[],
): Promise<readonly string[] | null> {
  const authors = [
    ...(
      await authorsBehind(
        job,
        session,
        base.commit,
        expired.map(({ ref }) => ref),
      )
    ).values(),
  ]
  return authors.includes(null) ? null : [...new Set(authors.flatMap((people) => [...(people ?? [])]))]
}
