import { MODERATED } from '../../instance/owners.ts'
import { KINDS } from '../../kinds/index.ts'
import type { Commit } from '../../reconcile/repository.ts'
import type { ObjectRef } from '../../reconcile/types.ts'

/** What a pull request says besides its files, in the messages of its commits: they can't be changed without another commit, which has to be looked at anew. */
export interface Said {
  /** Objects for which the files are to win. */
  readonly restore: readonly ObjectRef[]
  readonly askedBy: string | null
}

const RESTORE = 'Herdbook-Restore'
const ASKED_BY = 'Asked-By'
const MOST_RESTORES = 200

/** As the last lines of a commit's message; empty where there is nothing to say. */
export const trailersOf = ({ restore, askedBy }: Said): string =>
  [...(restore.length === 0 ? [] : [`${RESTORE}: ${restore.map((ref) => encodeURIComponent(ref).replaceAll('%2F', '/')).join(' ')}`]), ...(askedBy === null ? [] : [`${ASKED_BY}: ${askedBy}`])].join('\n')

/** Reads it out of the commits of a proposal, newest first. What names no object of a kind is nothing. */
export function saidIn(commits: readonly Commit[]): Said {
  const words = commits.flatMap(({ trailers }) => trailers[RESTORE]?.split(' ') ?? [])
  const refs = words.slice(0, MOST_RESTORES).flatMap((word) => refIn(word) ?? [])
  const asking = commits.flatMap(({ trailers }) => trailers[ASKED_BY] ?? []).find((login) => /^[A-Za-z0-9[\]-]{1,100}$/.test(login))
  return { restore: [...new Set(refs)], askedBy: asking ?? null }
}

function refIn(word: string): ObjectRef | null {
  try {
    const ref = decodeURIComponent(word)
    return KINDS.some(({ name }) => ref.startsWith(`${name}/`) && ref.length > name.length + 1) ? ref : null
  } catch {
    return null
  }
}

/** Files that are the owners': what is restored of them, or was left over, has to come with a change of theirs. */
export const OWNED: ReadonlySet<string> = new Set(KINDS.map(({ file }) => file)).difference(new Set<string>(MODERATED))

/** The file that holds an object. */
export const fileOf = (ref: ObjectRef): string => KINDS.find(({ name }) => ref.startsWith(`${name}/`))?.file ?? ''
