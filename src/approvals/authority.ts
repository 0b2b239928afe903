import { EXIT, fail } from '../instance/diagnostic.ts'
import { filesFeeding } from './owned.ts'
import { takesOwnerOf } from './strictest.ts'
import { refOf } from '../reconcile/object-ref.ts'
import type { ObjectRef } from '../reconcile/values.ts'
import type { Step } from '../reconcile/plan/types.ts'
import { ownersIn, OWNERS_LINE } from './owners.ts'
import { openRefs, type Session } from '../session/session.ts'
import type { Job } from '../session/job.ts'
import { authorsBehind } from './authors.ts'
import { refuseGround } from './checkout-config.ts'
import { historyOf } from './pull-request-history.ts'
import { mergedSince } from './merged-pull-requests.ts'
import { baseOf, defaultBranchHead } from '../session/default-branch.ts'
import { namedOwners } from './named-owners.ts'

const same = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase()

/** The owners that the default branch names now. */
export async function ownersNow(job: Job): Promise<readonly string[]> {
  const { repository, sealing, files } = await openRefs(job.io, await job.clone())
  return (await namedOwners(job, { repository, sealing, root: files.root }))(await defaultBranchHead(repository))
}

/** Refuses (exit 5) whoever is no owner, and says who is. Write permission is not authority. */
export async function demandOwner(job: Job, login: string): Promise<void> {
  const owners = await ownersNow(job)
  if (owners.some((owner) => same(owner, login))) return
  const { base, at } = await baseOf(job)
  if ((await ownersIn(at(base))).some((owner) => same(owner, login))) {
    const who =
      owners.length === 0
        ? 'somebody who administers the repository'
        : `one of ${owners.map((owner) => `@${owner}`).join(', ')}`
    fail(
      EXIT.refused,
      'not-owner',
      `policy.yaml names @${login} as an owner, and nobody who may has approved that, so nothing was done.`,
      {
        hint: `Have it taken back, and name them by a pull request that ${who} approves who did not ask for it, write it or push it`,
      },
    )
  }
  if (owners.length === 0) {
    fail(EXIT.refused, 'no-owners', 'Only an owner may do this, and policy.yaml names none.', {
      hint: `Add to instance/policy.yaml, by a pull request that somebody who administers the repository merges: ${OWNERS_LINE}`,
    })
  }
  fail(EXIT.refused, 'not-owner', `@${login} is no owner, so nothing was done.`, {
    hint: `Ask one of them: ${owners.map((owner) => `@${owner}`).join(', ')}`,
  })
}

/** Refuses (exit 5) whoever may not leave these objects as they are: what owners look after is theirs, the rest whoever decides. */
export async function demandForLeaving(job: Job, refs: readonly ObjectRef[], login: string): Promise<void> {
  if (!refs.some((ref) => takesOwnerOf(filesFeeding(ref)))) return
  await refuseGround(job)
  await demandOwner(job, login)
}

/** Of these steps those that somebody may not approve by hand, since they asked for, wrote or pushed what calls for them. Nobody is kept from it who is the only owner. */
export async function ownChanges(
  job: Job,
  session: Session,
  steps: readonly Step[],
  login: string,
): Promise<readonly ObjectRef[]> {
  const { repository, head, sealing, root } = session
  if (
    !repository ||
    !head?.commit ||
    (await (await namedOwners(job, { repository, sealing, root }))(head.commit)).length <= 1
  )
    return []
  const me = login.toLowerCase()
  const hands = await authorsBehind(
    job,
    session,
    head.commit,
    steps.filter(({ cause }) => cause === 'change').map(refOf),
  )
  const restoring = await restoredBy(job, session, me)
  return steps.map(refOf).filter((ref) => hands.get(ref)?.has(me) || restoring.has(ref))
}

/** What is to be restored by pull requests that somebody had part in: that stands in no file. */
async function restoredBy(job: Job, session: Session, login: string): Promise<ReadonlySet<ObjectRef>> {
  const refs = new Set<ObjectRef>()
  for (const { pull, marks, involved } of await mergedSince(job, session)) {
    if (marks === null || marks.restore.length === 0) continue
    if ((involved ?? (await historyOf(job, session, pull, marks)).involved).has(login))
      for (const ref of marks.restore) refs.add(ref)
  }
  return refs
}
