import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { openRepository } from '../../src/git/repository.ts'
import { parseHolder } from '../../src/reconcile/lock/holder.ts'
import { acquire, standingLock, unlock, type LockOptions } from '../../src/reconcile/lock/lock.ts'
import type { Repository } from '../../src/reconcile/repository.ts'
import { git, newRepository, scratch } from '../support/git.ts'
import type { LedgerKey } from '../../src/reconcile/digest.ts'
import { sealingWith } from '../support/sealing.ts'

const REF = 'refs/herdbook/production/lock'
const KEY = Buffer.from('a key of the herd')
const options = (more: Partial<LockOptions> = {}): LockOptions => ({
  sealing: sealingWith(null),
  run: 'run-1',
  commit: 'c0ffee'.repeat(6) + 'c0ff',
  ...more,
})

async function open(base: string): Promise<{ dir: string; repository: Repository }> {
  const dir = newRepository(join(base, 'r'))
  const repository = await openRepository(dir)
  if (repository === null) throw new Error('outside Git')
  return { dir, repository }
}

/** A holder that took the lock and never renews: a machine that lost its network. */
const frozen = (repository: Repository, seconds: number, key: LedgerKey = null) =>
  acquire(repository, options({ leaseMs: seconds * 1_000, sealing: sealingWith(key), run: 'frozen' }))

afterEach(() => void vi.useRealTimers())

describe('the lock', () => {
  it('is held by one, and names the holder to all others', async () => {
    using base = scratch()
    const { repository } = await open(base.path)
    const held = await acquire(repository, options())
    expect(held.isHeld()).toBe(true)
    const refused = await acquire(repository, options({ run: 'run-2' })).catch((error: unknown) => error)
    expect(refused).toMatchObject({
      exit: 7,
      diagnostics: [
        {
          code: 'locked',
          message: expect.stringMatching(/run run-1, commit c0ffeec0ffee, since 20/),
          hint: expect.stringContaining(`unlock ${held.holder.nonce.slice(0, 8)}`),
        },
      ],
    })
    expect(await held.release()).toBeNull()
    expect(held.isHeld()).toBe(false)
    expect(await repository.resolve(REF)).toBeNull()
    const again = await acquire(repository, options())
    expect(await again.release()).toBeNull()
  })

  it('is another for another environment', async () => {
    using base = scratch()
    const { repository } = await open(base.path)
    const held = [
      await acquire(repository, options()),
      await acquire(repository, options({ sealing: sealingWith(null, { environment: 'staging' }) })),
    ]
    expect(held.map((each) => each.isHeld())).toEqual([true, true])
    await Promise.all(held.map((each) => each.release()))
  })

  it('is renewed while it is held, and a waiter does not take it over then', async () => {
    using base = scratch()
    const { repository } = await open(base.path)
    const held = await acquire(repository, options({ leaseMs: 3_000 }))
    const seen = new Set<string | null>()
    const waiter = acquire(
      repository,
      options({
        leaseMs: 3_000,
        run: 'run-2',
        wait: true,
        onWait: () => void repository.resolve(REF).then((id) => seen.add(id)),
      }),
    )
    await vi.waitUntil(() => seen.size >= 4, { timeout: 20_000 })
    expect(held.isHeld()).toBe(true)
    expect(await held.release()).toBeNull()
    const next = await waiter
    expect(next.holder.run).toBe('run-2')
    await next.release()
  })

  it('is taken over after it stayed the same for a whole lease, and the old holder knows', async () => {
    using base = scratch()
    const { repository } = await open(base.path)
    const old = await frozen(repository, 1_500)
    const began = performance.now()
    const next = await acquire(repository, options({ wait: true, leaseMs: 1_500 }))
    expect(performance.now() - began).toBeGreaterThan(1_500)
    expect(await old.release()).toMatchObject({ code: 'lock-lost' })
    expect(next.isHeld()).toBe(true)
    expect((await standingLock(repository, options()))?.holder?.nonce).toBe(next.holder.nonce)
    await next.release()
  })

  it('does not care what the wall clock says', async () => {
    using base = scratch()
    const { repository } = await open(base.path)
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2031-01-01T00:00:00Z') })
    const old = await frozen(repository, 1_500)
    vi.setSystemTime(new Date('1999-01-01T00:00:00Z'))
    const began = performance.now()
    const waiter = acquire(
      repository,
      options({ wait: true, leaseMs: 1_500, onWait: () => void vi.setSystemTime(new Date('2040-01-01T00:00:00Z')) }),
    )
    const next = await waiter
    expect(performance.now() - began).toBeGreaterThan(1_500)
    expect(next.isHeld()).toBe(true)
    vi.setSystemTime(new Date('2001-01-01T00:00:00Z'))
    expect(next.isHeld()).toBe(true)
    expect(old.isHeld()).toBe(true) // it has not looked yet: its own lease is a thousand times as long here
    await next.release()
    await old.release()
  })

  it.each([
    ['stolen', (dir: string) => git(dir, 'update-ref', REF, 'HEAD')],
    ['deleted', (dir: string) => git(dir, 'update-ref', '-d', REF)],
    ['rolled back', (dir: string) => git(dir, 'update-ref', REF, `${REF}^`)],
  ])('that was %s is noticed by its holder, who stops', async (_, harm) => {
    using base = scratch()
    const { dir, repository } = await open(base.path)
    const held = await acquire(repository, options({ leaseMs: 3_000 }))
    const first = await repository.resolve(REF)
    await vi.waitUntil(async () => (await repository.resolve(REF)) !== first, { timeout: 5_000 })
    harm(dir)
    await vi.waitUntil(() => !held.isHeld(), { timeout: 5_000 })
    expect(await held.release()).toMatchObject({ code: 'lock-lost' })
  })

  it('is given up when it cannot be renewed, before anyone may take it over', async () => {
    using base = scratch()
    const { repository } = await open(base.path)
    let cut = false
    const flaky: Repository = {
      ...repository,
      write: (...args) => (cut ? Promise.reject(new Error('no network')) : repository.write(...args)),
    }
    const held = await acquire(flaky, options({ leaseMs: 900 }))
    cut = true
    const began = performance.now()
    await vi.waitUntil(() => !held.isHeld(), { timeout: 5_000, interval: 10 })
    expect(performance.now() - began).toBeLessThan(700)
    await held.release()
  })

  it('is still ours after one renewal whose answer was lost', async () => {
    using base = scratch()
    const { repository } = await open(base.path)
    let lost = 0
    const deaf: Repository = {
      ...repository,
      write: async (...args) => {
        const swap = await repository.write(...args)
        if (args[1] !== null && ++lost === 1) throw new Error('the connection was cut')
        return swap
      },
    }
    const held = await acquire(deaf, options({ leaseMs: 3_000 }))
    await vi.waitUntil(() => lost >= 4, { timeout: 10_000 })
    expect(held.isHeld()).toBe(true)
    expect(await held.release()).toBeNull()
  })
})

describe('a signed lock', () => {
  it.each([
    ['without a signature', null],
    ['signed with another key', Buffer.from('another')],
  ])('%s is refused and told, also when waiting', async (_, key) => {
    using base = scratch()
    const { repository } = await open(base.path)
    const forged = await frozen(repository, 60, key)
    for (const wait of [false, true]) {
      await expect(
        acquire(repository, options({ sealing: sealingWith(KEY), wait, leaseMs: 50 })),
      ).rejects.toMatchObject({ exit: 7, diagnostics: [{ code: 'lock-forged' }] })
    }
    const standing = await standingLock(repository, options({ sealing: sealingWith(KEY) }))
    expect(standing?.holder).toBeNull()
    await unlock(repository, options({ sealing: sealingWith(KEY) }), standing?.name ?? '')
    const held = await acquire(repository, options({ sealing: sealingWith(KEY) }))
    expect(held.isHeld()).toBe(true)
    await held.release()
    await forged.release()
  })

  it('of one environment does not pass in another', async () => {
    using base = scratch()
    const { dir, repository } = await open(base.path)
    const held = await frozen(repository, 1, KEY)
    git(dir, 'update-ref', 'refs/herdbook/staging/lock', REF)
    await expect(
      acquire(repository, options({ sealing: sealingWith(KEY, { environment: 'staging' }) })),
    ).rejects.toMatchObject({ diagnostics: [{ code: 'lock-forged' }] })
    await held.release()
  })
})

describe('unlock', () => {
  it('takes only the lock that was named', async () => {
    using base = scratch()
    const { repository } = await open(base.path)
    await expect(unlock(repository, options(), 'deadbeef')).rejects.toMatchObject({
      exit: 5,
      diagnostics: [{ code: 'lock-absent' }],
    })
    const held = await acquire(repository, options({ leaseMs: 600 }))
    const name = held.holder.nonce.slice(0, 8)
    await expect(unlock(repository, options(), 'deadbeef')).rejects.toMatchObject({
      diagnostics: [
        { code: 'lock-other', hint: `If you are sure that this is the lock to remove: herdbook unlock ${name}` },
      ],
    })
    expect((await unlock(repository, options(), name)).holder?.nonce).toBe(held.holder.nonce)
    await vi.waitUntil(() => !held.isHeld(), { timeout: 5_000 })
    expect(await repository.resolve(REF)).toBeNull()
    await held.release()
  })
})

describe('what a lock says', () => {
  it.each([
    '',
    'null',
    '[]',
    '{"nonce":"short","pid":1}',
    `{"nonce":"${'a'.repeat(32)}","pid":-1}`,
    `{"nonce":"${'a'.repeat(32)}","pid":"1; rm"}`,
  ])('is no holder: %s', (text) => {
    expect(parseHolder(text)).toBeNull()
  })

  it('is safe to print', () => {
    const holder = parseHolder(
      JSON.stringify({
        nonce: 'a'.repeat(32),
        pid: 7,
        user: '\u001b[31mroot\n::error::',
        host: '\u202egro.live',
        run: 'x'.repeat(999),
        started: 5,
      }),
    )
    expect(holder).toMatchObject({ user: '[31mroot::error::', host: 'gro.live', run: 'x'.repeat(100), started: '?' })
  })
})
