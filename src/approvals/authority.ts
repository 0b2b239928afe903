import { EXIT, fail } from '../instance/diagnostic.ts'
import { filesFeeding } from './files-of-step.ts'
import { takesOwnerOf } from './owned-files.ts'
import { refOf } from '../reconcile/object-ref.ts'
import type { ObjectRef } from '../reconcile/values.ts'
import type { Step } from '../reconcile/plan/types.ts'
import { ownersIn, OWNERS_LINE } from './policy-owners.ts'
import { openRefs, type Session } from '../session/session.ts'
import type { Job } from '../session/job.ts'
import { authorsBehind } from './authors.ts'
import { refuseUnsafeConfig } from './refuse-unsafe-config.ts'
import { historyOf } from './pull-request-history.ts'
import { mergedSince } from './merged-pull-requests.ts'
import { openBase, defaultBranchHead } from '../session/default-branch.ts'
import { acceptedOwners } from './accepted-owners.ts'
import { noOwners, notOwner, unapprovedOwner } from './texts.ts'

const same = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase()

/** Reads the owners that the default branch names now. */
export async function ownersNow(job: Job): Promise<readonly string[]> {
  const { repository, sealing, files } = await openRefs(job.io, await job.clone())
  return (await acceptedOwners(job, { repository, sealing, root: files.root }))(await defaultBranchHead(repository))
}

/** Refuses (exit 5) a person who is not an owner, and says who is. Write access is not authority. */
export async function demandOwner(job: Job, login: string): Promise<void> {
  const owners = await ownersNow(job)
  if (owners.some((owner) => same(owner, login))) return
  const { base, at } = await openBase(job)
  if ((await ownersIn(at(base))).some((owner) => same(owner, login))) {
    const { message, hint } = unapprovedOwner({ login, owners })
    fail(EXIT.refused, 'not-owner', message, { hint })
  }
  if (owners.length === 0) {
    const { message, hint } = noOwners({ line: OWNERS_LINE })
    fail(EXIT.refused, 'no-owners', message, { hint })
  }
  const { message, hint } = notOwner({ login, owners })
  fail(EXIT.refused, 'not-owner', message, { hint })
}

/** Refuses (exit 5) a person who may not leave these objects: only an owner may leave objects of the owners' files. */
export async function demandForLeaving(job: Job, refs: readonly ObjectRef[], login: string): Promise<void> {
  if (!refs.some((ref) => takesOwnerOf(filesFeeding(ref)))) return
  await refuseUnsafeConfig(job)
  await demandOwner(job, login)
}

/**
 * Finds the steps that a person may not approve by hand, because they asked for, wrote or pushed the change behind
 * them. The only owner may approve their own.
 */
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
    (await (await acceptedOwners(job, { repository, sealing, root }))(head.commit)).length <= 1
  )
    return []
  const me = login.toLowerCase()
  const authors = await authorsBehind(
    job,
    session,
    head.commit,
    steps.filter(({ cause }) => cause === 'change').map(refOf),
  )
  const restoring = await restoredBy(job, session, me)
  return steps.map(refOf).filter((ref) => authors.get(ref)?.has(me) || restoring.has(ref))
}

/** Finds what this person's pull requests restore: no file shows it. */
async function restoredBy(job: Job, session: Session, login: string): Promise<ReadonlySet<ObjectRef>> {
  const refs = new Set<ObjectRef>()
  for (const { pull, marks, involved } of await mergedSince(job, session)) {
    if (marks === null || marks.restore.length === 0) continue
    if ((involved ?? (await historyOf(job, session, pull, marks)).involved).has(login))
      for (const ref of marks.restore) refs.add(ref)
  }
  return refs
}
