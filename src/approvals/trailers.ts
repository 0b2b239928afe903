import { isUnwanted } from '../instance/yaml/characters.ts'
import { KINDS } from '../providers/index.ts'
import { sameDigest, sealIn, type Sealing } from '../reconcile/digest.ts'
import type { Commit } from '../reconcile/repository.ts'
import type { Marks } from '../reconcile/ledger/types.ts'
import type { ObjectRef } from '../reconcile/values.ts'

/** What a pull request says besides its files, in the messages of its commits: they can't be changed without another commit, which has to be looked at anew. */
export type Said = Pick<Marks, 'restore' | 'askedBy' | 'isOurs'>

/** What a commit of ours says, and for which branch it is made. */
export interface Saying {
  readonly branch: string
  readonly restore: readonly ObjectRef[]
  /** Who had Herdbook propose it. */
  readonly askedBy: readonly string[]
}

/** The commit that says it: nobody else's has the same tree after the same parent. */
export type Made = Pick<Commit, 'tree'> & { readonly parent: string }

const RESTORE = 'Herdbook-Restore'
const ASKED_BY = 'Asked-By'
const SEAL = 'Herdbook-Seal'
const MOST_RESTORES = 200

/** As the last lines of a commit's message, sealed where it is known who asked: who asked is whom Herdbook says it was, and no commit of anybody else's can say it. */
export function trailersOf(
  { branch, restore, askedBy }: Omit<Saying, 'askedBy'> & { readonly askedBy: Saying['askedBy'] | null },
  made: Made,
  sealing: Sealing,
): string {
  const refs = restore.length === 0 ? [] : [`${RESTORE}: ${wordsOf(restore)}`]
  if (askedBy === null) return refs.join('\n')
  return [
    ...refs,
    ...(askedBy.length === 0 ? [] : [`${ASKED_BY}: ${askedBy.join(' ')}`]),
    `${SEAL}: ${sealOf({ branch, restore, askedBy }, made, sealing)}`,
  ].join('\n')
}

const wordsOf = (restore: readonly ObjectRef[]): string =>
  restore.map((ref) => encodeURIComponent(ref).replaceAll('%2F', '/')).join(' ')

const sealOf = ({ branch, restore, askedBy }: Saying, { tree, parent }: Made, sealing: Sealing): string =>
  sealIn(sealing, 'commit', { branch, restore: wordsOf(restore), askedBy, tree, parent }).slice(0, 32)

/** Reads it out of the commits of a proposal on a branch, newest first, without merges of the base that hold nothing of their own. What names no object of a kind is nothing; who asked is told by sealed commits alone. */
export function saidIn(commits: readonly Commit[], branch: string, sealing: Sealing): Said {
  const words = commits.flatMap(({ trailers }) => trailers[RESTORE]?.split(' ') ?? [])
  const refs = words.slice(0, MOST_RESTORES).flatMap((word) => refIn(word) ?? [])
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
