import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openRepository } from '../../src/git/repository.ts'
import { approve } from '../../src/reconcile/approvals.ts'
import { excerptOf, history, type HistoryEvent } from '../../src/reconcile/ledger/history.ts'
import { ledgerStore } from '../../src/reconcile/ledger/store.ts'
import { adjust, emptyLedger } from '../../src/reconcile/ledger/ledger.ts'
import type { Ledger } from '../../src/reconcile/ledger/types.ts'
import type { Repository, Trailers } from '../../src/reconcile/repository.ts'
import { TOUCHED } from '../../src/reconcile/ledger/touched.ts'
import type { Step } from '../../src/reconcile/plan/types.ts'
import { commit, git, newRepository, scratch } from '../support/git.ts'
import { sealingWith } from '../support/sealing.ts'

const FILE = 'instance/domain-blocks.yaml'
const A = '  - domain: a.example   # spam\n    severity: limit\n'
const B = '  - domain: "b.example"\n    # a note\n    severity: suspend\n    public_comment: see a.example\n'

/** A repository whose work is counted: the processes that it starts, and the bytes of texts that it reads. */
function counted(repository: Repository): {
  readonly repository: Repository
  readonly work: { processes: number; bytes: number; compared: number }
} {
  const work = { processes: 0, bytes: 0, compared: 0 }
  const once =
    <Args extends readonly unknown[], Answer>(
      call: (...args: Args) => Promise<Answer>,
      told: (answer: Answer, ...args: Args) => void,
    ) =>
    async (...args: Args): Promise<Answer> => {
      work.processes += 1
      const answer = await call(...args)
      told(answer, ...args)
      return answer
    }
  return {
    work,
    repository: {
      ...repository,
      log: once(repository.log, () => {}),
      texts: once(repository.texts, (texts) => (work.bytes += texts.join('').length)),
      changing: async (path, text, commits) => {
        work.compared += commits.length
        return commits.length === 0 ? [] : once(repository.changing, () => {})(path, text, commits)
      },
    },
  }
}

describe('why an object is as it is', () => {
  const record = (ledger: Ledger, id: string, fields: { severity: string }, source: string): Ledger =>
    adjust({ ...ledger, taken: source }, [
      { to: 'record', entry: { kind: 'domain-block', id, serverId: '1', fields, commit: source } },
    ])
  const brief = ({ what, by, subject, run, approvedBy }: HistoryEvent): string =>
    [what, by, subject, run, approvedBy].filter((part) => part !== null).join(' | ')

  it('is told by the commits that changed it, its approvals and the ledger', async () => {
    using base = scratch()
    const dir = newRepository(join(base.path, 'r'))
    const repository = await openRepository(dir)
    if (repository === null) throw new Error('outside Git')
    const store = ledgerStore(repository, { sealing: sealingWith(null), branch: null })

    const first = commit(dir, 'Block a', { [FILE]: `domain_blocks:\n${A}` })
    let ledger = await store.save(record(emptyLedger, 'a.example', { severity: 'limit' }, first), 'Applied 1 step', {
      run: '1',
      source: first,
      approvedBy: ['carol'],
    })
    const second = commit(dir, 'Block b', { [FILE]: `domain_blocks:\n${B}${A}` })
    ledger = await store.save(record(ledger, 'b.example', { severity: 'suspend' }, second), 'Applied 1 step', {
      run: '2',
      source: second,
      approvedBy: [],
    })
    // Two branches that touch the same file, merged.
    git(dir, 'switch', '--quiet', '--create', 'raise')
    const raised = commit(dir, 'Raise a\n\nReviewed-by: Bob', {
      [FILE]: `domain_blocks:\n${B}${A.replace('limit', 'suspend')}`,
    })
    git(dir, 'switch', '--quiet', 'main')
    commit(dir, 'Block c', { [FILE]: `domain_blocks:\n  - domain: c.example\n${B}${A}` })
    git(dir, 'merge', '--quiet', '--no-edit', 'raise')
    const head = git(dir, 'rev-parse', 'HEAD')
    const step = { digest: 'd', kind: 'domain-block', id: 'a.example' } as Step
    ledger = {
      ...ledger,
      approvals: approve(ledger.approvals, [step, { ...step, id: 'b.example' }], {
        by: 'dave',
        at: '2020-01-01T00:00:00.000Z',
        source: '#3',
      }),
    }
    ledger = await store.save(record(ledger, 'a.example', { severity: 'suspend' }, head), 'Applied 1 step', {
      run: '3',
      source: head,
      approvedBy: [],
    })
    // Recorded once more from a later commit, unchanged.
    ledger = await store.save(record(ledger, 'a.example', { severity: 'suspend' }, second), 'Applied 0 steps', {
      run: '4',
      source: head,
      approvedBy: [],
    })

    const told = await history(repository, {
      ref: 'domain-block/a.example',
      files: ['domain-blocks.yaml'],
      excerpt: excerptOf(['a.example']),
      ledger,
      head,
    })
    expect(told.map(brief).sort((a, b) => (a < b ? -1 : 1))).toEqual([
      'applied | Alice | Applied 1 step | 1 | carol',
      'applied | Alice | Applied 1 step | 3',
      'approved | dave | #3 | dave',
      'proposed | Alice | Block a',
      'proposed | Alice | Raise a | Bob',
    ])
    expect(told.at(-1)?.what).toBe('approved')
    expect(told.find((event) => event.commit === raised)?.text).toContain('severity: suspend')
    expect(told.filter((event) => event.what === 'applied').map((event) => event.source)).toEqual(
      expect.arrayContaining([first, head]),
    )
  })

  it('knows when it was taken out', async () => {
    using base = scratch()
    const dir = newRepository(join(base.path, 'r'), { [FILE]: `domain_blocks:\n${A}${B}` })
    const repository = await openRepository(dir)
    if (repository === null) throw new Error('outside Git')
    const head = commit(dir, 'Lift a', { [FILE]: `domain_blocks:\n${B}` })
    const told = await history(repository, {
      ref: 'domain-block/a.example',
      files: ['domain-blocks.yaml'],
      excerpt: excerptOf(['a.example']),
      ledger: emptyLedger,
      head,
    })
    expect(told.map(({ subject, text }) => [subject, text])).toEqual(
      expect.arrayContaining([
        ['Lift a', null],
        ['Begin', A.trimEnd()],
      ]),
    )
    expect(told).toHaveLength(2)
  })

  it('is of all files that may say it: what moves from one to another is still there', async () => {
    using base = scratch()
    const OTHER = FILE.replace('domain-blocks', 'more-blocks')
    const dir = newRepository(join(base.path, 'r'), { [FILE]: `domain_blocks:\n${A}${B}` })
    const repository = await openRepository(dir)
    if (repository === null) throw new Error('outside Git')
    commit(dir, 'Move a', { [FILE]: `domain_blocks:\n${B}`, [OTHER]: `domain_blocks:\n${A}` })
    const head = commit(dir, 'Lift a', { [OTHER]: 'domain_blocks: []\n' })
    const told = await history(repository, {
      ref: 'domain-block/a.example',
      files: ['domain-blocks.yaml', 'more-blocks.yaml'],
      excerpt: excerptOf(['a.example']),
      ledger: emptyLedger,
      head,
    })
    expect(told.map(({ subject, text }) => [subject, text])).toEqual(
      expect.arrayContaining([
        ['Lift a', null],
        ['Begin', A.trimEnd()],
      ]),
    )
    expect(told).toHaveLength(2)
  })

  it('of an identity full of odd characters is found in the ledger', async () => {
    using base = scratch()
    const dir = newRepository(join(base.path, 'r'))
    const repository = await openRepository(dir)
    if (repository === null) throw new Error('outside Git')
    const store = ledgerStore(repository, { sealing: sealingWith(null), branch: null })
    const id = 'a.*+?(b)[c]{d}|^$\\"é/e'
    const ledger = await store.save(record(emptyLedger, id, { severity: 'none' }, 'a'.repeat(40)), 'Applied', {
      run: '1',
      source: null,
      approvedBy: [],
    })
    const told = await history(repository, {
      ref: `domain-block/${id}`,
      files: ['domain-blocks.yaml'],
      excerpt: excerptOf([id]),
      ledger,
      head: null,
    })
    expect(told.map(brief)).toEqual(['applied | Alice | Applied | 1'])
  })

  const ledgerHistory = (repository: Repository, ledger: Ledger, id: string) =>
    history(repository, {
      ref: `domain-block/${id}`,
      files: ['domain-blocks.yaml'],
      excerpt: excerptOf([id]),
      ledger,
      head: null,
    })
  const by = (run: number) => ({ run: `${run}`, source: null, approvedBy: [] })
  const taken = (ledger: Ledger, id: string): Ledger => adjust(ledger, [{ to: 'forget', ref: `domain-block/${id}` }])
  const opened = async (dir: string): Promise<Repository> =>
    (await openRepository(dir)) ?? Promise.reject(new Error('outside Git'))

  it("costs that object's history in the ledger, however long the ledger's is", async () => {
    using base = scratch()
    const repository = await opened(newRepository(join(base.path, 'r')))
    const store = ledgerStore(repository, { sealing: sealingWith(Buffer.from('a key of the herd')), branch: null })
    let ledger: Ledger = emptyLedger
    for (let i = 0; i < 200; i += 1) ledger = record(ledger, `other-${i}.example`, { severity: 'none' }, 'a'.repeat(40))
    ledger = await store.save(record(ledger, 'a.example', { severity: 'none' }, 'a'.repeat(40)), 'Begin', by(0))
    const size = (await repository.texts('domain-block.jsonl', [ledger.head ?? '']))[0]?.length ?? 0
    const asked = async () => {
      const { repository: watched, work } = counted(repository)
      return { told: (await ledgerHistory(watched, ledger, 'a.example')).map(({ subject }) => subject).sort(), work }
    }
    const applies = async (count: number) => {
      for (let i = 0; i < count; i += 1)
        ledger = await store.save(
          record(
            ledger,
            `other-${i}.example`,
            { severity: `${i % 2 === 0 ? 'limit' : 'none'}-${count}` },
            'b'.repeat(40),
          ),
          'Other',
          by(i),
        )
    }
    ledger = await store.save(record(ledger, 'a.example', { severity: 'suspend' }, 'b'.repeat(40)), 'Raise', by(1))
    await applies(5)
    const [few] = [await asked()]
    await applies(45)
    // Another run, which has loaded what an earlier one wrote.
    const again = ledgerStore(repository, { sealing: sealingWith(Buffer.from('a key of the herd')), branch: null })
    ledger = await again.save(taken(await again.load(), 'a.example'), 'Lift', by(2))
    ledger = await again.save(record(ledger, 'a.example', { severity: 'limit' }, 'c'.repeat(40)), 'Block again', by(3))
    const many = await asked()
    expect(few).toMatchObject({ told: ['Begin', 'Raise'], work: { processes: 2, compared: 0 } })
    expect(many).toMatchObject({ told: ['Begin', 'Block again', 'Lift', 'Raise'], work: { processes: 2, compared: 0 } })
    // Each of its four commits with the one before.
    expect(many.work.bytes).toBeLessThan(8 * (size + 1_000))
  })

  it('is found, too, in a ledger of earlier versions, which did not say what they touched, or too much', async () => {
    using base = scratch()
    const dir = newRepository(join(base.path, 'r'))
    const repository = await opened(dir)
    const untold = (trailers: Trailers = {}): Trailers =>
      Object.fromEntries(Object.entries(trailers).filter(([name]) => name !== TOUCHED))
    const old: Repository = {
      ...repository,
      write: (ref, expected, content, along) =>
        repository.write(ref, expected, { ...content, trailers: untold(content.trailers) }, along),
    }
    const [before, now] = [old, repository].map((one) => ledgerStore(one, { sealing: sealingWith(null), branch: null }))
    if (before === undefined || now === undefined) throw new Error('two of them')
    let ledger = await before.save(
      record(emptyLedger, 'a.example', { severity: 'none' }, 'a'.repeat(40)),
      'Begin',
      by(0),
    )
    ledger = await before.save(record(ledger, 'b.example', { severity: 'none' }, 'a'.repeat(40)), 'Other', by(1))
    ledger = await before.save(taken(ledger, 'a.example'), 'Lift', by(2))
    ledger = await now.load()
    let many = ledger
    for (let i = 0; i < 1_001; i += 1) many = record(many, `many-${i}.example`, { severity: 'none' }, 'b'.repeat(40))
    ledger = await now.save(record(many, 'a.example', { severity: 'limit' }, 'b'.repeat(40)), 'Many', by(3))
    ledger = await now.save(record(ledger, 'b.example', { severity: 'limit' }, 'b'.repeat(40)), 'Other', by(4))
    // In between one of an earlier version, and nothing that changed an object.
    await before.load()
    ledger = await before.save(record(ledger, 'a.example', { severity: 'suspend' }, 'b'.repeat(40)), 'Old', by(5))
    await now.load()
    ledger = await now.save(
      { ...ledger, paused: { by: 'carol', at: '2026-11-30T00:00:00.000Z', why: 'Rest' } },
      'Pause',
      by(6),
    )
    const { repository: watched, work } = counted(repository)
    expect((await ledgerHistory(watched, ledger, 'a.example')).map(({ subject }) => subject).sort()).toEqual([
      'Begin',
      'Lift',
      'Many',
      'Old',
    ])
    expect(work.compared).toBe(5)
    expect((await ledgerHistory(repository, ledger, 'b.example')).map(({ subject }) => subject).sort()).toEqual([
      'Other',
      'Other',
    ])
    expect((await ledgerHistory(repository, ledger, 'many-7.example')).map(({ subject }) => subject)).toEqual(['Many'])
    expect(await ledgerHistory(repository, ledger, 'never.example')).toEqual([])
  })
})
