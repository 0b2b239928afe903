import { describe, expect, test } from 'vitest'
import { git } from '../support/git.ts'
import { github } from '../support/github.ts'
import { PEOPLE, forgeOf, proposalFor } from '../support/proposing.ts'

describe('proposing', () => {
  test('one commit on the base, on a branch of its own, signed by GitHub, with a pull request', async () => {
    await using hub = await github({ people: PEOPLE })
    await hub.act.push({
      by: 'alice',
      branch: 'main',
      files: { 'instance/old.yaml': 'old: 1\n', 'instance/kept.yaml': 'kept: 1\n' },
    })
    const forge = await forgeOf(hub)
    const proposal = proposalFor(hub, {
      files: new Map([
        ['instance/new.yaml', 'new: "ü"\n'],
        ['instance/old.yaml', null],
      ]),
    })
    const pull = await forge.propose(proposal)
    expect(pull).toMatchObject({
      title: 'Block spam.example',
      author: 'github-actions[bot]',
      state: 'open',
      base: { branch: 'main' },
      head: { branch: 'herdbook/issue-1', repository: 'herd/instance' },
    })
    expect(git(hub.git, 'rev-parse', 'herdbook/issue-1')).toBe(pull.head.commit)
    expect(git(hub.git, 'diff', '--name-status', proposal.base.commit, pull.head.commit)).toBe(
      'A\tinstance/new.yaml\nD\tinstance/old.yaml',
    )
    expect(git(hub.git, 'log', '-1', '--format=%P %cn %s', pull.head.commit)).toBe(
      `${proposal.base.commit} GitHub Block spam.example`,
    )
    expect(git(hub.git, 'show', `${pull.head.commit}:instance/new.yaml`)).toBe('new: "ü"')
    // pushed and opened by a workflow's own token: nothing starts
    expect(hub.events.filter(({ payload }) => payload['ref'] !== 'refs/heads/main')).toEqual([])
  })

  test('proposing the same again changes nothing; something else replaces it, in the same pull request', async () => {
    await using hub = await github({ people: PEOPLE })
    const forge = await forgeOf(hub)
    const first = await forge.propose(proposalFor(hub))
    expect((await forge.propose(proposalFor(hub))).head.commit).toBe(first.head.commit)
    await hub.act.push({ by: 'alice', branch: 'main', files: { meanwhile: '1\n' } })
    const other = proposalFor(hub, {
      files: new Map([['instance/b.yaml', 'b: 1\n']]),
      title: 'Block two',
      body: 'As asked',
    })
    const second = await forge.propose(other)
    expect([second.number, second.title]).toEqual([first.number, 'Block two'])
    expect(hub.state.issues.get(first.number)?.body).toBe('As asked')
    expect(git(hub.git, 'log', '--format=%H', `${other.base.commit}..herdbook/issue-1`)).toBe(second.head.commit)
    expect(git(hub.git, 'ls-tree', '-r', '--name-only', 'herdbook/issue-1', 'instance/')).toBe('instance/b.yaml')
  })

  test('if workflows have changed meanwhile, which their token cannot move a branch across, it is new', async () => {
    await using hub = await github({ people: PEOPLE })
    const forge = await forgeOf(hub)
    const first = await forge.propose(proposalFor(hub))
    await hub.act.push({ by: 'alice', branch: 'main', files: { '.github/workflows/herdbook-apply.yml': 'on: push\n' } })
    const second = await forge.propose(proposalFor(hub))
    expect(git(hub.git, 'log', '--format=%H', 'main..herdbook/issue-1')).toBe(second.head.commit)
    expect(git(hub.git, 'rev-parse', `${second.head.commit}^`)).toBe(git(hub.git, 'rev-parse', 'main'))
    expect([hub.state.issues.get(first.number)?.state, second.state]).toEqual(['closed', 'open'])
  })

  test('no files is an empty commit, which can be proposed and merged', async () => {
    await using hub = await github({ people: PEOPLE })
    const forge = await forgeOf(hub)
    const pull = await forge.propose(
      proposalFor(hub, { files: new Map(), message: 'Restore\n\nHerdbook-Restore: domain-block/spam.example' }),
    )
    expect(git(hub.git, 'diff', '--name-only', 'main', pull.head.commit)).toBe('')
    expect(git(hub.git, 'log', '-1', '--format=%b', pull.head.commit)).toBe(
      'Herdbook-Restore: domain-block/spam.example',
    )
    const commit = await hub.act.merge(pull.number, 'alice', 'squash')
    expect((await forge.pullRequest(pull.number)).merged?.commit).toBe(commit)
  })

  test('after the pull request was closed, another one is opened for the branch', async () => {
    await using hub = await github({ people: PEOPLE })
    const forge = await forgeOf(hub)
    const first = await forge.propose(proposalFor(hub))
    await hub.act.close(first.number, 'alice')
    const second = await forge.propose(proposalFor(hub))
    expect(second.number).not.toBe(first.number)
    expect(second.state).toBe('open')
  })
})
