import type { ReviewSuggestion } from '../forge.ts'
import type { GitHubApi } from './api.ts'
import { isStatus } from './errors.ts'
import type { RepositoryName } from './raw-answers.ts'

interface RawReviewComment {
  readonly id: number | bigint
  readonly user: { readonly type: string } | null
  readonly path: string
  /** null if the pull request has changed the line since. */
  readonly line?: number | null
  readonly start_line?: number | null
  readonly body: string
  readonly created_at: string
}

/** The pull request to comment on, and the commit whose lines are counted. */
interface Target {
  readonly api: GitHubApi
  readonly place: RepositoryName
  readonly pullRequest: number
  readonly commit: string
}

/** Comments on lines that the pull request shows; GitHub accepts no others. Updates a comment of ours that exists. */
export async function suggest(target: Target, suggestions: readonly ReviewSuggestion[]): Promise<void> {
  const shown = await shownLines(target, new Set(suggestions.map(({ path }) => path)))
  const wanted = suggestions.filter((one) => shown.some((range) => isIn(range, one)))
  if (wanted.length === 0) return
  const existing = await readReviewComments(target)
  for (const one of wanted)
    await put(
      target,
      one,
      existing.find((comment) => isOurs(comment, one)),
    )
}

interface Range {
  readonly path: string
  readonly from: number
  /** The first line after it. */
  readonly end: number
}

/** Finds the lines of the new files that the pull request's diff shows: changed lines and those around them. */
async function shownLines({ api, place, pullRequest }: Target, paths: ReadonlySet<string>): Promise<Range[]> {
  const files = await api.all(
    (at) =>
      api.request('GET /repos/{owner}/{repo}/pulls/{pull_number}/files', { ...place, pull_number: pullRequest, ...at }),
    (all) => all.filter(({ filename }) => paths.has(filename)).length === paths.size,
  )
  return files.flatMap(({ filename: path, patch = '' }) =>
    [...patch.matchAll(/^@@ -\S+ \+(\d+)(?:,(\d+))? @@/gm)].map(([, from, lines = '1']) => ({
      path,
      from: Number(from),
      end: Number(from) + Number(lines),
    })),
  )
}

const isIn = ({ path, from, end }: Range, one: ReviewSuggestion): boolean =>
  one.path === path && from <= (one.startLine ?? one.line) && one.line < end

const firstLine = (text: string): string | undefined => text.split(/\r?\n/, 1)[0]

/** A comment is ours if a program wrote it, for the same lines, with the same first line. */
const isOurs = (there: RawReviewComment, one: ReviewSuggestion): boolean =>
  there.user?.type === 'Bot' &&
  there.path === one.path &&
  there.line === one.line &&
  (there.start_line ?? undefined) === one.startLine &&
  firstLine(there.body) === firstLine(one.body)

const readReviewComments = ({ api, place, pullRequest }: Target, since?: string): Promise<RawReviewComment[]> =>
  api.all<RawReviewComment>((at) =>
    api.request('GET /repos/{owner}/{repo}/pulls/{pull_number}/comments', {
      ...place,
      pull_number: pullRequest,
      ...(since === undefined ? {} : { since }),
      ...at,
    }),
  )

async function put(
  target: Target,
  { path, startLine, line, body }: ReviewSuggestion,
  there: RawReviewComment | undefined,
): Promise<void> {
  const { api, place, pullRequest, commit } = target
  if (there !== undefined) {
    if (there.body.trim() !== body.trim())
      await api.request('PATCH /repos/{owner}/{repo}/pulls/comments/{comment_id}', {
        ...place,
        comment_id: Number(there.id),
        body,
      })
    return
  }
  const start = startLine === undefined ? {} : { start_line: startLine, start_side: 'RIGHT' as const }
  try {
    await api.once<RawReviewComment>(
      async () =>
        (
          await api.request('POST /repos/{owner}/{repo}/pulls/{pull_number}/comments', {
            ...place,
            pull_number: pullRequest,
            commit_id: commit,
            path,
            ...start,
            line,
            side: 'RIGHT',
            body,
          })
        ).data,
      async (since) =>
        (await readReviewComments(target, since)).findLast(
          (one) => one.created_at >= since && one.path === path && one.body === body,
        ),
    )
  } catch (error) {
    // the branch has moved since the files were read
    if (!isStatus(error, 422)) throw error
  }
}
