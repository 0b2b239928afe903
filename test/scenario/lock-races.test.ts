import { execFileSync, fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { gitIn } from '../../src/git/git.ts'
import { localRefs, swapRef } from '../../src/git/refs.ts'
import { openRepository } from '../../src/git/repository.ts'
import { acquire, type HeldLock, type LockRefs } from '../../src/reconcile/lock/lock.ts'
import type { Snapshot } from '../../src/reconcile/repository.ts'
import { clone, git, newBare, newRepository, scratch } from '../support/git.ts'
import { cloneVia, httpGit, sshGit } from '../support/git-servers.ts'
import type { Order, Report } from '../support/lock-racer.ts'
import { sealingWith } from '../support/sealing.ts'

/** Lets all try at once: one wins, and each other refuses with the winner's name. */
async function race(contenders: readonly LockRefs[], round: number): Promise<void> {
  const key = Buffer.from('a key of the herd')
  const results = await Promise.allSettled(
    contenders.map((refs, i) => acquire(refs, { sealing: sealingWith(key), run: `${round}-${i}`, commit: null })),
  )
  const winners = results.flatMap((result): HeldLock[] => (result.status === 'fulfilled' ? [result.value] : []))
  expect(winners).toHaveLength(1)
  const [winner] = winners
  for (const result of results) {
    if (result.status === 'rejected') {
      expect(result.reason).toMatchObject({
        exit: 7,
        diagnostics: [{ code: 'locked', message: expect.stringContaining(`run ${winner?.holder.run},`) }],
      })
    }
  }
  expect(winner?.isHeld()).toBe(true)
  expect(await winner?.release()).toBeNull()
}

/**
 * Races two processes for the lock of a bare repository: one wins, the other refuses with its name, and no ref but the
 * lock is ever touched.
 */
async function raceOver(bare: string, rounds: number): Promise<void> {
  const racers = await Promise.all(['one', 'two'].map((name) => racer(clone(bare, `${bare}-${name}`))))
  const untouched = looseRefs(bare)
  for (let round = 0; round < rounds; round += 1) {
    const reports = await Promise.all(racers.map((ask, i) => ask({ take: `${round}-${i}` })))
    const won = reports.findIndex((report) => report.came === 'won')
    const winner = `${round}-${won}`
    expect(reports[won]).toEqual({ came: 'won', run: winner, ok: true })
    expect(reports[1 - won]).toEqual({ came: 'refused', exit: 7, message: expect.stringContaining(`run ${winner},`) })
    expect(looseRefs(bare)).toEqual({
      ...untouched,
      'refs/herdbook/production/lock': expect.stringMatching(/^[0-9a-f]{40}$/),
    })
    expect(await racers[won]?.('release')).toEqual({ came: 'released' })
    expect(looseRefs(bare)).toEqual(untouched)
  }
  for (const ask of racers) ask.child.disconnect()
}

/** A process that races in a clone. */
async function racer(dir: string): Promise<((order: Order) => Promise<Report>) & { readonly child: ChildProcess }> {
  const child = fork(join(import.meta.dirname, '../support/lock-racer.ts'), [dir], { execArgv: [] })
  const stillborn = once(child, 'exit').then(([code]) => Promise.reject(new Error(`a racer ended with ${code}`)))
  stillborn.catch(() => {})
  const report = async (): Promise<Report> => ((await Promise.race([once(child, 'message'), stillborn])) as [Report])[0]
  await report()
  return Object.assign(
    (order: Order) => {
      child.send(order)
      return report()
    },
    { child },
  )
}

/** The refs of a bare repository, as its files say: no Git of ours comes between the racers'. */
function looseRefs(bare: string): { readonly [ref: string]: string } {
  const files = readdirSync(join(bare, 'refs'), { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  )
  const paths = files.map(({ parentPath, name }) => join(parentPath, name))
  return Object.fromEntries(paths.map((path) => [relative(bare, path), readFileSync(path, 'utf8').trim()]))
}

/**
 * Commits made beforehand, so that a race costs no more than Git's own compare-and-swap: real refs, and what they hold
 * in memory.
 */
function prepared(dir: string, count: number): () => LockRefs {
  const stream = Array.from(
    { length: count },
    (_, i) => `commit refs/heads/pool\ncommitter A <a@herd.example> ${i} +0000\ndata 0\n`,
  ).join('')
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
      held.set(commit, {
        ...content,
        trailers: content.trailers ?? {},
        parents: content.parents ?? [],
        id: commit,
        tree: '',
        author: '',
        at: '',
      })
      const swapped = await swapRef(refs, ref, expected, commit)
      return swapped.state === 'done' ? { state: 'written', commit } : swapped
    },
    remove: async (ref, expected) =>
      (await swapRef(refs, ref, expected, null)).state === 'done' ? 'removed' : 'moved',
  })
}

describe('races for the lock', () => {
  it('a thousand on one clone: exactly one wins each', { timeout: 600_000 }, async () => {
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

  it(
    'a thousand over bare repositories, each between two processes with a clone of their own',
    { timeout: 600_000 },
    async () => {
      using base = scratch()
      // Several herds side by side, so that no processor idles while Git waits for Git.
      await Promise.all(Array.from({ length: 4 }, (_, herd) => raceOver(newBare(base.path, `herd${herd}.git`), 250)))
    },
  )

  it('six over HTTP', { timeout: 60_000 }, async () => {
    using base = scratch()
    const bare = newBare(base.path)
    await using server = await httpGit(base.path)
    const repositories = await openAll([
      cloneVia(server, bare, join(base.path, 'one')),
      cloneVia(server, bare, join(base.path, 'two')),
    ])
    for (let round = 0; round < 6; round += 1) await race(repositories, round)
  })

  it('three over SSH', { timeout: 60_000 }, async () => {
    using base = scratch()
    const bare = newBare(base.path)
    await using server = await sshGit(base.path)
    const repositories = await openAll([
      cloneVia(server, bare, join(base.path, 'one')),
      cloneVia(server, bare, join(base.path, 'two')),
    ])
    for (let round = 0; round < 3; round += 1) await race(repositories, round)
  })

  it('is won by the one whose answer was lost', async () => {
    using base = scratch()
    const bare = newBare(base.path)
    await using server = await httpGit(base.path)
    const repositories = await openAll([
      cloneVia(server, bare, join(base.path, 'one')),
      cloneVia(server, bare, join(base.path, 'two')),
    ])
    let pushes = 0
    server.loseAnswer = (request) => request.endsWith('/git-receive-pack') && ++pushes <= 2
    await race(repositories, 0)
  })
})

async function openAll(dirs: readonly string[]): Promise<LockRefs[]> {
  const opened = await Promise.all(dirs.map((dir) => openRepository(dir)))
  return opened.filter((repository) => repository !== null)
}
