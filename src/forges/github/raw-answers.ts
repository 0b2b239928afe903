import type { Comment, Issue, PullRequest } from '../forge.ts'

/** The repository that all requests are about. */
export interface RepositoryName {
  readonly owner: string
  readonly repo: string
}

export const isBot = (account: RawAccount | undefined): boolean => account?.type === 'Bot'

/** GitHub shows this name if an account is gone. */
const GHOST = 'ghost'

/** Removes duplicates: an item that moves while the pages are read is on two of them. */
export const distinct = <T extends { readonly id: number | bigint }>(items: readonly T[]): T[] => [
  ...new Map(items.map((item) => [item.id, item])).values(),
]

export type RawAccount = { readonly login: string; readonly type: string } | null

/** The parts of GitHub's pull request that are used, in lists and alone; lists do not say who merged. */
export interface RawPull {
  readonly number: number
  readonly html_url: string
  readonly title: string
  readonly user: RawAccount
  readonly state: string
  readonly draft?: boolean
  readonly base: { readonly ref: string; readonly sha: string }
  readonly head: { readonly ref: string; readonly sha: string; readonly repo: { readonly full_name: string } | null }
  readonly labels: readonly { readonly name: string }[]
  readonly merged_at: string | null
  readonly merged_by?: RawAccount
  readonly merge_commit_sha: string | null
}

/** Before a merge, GitHub's `merge_commit_sha` is a test merge on no branch: it counts only with `merged_at`. */
export function pullOf(raw: RawPull): PullRequest {
  const { base, head } = raw
  return {
    number: raw.number,
    url: raw.html_url,
    title: raw.title,
    author: raw.user?.login ?? GHOST,
    authorIsBot: isBot(raw.user),
    state: raw.state === 'open' ? 'open' : 'closed',
    draft: raw.draft ?? false,
    base: { branch: base.ref, commit: base.sha },
    head: { branch: head.ref, commit: head.sha, repository: head.repo?.full_name ?? null },
    labels: raw.labels.map(({ name }) => name),
    merged: raw.merged_at === null ? null : mergeOf(raw.merged_at, raw),
  }
}

const mergeOf = (
  at: string,
  { merged_by: by, merge_commit_sha: commit }: RawPull,
): NonNullable<PullRequest['merged']> => ({
  at,
  by: by?.login ?? GHOST,
  byBot: isBot(by),
  commit: commit ?? '',
})

export interface RawComment {
  readonly id: number | bigint
  readonly html_url: string
  readonly user: RawAccount
  readonly body?: string
  readonly updated_at: string
}

export const commentOf = ({ id, html_url, user, body, updated_at }: RawComment): Comment => ({
  id: Number(id),
  url: html_url,
  author: user?.login ?? GHOST,
  byBot: isBot(user),
  body: body ?? '',
  at: updated_at,
})

export interface RawIssue {
  readonly number: number
  readonly html_url: string
  readonly title: string
  readonly user: RawAccount
  readonly body?: string | null | undefined
  readonly state: string
  readonly labels: readonly (string | { readonly name?: string })[]
}

export function issueOf(raw: RawIssue): Issue {
  return {
    number: raw.number,
    url: raw.html_url,
    title: raw.title,
    author: raw.user?.login ?? GHOST,
    byBot: isBot(raw.user),
    body: raw.body ?? '',
    state: raw.state === 'open' ? 'open' : 'closed',
    labels: raw.labels.map((label) => (typeof label === 'string' ? label : (label.name ?? ''))),
  }
}
