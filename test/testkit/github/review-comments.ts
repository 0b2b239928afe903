import { filesOf, hunksOf } from './diffs.ts'
import { commitFiles, GITHUB, signatureOf } from './git.ts'
import { signed } from './history.ts'
import { checkBody } from './issues.ts'
import { review } from './pulls.ts'
import { moveBranch, refOf } from './pushes.ts'
import { demand, invalid, lagBehind, notFound, pullOf, type Actor, type ReviewComment, type State } from './state.ts'

export interface ReviewCommentDraft {
  readonly body: string
  readonly commit: string
  readonly path: string
  readonly startLine: number | null
  readonly line: number
}

/**
 * Everybody who can read may comment on the lines that the difference shows, on its new side. The review that holds the
 * comment is told; the comment's own event is not, since no workflow of ours is for it.
 */
export async function addReviewComment(
  state: State,
  actor: Actor,
  number: number,
  draft: ReviewCommentDraft,
): Promise<ReviewComment> {
  const issue = pullOf(state, number)
  demand(state, actor, 'read')
  if (draft.body.trim() === '') throw invalid('PullRequestReviewComment', 'body', 'missing_field')
  checkBody(draft.body, 'PullRequestReviewComment')
  const hunk = await hunkFor(state, issue.pull.baseCommit, draft)
  const now = state.now()
  const { id } = review(state, actor, number, 'COMMENTED', '')
  const comment: ReviewComment = {
    ...draft,
    id: state.nextId(),
    pull: number,
    review: id,
    author: actor.user.login,
    created: now,
    updated: now,
    hunk,
    edits: [],
    stale: null,
  }
  lagBehind(state, comment, true)
  state.reviewComments.set(comment.id, comment)
  return comment
}

/** The part of the difference that shows the lines. Throws 422 in GitHub's words where none does. */
async function hunkFor(
  state: State,
  base: string,
  { commit, path, startLine, line }: ReviewCommentDraft,
): Promise<string> {
  const refuse = (field: string, problem: string): never => {
    throw invalid(
      'PullRequestReviewComment',
      `pull_request_review_thread.${field}`,
      'custom',
      `pull_request_review_thread.${field} ${problem}`,
    )
  }
  if ((await state.git.tip(`${commit}^{commit}`)) === null)
    return refuse('commit_id', 'is not part of the pull request')
  const file = (await filesOf(state.git, base, commit)).find((one) => one.path === path)
  if (!file) return refuse('path', 'is invalid')
  if (startLine !== null && startLine >= line) return refuse('start_line', 'must precede the end line.')
  const shows =
    (one: number) =>
    ({ new: { from, lines } }: ReturnType<typeof hunksOf>[number]) =>
      one >= from && one < from + lines
  const hunk = hunksOf(file.patch ?? '').find(shows(line))
  if (!hunk) return refuse('line', 'must be part of the diff')
  return shows(startLine ?? line)(hunk)
    ? hunk.text.trimEnd()
    : refuse('start_line', 'must be part of the same hunk as the line.')
}

/** Authors may edit theirs; who may write may edit everybody's. */
export function editReviewComment(state: State, actor: Actor, id: number, body: string): ReviewComment {
  const comment = reviewCommentOf(state, id)
  demand(state, actor, comment.author === actor.user.login ? 'read' : 'write')
  checkBody(body, 'PullRequestReviewComment')
  lagBehind(state, comment, false)
  const now = state.now()
  return Object.assign(comment, {
    body,
    updated: now,
    edits: [...comment.edits, { body: comment.body, by: actor.user.login, at: now }],
  })
}

function reviewCommentOf(state: State, id: number): ReviewComment {
  const comment = state.reviewComments.get(id)
  if (!comment) throw notFound()
  return comment
}

/**
 * What the button "Commit suggestion" does: the head gets a commit with the lines that the comment offers. Answers it.
 */
export async function commitSuggestion(state: State, actor: Actor, id: number): Promise<string> {
  const { pull: number, path, body, startLine, line } = reviewCommentOf(state, id)
  const { head } = pullOf(state, number).pull
  demand(state, actor, head.owner === actor.user.login ? 'read' : 'write')
  const [, , offered] = /^(`{3,})suggestion\n([^]*?)\n\1$/m.exec(body) ?? []
  if (offered === undefined) throw new Error(`there is no suggestion in ${body}`)
  const lines = (await state.git.run(['cat-file', 'blob', `${head.commit}:${path}`], { exact: true })).split('\n')
  const from = startLine ?? line
  const author = signatureOf(actor.user)
  const content = lines.toSpliced(from - 1, line - from + 1, offered).join('\n')
  const by = { author, committer: GITHUB, date: state.now() }
  const commit = await signed(
    state,
    commitFiles(state.git, head.commit, { [path]: content }, { message: `Update ${path}`, ...by }),
  )
  if ((await state.git.tip(refOf(state, head.owner, head.branch))) !== head.commit)
    throw new Error('the branch has moved')
  await moveBranch(state, actor, head.owner, head.branch, commit)
  return commit
}
