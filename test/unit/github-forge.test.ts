import { describe, expect, test } from 'vitest'
import { git } from '../support/git.ts'
import { github } from '../support/github.ts'
import { PEOPLE, forgeOf, pullFrom } from '../support/proposing.ts'

test.each([true, false])('what an event of the clock does not tell is asked for, private: %s', async (secret) => {
  await using hub = await github({ people: PEOPLE, private: secret, defaultBranch: 'trunk' })
  expect(await (await forgeOf(hub)).about()).toEqual({
    visibility: secret ? 'private' : 'public',
    defaultBranch: 'trunk',
  })
})

describe('pull requests', () => {
  test('one is read with both its ends, and who merged it by which commit', async () => {
    await using hub = await github({ people: PEOPLE })
    const forge = await forgeOf(hub)
    const base = git(hub.git, 'rev-parse', 'main')
    const number = await pullFrom(hub, 'block')
    await hub.act.label(number, 'herdbook: plan', 'tess')
    const head = git(hub.git, 'rev-parse', 'block')
    const open = {
      number,
      url: `https://github.com/herd/instance/pull/${number}`,
      title: 'Add block',
      author: 'mo',
      authorIsBot: false,
      state: 'open',
      draft: false,
      labels: ['herdbook: plan'],
    }
    const ends = {
      base: { branch: 'main', commit: base },
      head: { branch: 'block', commit: head, repository: 'herd/instance' },
    }
    // GitHub's own trial of merging is no merge
    expect(await forge.pullRequest(number)).toEqual({ ...open, ...ends, merged: null })
    const commit = await hub.act.merge(number, 'alice', 'squash')
    expect((await forge.pullRequest(number)).merged).toMatchObject({ by: 'alice', byBot: false, commit })
  })

  test('a fork is named, and is null once it is gone', async () => {
    await using hub = await github({ people: PEOPLE })
    const forge = await forgeOf(hub)
    await hub.act.push({ by: 'stranger', branch: 'main', fork: true, files: { a: '1\n' } })
    const number = await hub.act.openPull({ by: 'stranger', branch: 'main', fork: true, title: 'Mine' })
    expect((await forge.pullRequest(number)).head.repository).toBe('stranger/instance')
    await hub.act.deleteFork('stranger')
    expect(await forge.pullRequest(number)).toMatchObject({ state: 'closed', merged: null, head: { repository: null } })
  })

  test('lists go over a hundred, newest first', async () => {
    await using hub = await github({ people: PEOPLE, now: () => new Date('2026-11-26T00:00:00Z') })
    const forge = await forgeOf(hub)
    for (let count = 0; count < 3; count += 1) await pullFrom(hub, `b${count}`)
    // as many as two pages hold, without the work of Git
    const [model] = [...hub.state.issues.values()]
    for (let number = 4; model && number <= 203; number += 1)
      hub.state.issues.set(number, { ...model, id: number, number })
    expect((await forge.openPullRequests()).map(({ number }) => number)).toEqual(
      Array.from({ length: 203 }, (_, at) => 203 - at),
    )
  })

  test('those merged into a branch since a time, newest first', async () => {
    let now = new Date('2026-11-01T00:00:00Z')
    await using hub = await github({ people: PEOPLE, now: () => now })
    const forge = await forgeOf(hub)
    const merged: number[] = []
    for (const [day, branch] of ['a', 'b', 'c'].entries()) {
      now = new Date(`2026-11-0${day + 2}T00:00:00Z`)
      const number = await pullFrom(hub, branch)
      merged.push(number)
      await hub.act.merge(number, 'alice')
    }
    const dropped = await pullFrom(hub, 'dropped')
    await hub.act.close(dropped, 'mo')
    const since = async (time: string): Promise<number[]> =>
      (await forge.mergedPullRequests('main', time)).map(({ number }) => number)
    expect(await since('2026-11-03T00:00:00Z')).toEqual(merged.slice(1).toReversed())
    expect(await since('2026-11-05T00:00:00Z')).toEqual([])
    expect((await forge.mergedPullRequests('main', '2026-11-04T00:00:00Z'))[0]?.merged).toEqual({
      at: '2026-11-04T00:00:00Z',
      by: 'alice',
      byBot: false,
      commit: git(hub.git, 'rev-parse', 'main'),
    })
    expect(await forge.mergedPullRequests('other', '2026-01-01T00:00:00Z')).toEqual([])
  })

  test('what somebody may do is asked of GitHub, down to a stranger and nobody', async () => {
    await using hub = await github({ people: PEOPLE, private: true })
    const forge = await forgeOf(hub)
    hub.token('stranger')
    const asked = ['alice', 'mia', 'mo', 'tess', 'rita', 'stranger', 'nobody-of-that-name']
    expect(await Promise.all(asked.map((login) => forge.permission(login)))).toEqual([
      'admin',
      'maintain',
      'write',
      'triage',
      'read',
      'none',
      'none',
    ])
  })
})

describe('comments, issues and labels', () => {
  test('a comment is made, found and edited in place', async () => {
    await using hub = await github({ people: PEOPLE })
    const forge = await forgeOf(hub)
    const number = await pullFrom(hub, 'block')
    await hub.act.comment(number, 'looks good', 'alice')
    const made = await forge.comment(number, '<!-- herdbook:production -->\nfirst')
    await forge.editComment(made.id, '<!-- herdbook:production -->\nsecond')
    expect(await forge.comments(number)).toMatchObject([
      { author: 'alice', byBot: false, body: 'looks good' },
      {
        id: made.id,
        author: 'github-actions[bot]',
        byBot: true,
        body: '<!-- herdbook:production -->\nsecond',
        url: `https://github.com/herd/instance/pull/${number}#issuecomment-${made.id}`,
      },
    ])
    expect(hub.state.comments.get(made.id)?.edits).toMatchObject([
      { body: '<!-- herdbook:production -->\nfirst', by: 'github-actions[bot]' },
    ])
  })

  test('comments go over a hundred, oldest first', async () => {
    await using hub = await github({ people: PEOPLE })
    const forge = await forgeOf(hub)
    const number = await hub.act.openIssue({ by: 'mo', title: 'I', body: '' })
    for (let count = 0; count < 205; count += 1) await hub.act.comment(number, `${count}`, 'mo')
    expect((await forge.comments(number)).map(({ body }) => body)).toEqual(
      Array.from({ length: 205 }, (_, at) => `${at}`),
    )
  })

  test('an issue is opened, found by its label, edited, closed and opened again; pull requests are none', async () => {
    await using hub = await github({ people: PEOPLE })
    const forge = await forgeOf(hub)
    const pull = await pullFrom(hub, 'block')
    await hub.act.label(pull, 'herdbook: drift', 'tess')
    const first = await forge.createIssue({ title: 'Drift', body: 'one', labels: ['herdbook: drift'] })
    const second = await forge.createIssue({ title: 'More', body: '', labels: ['herdbook: drift', 'other'] })
    expect(await forge.openIssues('herdbook: drift')).toEqual([first, second])
    expect(first).toMatchObject({
      title: 'Drift',
      body: 'one',
      state: 'open',
      labels: ['herdbook: drift'],
      author: 'github-actions[bot]',
      byBot: true,
    })
    await forge.editIssue(first.number, { body: 'two', state: 'closed' })
    expect(await forge.issue(first.number)).toEqual({ ...first, body: 'two', state: 'closed' })
    expect((await forge.openIssues('herdbook: drift')).map(({ number }) => number)).toEqual([second.number])
    await forge.editIssue(first.number, { title: 'Drift again', state: 'open' })
    expect(await forge.issue(first.number)).toMatchObject({ title: 'Drift again', body: 'two', state: 'open' })
  })

  test('labels are taken away; taking away what is not there is done, where there is anything', async () => {
    await using hub = await github({ people: PEOPLE })
    const forge = await forgeOf(hub)
    const { number } = await forge.createIssue({ title: 'I', body: '', labels: [] })
    await hub.act.label(number, 'herdbook: ask', 'mo')
    expect((await forge.issue(number)).labels).toEqual(['herdbook: ask'])
    await forge.removeLabel(number, 'herdbook: ask')
    await forge.removeLabel(number, 'herdbook: ask')
    expect((await forge.issue(number)).labels).toEqual([])
    await expect(forge.removeLabel(number + 1, 'herdbook: ask')).rejects.toThrow(
      'It does not exist, or the token cannot see it',
    )
  })

  test('a status is reported on a commit, its description as long as it may be', async () => {
    await using hub = await github({ people: PEOPLE })
    const forge = await forgeOf(hub)
    const commit = git(hub.git, 'rev-parse', 'main')
    await forge.report(commit, {
      state: 'success',
      context: 'herdbook',
      description: 'Blocks '.repeat(30),
      url: 'https://github.com/herd/instance/actions/runs/1',
    })
    expect(hub.state.statuses).toMatchObject([
      { commit, state: 'success', context: 'herdbook', url: 'https://github.com/herd/instance/actions/runs/1' },
    ])
    expect(hub.state.statuses[0]?.description).toHaveLength(140)
    // half a character would be none
    await forge.report(commit, { state: 'success', context: 'herdbook', description: '🐄'.repeat(141) })
    expect(hub.state.statuses[1]?.description).toBe(`${'🐄'.repeat(139)}…`)
  })
})
