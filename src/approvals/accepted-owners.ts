import { decide } from './decide.ts'
import { gitSources } from '../git/source.ts'
import { canWrite, type RepositoryPermission, type PullRequest, type Push } from '../forges/forge.ts'
import { HerdbookError } from '../instance/diagnostic.ts'
import type { Repository } from '../reconcile/repository.ts'
import { ownersIn, POLICY } from './policy-owners.ts'
import type { Session } from '../session/session.ts'
import { historyOf, commitRequestsOf } from './pull-request-history.ts'
import type { Job } from '../session/job.ts'

/** How many moves of the default branch are read. Owners named before these count. */
const MAX_MOVES = 300

/** Finds the owners as of a commit of the default branch. */
export type OwnersAt = (commit: string) => Promise<readonly string[]>

type OpenClone = Pick<Session, 'root' | 'sealing'> & { readonly repository: Repository }

/**
 * Finds the owners: the people that policy.yaml names, if an earlier owner approved that, by the rules of any merge.
 * Otherwise everyone with write access could make themselves an owner.
 */
export async function acceptedOwners(job: Job, { root, sealing, repository }: OpenClone): Promise<OwnersAt> {
  const sourceAt = gitSources(root, repository.folder)
  const moves = await movesOf(job)
  const changes = await changesAmong(repository, moves)
  const isApproved = approvalOfMoves(job, { root, sealing, repository })
  const accepted: { readonly after: string; readonly owners: readonly string[] }[] = []
  const namedIn = async (commit: string): Promise<readonly string[]> =>
    !isNothing(commit) && (await repository.bring(commit)) ? ownersIn(sourceAt(commit)) : []
  const [first] = changes
  const before = first === undefined ? [] : await namedIn(first.before)
  let owners = before
  for (const move of changes) {
    const [was, named] = [await namedIn(move.before), await namedIn(move.after)]
    // A later change of other keys does not approve names that were written before.
    if (!isSame(was, named) && !isSame(named, owners) && (await isApproved(move, owners))) owners = named
    accepted.push({ after: move.after, owners })
  }
  return async (commit) => {
    if (accepted.length === 0) return namedIn(commit)
    let last = before
    for (const one of accepted)
      if (one.after === commit || (await repository.isAncestor(one.after, commit))) last = one.owners
    return last
  }
}

const isNothing = (id: string): boolean => /^0+$/.test(id)
const isSame = (one: readonly string[], other: readonly string[]): boolean =>
  one
    .map((name) => name.toLowerCase())
    .toSorted()
    .join(' ') ===
  other
    .map((name) => name.toLowerCase())
    .toSorted()
    .join(' ')

/** Lists the moves of the default branch, oldest first; none if the forge does not say. */
async function movesOf({ forge, event }: Job): Promise<readonly Push[]> {
  try {
    return (await forge.pushers(event.defaultBranch, MAX_MOVES)).slice(0, MAX_MOVES).toReversed()
  } catch (error) {
    if (error instanceof HerdbookError) return []
    throw error
  }
}

/** Finds the moves that changed policy.yaml. */
async function changesAmong(repository: Repository, moves: readonly Push[]): Promise<readonly Push[]> {
  const path = `${repository.folder}/${POLICY}`
  const ids = [...new Set(moves.flatMap(({ before, after }) => [before, after]).filter((id) => !isNothing(id)))]
  const texts = await repository.texts(path, ids)
  const textOf = new Map(ids.map((id, i) => [id, texts[i] ?? null]))
  return moves.filter(({ before, after }) => (textOf.get(before) ?? null) !== (textOf.get(after) ?? null))
}

/**
 * Whether one of these owners decided a move of the branch; an administrator of the repository if there are no owners.
 */
function approvalOfMoves(
  job: Job,
  { repository, sealing }: OpenClone,
): (move: Push, owners: readonly string[]) => Promise<boolean> {
  const { forge, event } = job
  const administers = async (login: string): Promise<boolean> => (await forge.permission(login)) === 'admin'
  const ofPush = async ({ login, byBot }: Push, [owner, ...others]: readonly string[]): Promise<boolean> => {
    if (login === null || byBot) return false
    return owner === undefined ? administers(login) : others.length === 0 && owner.toLowerCase() === login.toLowerCase()
  }
  const ofPull = async (pull: PullRequest, owners: readonly string[]): Promise<boolean> => {
    const { history } = await historyOf(job, { repository }, pull, await commitRequestsOf(repository, pull, sealing))
    const people = [...history.reviews, history.merged.by].filter(({ isBot }) => !isBot).map(({ login }) => login)
    const may = new Map(
      await Promise.all(
        [...new Set([...people, ...history.askedBy])].map(async (login): Promise<[string, RepositoryPermission]> => [
          login,
          await forge.permission(login),
        ]),
      ),
    )
    const decision = decide(history, {
      owners,
      mayWrite: (login) => canWrite(may.get(login) ?? 'none'),
      administers: (login) => may.get(login) === 'admin',
    })
    return decision.is === 'approved' && decision.byOwner
  }
  const ofMerge = async ({ before, after }: Push, owners: readonly string[]): Promise<boolean> => {
    const own = isNothing(before)
      ? []
      : await repository.log(after, { after: before, path: `${repository.folder}/${POLICY}`, limit: MAX_MOVES })
    const found = (await Promise.all([...own.map(({ id }) => id), after].map((id) => forge.pullRequestsOf(id)))).flat()
    const pulls = [
      ...new Map(
        found
          .filter(({ base, merged }) => base.branch === event.defaultBranch && merged !== null)
          .map((pull) => [pull.number, pull]),
      ).values(),
    ]
    return pulls.length > 0 && (await Promise.all(pulls.map((pull) => ofPull(pull, owners)))).every(Boolean)
  }
  return async (move, owners) => {
    try {
      return await (move.kind.endsWith('merge') ? ofMerge(move, owners) : ofPush(move, owners))
    } catch (error) {
      // What a job may not ask counts as not approved.
      if (error instanceof HerdbookError) return false
      throw error
    }
  }
}
