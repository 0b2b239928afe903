import { describe, expect, test } from 'vitest'
import { mergesAmong } from '../../src/approvals/pull-requests-of-commits.ts'
import type { Commit } from '../../src/reconcile/repository.ts'
import type { GitHub } from '../testkit/github/index.ts'
import { bench, type Bench } from '../support/forge.ts'
import { git } from '../support/git.ts'

/** What main has since a commit, newest first. */
function commitsSince(hub: GitHub, since: string): Commit[] {
  const rows = git(hub.git, 'log', '--format=%H%x09%P%x09%an%x09%cI%x09%s', `${since}..main`).split('\n')
  return rows
    .filter((row) => row !== '')
    .map((row) => {
      const [id = '', parents = '', author = '', at = '', subject = ''] = row.split('\t')
      return { id, tree: '', parents: parents.split(' '), author, at, subject, trailers: {} }
    })
}

const tip = (hub: GitHub): string => git(hub.git, 'rev-parse', 'main')

async function found({ hub, forge }: Bench, since: string): Promise<number[]> {
  const pulls = await mergesAmong({ forge, branch: 'main', commits: commitsSince(hub, since), now: Date.now() })
  return pulls.map(({ number }) => number).toSorted((a, b) => a - b)
}

async function opened(hub: GitHub, branch: string): Promise<number> {
  await hub.act.push({ by: 'mo', branch, files: { [branch]: '1\n' }, message: `Add ${branch}` })
  return hub.act.openPull({ by: 'mo', branch, title: `Add ${branch}` })
}

const asked = ({ seen }: Bench): string[] =>
  seen.map((line) =>
    line
      .replace(/[0-9a-f]{40}/, 'SHA')
      .replace(/\?.*/, '')
      .replace('/repos/herd/instance', ''),
  )

describe('what was merged since the last time', () => {
  test('a direct push is asked about twice, and nothing is waited for', async () => {
    await using one = await bench()
    const before = tip(one.hub)
    await opened(one.hub, 'open')
    await one.hub.act.push({ by: 'mo', branch: 'main', files: { a: '1\n' } })
    expect(await found(one, before)).toEqual([])
    expect(asked(one)).toEqual(['GET /commits/SHA/pulls', 'GET /activity'])
  })

  test.for(['merge', 'squash', 'rebase'] as const)(
    'a %s is found at once, and where every list is behind',
    async (method) => {
      await using one = await bench()
      const start = tip(one.hub)
      const [first, second] = [await opened(one.hub, 'a'), await opened(one.hub, 'b')]
      await one.hub.act.merge(first, 'alice', method)
      expect(await found(one, start)).toEqual([first])
      const before = tip(one.hub)
      one.hub.lag(100)
      await one.hub.act.merge(second, 'alice', method)
      expect(await found(one, before)).toEqual([second])
    },
  )

  test('where nobody knows what moved the branch, what is called open is looked at', async () => {
    await using one = await bench()
    const [before, number] = [tip(one.hub), await opened(one.hub, 'a')]
    one.hub.lag(100)
    await one.hub.act.merge(number, 'alice', 'rebase')
    one.hub.state.activities.length = 0
    expect(await found(one, before)).toEqual([number])
  })

  test('a message that names a pull request is a hint: it must be merged as that commit, to that branch', async () => {
    await using one = await bench()
    const [open, merged] = [await opened(one.hub, 'a'), await opened(one.hub, 'b')]
    await one.hub.act.merge(merged, 'alice', 'squash')
    const before = tip(one.hub)
    for (const message of [`Mine (#${open})`, `Merge pull request #${merged} from herd/b`, 'Nothing (#999)']) {
      await one.hub.act.push({ by: 'mo', branch: 'main', message })
    }
    expect(await found(one, before)).toEqual([])
  })

  test("a merge that somebody's own merge brought in beside it is found, too", async () => {
    await using one = await bench()
    const [before, number] = [tip(one.hub), await opened(one.hub, 'a')]
    const theirs = await one.hub.act.merge(number, 'alice', 'rebase')
    const mine = git(one.hub.git, 'commit-tree', `${before}^{tree}`, '-p', before, '-m', 'Mine')
    const both = git(
      one.hub.git,
      'commit-tree',
      `${theirs}^{tree}`,
      '-p',
      mine,
      '-p',
      theirs,
      '-m',
      "Merge branch 'main'",
    )
    git(one.hub.git, 'update-ref', 'refs/heads/main', both)
    await one.hub.act.pushed('mo')
    expect(await found(one, before)).toEqual([number])
  })

  test('of very many commits the list tells, and the newest are asked about', async () => {
    await using one = await bench()
    const start = tip(one.hub)
    const [old, recent] = [await opened(one.hub, 'a'), await opened(one.hub, 'b')]
    await one.hub.act.merge(old, 'alice', 'rebase')
    const moved = Array.from({ length: 35 }).reduce<string>(
      (parent) => git(one.hub.git, 'commit-tree', `${parent}^{tree}`, '-p', parent, '-m', 'More'),
      tip(one.hub),
    )
    git(one.hub.git, 'update-ref', 'refs/heads/main', moved)
    await one.hub.act.pushed('mo')
    one.hub.lag(100)
    await one.hub.act.merge(recent, 'alice', 'rebase')
    expect(await found(one, start)).toEqual([old, recent])
    expect(asked(one).filter((line) => line === 'GET /commits/SHA/pulls')).toHaveLength(30)
  })
})
