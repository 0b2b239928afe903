import { partsOf } from '../reconcile/object-ref.ts'
import { isUnresolved } from './decide.ts'
import { filesFeeding } from './files-of-step.ts'
import { gitSources } from '../git/source.ts'
import type { PullRequest, Push } from '../forges/forge.ts'
import { HerdbookError } from '../instance/diagnostic.ts'
import type { Instance } from '../instance/instance.ts'
import { loadInstance } from '../providers/load-instance.ts'
import { canonicalJson } from '../reconcile/digest.ts'
import type { Commit, Repository } from '../reconcile/repository.ts'
import type { Desired } from '../reconcile/objects.ts'
import type { ObjectRef } from '../reconcile/values.ts'
import { desiredOf } from '../reconcile/reconciler.ts'
import { KINDS } from '../providers/kinds.ts'
import type { Session } from '../session/session.ts'
import { historyOf, commitRequestsOf } from './pull-request-history.ts'
import type { Job } from '../session/job.ts'

/** Who asked for, wrote or pushed what the files say about an object, as lower-case logins; null if that is unknown. */
export type Authors = ReadonlySet<string> | null

/** How many commits are read: in all, and of those that were applied before. */
const MAX_COMMITS = 1_000
const MAX_OLD_COMMITS = 100
/** How many moves of the default branch are read. */
const MAX_MOVES = 300

/**
 * Finds who is behind what the files of a commit of the default branch say about these objects: all who changed it
 * after the last apply, or else the last who changed it. It goes by the content of the commits, not by comments.
 */
export async function authorsBehind(
  job: Job,
  session: Session,
  head: string,
  refs: readonly ObjectRef[],
): Promise<ReadonlyMap<ObjectRef, Authors>> {
  const { repository } = session
  if (!repository || refs.length === 0) return new Map()
  const [contentOf, authorsOf, { fresh, old }] = [
    contentReader(session, repository),
    authorsByCommit(job, session, repository),
    await commitsOf(session, repository, head),
  ]
  const found = new Map<ObjectRef, Authors>()
  const look = async (commit: Commit, among: readonly ObjectRef[]): Promise<void> => {
    for (const ref of await changedBy(repository, contentOf, commit, among))
      found.set(ref, union(found.get(ref) ?? new Set(), await authorsOf(commit.id)))
  }
  for (const commit of fresh) await look(commit, refs)
  for (const commit of old)
    await look(
      commit,
      refs.filter((ref) => !found.has(ref)),
    )
  return new Map(refs.map((ref) => [ref, found.get(ref) ?? null]))
}

/** Finds the commits that touched the instance, newest first: those after the last apply, and those before. */
async function commitsOf(
  { ledger: { taken } }: Session,
  repository: Repository,
  head: string,
): Promise<{ readonly fresh: readonly Commit[]; readonly old: readonly Commit[] }> {
  const options = { path: repository.folder, limit: MAX_COMMITS, topological: true } as const
  if (taken === null || !(await repository.bring(taken))) return { fresh: await repository.log(head, options), old: [] }
  const [fresh, old] = await Promise.all([
    repository.log(head, { ...options, after: taken }),
    repository.log(taken, { ...options, limit: MAX_OLD_COMMITS }),
  ])
  return { fresh, old }
}

const union = (one: Authors, other: Authors): Authors => (one === null || other === null ? null : one.union(other))

/** Reads what the files of a commit say about an object, as one text to compare. */
type ContentReader = (commit: string, ref: ObjectRef) => Promise<string>

/** Finds the objects about which a commit says something else than each of its parents. */
async function changedBy(
  repository: Repository,
  contentOf: ContentReader,
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
    const [now, before] = await Promise.all([
      contentOf(id, ref),
      Promise.all(parents.map((parent) => contentOf(parent, ref))),
    ])
    if (before.length === 0 ? now !== NOT_IN_FILES : !before.includes(now)) changed.push(ref)
  }
  return changed
}

const NOT_IN_FILES = 'nothing'

/** Makes a reader that also knows expired entries. Files that cannot be read differ from all others. */
function contentReader({ root, io }: Session, { folder }: Repository): ContentReader {
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
    return instance && desiredAt(instance, [io.now(), new Date(0)])
  }
  return async (commit, ref) => {
    const files = filesFeeding(ref)
    const key = [commit, ...files].join(' ')
    const loaded = known.get(key) ?? load(commit, files)
    known.set(key, loaded)
    const all = await loaded
    if (all === null) return commit
    const contents = all.map((desired) => objectIn(desired.get(partsOf(ref)[0]), partsOf(ref)[1]))
    return contents.every((one) => one === null) ? NOT_IN_FILES : canonicalJson(contents)
  }
}

/** Reads what the files say at these times; null if they contradict each other. */
function desiredAt(instance: Instance, times: readonly Date[]): readonly ReadonlyMap<string, Desired>[] | null {
  try {
    return times.map((now) => desiredOf(KINDS, instance, now))
  } catch (error) {
    if (error instanceof HerdbookError) return null
    throw error
  }
}

function objectIn(desired: Desired | undefined, id: string): object | null {
  if (desired?.state !== 'managed') return null
  const object = desired.objects.find((one) => one.id === id)
  if (object === undefined) return desired.others === 'delete' ? { others: 'delete' } : null
  const { source: _source, alsoIn: _alsoIn, ...content } = object
  return content
}

/**
 * Finds who brought a commit to the default branch: all behind its pull request, or without one the person who pushed.
 */
function authorsByCommit(job: Job, session: Session, repository: Repository): (commit: string) => Promise<Authors> {
  const { forge, event } = job
  let moves: Promise<readonly Push[]> | undefined
  const known = new Map<number, Promise<Authors>>()
  const ofPull = (pull: PullRequest): Promise<Authors> => {
    const authors = known.get(pull.number) ?? authorsOfPull(job, session, repository, pull)
    known.set(pull.number, authors)
    return authors
  }
  const mergedWith = async (commit: string): Promise<readonly PullRequest[]> =>
    (await forge.pullRequestsOf(commit)).filter(
      ({ base, merged }) => base.branch === event.defaultBranch && merged !== null,
    )
  const moveOf = async (commit: string): Promise<Push | undefined> => {
    for (const move of (await (moves ??= forge.pushers(event.defaultBranch, MAX_MOVES))).slice(0, MAX_MOVES)) {
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

async function authorsOfPull(job: Job, session: Session, repository: Repository, pull: PullRequest): Promise<Authors> {
  const { head, base } = pull
  if (!(await repository.bring(head.commit)) || !(await repository.bring(base.commit))) return null
  const { history, involved } = await historyOf(
    job,
    session,
    pull,
    await commitRequestsOf(repository, pull, session.sealing),
  )
  return isUnresolved(history) ? null : involved
}
