import { Refusal } from '../../../../src/sandbox/failure.ts'
import { commitsBetween } from '../git.ts'
import { numberParam, read, textParam, type Route } from '../http.ts'
import { activityShape, commitShape, dismissalShape } from '../shapes.ts'
import { pullInList } from '../shapes-pull.ts'
import { DOCS, isPull, issueOf, listed, pullOf, type Issue, type State } from '../state.ts'

/** More commits of a pull request than these are not shown. */
const MOST_COMMITS = 250

async function commitNamed(state: State, name: string): Promise<string> {
  const commit = await state.git.tip(`${name}^{commit}`)
  if (commit === null)
    throw new Refusal(422, { message: `No commit found for SHA: ${name}`, documentation_url: DOCS, status: '422' })
  return commit
}

const shapes = (state: State, ids: readonly string[]): Promise<unknown[]> =>
  Promise.all(ids.map((id) => commitShape(state, id)))

/** Who did what when: commits with whose they are, what moved branches, what became of reviews. */
export const HISTORY: readonly Route[] = [
  {
    method: 'GET',
    path: '/activity',
    need: read('contents'),
    handle: ({ state, query }) => {
      const ref = query.get('ref')
      const wanted = state.activities.filter(
        (one) => ref === null || one.ref === ref || one.ref === `refs/heads/${ref}`,
      )
      const items = (query.get('direction') === 'asc' ? wanted : wanted.toReversed()).map((one) =>
        activityShape(state, one),
      )
      return { items, cursor: true }
    },
  },
  {
    method: 'GET',
    path: '/commits/{commit_sha}/pulls',
    need: read('pull_requests'),
    handle: async ({ state, params }) => {
      const commit = await commitNamed(state, params.commit_sha ?? '')
      const pulls = listed<Issue>([...state.issues.values()].filter(isPull)).filter(isPull)
      const brings = await Promise.all(
        pulls.map(
          async ({ pull }) =>
            pull.merged?.commit === commit ||
            (await commitsBetween(state.git, pull.baseCommit, pull.head.commit)).includes(commit),
        ),
      )
      return { items: pulls.filter((_, at) => brings[at]).map((issue) => pullInList(state, issue)) }
    },
  },
  {
    method: 'GET',
    path: '/commits/{ref}',
    need: read('contents'),
    handle: async (call) => ({
      body: await commitShape(call.state, await commitNamed(call.state, textParam(call, 'ref'))),
    }),
  },
  {
    method: 'GET',
    path: '/pulls/{pull_number}/commits',
    need: read('pull_requests'),
    handle: async (call) => {
      const { pull } = pullOf(call.state, numberParam(call, 'pull_number'))
      const ids = await commitsBetween(call.state.git, pull.baseCommit, pull.head.commit)
      return { items: await shapes(call.state, ids.slice(0, MOST_COMMITS)) }
    },
  },
  {
    method: 'GET',
    path: '/issues/{issue_number}/events',
    need: read('issue'),
    handle: (call) => {
      const { pull } = issueOf(call.state, numberParam(call, 'issue_number'))
      return { items: (pull?.reviews ?? []).flatMap((review) => dismissalShape(call.state, review)) }
    },
  },
]
