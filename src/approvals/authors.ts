import { isUnresolved } from './decide.ts'
import { filesFeeding } from './owned.ts'
import { gitSources } from '../git/source.ts'
import type { PullRequest, Push } from '../forges/forge.ts'
import { HerdbookError } from '../instance/diagnostic.ts'
import type { Instance } from '../instance/instance.ts'
import { loadInstance } from '../instance/load.ts'
import { canonicalJson } from '../reconcile/digest.ts'
import type { Commit, Repository } from '../reconcile/repository.ts'
import type { Desired } from '../reconcile/objects.ts'
import type { ObjectRef } from '../reconcile/values.ts'
import { desiredOf } from '../reconcile/reconciler.ts'
import { KINDS } from '../providers/index.ts'
import type { Session } from '../session/session.ts'
import { historyOf, saidOf } from './pull-request-history.ts'
import type { Job } from '../session/job.ts'

/** Who asked for, wrote or pushed what the files say of an object, by login in small letters; null where nobody can tell. */
export type Authors = ReadonlySet<string> | null

/** More commits than these nobody looks through: of all, and of those before what was last taken in. */
const MOST = 1_000
const MOST_OLD = 100
const MOST_MOVES = 300

/**
 * Who is behind what the files of a commit of the default branch say of these objects: whoever changed it since it was last
 * taken in, or else changed it last. By what the commits hold, whatever became of pull requests and comments.
 */
export async function authorsBehind(
  job: Job,
  session: Session,
  head: string,
  refs: readonly ObjectRef[],
): Promise<ReadonlyMap<ObjectRef, Authors>> {
  const { repository } = session
  if (!repository || refs.length === 0) return new Map()
  const [words, handsOf, { fresh, old }] = [
    wordsIn(session, repository),
    handsIn(job, session, repository),
    await commitsOf(session, repository, head),
  ]
  const found = new Map<ObjectRef, Authors>()
  const look = async (commit: Commit, among: readonly ObjectRef[]): Promise<void> => {
    for (const ref of await changedBy(repository, words, commit, among))
      found.set(ref, union(found.get(ref) ?? new Set(), await handsOf(commit.id)))
  }
  for (const commit of fresh) await look(commit, refs)
  for (const commit of old)
    await look(
      commit,
      refs.filter((ref) => !found.has(ref)),
    )
  return new Map(refs.map((ref) => [ref, found.get(ref) ?? null]))
}

/** What touched the instance, newest first: since it was last taken in, and before. */
async function commitsOf(
  { ledger: { taken } }: Session,
  repository: Repository,
  head: string,
): Promise<{ readonly fresh: readonly Commit[]; readonly old: readonly Commit[] }> {
  const options = { path: repository.folder, limit: MOST, topological: true } as const
  if (taken === null || !(await repository.bring(taken))) return { fresh: await repository.log(head, options), old: [] }
  const [fresh, old] = await Promise.all([
    repository.log(head, { ...options, after: taken }),
    repository.log(taken, { ...options, limit: MOST_OLD }),
  ])
  return { fresh, old }
}

const union = (one: Authors, other: Authors): Authors => (one === null || other === null ? null : one.union(other))

type Words = (commit: string, ref: ObjectRef) => Promise<string>

/** Of these objects those of which a commit says something else than each of its parents. */
async function changedBy(
  repository: Repository,
  words: Words,
  { id, parents }: Commit,
  refs: readonly ObjectRef[],
): Promise<readonly ObjectRef[]> {
  const touched = new Set(
    (await Promise.all(parents.map((parent) => repository.differing(parent, id, [repository.folder])))).flat(),
  )
  const hasText = [...touched].some((path) => !path.endsWith('.yaml'))
  const changed: ObjectRef[] = []
  for (const ref of refs) {
    if (
      parents.length > 0 &&
      !hasText &&
      !filesFeeding(ref).some((file) => touched.has(`${repository.folder}/${file}`))
    )
      continue
    const [now, before] = await Promise.all([words(id, ref), Promise.all(parents.map((parent) => words(parent, ref)))])
    if (before.length === 0 ? now !== NOTHING : !before.includes(now)) changed.push(ref)
  }
  return changed
}

const NOTHING = 'nothing'

/** What the files of a commit say of an object, to be compared: also of one whose last day has come. What can't be read is like nothing else. */
function wordsIn({ root, io }: Session, { folder }: Repository): Words {
  const sourceAt = gitSources(root, folder)
  const known = new Map<string, Promise<readonly ReadonlyMap<string, Desired>[] | null>>()
  const load = async (
    commit: string,
    files: readonly string[],
  ): Promise<readonly ReadonlyMap<string, Desired>[] | null> => {
    const source = sourceAt(commit)
    const { instance } = await loadInstance({
      ...source,
      list: async () => (await source.list()).filter(({ name }) => files.includes(name) || !name.endsWith('.yaml')),
    })
    return instance && saidBy(instance, [io.now(), new Date(0)])
  }
  return async (commit, ref) => {
    const files = filesFeeding(ref)
    const key = [commit, ...files].join(' ')
    const loaded = known.get(key) ?? load(commit, files)
    known.set(key, loaded)
    const all = await loaded
    if (all === null) return commit
    const said = all.map((desired) =>
      wordsOf(desired.get(ref.slice(0, ref.indexOf('/'))), ref.slice(ref.indexOf('/') + 1)),
    )
    return said.every((one) => one === null) ? NOTHING : canonicalJson(said)
  }
}

/** What files say at these times; null where they contradict each other. */
function saidBy(instance: Instance, times: readonly Date[]): readonly ReadonlyMap<string, Desired>[] | null {
  try {
    return times.map((now) => desiredOf(KINDS, instance, now))
  } catch (error) {
    if (error instanceof HerdbookError) return null
    throw error
  }
}

function wordsOf(desired: Desired | undefined, id: string): object | null {
  if (desired?.state !== 'managed') return null
  const object = desired.objects.find((one) => one.id === id)
  if (object === undefined) return desired.others === 'delete' ? { others: 'delete' } : null
  const { source: _source, alsoIn: _alsoIn, ...words } = object
  return words
}

/** Who brought a commit to the default branch: by a pull request whoever had part in it, past every one whoever pushed it. */
function handsIn(job: Job, session: Session, repository: Repository): (commit: string) => Promise<Authors> {
  const { forge, event } = job
  let moves: Promise<readonly Push[]> | undefined
  const known = new Map<number, Promise<Authors>>()
  const ofPull = (pull: PullRequest): Promise<Authors> => {
    const hands = known.get(pull.number) ?? handsOfPull(job, session, repository, pull)
    known.set(pull.number, hands)
    return hands
  }
  const mergedWith = async (commit: string): Promise<readonly PullRequest[]> =>
    (await forge.pullRequestsOf(commit)).filter(
      ({ base, merged }) => base.branch === event.defaultBranch && merged !== null,
    )
  const moveOf = async (commit: string): Promise<Push | undefined> => {
    for (const move of (await (moves ??= forge.pushers(event.defaultBranch, MOST_MOVES))).slice(0, MOST_MOVES)) {
      if (
        /^0+$/.test(move.before) ||
        !(await repository.bring(move.before)) ||
        !(await repository.isAncestor(commit, move.before))
      )
        return move
    }
    return undefined
  }
  return async (commit) => {
    const move = await moveOf(commit)
    if (move !== undefined && !move.kind.endsWith('merge'))
      return move.login === null || move.byBot ? null : pushedBy(job, move.login, commit)
    const [own, whole] = [await mergedWith(commit), move === undefined ? [] : await mergedWith(move.after)]
    const each = await Promise.all((own.length > 0 ? own : whole).map(ofPull))
    return each.length === 0 ? null : each.reduce(union)
  }
}

async function pushedBy({ forge }: Job, login: string, commit: string): Promise<Authors> {
  const { author, committer } = await forge.commit(commit)
  const people = [author, committer].flatMap((one) => (one === null || one === 'forge' || one.byBot ? [] : [one.login]))
  return new Set([login, ...people].map((one) => one.toLowerCase()))
}

async function handsOfPull(job: Job, session: Session, repository: Repository, pull: PullRequest): Promise<Authors> {
  const { head, base } = pull
  if (!(await repository.bring(head.commit)) || !(await repository.bring(base.commit))) return null
  const { history, involved } = await historyOf(job, session, pull, await saidOf(repository, pull, session.sealing))
  return isUnresolved(history) ? null : involved
}
