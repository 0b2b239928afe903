import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { gitIn } from '../../src/clients/git.ts'
import { localRefs, swapRef } from '../../src/clients/refs.ts'
import { openRepository } from '../../src/clients/repository.ts'
import { acquire, type Held, type LockRefs } from '../../src/reconcile/lock.ts'
import type { Snapshot } from '../../src/reconcile/repository.ts'
import { clone, git, newBare, newRepository, scratch } from '../support/git.ts'
import { cloneVia, httpGit, sshGit } from '../support/git-servers.ts'

/** Lets all try at once: one wins, and each other refuses with the winner's name. */
async function race(contenders: readonly LockRefs[], round: number): Promise<void> {
  const key = Buffer.from('a key of the herd')
  const results = await Promise.allSettled(contenders.map((refs, i) => acquire(refs, { environment: 'production', key, run: `${round}-${i}`, commit: null })))
  const winners = results.flatMap((result): Held[] => (result.status === 'fulfilled' ? [result.value] : []))
  expect(winners).toHaveLength(1)
  const [winner] = winners
  for (const result of results) {
    if (result.status === 'rejected') {
      expect(result.reason).toMatchObject({ exit: 7, diagnostics: [{ code: 'locked', message: expect.stringContaining(`run ${winner?.holder.run},`) }] })
    }
  }
  expect(winner?.ok()).toBe(true)
  expect(await winner?.release()).toBeNull()
}

/** Commits made beforehand, so that a race costs no more than Git's own compare-and-swap: real refs, and what they hold in memory. */
function prepared(dir: string, count: number): () => LockRefs {
  const stream = Array.from({ length: count }, (_, i) => `commit refs/heads/pool\ncommitter A <a@herd.example> ${i} +0000\ndata 0\n`).join('')
  execFileSync('git', ['fast-import', '--quiet'], { cwd: dir, input: stream })
  const pool = git(dir, 'rev-list', 'refs/heads/pool').split('\n')
  const held = new Map<string, Snapshot>()
  const refs = localRefs(gitIn(dir))
  return () => ({
    resolve: refs.resolve,
    read: async (ref) => held.get((await refs.resolve(ref)) ?? '') ?? null,
    write: async (ref, expected, content) => {
      const commit = pool.pop()
      if (commit === undefined) throw new Error('the pool is empty')
      held.set(commit, { ...content, trailers: content.trailers ?? {}, parents: content.parents ?? [], id: commit, author: '', at: '' })
      return (await swapRef(refs, ref, expected, commit)) === 'done' ? { state: 'written', commit } : { state: 'moved' }
    },
    remove: async (ref, expected) => ((await swapRef(refs, ref, expected, null)) === 'done' ? 'removed' : 'moved'),
  })
}

describe('races for the lock', () => {
  it('a thousand on one clone: exactly one wins each', { timeout: 120_000 }, async () => {
    using base = scratch()
    const dir = newRepository(join(base.path, 'r'))
    const refs = prepared(dir, 6_000)
    for (let round = 0; round < 1_000; round += 1) await race([refs(), refs()], round)
  })

  it('a dozen of four on one clone, with all that is written', { timeout: 60_000 }, async () => {
    using base = scratch()
    const dir = newRepository(join(base.path, 'r'))
    const repositories = await openAll([dir, dir, dir, dir])
    for (let round = 0; round < 12; round += 1) await race(repositories, round)
  })

  it('two dozen between clones of a bare repository', { timeout: 60_000 }, async () => {
    using base = scratch()
    const bare = newBare(base.path)
    const repositories = await openAll([clone(bare, join(base.path, 'one')), clone(bare, join(base.path, 'two'))])
    for (let round = 0; round < 24; round += 1) await race(repositories, round)
  })

  it('six over HTTP', { timeout: 60_000 }, async () => {
    using base = scratch()
    const bare = newBare(base.path)
    await using server = await httpGit(base.path)
    const repositories = await openAll([cloneVia(server, bare, join(base.path, 'one')), cloneVia(server, bare, join(base.path, 'two'))])
    for (let round = 0; round < 6; round += 1) await race(repositories, round)
  })

  it('three over SSH', { timeout: 60_000 }, async () => {
    using base = scratch()
    const bare = newBare(base.path)
    await using server = await sshGit(base.path)
    const repositories = await openAll([cloneVia(server, bare, join(base.path, 'one')), cloneVia(server, bare, join(base.path, 'two'))])
    for (let round = 0; round < 3; round += 1) await race(repositories, round)
  })

  it('is won by the one whose answer was lost', async () => {
    using base = scratch()
    const bare = newBare(base.path)
    await using server = await httpGit(base.path)
    const repositories = await openAll([cloneVia(server, bare, join(base.path, 'one')), cloneVia(server, bare, join(base.path, 'two'))])
    let pushes = 0
    server.loseAnswer = (request) => request.endsWith('/git-receive-pack') && ++pushes <= 2
    await race(repositories, 0)
  })
})

async function openAll(dirs: readonly string[]): Promise<LockRefs[]> {
  const opened = await Promise.all(dirs.map((dir) => openRepository(dir)))
  return opened.filter((repository) => repository !== null)
}
