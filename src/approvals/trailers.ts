import { isUnwanted } from '../instance/yaml/characters.ts'
import { KINDS } from '../providers/kinds.ts'
import { sameDigest, sealIn, type Sealing } from '../reconcile/digest.ts'
import type { Commit } from '../reconcile/repository.ts'
import type { ApprovalMarks } from '../reconcile/ledger/types.ts'
import type { ObjectRef } from '../reconcile/values.ts'

/**
 * What a pull request asks for besides its files, in the messages of its commits: a message cannot change without
 * another commit, which people review again.
 */
export type CommitRequests = Pick<ApprovalMarks, 'restore' | 'askedBy' | 'isOurs'>

/** What a commit of Herdbook asks for, and for which branch. */
export interface SealedRequests {
  readonly branch: string
  readonly restore: readonly ObjectRef[]
  /** Who asked Herdbook to propose it. */
  readonly askedBy: readonly string[]
}

/** What the seal binds the requests to: the files of the commit and its parent. */
export type SealedCommit = Pick<Commit, 'tree'> & { readonly parent: string }

const RESTORE = 'Herdbook-Restore'
const ASKED_BY = 'Asked-By'
const SEAL = 'Herdbook-Seal'
const MAX_RESTORES = 200

/**
 * Writes the last lines of a commit's message, sealed if it is known who asked: only Herdbook can write such a seal.
 */
export function trailersOf(
  {
    branch,
    restore,
    askedBy,
  }: Omit<SealedRequests, 'askedBy'> & { readonly askedBy: SealedRequests['askedBy'] | null },
  commit: SealedCommit,
  sealing: Sealing,
): string {
  const refs = restore.length === 0 ? [] : [`${RESTORE}: ${encoded(restore)}`]
  if (askedBy === null) return refs.join('\n')
  return [
    ...refs,
    ...(askedBy.length === 0 ? [] : [`${ASKED_BY}: ${askedBy.join(' ')}`]),
    `${SEAL}: ${sealOf({ branch, restore, askedBy }, commit, sealing)}`,
  ].join('\n')
}

const encoded = (restore: readonly ObjectRef[]): string =>
  restore.map((ref) => encodeURIComponent(ref).replaceAll('%2F', '/')).join(' ')

const sealOf = (
  { branch, restore, askedBy }: SealedRequests,
  { tree, parent }: SealedCommit,
  sealing: Sealing,
): string => sealIn(sealing, 'commit', { branch, restore: encoded(restore), askedBy, tree, parent }).slice(0, 32)

/**
 * Reads the requests out of the commits of a pull request, newest first, without clean merges of the base. It ignores
 * names that are no objects. Only sealed commits say who asked.
 */
export function commitRequestsIn(commits: readonly Commit[], branch: string, sealing: Sealing): CommitRequests {
  const words = commits.flatMap(({ trailers }) => trailers[RESTORE]?.split(' ') ?? [])
  const refs = words.slice(0, MAX_RESTORES).flatMap((word) => refIn(word) ?? [])
  const ours = commits.filter((commit) => isSealed(commit, branch, sealing))
  const asking = ours.flatMap(({ trailers }) => askersIn(trailers))
  return {
    restore: [...new Set(refs)],
    askedBy: [...new Set(asking)],
    isOurs: commits.length > 0 && ours.length === commits.length,
  }
}

function isSealed({ trailers, tree, parents }: Commit, branch: string, sealing: Sealing): boolean {
  const [seal, [parent = ''], askedBy] = [trailers[SEAL], parents, askersIn(trailers)]
  if (sealing.key === null || seal === undefined || parents.length !== 1) return false
  const restore = (trailers[RESTORE]?.split(' ') ?? []).flatMap((word) => refIn(word) ?? [])
  return sameDigest(seal, sealOf({ branch, restore, askedBy }, { tree, parent }, sealing))
}

const askersIn = (trailers: Commit['trailers']): string[] => trailers[ASKED_BY]?.split(' ') ?? []

function refIn(word: string): ObjectRef | null {
  try {
    const ref = decodeURIComponent(word)
    const isLine = !isUnwanted(ref) && !/[\r\n]/.test(ref)
    return isLine && KINDS.some(({ name }) => ref.startsWith(`${name}/`) && ref.length > name.length + 1) ? ref : null
  } catch {
    return null
  }
}
