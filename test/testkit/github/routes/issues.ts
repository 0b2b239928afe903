import { numberParam, optionalText, read, text, textParam, texts, write, type Call, type Route } from '../http.ts'
import { addComment, createIssue, createLabel, editComment, editIssue, removeLabel } from '../issues.ts'
import { commentShape, issueShape, labelShape } from '../shapes.ts'
import { type Json } from '../shapes-base.ts'
import { demand, issueOf, listed, notFound, type Issue } from '../state.ts'

const REASONS = ['completed', 'not_planned', 'duplicate', 'reopened'] as const

const labelsOf = ({ state }: Call, issue: Issue): Json[] =>
  issue.labels.flatMap((name) => {
    const label = state.labels.get(name.toLowerCase())
    return label ? [labelShape(state, label)] : []
  })

/** Issues, comments and labels: for the API, pull requests are issues as well. */
export const ISSUES: readonly Route[] = [
  {
    method: 'GET',
    path: '/issues',
    need: read('issues'),
    handle: ({ state, query }) => {
      const wanted = query.get('state') ?? 'open'
      const labels = (query.get('labels') ?? '')
        .split(',')
        .filter((label) => label !== '')
        .map((label) => label.toLowerCase())
      const since = query.get('since')
      const key = query.get('sort') === 'updated' ? 'updated' : 'created'
      const issues = listed(state.issues.values())
        .filter((issue) => (wanted === 'all' || issue.state === wanted) && (since === null || issue.updated >= since))
        .filter((issue) => labels.every((label) => issue.labels.some((own) => own.toLowerCase() === label)))
        .filter((issue) => (query.get('creator') ?? issue.author) === issue.author)
        .toSorted((a, b) => (a[key] === b[key] ? a.number - b.number : a[key] < b[key] ? -1 : 1))
      return {
        items: (query.get('direction') === 'asc' ? issues : issues.toReversed()).map((issue) =>
          issueShape(state, issue),
        ),
      }
    },
  },
  {
    method: 'POST',
    path: '/issues',
    need: write('issues'),
    handle: async (call) => {
      const draft = {
        title: text(call, 'title', 'Issue'),
        body: optionalText(call, 'body') ?? null,
        labels: texts(call.body.labels),
      }
      return { status: 201, body: issueShape(call.state, await createIssue(call.state, call.actor, draft, false)) }
    },
  },
  {
    method: 'GET',
    path: '/issues/{issue_number}',
    need: read('issue'),
    handle: (call) => ({ body: issueShape(call.state, issueOf(call.state, numberParam(call, 'issue_number'))) }),
  },
  {
    method: 'PATCH',
    path: '/issues/{issue_number}',
    need: write('issue'),
    handle: async (call) => {
      const { state: wanted, state_reason: reason } = call.body
      const change = {
        title: optionalText(call, 'title') ?? undefined,
        body: optionalText(call, 'body'),
        state: wanted === 'open' || wanted === 'closed' ? wanted : undefined,
        state_reason: REASONS.find((known) => known === reason),
      } as const
      return {
        body: issueShape(
          call.state,
          await editIssue(call.state, call.actor, numberParam(call, 'issue_number'), change),
        ),
      }
    },
  },
  {
    method: 'GET',
    path: '/issues/{issue_number}/comments',
    need: read('issue'),
    handle: (call) => {
      const { number } = issueOf(call.state, numberParam(call, 'issue_number'))
      const since = call.query.get('since')
      const comments = listed([...call.state.comments.values()].filter((comment) => comment.issue === number))
      return {
        items: comments
          .filter((comment) => since === null || comment.updated >= since)
          .map((comment) => commentShape(call.state, comment)),
      }
    },
  },
  {
    method: 'POST',
    path: '/issues/{issue_number}/comments',
    need: write('issue'),
    handle: async (call) => ({
      status: 201,
      body: commentShape(
        call.state,
        await addComment(call.state, call.actor, numberParam(call, 'issue_number'), text(call, 'body', 'IssueComment')),
      ),
    }),
  },
  {
    method: 'GET',
    path: '/issues/comments/{comment_id}',
    need: read('issue'),
    handle: (call) => {
      const comment = call.state.comments.get(numberParam(call, 'comment_id'))
      if (!comment) throw notFound()
      return { body: commentShape(call.state, comment) }
    },
  },
  {
    method: 'PATCH',
    path: '/issues/comments/{comment_id}',
    need: write('issue'),
    handle: async (call) => ({
      body: commentShape(
        call.state,
        await editComment(call.state, call.actor, numberParam(call, 'comment_id'), text(call, 'body', 'IssueComment')),
      ),
    }),
  },
  {
    method: 'DELETE',
    path: '/issues/{issue_number}/labels/{name}',
    need: write('issue'),
    handle: async (call) => ({
      body: labelsOf(
        call,
        await removeLabel(call.state, call.actor, numberParam(call, 'issue_number'), textParam(call, 'name')),
      ),
    }),
  },
  {
    method: 'GET',
    path: '/labels',
    need: read('issues'),
    handle: ({ state }) => ({ items: [...state.labels.values()].map((label) => labelShape(state, label)) }),
  },
  {
    method: 'POST',
    path: '/labels',
    need: write('issues'),
    handle: (call) => {
      demand(call.state, call.actor, 'write')
      const label = {
        name: text(call, 'name', 'Label'),
        color: optionalText(call, 'color') ?? 'ededed',
        description: optionalText(call, 'description') ?? null,
      }
      return { status: 201, body: labelShape(call.state, createLabel(call.state, label)) }
    },
  },
]
