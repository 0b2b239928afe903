import { describe, expect, test } from 'vitest'
import { openForge } from '../../src/forges/github/github.ts'
import type { GitHub } from '../testkit/github/index.ts'
import { bench, proposalFor } from '../support/forge.ts'
import { git } from '../support/git.ts'
import { github } from '../support/github.ts'

const PEOPLE = { people: { alice: 'admin', ann: 'maintain', mo: 'write' } } as const
const BOT = 'github-actions[bot]'
const NOTHING = '0'.repeat(40)
const account = (login: string) => ({ login, byBot: false })

async function opened(hub: GitHub, branch = 'block', by = 'mo'): Promise<number> {
  await hub.act.push({ by, branch, files: { [`instance/${branch}.yaml`]: '1\n' } })
  return hub.act.openPull({ by, branch, title: branch })
}

describe('reviews', () => {
  test('all verdicts, each on its commit, with what a dismissed one was until when; comments are none', async () => {
    let now = new Date('2026-11-01T00:00:00Z')
    await using one = await bench([], { ...PEOPLE, now: () => now })
    const { hub, forge } = one
    const number = await opened(hub)
    const first = git(hub.git, 'rev-parse', 'block')
    const mine = await hub.act.review(number, 'ann')
    await hub.act.review(number, 'alice', 'COMMENTED')
    const wait = await hub.act.review(number, 'alice', 'CHANGES_REQUESTED')
    const second = await hub.act.push({ by: 'mo', branch: 'block', files: { b: '1\n' } })
    now = new Date('2026-11-02T00:00:00Z')
    await hub.act.dismiss(number, mine, 'mo')
    await hub.act.dismiss(number, wait, 'alice')
    await hub.act.merge(number, 'mo')
    await hub.act.review(number, 'stan')
    const given = { byBot: false, commit: first, at: '2026-11-01T00:00:00Z', dismissed: { at: '2026-11-02T00:00:00Z' } }
    expect(await forge.reviews(number)).toEqual([
      { ...given, login: 'ann', state: 'approved' },
      { ...given, login: 'alice', state: 'changes_requested' },
      { login: 'stan', byBot: false, state: 'approved', commit: second, at: '2026-11-02T00:00:00Z', dismissed: null },
    ])
    expect(hub.events.filter(({ payload }) => payload['action'] === 'dismissed')).toHaveLength(2)
  })

  test('events are asked for only where a review was dismissed', async () => {
    await using one = await bench([], PEOPLE)
    const number = await opened(one.hub)
    const review = await one.hub.act.review(number, 'ann')
    await one.forge.reviews(number)
    expect(one.seen).toHaveLength(1)
    await one.hub.act.dismiss(number, review, 'mo')
    await one.forge.reviews(number)
    expect(one.seen.at(-1)).toContain(`/issues/${number}/events`)
  })

  test('a verdict is dismissed once, by who may write, and a comment never', async () => {
    await using hub = await github(PEOPLE)
    const number = await opened(hub)
    const [verdict, comment] = [await hub.act.review(number, 'ann'), await hub.act.review(number, 'ann', 'COMMENTED')]
    await expect(hub.act.dismiss(number, verdict, 'stan')).rejects.toThrow('403')
    await expect(hub.act.dismiss(number, comment, 'mo')).rejects.toThrow('422')
    await hub.act.dismiss(number, verdict, 'mo')
    await expect(hub.act.dismiss(number, verdict, 'mo')).rejects.toThrow('422')
  })
})

describe('whose commits are', () => {
  test('as GitHub resolves addresses: an account, nobody, or GitHub itself, which its signature proves', async () => {
    await using one = await bench([], PEOPLE)
    const { hub, forge } = one
    const number = await opened(hub)
    const push = (names: { author?: string; committer?: string }) =>
      hub.act.push({ by: 'mo', branch: 'block', files: { a: JSON.stringify(names) }, ...names })
    await push({ author: 'ann' })
    await push({ author: 'someone@else.example', committer: 'someone@else.example' })
    await push({ committer: 'web-flow' })
    await push({ committer: 'noreply@github.com' })
    await push({ author: BOT })
    const { commits, complete } = await forge.commits(number)
    expect(complete).toBe(true)
    expect(commits.at(-1)?.id).toBe(git(hub.git, 'rev-parse', 'block'))
    const mo = account('mo')
    expect(commits.map(({ author, committer, verified }) => [author, committer, verified])).toEqual([
      [mo, mo, false],
      [account('ann'), mo, false],
      [null, null, false],
      [mo, 'forge', true],
      [mo, null, false],
      [{ login: BOT, byBot: true }, mo, false],
    ])
    expect(await forge.commit(commits[3]?.id ?? '')).toEqual(commits[3])
  })

  test.for([249, 250, 251])(
    '%i commits: from 250 on nobody knows whether they are all',
    { timeout: 60_000 },
    async (count) => {
      await using one = await bench([], PEOPLE)
      const { hub, forge } = one
      const chain = Array.from({ length: count }).reduce<string>(
        (parent) => git(hub.git, 'commit-tree', 'main^{tree}', '-p', parent, '-m', 'x'),
        git(hub.git, 'rev-parse', 'main'),
      )
      git(hub.git, 'update-ref', 'refs/heads/long', chain)
      await hub.act.pushed('mo')
      const { commits, complete } = await forge.commits(
        await hub.act.openPull({ by: 'mo', branch: 'long', title: 'Long' }),
      )
      expect([commits.length, complete]).toEqual([Math.min(count, 250), count < 250])
    },
  )
})

describe('who moved a branch', () => {
  test('people and programs, by pushes, force and merges, also when it is gone', async () => {
    await using one = await bench([], { ...PEOPLE, now: () => new Date('2026-11-01T00:00:00Z') })
    const { hub, forge } = one
    const main = git(hub.git, 'rev-parse', 'main')
    const a = await hub.act.push({ by: 'mo', branch: 'block', files: { a: '1\n' } })
    const b = await hub.act.push({ by: 'ann', branch: 'block', files: { a: '2\n' }, author: 'mo' })
    await hub.act.reset('block', a, 'alice')
    const number = await hub.act.openPull({ by: 'mo', branch: 'block', title: 'Block' })
    const commit = await hub.act.merge(number, 'ann')
    await hub.act.reset('block', null, 'mo')
    const at = '2026-11-01T00:00:00Z'
    const by = (login: string) => ({ ...account(login), at })
    expect(await forge.pushers('block')).toEqual([
      { ...by('alice'), kind: 'force_push', before: b, after: a },
      { ...by('ann'), kind: 'push', before: a, after: b },
      { ...by('mo'), kind: 'branch_creation', before: NOTHING, after: a },
    ])
    expect(await forge.pushers('main')).toEqual([{ ...by('ann'), kind: 'pr_merge', before: main, after: commit }])
    const { head } = await forge.propose(proposalFor(hub))
    expect(await forge.pushers(head.branch)).toEqual([
      { login: BOT, byBot: true, at, kind: 'branch_creation', before: NOTHING, after: head.commit },
    ])
    expect(await forge.pushers('nobody')).toEqual([])
  })

  test('over a hundred moves, by cursors, or only the newest', async () => {
    await using one = await bench([], PEOPLE)
    const { hub, forge, seen } = one
    await opened(hub)
    const [model] = hub.state.activities
    for (let id = 1; model && id <= 250; id += 1)
      hub.state.activities.push({ ...model, id, kind: 'push', after: `${id}` })
    expect((await forge.pushers('block')).map(({ after }) => after).slice(0, 250)).toEqual(
      Array.from({ length: 250 }, (_, at) => `${250 - at}`),
    )
    expect(seen).toHaveLength(3)
    expect((await forge.pushers('block', 1)).length).toBe(100)
    expect(seen).toHaveLength(4)
  })

  test('a queue merges under its own name', async () => {
    await using one = await bench([], PEOPLE)
    const group = await one.hub.act.enqueue([await opened(one.hub)], 'ann')
    await group.pass()
    expect(await one.forge.pushers('main')).toMatchObject([{ kind: 'merge_queue_merge', after: group.commit }])
  })
})

describe('pull requests', () => {
  test.for(['merge', 'squash', 'rebase'] as const)('that brought a commit by a %s, read in full', async (method) => {
    await using one = await bench([], PEOPLE)
    const number = await opened(one.hub)
    const commit = await one.hub.act.merge(number, 'ann', method)
    expect(await one.forge.pullRequestsOf(commit)).toEqual([await one.forge.pullRequest(number)])
    expect(await one.forge.pullRequestsOf(await one.hub.act.push({ by: 'mo', branch: 'main' }))).toEqual([])
    expect(await one.forge.pullRequestsOf('1'.repeat(40))).toEqual([])
  })

  test("that a branch's workflow opens and merges are a program's, and start nothing", async () => {
    await using one = await bench([], PEOPLE)
    const { hub, forge } = one
    await hub.act.push({ by: 'mo', branch: 'block', files: { a: '1\n' } })
    const seen = hub.events.length
    const number = await hub.act.openPull({ by: BOT, branch: 'block', title: 'Mine' })
    await hub.act.merge(number, BOT)
    expect(await forge.pullRequest(number)).toMatchObject({
      author: BOT,
      authorIsBot: true,
      merged: { by: BOT, byBot: true },
    })
    expect(hub.events).toHaveLength(seen)
  })

  test('a workflow may neither open nor approve one where that is not allowed', async () => {
    await using hub = await github({ ...PEOPLE, settings: { actionsMayOpenPullRequests: false } })
    const number = await opened(hub)
    await expect(hub.act.review(number, BOT)).rejects.toThrow('403')
    await hub.act.push({ by: 'mo', branch: 'other', files: { b: '1\n' } })
    await expect(hub.act.openPull({ by: BOT, branch: 'other', title: 'Mine' })).rejects.toThrow('403')
  })

  test('are proposed with a message about the very commit, the same each time', async () => {
    await using one = await bench([], PEOPLE)
    const { hub, forge } = one
    const proposal = {
      ...proposalFor(hub),
      message: ({ tree, parent }: { tree: string; parent: string }) => `Seal: ${tree} on ${parent}`,
    }
    const { head } = await forge.propose(proposal)
    expect(git(hub.git, 'log', '-1', '--format=%s', head.commit)).toBe(
      git(hub.git, 'log', '-1', '--format=Seal: %T on %P', head.commit),
    )
    expect((await forge.propose(proposal)).head.commit).toBe(head.commit)
  })
})

test('an environment asks people, or nobody, or is not there', async () => {
  const environment = { branches: null, secrets: [], variables: [], preventSelfReview: true }
  const environments = {
    asks: { ...environment, reviewers: ['alice', 'ann'] },
    open: { ...environment, reviewers: [] },
  }
  await using hub = await github({ ...PEOPLE, settings: { environments } })
  const forge = await openForge({
    api: hub.url,
    repository: hub.repository,
    token: hub.workflowToken({ contents: 'read', actions: 'read' }),
  })
  expect(await forge.environmentReviewers('asks')).toEqual({ reviewers: ['alice', 'ann'], notOneself: true })
  expect(await forge.environmentReviewers('open')).toEqual({ reviewers: [], notOneself: false })
  expect(await forge.environmentReviewers('none')).toBe(null)
})
