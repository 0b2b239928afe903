import { involvedIn, type MergedHistory, type ResolvedAccount, type CountedReview } from './decide.ts'
import type { CommitAccount, PullRequest, Push } from '../forges/forge.ts'
import type { Sealing } from '../reconcile/digest.ts'
import type { Repository } from '../reconcile/repository.ts'
import type { ApprovalMarks } from '../reconcile/ledger/types.ts'
import type { Session } from '../session/session.ts'
import { cleanMerges } from './clean-merges.ts'
import type { Job } from '../session/job.ts'
import { commitRequestsIn, type CommitRequests } from './trailers.ts'

/** How many commits of a pull request are read. */
const MAX_COMMITS = 5_000
/** GitHub merges at most so many commits one by one. */
const MAX_REBASED = 100

/** Reads from the forge and from Git who is behind a merged pull request. */
export async function historyOf(
  { forge }: Job,
  { repository }: Pick<Session, 'repository'>,
  pull: PullRequest,
  { askedBy, isOurs }: Pick<ApprovalMarks, 'askedBy' | 'isOurs'>,
): Promise<{ readonly history: MergedHistory; readonly involved: ReadonlySet<string> }> {
  if (!repository || pull.merged === null) throw new Error('not merged')
  const isFork = pull.head.repository !== forge.repository
  const [commits, pushes, reviews] = await Promise.all([
    forge.commits(pull.number),
    isFork ? [] : forge.pushers(pull.head.branch),
    forge.reviews(pull.number),
  ])
  const clean = await cleanIn(repository, pull)
  const own = commits.commits.filter(({ id }) => !clean.has(id))
  const verdicts = reviews.flatMap(({ login, byBot, state, commit, at, dismissed }): CountedReview[] =>
    // A review without a person or a commit is no approval.
    login === null || commit === null
      ? []
      : [
          {
            login,
            isBot: byBot,
            says: state === 'approved' ? 'approves' : 'objects',
            commit,
            at,
            dismissedAt: dismissed?.at ?? null,
          },
        ],
  )
  const history: MergedHistory = {
    author: { login: pull.author, isBot: pull.authorIsBot },
    askedBy,
    isOurs,
    isFork,
    commits: commits.complete
      ? own.map(({ author, committer }) => ({ author: resolved(author), committer: resolved(committer) }))
      : null,
    // A push that brings more than a clean merge counts for the person who pushed.
    pushes:
      pushesOf(pushes, pull)
        ?.filter(({ before, after }) => clean.get(after) !== before)
        .map(({ login, byBot }) => (login === null ? null : { login, isBot: byBot })) ?? null,
    reviews: verdicts,
    sameChanges: await sameAsMerged(
      repository,
      pull,
      verdicts.map(({ commit }) => commit),
    ),
    merged: { by: { login: pull.merged.by, isBot: pull.merged.byBot }, at: pull.merged.at },
  }
  return { history, involved: involvedIn(history) }
}

/** Reads what the commits of a pull request ask for besides its files. */
export async function commitRequestsOf(
  repository: Repository,
  { head, base }: PullRequest,
  sealing: Sealing,
): Promise<CommitRequests> {
  if (!(await repository.bring(head.commit)) || !(await repository.bring(base.commit)))
    return { restore: [], askedBy: [], isOurs: false }
  const commits = await repository.log(head.commit, { after: base.commit, limit: MAX_COMMITS })
  const clean = await cleanMerges(
    repository,
    commits.filter(({ parents }) => parents.length === 2),
    base.commit,
  )
  return commitRequestsIn(
    commits.filter(({ id }) => !clean.has(id)),
    head.branch,
    sealing,
  )
}

/**
 * Finds the pushes that made this head, newest first; null if the forge does not know them. An earlier branch of the
 * same name does not count.
 */
function pushesOf(pushes: readonly Push[], { head }: PullRequest): readonly Push[] | null {
  const since = pushes.slice(
    Math.max(
      0,
      pushes.findIndex(({ after }) => after === head.commit),
    ),
  )
  if (since[0]?.after !== head.commit) return null
  const made = since.findIndex(({ kind }) => kind === 'branch_creation')
  return made < 0 ? since : since.slice(0, made + 1)
}

const resolved = (hand: CommitAccount): ResolvedAccount =>
  hand === null || hand === 'forge' ? hand : { login: hand.login, isBot: hand.byBot }

/** Finds the commits of a pull request that only merge the base branch. */
async function cleanIn(repository: Repository, { head, base }: PullRequest): Promise<ReadonlyMap<string, string>> {
  if (!(await repository.bring(head.commit)) || !(await repository.bring(base.commit))) return new Map()
  const commits = await repository.log(head.commit, { after: base.commit, limit: MAX_COMMITS })
  return cleanMerges(
    repository,
    commits.filter(({ parents }) => parents.length === 2),
    base.commit,
  )
}

/**
 * Finds the merged head, and the reviewed commits after which nothing of the instance changed. It compares what each
 * gives when merged into the base.
 */
async function sameAsMerged(
  repository: Repository,
  { head, base }: PullRequest,
  commits: readonly string[],
): Promise<ReadonlySet<string>> {
  const same = new Set([head.commit])
  for (const commit of new Set(commits).difference(same))
    if (await givesSameFiles(repository, base.commit, commit, head.commit)) same.add(commit)
  return same
}

/**
 * Whether the merge commit holds what merging the head gives. The forge also says merged if another pull request
 * brought in the commits, even if the files are then not those of this one.
 */
export async function isMergedWhole(repository: Repository, { head, base, merged }: PullRequest): Promise<boolean> {
  if (merged === null || !(await repository.bring(head.commit)) || !(await repository.bring(base.commit))) return false
  // Merged commit by commit, the branch moved by that many commits.
  const own = await repository.log(head.commit, { after: base.commit, limit: MAX_REBASED })
  let onto = await parentOf(repository, merged.commit)
  for (let left = Math.max(own.length, 1); onto !== undefined && left > 0; left -= 1) {
    const made = await repository.merge(onto, head.commit)
    if (
      made.state === 'merged' &&
      (await repository.differing(made.tree, merged.commit, [repository.folder])).length === 0
    )
      return true
    onto = await parentOf(repository, onto)
  }
  return false
}

const parentOf = async (repository: Repository, commit: string): Promise<string | undefined> =>
  (await repository.log(commit, { limit: 1 }))[0]?.parents[0]

async function givesSameFiles(repository: Repository, base: string, earlier: string, head: string): Promise<boolean> {
  for (const id of [base, earlier, head]) if (!(await repository.bring(id))) return false
  const [one, other] = [await repository.merge(base, earlier), await repository.merge(base, head)]
  if (one.state !== 'merged' || other.state !== 'merged') return false
  return (await repository.differing(one.tree, other.tree, [repository.folder])).length === 0
}
