import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openRepository } from '../../src/git/repository.ts'
import { exitOfApply } from '../../src/reconcile/exit.ts'
import { EXIT } from '../../src/instance/diagnostic.ts'
import { ledgerStore } from '../../src/reconcile/ledger/store.ts'
import type { Intent } from '../../src/reconcile/ledger/types.ts'
import type { Repository } from '../../src/reconcile/repository.ts'
import type { ApplyReport } from '../../src/reconcile/report.ts'
import { commit, newRepository, scratch } from '../support/git.ts'
import { sealingWith } from '../support/sealing.ts'
import { applyTo, newRoom, newShelf, stockOf, type Room, type Shelf } from '../support/shelves.ts'

const WHERE = { sealing: sealingWith(null), branch: null }

interface BaseConfig {
  readonly dir: string
  readonly room: Room
  readonly host: Shelf
  readonly store: Shelf
  /** How often a run looked at Git while it was under way. */
  looks: number
}

/** Two providers, whose ledger is in Git: the first has a disk, which is formatted for good, behind its users. */
function ground(base: string): BaseConfig {
  const [host, store] = [newShelf('host', ['user', 'disk']), newShelf('store', ['bucket'])]
  const files = { user: { alice: { size: 1 }, bob: { size: 1 } }, bucket: { a: { size: 1 }, b: { size: 1 } } }
  const room = newRoom([host, store], files, { disk: { hazard: () => 'irreversible' } })
  return { dir: newRepository(join(base, 'r')), room, host, store, looks: 0 }
}

async function applied(on: BaseConfig): Promise<ApplyReport> {
  const real = (await openRepository(on.dir)) ?? expect.fail('outside Git')
  const repository: Repository = {
    ...real,
    resolveAll: (refs) => {
      if (refs.includes('HEAD')) on.looks += 1
      return real.resolveAll(refs)
    },
  }
  const ledgers = ledgerStore(repository, WHERE)
  const ledger = await ledgers.load()
  const head = await repository.head()
  on.room.commit = head.commit ?? expect.fail('nothing is committed')
  const run = { repository, head, store: ledgers, ledger }
  const converged = await applyTo(on.room, {}, run)
  return converged.state === 'applied' ? converged.report : expect.fail('nothing was to be done')
}

const refs = (steps: readonly { readonly kind: string; readonly id: string }[]): string[] =>
  steps.map(({ kind, id }) => `${kind}/${id}`)

/** As another run would, with a ledger of its own. */
async function pause(dir: string): Promise<void> {
  const repository = (await openRepository(dir)) ?? expect.fail('outside Git')
  const ledgers = ledgerStore(repository, WHERE)
  const paused = { by: 'alice', at: '2026-11-23T12:00:00Z', why: 'A fire' }
  await ledgers.save({ ...(await ledgers.load()), paused }, 'Pause', { run: 'other', source: null, approvedBy: [] })
}

describe('while steps go out', () => {
  it('Git is looked at once for each provider, however many steps it has', async () => {
    using base = scratch()
    const on = ground(base.path)
    expect(refs((await applied(on)).done)).toEqual(['user/alice', 'user/bob', 'bucket/a', 'bucket/b'])
    expect(on.looks).toBe(2)
  })

  it('a newer commit ends it before the next provider; what was done is verified', async () => {
    using base = scratch()
    const on = ground(base.path)
    on.host.meanwhile = ({ id }) => id === 'bob' && commit(on.dir, 'Merged meanwhile')
    const report = await applied(on)
    expect([refs(report.done), refs(report.notReached)]).toEqual([
      ['user/alice', 'user/bob'],
      ['bucket/a', 'bucket/b'],
    ])
    expect(report.findings.map(({ code }) => code)).toEqual(['head-moved'])
    expect([exitOfApply(report), on.store.written, report.remaining]).toEqual([EXIT.partial, [], []])
    on.host.meanwhile = () => {}
    expect(refs((await applied(on)).done)).toEqual(['bucket/a', 'bucket/b'])
  })

  it('a pause ends it too', async () => {
    using base = scratch()
    const on = ground(base.path)
    on.host.meanwhile = ({ id }) => (id === 'bob' ? pause(on.dir) : undefined)
    const report = await applied(on)
    expect(refs(report.notReached)).toEqual(['bucket/a', 'bucket/b'])
    expect(report.findings.map(({ code }) => code)).toContain('paused')
    expect(on.store.written).toEqual([])
  })

  it('what can not be undone is not done once a newer commit is there, in the same provider as well', async () => {
    using base = scratch()
    const on = ground(base.path)
    on.room.files = { user: { alice: { size: 1 }, bob: { size: 1 } }, disk: { one: { size: 1 }, two: { size: 1 } } }
    on.host.meanwhile = ({ id }) => id === 'alice' && commit(on.dir, 'Merged meanwhile')
    const report = await applied(on)
    expect([refs(report.done), refs(report.notReached)]).toEqual([
      ['user/alice', 'user/bob'],
      ['disk/one', 'disk/two'],
    ])
    expect(stockOf(on.host, 'disk')).toEqual({})
  })
})

const owed = (kind: string, id: string): Intent => ({
  kind,
  id,
  action: 'create',
  fields: { size: 1 },
  hazard: 'reversible',
  what: `the ${kind} ${id}`,
  repeatable: true,
})

describe('what several providers owe', () => {
  it('is finished at each: where one can not, the others are done with it', async () => {
    const [host, store] = [newShelf('host', ['user']), newShelf('store', ['bucket'])]
    const room = newRoom([host, store], { user: { alice: { size: 1 } }, bucket: { a: { size: 1 } } })
    await applyTo(room)
    room.ledger = { ...room.ledger, intents: [owed('user', 'alice'), owed('bucket', 'a')] }
    const asked: string[] = []
    host.finish = () => {
      asked.push('host')
      return Promise.resolve({
        state: 'failed',
        reason: { code: 'down', severity: 'error', message: 'The host is down.' },
      })
    }
    store.finish = (pending) => {
      asked.push(...refs(pending))
      return Promise.resolve({ state: 'done' })
    }
    const converged = await applyTo(room)
    expect(converged).toMatchObject({
      report: { paid: [{ kind: 'bucket' }], findings: [{ code: 'still-owed' }] },
    })
    expect(asked).toEqual(['host', 'bucket/a'])
    expect(room.ledger.intents).toMatchObject([{ kind: 'user', id: 'alice' }])
  })

  it('is finished at each, also where the way in of one does not open', async () => {
    const [host, store] = [newShelf('host', ['user']), newShelf('store', ['bucket'])]
    const room = newRoom([host, store], { user: { alice: { size: 1 } }, bucket: { a: { size: 1 } } })
    await applyTo(room)
    room.ledger = { ...room.ledger, intents: [owed('user', 'alice'), owed('bucket', 'a')] }
    host.finish = () => Promise.reject(new Error('The connection broke.'))
    const converged = await applyTo(room)
    expect(converged).toMatchObject({ report: { paid: [{ kind: 'bucket' }], findings: [{ code: 'still-owed' }] } })
    expect(room.ledger.intents).toMatchObject([{ kind: 'user', id: 'alice' }])
  })
})
