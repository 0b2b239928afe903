import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { HerdbookError } from '../../src/instance/diagnostic.ts'
import { emptyLedger } from '../../src/reconcile/ledger/ledger.ts'
import { clone, git, newBare, newRepository, scratch } from '../support/git.ts'
import { REF, KEY, by, storeIn, signAnew, withBlock, refused } from '../support/ledger-stores.ts'

describe('a branch that follows the ledger', () => {
  const BRANCH = 'refs/heads/herdbook-ledger/production'

  /** A remote whose ledger was written twice, and another clone's store that has seen nothing of it. */
  async function twice(base: string) {
    const bare = newBare(base)
    const store = await storeIn(clone(bare, join(base, 'one')), KEY, BRANCH)
    const first = await store.save(withBlock(emptyLedger, 'a.example'), 'Applied', by)
    const second = await store.save(withBlock(first, 'b.example'), 'Applied', by)
    const dir = clone(bare, join(base, 'two'))
    return { bare, store, first, second, dir, fresh: await storeIn(dir, KEY, BRANCH) }
  }

  it('goes where the ledger goes, and there is none in the clone itself', async () => {
    using base = scratch()
    const { bare, second, fresh } = await twice(base.path)
    expect(git(bare, 'rev-parse', BRANCH)).toBe(second.head)
    expect(await fresh.load()).toEqual(second)
    const alone = newRepository(join(base.path, 'alone'))
    await (await storeIn(alone, KEY, BRANCH)).save(withBlock(emptyLedger, 'a.example'), 'Applied', by)
    expect(git(alone, 'branch', '--list', 'herdbook*')).toBe('')
  })

  it.each([
    ['set back', (bare: string, first: string) => git(bare, 'update-ref', REF, first)],
    ['taken away', (bare: string) => git(bare, 'update-ref', '-d', REF)],
  ])('shows a clone that saw nothing that the ledger was %s, and the command puts it back', async (_, harm) => {
    using base = scratch()
    const { bare, first, second, dir, fresh } = await twice(base.path)
    harm(bare, first.head ?? '')
    await expect(fresh.load()).rejects.toMatchObject(refused('ledger-rolled-back'))
    const refusal: unknown = await fresh.load().catch((error: unknown) => error)
    const hint = refusal instanceof HerdbookError ? refusal.diagnostics[0]?.hint : undefined
    git(dir, ...(/Put the newer commit back: git (.*?)\. To/.exec(hint ?? '')?.[1] ?? '').split(' '))
    expect(await fresh.load()).toEqual(second)
  })

  it('is caught up with where an older Herdbook wrote the ledger alone', async () => {
    using base = scratch()
    const { bare, second, dir, fresh } = await twice(base.path)
    const third = await (await storeIn(dir)).save(withBlock(second, 'c.example'), 'Applied', by)
    expect(git(bare, 'rev-parse', BRANCH)).toBe(second.head)
    expect(await fresh.load()).toEqual(third)
    const fourth = await fresh.save(withBlock(third, 'd.example'), 'Applied', by)
    expect(git(bare, 'rev-parse', BRANCH)).toBe(fourth.head)
  })

  it('that somebody else pushed on holds everything up, and is taken by a person with a reason', async () => {
    using base = scratch()
    const { bare, second, dir, fresh } = await twice(base.path)
    git(dir, 'fetch', '--quiet', 'origin', BRANCH)
    git(
      dir,
      'push',
      '--quiet',
      'origin',
      `${git(dir, 'commit-tree', '-p', 'FETCH_HEAD', '-m', 'Junk', 'FETCH_HEAD^{tree}')}:${BRANCH}`,
    )
    const dull = await storeIn(clone(bare, join(base.path, 'three')), KEY, BRANCH)
    await expect(dull.load()).rejects.toMatchObject(refused('ledger-branch'))
    await expect(fresh.save(withBlock(second, 'c.example'), 'Applied', by)).rejects.toThrow(
      /herdbook-ledger\/production|non-fast-forward|fetch first/,
    )
    expect(git(bare, 'rev-parse', REF)).toBe(second.head)
    const { ledger: renewed } = await signAnew(join(base.path, 'three'), 'somebody pushed to the branch', {
      branch: BRANCH,
    })
    expect([...renewed.entries.keys()]).toEqual([...second.entries.keys()])
    expect(git(bare, 'rev-parse', BRANCH)).toBe(renewed.head)
    expect(await fresh.load()).toEqual(renewed)
  })
})
