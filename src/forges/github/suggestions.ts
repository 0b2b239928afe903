import type { Suggestion } from '../forge.ts'
import type { GitHubApi } from './api.ts'
import { isStatus } from './errors.ts'
import type { Place } from './shapes.ts'

interface RawReviewComment {
  readonly id: number | bigint
  readonly user: { readonly type: string } | null
  readonly path: string
  /** null once the pull request has changed the line since. */
  readonly line?: number | null
  readonly start_line?: number | null
  readonly body: string
  readonly created_at: string
}

/** The pull request whose lines are commented on, and the commit that they are counted in. */
interface Target {
  readonly api: GitHubApi
  readonly place: Place
  readonly pullRequest: number
  readonly commit: string
}

/** Comments on those lines that the pull request shows; GitHub takes no others. One of ours that is there already is brought up to date. */
export async function suggest(target: Target, suggestions: readonly Suggestion[]): Promise<void> {
  const shown = await shownLines(target, new Set(suggestions.map(({ path }) => path)))
  const wanted = suggestions.filter((one) => shown.some((range) => isIn(range, one)))
  if (wanted.length === 0) return
  const there = await readReviewComments(target)
  for (const one of wanted)
    await put(
      target,
      one,
      there.find((comment) => isOurs(comment, one)),
    )
}

interface Range {
  readonly path: string
  readonly from: number
  /** The first one after it. */
  readonly end: number
}

/** The lines of the new files that the pull request's difference shows, changed or around what is changed. */
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

const isIn = ({ path, from, end }: Range, one: Suggestion): boolean =>
  one.path === path && from <= (one.startLine ?? one.line) && one.line < end

const firstLine = (text: string): string | undefined => text.split(/\r?\n/, 1)[0]

/** Written by a program, for the same lines, under the same first line. */
const isOurs = (there: RawReviewComment, one: Suggestion): boolean =>
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
  { path, startLine, line, body }: Suggestion,
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
    // The branch has moved since the files were asked for.
    if (!isStatus(error, 422)) throw error
  }
}
