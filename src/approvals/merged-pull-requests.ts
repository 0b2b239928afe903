import { decide, type Authority, type Decision, type MergedHistory } from './decide.ts'
import { canWrite, type RepositoryPermission, type PullRequest } from '../forges/forge.ts'
import { formsIn } from '../reconcile/approvals.ts'
import { parseMarks } from '../reconcile/approval-marks.ts'
import type { ApprovalMarks, MergeApproval } from '../reconcile/ledger/types.ts'
import { ownersFor } from './policy-owners.ts'
import type { Session } from '../session/session.ts'
import { historyOf, isMergedWhole } from './pull-request-history.ts'
import type { Job } from '../session/job.ts'
import { mergesAmong, pullOf } from './pull-requests-of-commits.ts'
import { acceptedOwners, type OwnersAt } from './accepted-owners.ts'
import { markerOf, findOurComment } from '../forges/sticky-comment.ts'

/** Why a plan on a merged pull request approves nothing. */
export type VoidReason = 'altered' | 'brought-along' | Extract<Decision, { is: 'void' }>['why']

/** A merged pull request that an apply takes in. */
export interface MergedPullRequest {
  readonly pull: PullRequest
  /** What it approves; null if it approves nothing, or if no comment shows a plan of what was merged. */
  readonly merge: MergeApproval | null
  readonly void: VoidReason | null
  /** What its comment showed, also if it approves nothing. */
  readonly marks: ApprovalMarks | null
  /** Who asked for it, wrote it or pushed it; null if an earlier apply took it in. */
  readonly involved: ReadonlySet<string> | null
}

const MAX_COMMITS = 5_000

/** Finds the merged pull requests that were not applied yet, and earlier ones with an approval that is still unused. */
export async function mergedSince(job: Job, session: Session): Promise<readonly MergedPullRequest[]> {
  const { repository, head, ledger } = session
  const { forge, event, io } = job
  if (!repository || head?.commit === null || head?.commit === undefined) return []
  const after = ledger.taken !== null && (await repository.bring(ledger.taken)) ? { after: ledger.taken } : {}
  const commits = await repository.log(head.commit, { limit: MAX_COMMITS, ...after })
  const pulls =
    commits.length === 0
      ? []
      : await mergesAmong({ forge, branch: event.defaultBranch, commits, now: io.now().getTime() })
  const held = new Map(ledger.merges.map((merge) => [merge.pullRequest, merge]))
  const known = new Set(pulls.map(({ number }) => number))
  const earlier = await Promise.all(
    [...held.keys()].filter((number) => !known.has(number)).map((number) => pullOf(forge, number)),
  )
  const lookup: Lookup = {
    permissions: permissionsOf(job),
    ownersAt: await acceptedOwners(job, { ...session, repository }),
  }
  return Promise.all(
    [...pulls, ...earlier.flatMap((pull) => pull ?? [])].map((pull): Promise<MergedPullRequest> => {
      const merge = held.get(pull.number)
      return merge
        ? Promise.resolve({ pull, merge, void: null, marks: merge.marks, involved: null })
        : judgeMerge(job, pull, session, lookup)
    }),
  )
}

type PermissionOf = (login: string) => Promise<RepositoryPermission>

/** Answers of the forge, each asked once in a run. */
interface Lookup {
  readonly permissions: PermissionOf
  readonly ownersAt: OwnersAt
}

/** Asks what a person may do, once in a run. */
function permissionsOf({ forge }: Job): PermissionOf {
  const known = new Map<string, Promise<RepositoryPermission>>()
  return (login) => {
    const asked = known.get(login) ?? forge.permission(login)
    known.set(login, asked)
    return asked
  }
}

/** Decides what a merged pull request approves, by its comment and its history. */
async function judgeMerge(job: Job, pull: PullRequest, session: Session, lookup: Lookup): Promise<MergedPullRequest> {
  const { environment, sealing, ledger, io } = session
  const nothing = { pull, merge: null, void: null, marks: null, involved: null }
  const comment = findOurComment(await job.forge.comments(pull.number), markerOf(environment, 'plan'))
  const marks =
    comment &&
    parseMarks(comment.body, { pullRequest: pull.number, head: pull.head.commit }, sealing, formsIn(ledger, io.now()))
  if (!comment || !marks || pull.merged === null) return nothing
  const { at } = pull.merged
  // The person who merged has not seen a comment that was written later.
  if (marks === 'altered' || Date.parse(comment.at) > Date.parse(at)) return { ...nothing, void: 'altered' }
  if (session.repository === null || !(await isMergedWhole(session.repository, pull)))
    return { ...nothing, void: 'brought-along' }
  const { history, involved } = await historyOf(job, session, pull, marks)
  const authority = await authorityOf(session, pull, history, lookup)
  const decision = decide(history, authority)
  if (decision.is === 'void') return { ...nothing, marks, involved, void: decision.why }
  return {
    ...nothing,
    marks,
    involved,
    merge: {
      pullRequest: pull.number,
      by: decision.by.join(', '),
      at,
      byOwner: decision.byOwner,
      marks: marksThatCount(marks, decision, history, authority),
    },
  }
}

/** Leaves out the marks of leftovers, unless the approval also holds without the people behind those. */
function marksThatCount(
  { along, ...marks }: ApprovalMarks,
  { byOwner }: Extract<Decision, { is: 'approved' }>,
  history: MergedHistory,
  authority: Authority,
): ApprovalMarks {
  if (along === undefined) return marks
  const others = decide({ ...history, askedBy: [...history.askedBy, ...along.by] }, authority)
  if (others.is === 'approved' && others.byOwner === byOwner) return marks
  const left = new Set([...along.marks, ...along.names])
  const without = (list: readonly string[]): string[] => list.filter((one) => !left.has(one))
  return { ...marks, marks: without(marks.marks), names: without(marks.names) }
}

/** Finds who may decide about a pull request, by the permissions of now. */
async function authorityOf(
  { repository, head }: Session,
  { base }: PullRequest,
  { reviews, merged, askedBy }: MergedHistory,
  { permissions, ownersAt }: Lookup,
): Promise<Authority> {
  const logins = [
    ...new Set([
      ...[...reviews, merged.by].filter(({ isBot }) => !isBot).map(({ login }) => login),
      ...askedBy.slice(0, 1),
    ]),
  ]
  const may = new Map(
    await Promise.all(
      logins.map(async (login): Promise<[string, RepositoryPermission]> => [login, await permissions(login)]),
    ),
  )
  const before = repository && (await repository.bring(base.commit)) ? await ownersAt(base.commit) : null
  const of = (login: string): RepositoryPermission => may.get(login) ?? 'none'
  return {
    // If the owners of its base are unknown, administrators do not decide either.
    owners: ownersFor(before ?? [], head?.commit ? await ownersAt(head.commit) : []),
    mayWrite: (login) => canWrite(of(login)),
    administers: (login) => before !== null && of(login) === 'admin',
  }
}
