import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openRepository } from '../../src/git/repository.ts'
import { acquire } from '../../src/reconcile/lock/lock.ts'
import { clone, newBare, newRepository, scratch } from '../support/git.ts'
import { sealingWith } from '../support/sealing.ts'

const HOLDER = join(import.meta.dirname, '../support/lock-holder.ts')

async function holder(dir: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [HOLDER, dir], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  return child
}

describe('a holder that is killed', () => {
  it.each([
    ['a clone', (base: string) => newRepository(join(base, 'r'))],
    ['a remote', (base: string) => clone(newBare(base), join(base, 'one'))],
  ])('with kill -9 leaves a lock on %s that the next run takes at once', async (_, make) => {
    using base = scratch()
    const dir = make(base.path)
    const child = await holder(dir)
    const repository = await openRepository(dir)
    if (repository === null) throw new Error('outside Git')
    const options = { sealing: sealingWith(null), run: 'next', commit: null }
    await expect(acquire(repository, options)).rejects.toMatchObject({
      exit: 7,
      message: expect.stringContaining(`process ${child.pid}, run child`),
    })
    child.kill('SIGKILL')
    await once(child, 'exit')
    // The lease is a minute: only the end of the process can have freed it.
    const began = performance.now()
    const held = await acquire(repository, options)
    expect(performance.now() - began).toBeLessThan(30_000)
    expect(held.isHeld()).toBe(true)
    expect(await held.release()).toBeNull()
  })

  it('on another machine is waited for: its process ids mean nothing here', async () => {
    using base = scratch()
    const dir = newRepository(join(base.path, 'r'))
    const child = await holder(dir)
    const repository = await openRepository(dir)
    if (repository === null) throw new Error('outside Git')
    child.kill('SIGKILL')
    await once(child, 'exit')
    const lock = await repository.read('refs/herdbook/production/lock')
    if (lock === null) throw new Error('no lock')
    const elsewhere = (lock.files.get('lock.json') ?? '').replace(/"machine":"[^"]*"/, '"machine":"another"')
    await repository.write('refs/herdbook/production/lock', lock.id, {
      subject: lock.subject,
      parents: [lock.id],
      files: new Map([['lock.json', elsewhere]]),
    })
    await expect(acquire(repository, { sealing: sealingWith(null), run: 'next', commit: null })).rejects.toMatchObject({
      exit: 7,
    })
  })
})
