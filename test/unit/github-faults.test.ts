import { describe, expect, test } from 'vitest'
import { limitsOf } from '../../src/forges/github/api.ts'
import type { Fault, Strike } from '../testkit/fault.ts'
import { bench, diagnosticOf, proposalFor } from '../support/forge.ts'
import { git } from '../support/git.ts'

const STUMBLED: Fault = {
  kind: 'answer',
  status: 502,
  headers: { 'content-type': 'text/html' },
  body: '<h1>Unicorn!</h1>',
}

describe('limits', () => {
  test('the hour is over: the rest waits until the new one, and says so', async () => {
    await using one = await bench([], { limits: { requests: 1, seconds: 5 } })
    await one.forge.openIssues('a')
    await one.forge.openIssues('a')
    expect(one.waits).toMatchObject([{ reason: 'GitHub accepts no more requests until then' }])
    // it was not even asked before
    expect(one.seen).toHaveLength(2)
  })

  test('another run has used up the hour: the answer that says so is waited for, also with a write', async () => {
    await using one = await bench([], { limits: { requests: 1, seconds: 5 } })
    const number = await one.hub.act.openIssue({ by: 'mo', title: 'I', body: '' })
    const headers = { authorization: `Bearer ${[...one.hub.state.tokens.keys()][0]}`, 'user-agent': 'another' }
    await fetch(`${one.hub.url}/repos/herd/instance/issues`, { headers })
    await one.forge.comment(number, 'hello')
    expect(one.waits).toHaveLength(1)
    expect([...one.hub.state.comments.values()]).toHaveLength(1)
  })

  test('too many writes at once: as long as GitHub says', async () => {
    await using one = await bench([], { limits: { writes: 1, penalty: 2 } })
    await one.forge.createIssue({ title: 'a', body: '', labels: [] })
    await one.forge.createIssue({ title: 'b', body: '', labels: [] })
    expect(one.waits).toEqual([{ seconds: 2, reason: 'GitHub accepts no more requests until then' }])
    expect(one.hub.state.issues.size).toBe(2)
  })

  test('a limit that ends much later is told, not waited for', async () => {
    await using one = await bench([], { limits: { requests: 1, seconds: 3600 } })
    await one.forge.openIssues('a')
    expect(await diagnosticOf(one.forge.openIssues('a'))).toMatchObject({
      code: 'forge-limit',
      exit: 10,
      hint: 'Run it again after that time.',
    })
    expect(one.waits).toEqual([])
  })

  test("the clock that counts is GitHub's", () => {
    const headers = {
      date: 'Thu, 26 Nov 2026 03:00:00 GMT',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': String(Date.parse('2026-11-26T03:00:10Z') / 1000),
    }
    const now = Date.parse('2026-11-26T04:00:00Z')
    expect(limitsOf(headers, now)).toEqual({ remaining: 0, reset: now + 11_000, skew: -3_600_000 })
    expect(limitsOf({}, now).remaining).toBeNaN()
  })
})

describe('answers that fail', () => {
  test('a read is tried again after 5xx, after a broken connection, and after half an answer', async () => {
    const path = /\/issues\/\d+$/
    const faults: Fault[] = [STUMBLED, { kind: 'lost-request' }, { kind: 'cut' }]
    await using one = await bench(faults.map((fault, at) => ({ match: { path, nth: at + 1 }, fault })))
    const number = await one.hub.act.openIssue({ by: 'mo', title: 'I', body: 'whole' })
    expect((await one.forge.issue(number)).body).toBe('whole')
    expect(one.seen).toHaveLength(4)
  })

  test('half a list is never taken for a list, and a list never for the end of it', async () => {
    await using one = await bench([{ match: { path: /page=2/ }, fault: { kind: 'cut' } }])
    const number = await one.hub.act.openIssue({ by: 'mo', title: 'I', body: '' })
    for (let count = 0; count < 120; count += 1) await one.hub.act.comment(number, `${count}`, 'mo')
    expect(await diagnosticOf(one.forge.comments(number))).toMatchObject({
      code: 'forge-unreachable',
      exit: 10,
      message: expect.stringContaining('cut off'),
    })
  })

  test('GitHub is down: what was wanted, and what to do', async () => {
    await using one = await bench([{ match: {}, fault: STUMBLED }])
    expect(await diagnosticOf(one.forge.pullRequest(7))).toMatchObject({
      code: 'forge-unreachable',
      exit: 10,
      message: 'Herdbook could not read pull request #7 in herd/instance: <h1>Unicorn!</h1>.',
      hint: expect.stringContaining('githubstatus.com'),
    })
  })

  const LOST: readonly [string, Fault][] = [
    ['came to nothing', { kind: 'lost-request' }],
    ['was done, and the answer was lost', { kind: 'lost-answer' }],
    ['was done, and half an answer came', { kind: 'cut' }],
    ['ended with a 502', STUMBLED],
  ]

  test.for(LOST)('a comment that %s is there once', async ([, fault]) => {
    await using one = await bench([{ match: { method: 'POST', path: /\/comments$/, nth: 1 }, fault }])
    const number = await one.hub.act.openIssue({ by: 'mo', title: 'I', body: '' })
    const other = await one.hub.act.comment(number, 'What do you think?', 'mo')
    const made = await one.forge.comment(number, '<!-- herdbook:production -->\nPlan\n')
    expect([...one.hub.state.comments.values()].map(({ id }) => id)).toEqual([other, made.id])
  })

  test.for(LOST)('an issue that %s is there once', async ([, fault]) => {
    await using one = await bench([{ match: { method: 'POST', path: /\/issues$/, nth: 1 }, fault }])
    const other = await one.hub.act.openIssue({ by: 'mo', title: 'Drift', body: 'What is that?' })
    const made = await one.forge.createIssue({ title: 'Drift', body: 'lines', labels: ['herdbook: drift'] })
    expect([...one.hub.state.issues.keys()]).toEqual([other, made.number])
  })

  test.for(LOST)(
    'a proposal whose every write %s is one branch, one commit and one pull request',
    async ([, fault]) => {
      const writes = [/\/git\/trees$/, /\/git\/commits$/, /\/git\/refs$/, /\/pulls$/]
      await using one = await bench(writes.map((path) => ({ match: { method: 'POST', path, nth: 1 }, fault })))
      const pull = await one.forge.propose(proposalFor(one.hub))
      expect([...one.hub.state.issues.keys()]).toEqual([pull.number])
      expect(git(one.hub.git, 'rev-list', 'main..herdbook/issue-1')).toBe(pull.head.commit)
    },
  )

  test('what can be done twice is: an edit, a label, a status', async () => {
    const writes: Strike[] = [
      [/\/comments\/\d+$/, 'PATCH'],
      [/\/labels\/x$/, 'DELETE'],
      [/\/statuses\//, 'POST'],
    ].map(([path, method]) => ({
      match: { path: path as RegExp, method: method as string, nth: 1 },
      fault: { kind: 'lost-answer' },
    }))
    await using one = await bench(writes)
    const number = await one.hub.act.openIssue({ by: 'mo', title: 'I', body: '' })
    const comment = await one.forge.comment(number, 'one')
    await one.forge.editComment(comment.id, 'two')
    await one.hub.act.label(number, 'x', 'mo')
    await one.forge.removeLabel(number, 'x')
    await one.forge.report(git(one.hub.git, 'rev-parse', 'main'), {
      state: 'success',
      context: 'herdbook',
      description: 'In sync',
    })
    expect(one.hub.state.comments.get(comment.id)?.body).toBe('two')
    expect(one.hub.state.issues.get(number)?.labels).toEqual([])
    expect(one.hub.state.statuses.at(-1)).toMatchObject({ context: 'herdbook', state: 'success' })
  })
})

describe('lists that lag behind', () => {
  test('a lost comment is found a moment later, not posted again', async () => {
    await using one = await bench([
      { match: { method: 'POST', path: /\/comments$/, nth: 1 }, fault: { kind: 'lost-answer' } },
    ])
    const number = await one.hub.act.openIssue({ by: 'mo', title: 'I', body: '' })
    one.hub.lag(2)
    await one.forge.comment(number, 'Plan')
    expect(one.hub.state.comments.size).toBe(1)
  })

  test.for([
    ['a comment', 'comments'],
    ['an issue', 'issues'],
  ] as const)('%s from before that says the same by now is not taken for the lost one', async ([, what]) => {
    let now = new Date(Date.now() - 3_600_000)
    await using one = await bench(
      [{ match: { method: 'POST', path: new RegExp(`/${what}$`), nth: 1 }, fault: { kind: 'lost-request' } }],
      {
        now: () => now,
      },
    )
    const number = await one.hub.act.openIssue({ by: 'mo', title: 'Drift', body: 'before' })
    const comment = await one.hub.act.comment(number, 'before', 'mo')
    now = new Date()
    await one.hub.act.edit(number, { body: 'In sync' }, 'mo')
    await one.hub.act.editComment(comment, 'In sync', 'mo')
    const made =
      what === 'comments'
        ? (await one.forge.comment(number, 'In sync')).id
        : (await one.forge.createIssue({ title: 'Drift', body: 'In sync', labels: [] })).number
    expect([comment, number]).not.toContain(made)
  })

  test('a pull request that is there already is found, though the list has none', async () => {
    await using one = await bench()
    one.hub.lag(2)
    const first = await one.forge.propose(proposalFor(one.hub))
    expect((await one.forge.propose(proposalFor(one.hub))).number).toBe(first.number)
    expect(one.hub.state.issues.size).toBe(1)
  })

  test('what was merged a moment ago is missing from the list, and right by itself', async () => {
    await using one = await bench()
    const pull = await one.forge.propose(proposalFor(one.hub))
    one.hub.lag(1)
    const commit = await one.hub.act.merge(pull.number, 'alice')
    expect(await one.forge.mergedPullRequests('main', '2020-01-01T00:00:00Z')).toEqual([])
    expect((await one.forge.pullRequest(pull.number)).merged?.commit).toBe(commit)
    expect((await one.forge.mergedPullRequests('main', '2020-01-01T00:00:00Z')).map(({ number }) => number)).toEqual([
      pull.number,
    ])
  })
})
