import { EXIT, fail } from '../../instance/diagnostic.ts'
import { fileOf } from '../../approvals/owned.ts'
import { showed } from '../../reconcile/marks.ts'
import type { Commit, Repository } from '../../reconcile/repository.ts'
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

/** More commits than this nobody looks through: then it takes somebody else. */
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
  const since = ledger.taken !== null && (await repository.bring(ledger.taken)) ? { after: ledger.taken } : {}
  const commits = await repository.log(head.commit, { path: `${repository.folder}/${file}`, limit: MOST, ...since })
  const direct = await directAmong(repository, commits, landed)
  if (direct.length === 0) return false
  if (direct.length === MOST) return true
  const moves = await forge.pushers(event.defaultBranch)
  const ids = new Set(direct.map(({ id }) => id))
  const byPush = moves.some(({ login: who, kind, after }) => (kind === 'push' || kind === 'force_push') && ids.has(after) && who !== null && same(who, login))
  if (byPush) return true
  const facts = await Promise.all(direct.map(({ id }) => forge.commit(id)))
  return facts.some(({ author }) => author !== null && author !== 'forge' && same(author.login, login))
}

/** Of these commits those that no merged pull request brought. */
async function directAmong(repository: Repository, commits: readonly Commit[], landed: readonly Landed[]): Promise<readonly Commit[]> {
  const merges = landed.flatMap(({ pull }) => (pull.merged === null ? [] : [pull.merged.commit]))
  const heads = landed.map(({ pull }) => pull.head.commit)
  const brought = await Promise.all(commits.map(async ({ id }) => merges.includes(id) || (await anyDescends(repository, id, heads))))
  return commits.filter((_, i) => !brought[i])
}

async function anyDescends(repository: Repository, id: string, heads: readonly string[]): Promise<boolean> {
  for (const head of heads) if ((await repository.bring(head)) && (await repository.isAncestor(id, head))) return true
  return false
}
