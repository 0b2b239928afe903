/**
 * Decides who approved a merged pull request, by what the forge knows about it. Write access alone decides nothing: a
 * person who asked for a change, wrote it or pushed it cannot approve it. If there is only one owner, that person
 * decides.
 */

/** An account of the forge. */
export interface DecidingAccount {
  readonly login: string
  readonly isBot: boolean
}

/** Who is behind something: an account, the forge itself (a merge or an edit on its page), or null if unknown. */
export type ResolvedAccount = DecidingAccount | 'forge' | null

/** A review that approves or objects. A dismissed one keeps what it said before. */
export interface CountedReview extends DecidingAccount {
  readonly says: 'approves' | 'objects'
  /** The reviewed commit. */
  readonly commit: string
  readonly at: string
  readonly dismissedAt: string | null
}

/** A pull request as it was merged. */
export interface MergedHistory {
  readonly author: DecidingAccount
  /** Who asked Herdbook to propose it, by the seals of its commits. */
  readonly askedBy: readonly string[]
  /** Each of its commits is Herdbook's own, sealed over its tree. */
  readonly isOurs: boolean
  /** The head is in another repository, whose pushes are not visible here. */
  readonly isFork: boolean
  /** Of each commit except clean merges of the base; null if not all of them could be read. */
  readonly commits: readonly { readonly author: ResolvedAccount; readonly committer: ResolvedAccount }[] | null
  /** Of each push to the head except those merges; null if the forge does not say. */
  readonly pushes: readonly ResolvedAccount[] | null
  readonly reviews: readonly CountedReview[]
  /** Commits whose reviews count: the merged head, and those with the same changes. */
  readonly sameChanges: ReadonlySet<string>
  readonly merged: { readonly by: DecidingAccount; readonly at: string }
}

/** Who may decide about a pull request. */
export interface Authority {
  /** The owners that both the base of the pull request and the newest files name; empty if none are named. */
  readonly owners: readonly string[]
  /** Whether a person has write access to the repository. */
  readonly mayWrite: (login: string) => boolean
  /** Whether a person administers the repository: administrators decide until owners are named. */
  readonly administers: (login: string) => boolean
}

export type Decision =
  | { readonly is: 'approved'; readonly by: readonly string[]; readonly byOwner: boolean }
  /** `self`: only people who asked for it, wrote it or pushed it. `unresolved`: it is unknown who those are. */
  | { readonly is: 'void'; readonly why: 'self' | 'unresolved' }

/** Logins are compared without case. */
const lowered = (login: string): string => login.toLowerCase()

/** Decides whether a merge approves, and by whom. */
export function decide(history: MergedHistory, authority: Authority): Decision {
  const owners = new Set(authority.owners.map(lowered))
  const involved = involvedIn(history)
  const isSoleOwner = (login: string): boolean => owners.size === 1 && owners.has(lowered(login))
  const deciders = decidersIn(history).filter(
    (login) => authority.mayWrite(login) && (!involved.has(lowered(login)) || isSoleOwner(login)),
  )
  const byOwner = deciders.some((login) =>
    owners.size === 0 ? authority.administers(login) : owners.has(lowered(login)),
  )
  if (deciders.length === 0) return { is: 'void', why: 'self' }
  if (!byOwner && (isUnresolved(history) || hasLeft(history, authority))) return { is: 'void', why: 'unresolved' }
  return { is: 'approved', by: deciders, byOwner }
}

/** Finds the people whose reviews approved at the time of the merge, and the person who merged; no programs. */
export function decidersIn({ reviews, merged, sameChanges }: MergedHistory): string[] {
  const until = Date.parse(merged.at)
  const before = reviews
    .filter(({ at }) => Date.parse(at) <= until)
    .toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at))
  const last = new Map(before.map((review) => [lowered(review.login), review]))
  const standing = [...last.values()].filter(
    ({ says, dismissedAt, commit }) =>
      says === 'approves' && sameChanges.has(commit) && !(dismissedAt !== null && Date.parse(dismissedAt) <= until),
  )
  const people = [...standing, merged.by].filter(({ isBot }) => !isBot)
  return [...new Map(people.map(({ login }) => [lowered(login), login])).values()]
}

/** Whether the person who asked for it lost write access: they may have another account by now, and approve with it. */
const hasLeft = ({ isOurs, askedBy: [first] }: MergedHistory, { mayWrite }: Authority): boolean =>
  isOurs && first !== undefined && !mayWrite(first)

const person = (one: ResolvedAccount): string[] =>
  one === null || one === 'forge' || one.isBot ? [] : [lowered(one.login)]

/** Finds who asked for it, wrote it or pushed it. If all commits are Herdbook's own, no person wrote them. */
export function involvedIn({ author, askedBy, isOurs, commits, pushes }: MergedHistory): ReadonlySet<string> {
  const asking = [...person(author), ...askedBy.map(lowered)]
  if (isOurs) return new Set(asking)
  return new Set([
    ...asking,
    ...(commits ?? []).flatMap((one) => [...person(one.author), ...person(one.committer)]),
    ...(pushes ?? []).flatMap(person),
  ])
}

/** Whether someone unknown is behind it: that may be the person who approves it. */
export function isUnresolved({ author, isOurs, isFork, commits, pushes }: MergedHistory): boolean {
  if (isOurs) return false
  const isHidden = (one: ResolvedAccount): boolean => one === null || (one !== 'forge' && one.isBot)
  if (author.isBot || commits === null || commits.length === 0) return true
  // A commit made on the page of the forge has a person as its author.
  if (commits.some((one) => isHidden(one.author) || one.author === 'forge' || isHidden(one.committer))) return true
  // Only people whom its author let in can push to a fork.
  return !isFork && (pushes === null || pushes.length === 0 || pushes.some(isHidden))
}
