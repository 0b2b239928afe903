import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { exampleOf } from '../../src/jobs/is-example.ts'
import { eventOf, readEvent } from '../../src/forges/github/event.ts'
import { commitRequestsIn, trailersOf } from '../../src/approvals/trailers.ts'
import type { Commit } from '../../src/reconcile/repository.ts'
import { HerdbookError } from '../../src/instance/diagnostic.ts'
import { sealingWith } from '../support/sealing.ts'

const SHA = 'a'.repeat(40)
const repository = { full_name: 'herd/instance', private: true, default_branch: 'trunk' }
const where = { repository: 'herd/instance', visibility: 'private', defaultBranch: 'trunk' }
const sender = { login: 'mo' }

describe('what has happened', () => {
  it.each([
    [
      'pull_request_target',
      {
        action: 'labeled',
        pull_request: { number: 7, head: { sha: SHA }, updated_at: '2026-11-23T12:00:00Z' },
        label: { name: 'x' },
      },
      { action: 'labeled', number: 7, head: SHA, at: '2026-11-23T12:00:00Z', label: 'x', sender: 'mo' },
    ],
    [
      'issue_comment',
      { issue: { number: 7, pull_request: {} }, comment: { body: '/plan' } },
      { number: 7, onPullRequest: true, body: '/plan', sender: 'mo' },
    ],
    [
      'issues',
      { action: 'edited', issue: { number: 3, body: 'after' }, changes: { body: { from: 'before' } } },
      { action: 'edited', number: 3, label: null, body: 'after', bodyBefore: 'before', sender: 'mo' },
    ],
    ['merge_group', { merge_group: { head_sha: SHA, base_sha: SHA } }, { head: SHA, base: SHA }],
    [
      'push',
      { ref: 'refs/heads/trunk', before: SHA, after: SHA },
      { ref: 'refs/heads/trunk', before: SHA, after: SHA, sender: 'mo' },
    ],
    ['workflow_dispatch', { inputs: { verb: ' plan ', count: 3 } }, { inputs: { verb: 'plan' }, sender: 'mo' }],
  ])('is read from %s', (name, payload, expected) => {
    expect(eventOf(name, { ...payload, repository, sender }, 'x/y')).toEqual({ ...where, name, ...expected })
  })

  it('says nothing of the repository where the clock rings: then everybody may be reading', () => {
    expect(eventOf('schedule', { schedule: '1 2 * * *' }, 'herd/instance')).toEqual({
      name: 'schedule',
      repository: 'herd/instance',
      visibility: 'public',
      defaultBranch: 'main',
    })
  })

  it('is a value or a refusal, whatever the payload', () => {
    const names = fc.constantFrom(
      'pull_request_target',
      'issue_comment',
      'issues',
      'merge_group',
      'push',
      'workflow_dispatch',
      'schedule',
      '__proto__',
      '',
    )
    fc.assert(
      fc.property(names, fc.jsonValue(), (name, payload) => {
        try {
          expect(eventOf(name, payload, 'a/b').name).toBe(name)
        } catch (error) {
          expect(error).toBeInstanceOf(HerdbookError)
        }
      }),
    )
  })

  it.each([
    [
      'not a full commit id',
      { action: 'opened', pull_request: { number: 1, head: { sha: '--upload-pack=x' } }, sender, repository },
    ],
    ['no number', { action: 'opened', pull_request: { number: '1; rm', head: { sha: SHA } }, sender, repository }],
    ['no sender', { action: 'opened', pull_request: { number: 1, head: { sha: SHA } }, repository }],
  ])('with %s is refused', (_what, payload) => {
    expect(() => eventOf('pull_request_target', payload, 'a/b')).toThrow(HerdbookError)
  })

  it('is read from the file of the run, and its absence says what else there is', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'herdbook-event-'))
    writeFileSync(join(dir, 'event.json'), JSON.stringify({ schedule: 'x' }))
    expect(
      await readEvent({
        GITHUB_EVENT_PATH: join(dir, 'event.json'),
        GITHUB_EVENT_NAME: 'schedule',
        GITHUB_REPOSITORY: 'herd/instance',
      }),
    ).toMatchObject({ name: 'schedule' })
    await expect(readEvent({})).rejects.toThrow('GITHUB_EVENT_PATH is not set')
    rmSync(dir, { recursive: true })
  })
})

const KEY = Buffer.from('a key of the herd')
const SEALING = sealingWith(KEY)
const [TREE, PARENT] = ['d'.repeat(40), 'c'.repeat(40)]
const MADE = { tree: TREE, parent: PARENT }

describe('what a pull request says besides its files', () => {
  const commit = (trailers: { readonly [name: string]: string }): Commit => ({
    id: SHA,
    tree: TREE,
    parents: [PARENT],
    author: 'Mo',
    at: '2026-11-26T00:00:00Z',
    subject: 'x',
    trailers,
  })
  const trailers = (message: string): { readonly [name: string]: string } =>
    Object.fromEntries(message.split('\n').map((line) => line.split(': ') as [string, string]))

  it('stands in the messages of its commits, and comes back as it was said', () => {
    const refs = ['domain-block/a.example', 'role/Head of the, herd', 'rule/x -->']
    const message = trailersOf({ branch: 'herdbook/x', restore: refs, askedBy: ['mo', 'ann'] }, MADE, SEALING)
    expect(commitRequestsIn([commit(trailers(message))], 'herdbook/x', SEALING)).toEqual({
      restore: refs,
      askedBy: ['mo', 'ann'],
      isOurs: true,
    })
    const nobodys = trailersOf({ branch: 'herdbook/x', restore: [], askedBy: [] }, MADE, SEALING)
    expect(nobodys).toMatch(/^Herdbook-Seal: [0-9a-f]{32}$/)
    expect(commitRequestsIn([commit(trailers(nobodys))], 'herdbook/x', SEALING)).toEqual({
      restore: [],
      askedBy: [],
      isOurs: true,
    })
  })

  it('says who asked by commits of ours alone: none that was changed, moved, copied or added says it', () => {
    const genuine = commit(
      trailers(trailersOf({ branch: 'herdbook/x', restore: ['rule/x'], askedBy: ['eve'] }, MADE, SEALING)),
    )
    const asked = (commits: readonly Commit[], branch = 'herdbook/x', sealing = SEALING) =>
      commitRequestsIn(commits, branch, sealing)
    const other = { ...genuine, trailers: { ...genuine.trailers, 'Asked-By': 'ann' } }
    for (const changed of [
      other,
      { ...genuine, tree: 'f'.repeat(40) },
      { ...genuine, parents: [SHA] },
      { ...genuine, parents: [PARENT, SHA] },
      { ...genuine, trailers: { ...genuine.trailers, 'Herdbook-Restore': 'rule/y' } },
    ]) {
      expect(asked([changed])).toMatchObject({ askedBy: [], isOurs: false })
      // All that asked stay, whatever comes on top.
      expect(asked([changed, genuine])).toMatchObject({ askedBy: ['eve'], isOurs: false })
    }
    expect(asked([genuine], 'herdbook/y')).toMatchObject({ askedBy: [], isOurs: false })
    expect(asked([genuine], 'herdbook/x', sealingWith(Buffer.from('x')))).toMatchObject({ askedBy: [], isOurs: false })
    expect(asked([genuine], 'herdbook/x', sealingWith(KEY, { repository: 'f'.repeat(40) }))).toMatchObject({
      askedBy: [],
      isOurs: false,
    })
    // Without a key anybody could make it.
    const bare = sealingWith(null)
    expect(
      asked(
        [commit(trailers(trailersOf({ branch: 'herdbook/x', restore: [], askedBy: ['eve'] }, MADE, bare)))],
        'herdbook/x',
        bare,
      ),
    ).toMatchObject({ askedBy: [], isOurs: false })
  })

  it('is nothing where it names no object or nobody', () => {
    expect(
      commitRequestsIn(
        [
          commit({
            'Herdbook-Restore': '$(id) %zz nothing/x domain-block/ domain-block/a.example domain-block/a.example',
            'Asked-By': 'x y',
          }),
        ],
        'herdbook/x',
        SEALING,
      ),
    ).toEqual({ restore: ['domain-block/a.example'], askedBy: [], isOurs: false })
    expect(commitRequestsIn([], 'herdbook/x', SEALING)).toEqual({ restore: [], askedBy: [], isOurs: false })
  })
})

describe('an instance that nobody has begun', () => {
  const example = readFileSync(join(import.meta.dirname, '../../instance/instance.yaml'), 'utf8')
  it('is known by connections that lead nowhere', () => {
    expect(example).toContain('https://herd.example')
    expect(
      exampleOf({ domain: 'herd.example', mastodon: { api: { url: 'https://herd.example', token: { env: 'X' } } } }),
    ).toBe('herd.example')
    expect(
      exampleOf({ domain: 'herd.example', mastodon: { api: { url: 'http://127.0.0.1:3000', token: { env: 'X' } } } }),
    ).toBeNull()
    expect(
      exampleOf({ domain: 'real.social', mastodon: { api: { url: 'https://real.social', token: { env: 'X' } } } }),
    ).toBeNull()
    expect(exampleOf({ domain: 'herd.example' })).toBeNull()
  })
})
