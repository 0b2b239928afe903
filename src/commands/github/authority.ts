import type { PullRequest, Push } from '../../clients/forge.ts'
import { EXIT, fail } from '../../instance/diagnostic.ts'
import { fileOf } from '../../approvals/owned.ts'
import { showed } from '../../reconcile/marks.ts'
import type { Repository } from '../../reconcile/repository.ts'
import type { ObjectRef, Step } from '../../reconcile/types.ts'
import { ownersIn, OWNERS_LINE } from '../owners.ts'
import type { Session } from '../session.ts'
import type { Job } from './job.ts'
import { landedSince, type Landed } from './landed.ts'
import { baseOf, sourceAt } from './merge.ts'

const same = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase()

/** The owners that the default branch names now. */
export async function ownersNow(job: Job): Promise<readonly string[]> {
  const { base, ...clone } = await baseOf(job)
  return ownersIn(sourceAt(clone, base))
}

/** Refuses (exit 5) whoever is no owner, and says who is. Write permission is not authority. */
export async function demandOwner(job: Job, login: string): Promise<void> {
  const owners = await ownersNow(job)
  if (owners.some((owner) => same(owner, login))) return
  if (owners.length === 0) {
    fail(EXIT.refused, 'no-owners', 'Only an owner may do this, and policy.yaml names none.', { hint: `Add to instance/policy.yaml, by a pull request that somebody who administers the repository merges: ${OWNERS_LINE}` })
  }
  fail(EXIT.refused, 'not-owner', `@${login} is no owner, so nothing was done.`, { hint: `Ask one of them: ${owners.map((owner) => `@${owner}`).join(', ')}` })
}

/** More commits than this nobody looks through: then it takes somebody who pushed none. */
const MOST = 250

/** Of these steps those that somebody may not approve by hand, since they asked for, wrote or pushed what calls for them. Nobody is kept from it who is the only owner. */
export async function ownChanges(job: Job, session: Session, steps: readonly Step[], login: string): Promise<readonly ObjectRef[]> {
  const owners = session.instance.documents['policy.yaml']?.owners ?? []
  if (owners.length <= 1) return []
  const landed = await landedSince(job, session)
  const proposed = landed.filter(({ involved }) => involved?.has(login.toLowerCase()))
  const asked = (step: Step): boolean => proposed.some(({ marks }) => marks !== null && (marks.groups > 0 || showed(marks, step, session.sealing)))
  const files = new Set(steps.map((step) => fileOf(`${step.kind}/${step.id}`)))
  const pushed = new Set<string>()
  for (const file of files) if (await pushedBy(job, session, landed, file, login)) pushed.add(file)
  return steps.filter((step) => asked(step) || pushed.has(fileOf(`${step.kind}/${step.id}`))).map(({ kind, id }) => `${kind}/${id}`)
}

/** Whether somebody changed a file on the default branch itself, past every pull request, since it was last taken in. */
async function pushedBy({ forge, event }: Job, { repository, head, ledger }: Session, landed: readonly Landed[], file: string, login: string): Promise<boolean> {
  if (!repository || head?.commit === null || head?.commit === undefined) return false
  const since = ledger.taken !== null && (await repository.bring(ledger.taken)) ? ledger.taken : null
  const commits = await repository.log(head.commit, { path: `${repository.folder}/${file}`, limit: MOST, ...(since === null ? {} : { after: since }) })
  const moves = await forge.pushers(event.defaultBranch)
  const theirs = moves.filter(({ login: who, kind }) => (kind === 'push' || kind === 'force_push') && who !== null && same(who, login))
  // What lies below so many may be anybody's who pushed.
  if (commits.length === MOST) return anySince(repository, theirs, since)
  const direct = await directAmong(repository, commits.map(({ id }) => id), landed, moves)
  if (direct.length === 0) return false
  if (await anyBrought(repository, theirs, direct, since)) return true
  const facts = await Promise.all(direct.map((id) => forge.commit(id)))
  return facts.some(({ author }) => author !== null && author !== 'forge' && same(author.login, login))
}

/** Whether one of these pushes came after a commit. */
async function anySince(repository: Repository, pushes: readonly Push[], since: string | null): Promise<boolean> {
  for (const { after } of pushes) if (since === null || !(await repository.isAncestor(after, since))) return true
  return false
}

/** Whether one of these pushes, newest first, brought one of the commits: as its newest, or below it. Those before `since` brought none. */
async function anyBrought(repository: Repository, pushes: readonly Push[], commits: readonly string[], since: string | null): Promise<boolean> {
  for (const { before, after } of pushes) {
    if (commits.includes(after)) return true
    if (!(await repository.bring(after))) continue
    if (since !== null && (await repository.isAncestor(after, since))) return false
    for (const id of commits) if ((await repository.isAncestor(id, after)) && !(await repository.isAncestor(id, before))) return true
  }
  return false
}

/** Of these commits those that no pull request brought which GitHub itself has merged. */
async function directAmong(repository: Repository, commits: readonly string[], landed: readonly Landed[], moves: readonly Push[]): Promise<readonly string[]> {
  const merges = new Set(moves.flatMap(({ kind, after }) => (kind.endsWith('merge') ? [after] : [])))
  const brought = await Promise.all(landed.map(({ pull }) => broughtBy(repository, pull, commits)))
  const known = new Set([...brought.flat(), ...landed.flatMap(({ pull: { merged } }) => (merged !== null && merges.has(merged.commit) ? [merged.commit] : []))])
  return commits.filter((id) => !known.has(id))
}

/** Of these commits those of a pull request's own: what its base had already came by another way. */
async function broughtBy(repository: Repository, { merged, head, base }: PullRequest, commits: readonly string[]): Promise<readonly string[]> {
  if (merged === null) return []
  for (const id of [merged.commit, head.commit, base.commit]) if (!(await repository.bring(id))) return []
  const [merge] = await repository.log(merged.commit, { limit: 1 })
  const [onto] = merge?.parents ?? []
  if (onto === undefined) return []
  const own: string[] = []
  for (const id of commits) {
    const isOlder = (await repository.isAncestor(id, onto)) || (await repository.isAncestor(id, base.commit))
    if (!isOlder && (await repository.isAncestor(id, head.commit))) own.push(id)
  }
  return own
}
