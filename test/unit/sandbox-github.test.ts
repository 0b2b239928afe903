import { describe, expect, test } from 'vitest'
import { git } from '../support/git.ts'
import { github } from '../support/github.ts'
import { describeGitHub } from '../support/openapi.ts'
import type { GitHub } from '../testkit/github/index.ts'

const PEOPLE = { alice: 'admin', mo: 'write', tess: 'triage' } as const
type Answered = { readonly status: number; readonly body: Record<string, unknown>; readonly headers: Headers }

/** Asks the API as a script would. */
async function ask(hub: GitHub, token: string, method: string, path: string, body?: object): Promise<Answered> {
  const answer = await fetch(`${hub.url}/repos/${hub.repository}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'user-agent': 'test' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  return { status: answer.status, body: text === '' ? {} : JSON.parse(text), headers: answer.headers }
}

const named = (
  events: readonly { readonly name: string; readonly payload: Readonly<Record<string, unknown>> }[],
): string[] =>
  events.map(({ name, payload }) => (typeof payload.action === 'string' ? `${name}.${payload.action}` : name))

describe('the stand-in for GitHub', () => {
  test('a pull request goes its way through push, review and merge, in Git and in events', async () => {
    await using hub = await github({ people: PEOPLE })
    const { act } = hub
    const head = await act.push({ by: 'mo', branch: 'block', files: { 'instance/a.yaml': 'a: 1\n' } })
    const number = await act.openPull({ by: 'mo', branch: 'block', title: 'Block', body: 'why' })
    expect(git(hub.git, 'rev-parse', `refs/pull/${number}/head`)).toBe(head)
    await act.review(number, 'alice')
    await act.label(number, 'herdbook: plan', 'tess')
    const commit = await act.merge(number, 'alice')
    expect(git(hub.git, 'rev-parse', 'main')).toBe(commit)
    expect(git(hub.git, 'show', 'main:instance/a.yaml')).toBe('a: 1')
    expect(git(hub.git, 'rev-parse', 'main^2')).toBe(head)
    expect(named(hub.events)).toEqual([
      'push',
      'pull_request.opened',
      'pull_request_review.submitted',
      'pull_request.labeled',
      'pull_request.closed',
      'push',
    ])
    const pull = await ask(hub, hub.token('mo'), 'GET', `/pulls/${number}`)
    expect(pull.body).toMatchObject({
      merged: true,
      merge_commit_sha: commit,
      state: 'closed',
      merged_by: { login: 'alice' },
    })
  })

  test.for(['merge', 'squash', 'rebase'] as const)('a %s of two commits and an empty one', async (method) => {
    await using hub = await github({ people: PEOPLE })
    await hub.act.push({ by: 'mo', branch: 'b', files: { a: '1\n' }, message: 'one' })
    await hub.act.push({ by: 'mo', branch: 'b', files: { a: '2\n' }, message: 'two' })
    await hub.act.push({ by: 'mo', branch: 'b', message: 'nothing' })
    const number = await hub.act.openPull({ by: 'mo', branch: 'b', title: 'B' })
    await hub.act.push({ by: 'alice', branch: 'main', files: { b: '1\n' }, message: 'meanwhile' })
    const commit = await hub.act.merge(number, 'alice', method)
    const log = git(hub.git, 'log', '--format=%s', '--first-parent', 'main').split('\n')
    expect(log.slice(0, log.indexOf('meanwhile'))).toEqual(
      {
        merge: [`Merge pull request #${number} from herd/b`],
        squash: [`B (#${number})`],
        rebase: ['nothing', 'two', 'one'],
      }[method],
    )
    expect([git(hub.git, 'show', 'main:a'), git(hub.git, 'show', 'main:b'), git(hub.git, 'rev-parse', 'main')]).toEqual(
      ['2', '1', commit],
    )
  })

  test('a merge closes the issues that its description says it closes, and no others', async () => {
    await using hub = await github({ people: PEOPLE })
    const { act } = hub
    const issues = [
      await act.openIssue({ by: 'stan', title: 'One', body: '' }),
      await act.openIssue({ by: 'stan', title: 'Two', body: '' }),
    ]
    await act.push({ by: 'mo', branch: 'fix', files: { 'a.txt': 'a' } })
    const number = await act.openPull({
      by: 'mo',
      branch: 'fix',
      title: 'Fix',
      body: `Closes #${issues[0]}.\n\nNot \`closes #${issues[1]}\`, and see #${issues[1]}`,
    })
    await act.merge(number, 'alice', 'squash')
    expect(issues.map((one) => hub.state.issues.get(one)?.state)).toEqual(['closed', 'open'])
  })

  test('a fork brings its commits along, and stays hidden itself', async () => {
    await using hub = await github({ people: PEOPLE })
    const head = await hub.act.push({ by: 'stranger', branch: 'main', fork: true, files: { a: '1\n' } })
    const number = await hub.act.openPull({ by: 'stranger', branch: 'main', fork: true, title: 'Mine' })
    expect(git(hub.git, 'ls-remote', hub.git)).not.toContain('forks')
    expect(git(hub.git, 'ls-remote', hub.git, `refs/pull/${number}/head`)).toContain(head)
    await expect(hub.act.push({ by: 'stranger', branch: 'main', files: {} })).rejects.toThrow('403')
    await expect(hub.act.label(number, 'herdbook: plan', 'stranger')).rejects.toThrow('403')
    await hub.act.deleteFork('stranger')
    expect((await ask(hub, hub.token('mo'), 'GET', `/pulls/${number}`)).body).toMatchObject({
      state: 'closed',
      head: { sha: head, repo: null },
    })
  })

  test('pushes with Git itself are noticed: the head moves, the base with the head in it has merged', async () => {
    await using hub = await github({ people: PEOPLE })
    await hub.act.push({ by: 'mo', branch: 'b', files: { a: '1\n' } })
    const number = await hub.act.openPull({ by: 'mo', branch: 'b', title: 'B' })
    const moved = git(hub.git, 'commit-tree', 'b^{tree}', '-p', 'b', '-m', 'more')
    git(hub.git, 'update-ref', 'refs/heads/b', moved)
    await hub.act.pushed('mo')
    git(hub.git, 'update-ref', 'refs/heads/main', moved)
    await hub.act.pushed('alice')
    expect(named(hub.events).slice(2)).toEqual(['push', 'pull_request.synchronize', 'push', 'pull_request.closed'])
    expect(hub.state.issues.get(number)?.pull?.merged).toMatchObject({ commit: moved, by: 'alice' })
  })

  test('a merge queue tries on a branch of its own', async () => {
    await using hub = await github({ people: PEOPLE })
    const numbers: number[] = []
    for (const name of ['a', 'b']) {
      await hub.act.push({ by: 'mo', branch: name, files: { [name]: '1\n' } })
      numbers.push(await hub.act.openPull({ by: 'mo', branch: name, title: name }))
    }
    const group = await hub.act.enqueue(numbers, 'alice', 'squash')
    expect(git(hub.git, 'rev-parse', group.ref)).toBe(group.commit)
    expect(hub.events.at(-1)).toMatchObject({
      name: 'merge_group',
      payload: { action: 'checks_requested', merge_group: { head_sha: group.commit, head_ref: group.ref } },
    })
    await group.pass()
    expect(git(hub.git, 'rev-parse', 'main')).toBe(group.commit)
    expect(hub.state.issues.get(numbers[0] ?? 0)?.pull?.merged?.commit).toBe(git(hub.git, 'rev-parse', 'main~1'))
  })

  test('a rewritten default branch says that it was forced', async () => {
    await using hub = await github({ people: PEOPLE })
    const first = git(hub.git, 'rev-parse', 'main')
    await hub.act.push({ by: 'alice', branch: 'main', files: { a: '1\n' } })
    await hub.act.reset('main', first, 'alice')
    expect(hub.events.at(-1)?.payload).toMatchObject({ forced: true, after: first, commits: [] })
  })

  test('an issue by a form is labelled, its boxes are ticked, buttons are pressed and hours strike', async () => {
    await using hub = await github({ people: PEOPLE })
    const number = await hub.act.openIssue({
      by: 'member',
      title: 'Block',
      body: '- [ ] one\n- [ ] two',
      labels: ['herdbook: ask'],
    })
    await hub.act.tick(number, 'two', 'tess')
    await hub.act.comment(number, 'thanks', 'member')
    await hub.act.close(number, 'tess', 'not_planned')
    await hub.act.press('.github/workflows/herdbook-button.yml', { job: 'pause' }, 'mo')
    await hub.act.schedule('23 4 * * *')
    expect(named(hub.events)).toEqual([
      'issues.opened',
      'issues.labeled',
      'issues.edited',
      'issue_comment.created',
      'issues.closed',
      'workflow_dispatch',
      'schedule',
    ])
    expect(hub.state.issues.get(number)).toMatchObject({
      body: '- [ ] one\n- [x] two',
      reason: 'not_planned',
      edits: [{ body: '- [ ] one\n- [ ] two', by: 'tess' }],
    })
  })

  test("a workflow's token may do what it was given, and starts nothing", async () => {
    await using hub = await github({ people: PEOPLE, private: true })
    await hub.act.push({ by: 'mo', branch: 'b', files: { a: '1\n' } })
    const [pull, issue] = [
      await hub.act.openPull({ by: 'mo', branch: 'b', title: 'B' }),
      await hub.act.openIssue({ by: 'mo', title: 'I', body: '' }),
    ]
    const seen = hub.events.length
    const token = hub.workflowToken({ pull_requests: 'write' })
    expect(await ask(hub, token, 'POST', `/issues/${pull}/comments`, { body: 'hello' })).toMatchObject({
      status: 201,
      body: { user: { login: 'github-actions[bot]', type: 'Bot' } },
    })
    const refused = await ask(hub, token, 'POST', `/issues/${issue}/comments`, { body: 'hello' })
    expect(refused).toMatchObject({ status: 403, body: { message: 'Resource not accessible by integration' } })
    expect(refused.headers.get('x-accepted-github-permissions')).toBe('issues=write')
    expect((await ask(hub, token, 'GET', `/contents/README.md`)).status).toBe(403)
    expect(hub.events.length).toBe(seen)
  })

  test('lists lag behind, by so many lists, while the thing itself is right', async () => {
    await using hub = await github({ people: PEOPLE })
    hub.lag(2)
    const number = await hub.act.openIssue({ by: 'mo', title: 'I', body: '' })
    const token = hub.token('mo')
    const lists = async (): Promise<number> => (await ask(hub, token, 'GET', '/issues')).body['length'] as number
    expect((await ask(hub, token, 'GET', `/issues/${number}`)).status).toBe(200)
    expect([await lists(), await lists(), await lists()]).toEqual([0, 0, 1])
  })

  test('both limits: by the hour with its headers, and of writes with a time to wait', async () => {
    await using hub = await github({ people: PEOPLE, limits: { requests: 3, writes: 1 } })
    const [one, two] = [hub.token('mo'), hub.token('alice')]
    expect((await ask(hub, one, 'POST', '/issues', { title: 'a' })).status).toBe(201)
    const second = await ask(hub, one, 'POST', '/issues', { title: 'b' })
    expect(second).toMatchObject({ status: 403, body: { message: expect.stringContaining('secondary rate limit') } })
    expect(second.headers.get('retry-after')).toBe('60')
    for (let count = 0; count < 3; count += 1) await ask(hub, two, 'GET', '/issues')
    const hourly = await ask(hub, two, 'GET', '/issues')
    expect(hourly).toMatchObject({ status: 403, body: { message: expect.stringContaining('API rate limit exceeded') } })
    expect(hourly.headers.get('x-ratelimit-remaining')).toBe('0')
  })
})

describe("GitHub's own description", () => {
  const { problemsOf, problemsOfEvent } = describeGitHub()
  const query = new URLSearchParams()
  const label = {
    id: 1,
    node_id: 'x',
    url: 'https://x.example/',
    name: 'a',
    color: 'fff',
    default: false,
    description: null,
  }

  test('finds a wrong request, with its place', () => {
    const exchange = {
      method: 'POST',
      path: '/repos/a/b/statuses/abc',
      query,
      sent: { state: 'fine', contxt: 'x' },
      status: 404,
      answered: { message: 'Not Found' },
    }
    expect(problemsOf(exchange)).toEqual([
      'POST /repos/a/b/statuses/abc asks /state: ' +
        'must be equal to one of the allowed values ["error","failure","pending","success"]',
      'POST /repos/a/b/statuses/abc asks contxt: GitHub takes no such thing',
    ])
  })

  test('finds a wrong answer, a parameter that is not there, and an operation that is not', () => {
    const get = { method: 'GET', path: '/repos/a/b/labels', sent: undefined, status: 200 }
    expect(problemsOf({ ...get, query, answered: [label] })).toEqual([])
    expect(problemsOf({ ...get, query, answered: [{ ...label, color: 7 }] })).toEqual([
      'GET /repos/a/b/labels 200 answers /0/color: must be string',
    ])
    expect(problemsOf({ ...get, query: new URLSearchParams('per_page=x&sort=up'), answered: [] })).toEqual([
      'GET /repos/a/b/labels asks for ?sort, which is not there',
      'GET /repos/a/b/labels asks with per_page : must be integer',
    ])
    expect(problemsOf({ ...get, path: '/repos/a/b/labelz', query, answered: [] })).toEqual([
      'GET /repos/a/b/labelz: GitHub has no such operation',
    ])
  })

  test('finds a wrong event', () => {
    expect(problemsOfEvent({ name: 'push', payload: { ref: 1 } })).toContain('event push /ref: must be string')
    expect(problemsOfEvent({ name: 'issues', payload: { action: 'vanished' } })).toEqual([
      'issues-vanished: GitHub sends no such event',
    ])
  })
})
