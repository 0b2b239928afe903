/**
 * Who has approved a pull request that was merged, by what a forge knows of it: pure, and tested over thousands of
 * histories. Write permission alone decides nothing: whoever asked for a change, wrote it or pushed it approves nothing of
 * it, whatever they do to their reviews and whichever button they press. One owner alone decides alone.
 */

/** An account of the forge. */
export interface Account {
  readonly login: string
  readonly isBot: boolean
}

/** Who stands behind something, as far as the forge resolves it: GitHub itself (a merge or an edit on its page), or nobody that it knows. */
export type Resolved = Account | 'forge' | null

/** A review that is a verdict. A dismissed one has what it said before. */
export interface Review extends Account {
  readonly says: 'approves' | 'objects'
  /** The commit that was looked at. */
  readonly commit: string
  readonly at: string
  readonly dismissedAt: string | null
}

/** A pull request as it was merged. */
export interface MergedHistory {
  readonly author: Account
  /** Who had Herdbook propose it, by the seals of its commits. */
  readonly askedBy: readonly string[]
  /** Each of its commits is Herdbook's own, sealed over its tree. */
  readonly isOurs: boolean
  /** The head is in another repository, whose pushes nobody here sees. */
  readonly isFork: boolean
  /** Of each commit but merges of the base that hold nothing of their own; null where not all of them could be read. */
  readonly commits: readonly { readonly author: Resolved; readonly committer: Resolved }[] | null
  /** Of each push to the head but those merges; null where the forge does not tell. */
  readonly pushes: readonly Resolved[] | null
  readonly reviews: readonly Review[]
  /** Commits of which a review counts: the head that was merged, and those that change just the same. */
  readonly same: ReadonlySet<string>
  readonly merged: { readonly by: Account; readonly at: string }
}

/** Who may decide, where the pull request came from and now. */
export interface Authority {
  /** The owners that both the base of the pull request and the branch of now name; none where nobody is named. */
  readonly owners: readonly string[]
  /** Whether somebody may write to the repository. */
  readonly mayWrite: (login: string) => boolean
  /** Whether somebody administers it: they stand in for owners until some are named. */
  readonly administers: (login: string) => boolean
}

export type Decision =
  | { readonly is: 'approved'; readonly by: readonly string[]; readonly byOwner: boolean }
  /** `self`: nobody but who asked for it, wrote it or pushed it. `unresolved`: who that is can't be told, so it takes an owner. */
  | { readonly is: 'void'; readonly why: 'self' | 'unresolved' }

/** Logins are the same whatever their case. */
const same = (login: string): string => login.toLowerCase()

/** Decides what a merge is worth. */
export function decide(history: MergedHistory, authority: Authority): Decision {
  const owners = new Set(authority.owners.map(same))
  const involved = involvedIn(history)
  const isSoleOwner = (login: string): boolean => owners.size === 1 && owners.has(same(login))
  const deciders = decidersIn(history).filter(
    (login) => authority.mayWrite(login) && (!involved.has(same(login)) || isSoleOwner(login)),
  )
  const byOwner = deciders.some((login) => (owners.size === 0 ? authority.administers(login) : owners.has(same(login))))
  if (deciders.length === 0) return { is: 'void', why: 'self' }
  if (!byOwner && (isUnresolved(history) || hasLeft(history, authority))) return { is: 'void', why: 'unresolved' }
  return { is: 'approved', by: deciders, byOwner }
}

/** The people whose reviews approved when it was merged, and who merged it; no program is one. */
export function decidersIn({ reviews, merged, same: counted }: MergedHistory): string[] {
  const until = Date.parse(merged.at)
  const before = reviews
    .filter(({ at }) => Date.parse(at) <= until)
    .toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at))
  const last = new Map(before.map((review) => [same(review.login), review]))
  const standing = [...last.values()].filter(
    ({ says, dismissedAt, commit }) =>
      says === 'approves' && counted.has(commit) && !(dismissedAt !== null && Date.parse(dismissedAt) <= until),
  )
  const people = [...standing, merged.by].filter(({ isBot }) => !isBot)
  return [...new Map(people.map(({ login }) => [same(login), login])).values()]
}

/** Whether whoever had Herdbook propose it may no longer write: by then they may go by another name, and approve it. */
const hasLeft = ({ isOurs, askedBy: [first] }: MergedHistory, { mayWrite }: Authority): boolean =>
  isOurs && first !== undefined && !mayWrite(first)

const person = (one: Resolved): string[] => (one === null || one === 'forge' || one.isBot ? [] : [same(one.login)])

/** Who asked for it, wrote it or pushed it. What is wholly Herdbook's own was written by nobody else, whoever pushed it. */
export function involvedIn({ author, askedBy, isOurs, commits, pushes }: MergedHistory): ReadonlySet<string> {
  const asking = [...person(author), ...askedBy.map(same)]
  if (isOurs) return new Set(asking)
  return new Set([
    ...asking,
    ...(commits ?? []).flatMap((one) => [...person(one.author), ...person(one.committer)]),
    ...(pushes ?? []).flatMap(person),
  ])
}

/** Whether somebody stands behind it whom nobody can name: then they may be anybody who approves it. */
export function isUnresolved({ author, isOurs, isFork, commits, pushes }: MergedHistory): boolean {
  if (isOurs) return false
  const isHidden = (one: Resolved): boolean => one === null || (one !== 'forge' && one.isBot)
  if (author.isBot || commits === null || commits.length === 0) return true
  // A commit that is made on the page of the forge has a person as its author.
  if (commits.some((one) => isHidden(one.author) || one.author === 'forge' || isHidden(one.committer))) return true
  // Whoever pushes to a fork was let in by its author.
  return !isFork && (pushes === null || pushes.length === 0 || pushes.some(isHidden))
}
