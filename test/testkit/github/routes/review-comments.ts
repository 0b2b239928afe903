import { filesOf } from '../diffs.ts'
import { numberParam, read, text, write, type Call, type Route } from '../http.ts'
import { addReviewComment, editReviewComment, type ReviewCommentDraft } from '../review-comments.ts'
import { fileShape, reviewCommentShape } from '../shapes-pull.ts'
import { invalid, listed, pullOf } from '../state.ts'

function draftOf(call: Call): ReviewCommentDraft {
  const { side = 'RIGHT', start_side: startSide = 'RIGHT', line, start_line: startLine } = call.body
  // The stand-in knows comments on lines of the new side; GitHub also knows the old one, files, and replies.
  if (side !== 'RIGHT' || startSide !== 'RIGHT') throw new Error('only the right side is known here')
  if (typeof line !== 'number') throw invalid('PullRequestReviewComment', 'line', 'missing_field')
  const [body, commit, path] = ['body', 'commit_id', 'path'].map((name) => text(call, name, 'PullRequestReviewComment'))
  return {
    body: body ?? '',
    commit: commit ?? '',
    path: path ?? '',
    startLine: typeof startLine === 'number' ? startLine : null,
    line,
  }
}

/** What a pull request changes, and what is said about lines of it. */
export const REVIEW_COMMENTS: readonly Route[] = [
  {
    method: 'GET',
    path: '/pulls/{pull_number}/files',
    need: read('pull_requests'),
    handle: async (call) => {
      const { pull } = pullOf(call.state, numberParam(call, 'pull_number'))
      const files = await filesOf(call.state.git, pull.baseCommit, pull.head.commit)
      return { items: files.map((file) => fileShape(call.state, file, pull.head.commit)) }
    },
  },
  {
    method: 'GET',
    path: '/pulls/{pull_number}/comments',
    need: read('pull_requests'),
    handle: async (call) => {
      const { state } = call
      const { number } = pullOf(state, numberParam(call, 'pull_number'))
      const since = call.query.get('since')
      const comments = listed([...state.reviewComments.values()].filter(({ pull }) => pull === number))
      return {
        items: await Promise.all(
          comments
            .filter(({ updated }) => since === null || updated >= since)
            .map((one) => reviewCommentShape(state, one)),
        ),
      }
    },
  },
  {
    method: 'POST',
    path: '/pulls/{pull_number}/comments',
    need: write('pull_requests'),
    handle: async (call) => {
      const { state, actor } = call
      return {
        status: 201,
        body: await reviewCommentShape(
          state,
          await addReviewComment(state, actor, numberParam(call, 'pull_number'), draftOf(call)),
        ),
      }
    },
  },
  {
    method: 'PATCH',
    path: '/pulls/comments/{comment_id}',
    need: write('pull_requests'),
    handle: async (call) => {
      const { state, actor } = call
      return {
        body: await reviewCommentShape(
          state,
          editReviewComment(
            state,
            actor,
            numberParam(call, 'comment_id'),
            text(call, 'body', 'PullRequestReviewComment'),
          ),
        ),
      }
    },
  },
]
