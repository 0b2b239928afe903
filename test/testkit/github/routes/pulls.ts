import { numberParam, optionalText, read, text, write, type Route } from '../http.ts'
import { editIssue } from '../issues.ts'
import { merge, openPull } from '../pulls.ts'
import { reviewShape } from '../shapes.ts'
import { pullInList, pullShape } from '../shapes-pull.ts'
import { isPull, listed, pullOf, type Issue } from '../state.ts'

/** Pull requests. */
export const PULLS: readonly Route[] = [
  {
    method: 'GET',
    path: '/pulls',
    need: read('pull_requests'),
    handle: ({ state, query }) => {
      const wanted = query.get('state') ?? 'open'
      const [base, head] = [query.get('base'), query.get('head')]
      const key = query.get('sort') === 'updated' ? 'updated' : 'created'
      const direction = query.get('direction') ?? (query.has('sort') && key !== 'created' ? 'asc' : 'desc')
      const pulls = listed<Issue>([...state.issues.values()].filter(isPull))
        .filter(isPull)
        .filter(
          (issue) => (wanted === 'all' || issue.state === wanted) && (base ?? issue.pull.base) === issue.pull.base,
        )
        .filter(({ pull }) => head === null || head === `${pull.head.owner}:${pull.head.branch}`)
        .toSorted((a, b) => (a[key] === b[key] ? a.number - b.number : a[key] < b[key] ? -1 : 1))
      return { items: (direction === 'desc' ? pulls.toReversed() : pulls).map((issue) => pullInList(state, issue)) }
    },
  },
  {
    method: 'POST',
    path: '/pulls',
    need: write('pull_requests'),
    handle: async (call) => {
      const { state, actor, body } = call
      const draft = {
        title: text(call, 'title', 'PullRequest'),
        body: optionalText(call, 'body') ?? null,
        base: text(call, 'base', 'PullRequest'),
        head: text(call, 'head', 'PullRequest'),
        draft: body.draft === true,
      }
      return { status: 201, body: await pullShape(state, await openPull(state, actor, draft)) }
    },
  },
  {
    method: 'GET',
    path: '/pulls/{pull_number}',
    need: read('pull_requests'),
    handle: async (call) => ({
      body: await pullShape(call.state, pullOf(call.state, numberParam(call, 'pull_number'))),
    }),
  },
  {
    method: 'PATCH',
    path: '/pulls/{pull_number}',
    need: write('pull_requests'),
    handle: async (call) => {
      const { state, actor, body } = call
      const { number } = pullOf(state, numberParam(call, 'pull_number'))
      await editIssue(state, actor, number, {
        title: optionalText(call, 'title') ?? undefined,
        body: optionalText(call, 'body'),
        state: body.state === 'open' || body.state === 'closed' ? body.state : undefined,
      })
      return { body: await pullShape(state, pullOf(state, number)) }
    },
  },
  {
    method: 'PUT',
    path: '/pulls/{pull_number}/merge',
    need: write('contents'),
    handle: async (call) => {
      const { merge_method: method } = call.body
      const sha = await merge(
        call.state,
        call.actor,
        numberParam(call, 'pull_number'),
        method === 'squash' || method === 'rebase' ? method : 'merge',
      )
      return { body: { sha, merged: true, message: 'Pull Request successfully merged' } }
    },
  },
  {
    method: 'GET',
    path: '/pulls/{pull_number}/reviews',
    need: read('pull_requests'),
    handle: (call) => {
      const issue = pullOf(call.state, numberParam(call, 'pull_number'))
      return { items: issue.pull.reviews.map((review) => reviewShape(call.state, issue, review)) }
    },
  },
]
