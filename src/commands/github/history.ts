import { involvedIn, type MergedHistory, type Resolved, type Review } from '../../approvals/decide.ts'
import type { Hand, PullRequest, Push } from '../../clients/forge.ts'
import type { Repository } from '../../reconcile/repository.ts'
import type { Marks } from '../../reconcile/ledger-types.ts'
import type { Session } from '../session.ts'
import { cleanMerges } from './clean-merges.ts'
import type { Job } from './job.ts'

/** More commits than this nobody looks through. */
const MOST = 5_000

/** What the forge and Git know of who is behind a merged pull request. */
export async function historyOf({ forge }: Job, { repository }: Session, pull: PullRequest, marks: Marks): Promise<{ readonly history: MergedHistory; readonly involved: ReadonlySet<string> }> {
  if (!repository || pull.merged === null) throw new Error('only what was merged has a history')
  const isFork = pull.head.repository !== forge.repository
  const [commits, pushes, reviews] = await Promise.all([forge.commits(pull.number), isFork ? [] : forge.pushers(pull.head.branch), forge.reviews(pull.number)])
  const clean = await cleanIn(repository, pull)
  const own = commits.commits.filter(({ id }) => !clean.has(id))
  const verdicts = reviews.flatMap(({ login, byBot, state, commit, at, dismissed }): Review[] =>
    // Of what nobody can tell what it said, nothing is known but that it is no approval.
    login === null || commit === null ? [] : [{ login, isBot: byBot, says: state === 'approved' ? 'approves' : 'objects', commit, at, dismissedAt: dismissed?.at ?? null }],
  )
  const history: MergedHistory = {
    author: { login: pull.author, isBot: pull.authorIsBot },
    askedBy: marks.askedBy,
    isOurs: marks.isOurs,
    isFork,
    commits: commits.complete ? own.map(({ author, committer }) => ({ author: resolved(author), committer: resolved(committer) })) : null,
    pushes: pushesOf(pushes, pull)?.filter(({ after }) => !clean.has(after)).map(({ login, byBot }) => (login === null ? null : { login, isBot: byBot })) ?? null,
    reviews: verdicts,
    same: await sameAsMerged(repository, pull, verdicts.map(({ commit }) => commit)),
    merged: { by: { login: pull.merged.by, isBot: pull.merged.byBot }, at: pull.merged.at },
  }
  return { history, involved: involvedIn(history) }
}

/** The pushes that made this head, newest first: an earlier branch of the same name is another's. null where the forge knows nothing of this one. */
function pushesOf(pushes: readonly Push[], { head }: PullRequest): readonly Push[] | null {
  const since = pushes.slice(Math.max(0, pushes.findIndex(({ after }) => after === head.commit)))
  if (since[0]?.after !== head.commit) return null
  const made = since.findIndex(({ kind }) => kind === 'branch_creation')
  return made < 0 ? since : since.slice(0, made + 1)
}

const resolved = (hand: Hand): Resolved => (hand === null || hand === 'forge' ? hand : { login: hand.login, isBot: hand.byBot })

/** The commits of a pull request that only brought the base branch along. */
async function cleanIn(repository: Repository, { head, base, merged }: PullRequest): Promise<ReadonlySet<string>> {
  if (merged === null || !(await repository.bring(head.commit)) || !(await repository.bring(base.commit))) return new Set()
  const commits = await repository.log(head.commit, { after: base.commit, limit: MOST })
  return cleanMerges(repository, commits.filter(({ parents }) => parents.length === 2), merged.commit)
}

/** Of these commits the head that was merged, and those that would have come to the same: nothing of the instance was changed by what came after. */
async function sameAsMerged(repository: Repository, { head, merged }: PullRequest, commits: readonly string[]): Promise<ReadonlySet<string>> {
  const same = new Set([head.commit])
  const others = new Set(commits).difference(same)
  const [merge] = others.size === 0 || merged === null ? [] : await repository.log(merged.commit, { limit: 1 })
  const onto = merge?.parents[0]
  for (const commit of others) if (onto !== undefined && (await comesToTheSame(repository, onto, commit, head.commit))) same.add(commit)
  return same
}

async function comesToTheSame(repository: Repository, base: string, earlier: string, head: string): Promise<boolean> {
  for (const id of [base, earlier, head]) if (!(await repository.bring(id))) return false
  const [one, other] = [await repository.merge(base, earlier), await repository.merge(base, head)]
  if (one.state !== 'merged' || other.state !== 'merged') return false
  return (await repository.differing(one.tree, other.tree, [repository.folder])).length === 0
}
