import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { HerdbookError } from '../../src/instance/diagnostic.ts'
import { ledgerStore } from '../../src/reconcile/ledger/store.ts'
import { emptyLedger } from '../../src/reconcile/ledger/ledger.ts'
import { signable } from '../../src/reconcile/ledger/sign.ts'
import { clone, git, newBare, newRepository, scratch } from '../support/git.ts'
import { REF, AT, by, storeIn, placeIn, signAnew, withBlock, refused } from '../support/ledger-stores.ts'

describe('the ledger in Git', () => {
  it('is empty where nothing was applied yet', async () => {
    using base = scratch()
    expect(await (await storeIn(newRepository(join(base.path, 'r')))).load()).toEqual(emptyLedger)
  })

  it('is one chain, whose commits say who and why, and comes back in every clone', async () => {
    using base = scratch()
    const bare = newBare(base.path)
    const one = await storeIn(clone(bare, join(base.path, 'one')))
    const first = await one.save(withBlock(await one.load(), 'a.example'), 'Applied 1 step', by)
    const second = await one.save(withBlock(first, 'b.example'), 'Applied\n\n1 more\u0007 step', {
      ...by,
      run: '8\nApproved-By: mallory',
      approvedBy: [],
    })
    const loaded = await (await storeIn(clone(bare, join(base.path, 'two')))).load()
    expect(loaded).toEqual(second)
    expect([...loaded.entries.keys()]).toEqual(['domain-block/a.example', 'domain-block/b.example'])
    expect(
      git(
        bare,
        'log',
        '--format=%s|%(trailers:key=Run,valueonly,separator=%x2C)|%(trailers:key=Approved-By,valueonly,separator=%x2C)',
        REF,
      ).split('\n'),
    ).toEqual(['Applied 1 more step|8 Approved-By: mallory|', 'Applied 1 step|7|alice, bob'])
    expect(git(bare, 'ls-tree', '-r', '--name-only', REF).split('\n')).toEqual([
      'approvals.jsonl',
      'attempts.jsonl',
      'digest',
      'domain-block.jsonl',
      'intents.jsonl',
      'meta.json',
      'notices.jsonl',
    ])
  })

  it('refuses to write over what another wrote meanwhile', async () => {
    using base = scratch()
    const bare = newBare(base.path)
    const [one, two] = [
      await storeIn(clone(bare, join(base.path, 'one'))),
      await storeIn(clone(bare, join(base.path, 'two'))),
    ]
    await one.save(withBlock(emptyLedger, 'a.example'), 'Applied', by)
    await expect(two.save(withBlock(emptyLedger, 'b.example'), 'Applied', by)).rejects.toMatchObject({
      exit: 6,
      diagnostics: [{ code: 'ledger-moved' }],
    })
    expect([...(await two.load()).entries.keys()]).toEqual(['domain-block/a.example'])
  })

  it('unsigned works without a key, and says that it is not signed', async () => {
    using base = scratch()
    const store = await storeIn(newRepository(join(base.path, 'r')), null)
    const saved = await store.save(withBlock(emptyLedger, 'a.example'), 'Applied', by)
    expect(await store.load()).toEqual(saved)
    expect(saved.signed).toBe(false)
  })
})

describe.each([
  [
    'in the clone',
    (base: string) => {
      const dir = newRepository(join(base, 'r'))
      return { dir, at: dir }
    },
  ],
  [
    'on a remote',
    (base: string) => {
      const bare = newBare(base)
      return { dir: clone(bare, join(base, 'one')), at: bare }
    },
  ],
])('a ledger %s', (_, make) => {
  it('that was set back to a validly signed older one is noticed by a clone that saw the newer', async () => {
    using base = scratch()
    const { dir, at } = make(base.path)
    const store = await storeIn(dir)
    const first = await store.save(withBlock(emptyLedger, 'a.example'), 'Applied', by)
    const second = await store.save(withBlock(first, 'b.example'), 'Applied', by)
    git(at, 'update-ref', REF, first.head ?? '')
    await expect(store.load()).rejects.toMatchObject(refused('ledger-rolled-back'))
    const refusal: unknown = await store.load().catch((error: unknown) => error)
    const hint = refusal instanceof HerdbookError ? refusal.diagnostics[0]?.hint : undefined
    const command = /Put the newer commit back: git (.*?)\. To/.exec(hint ?? '')?.[1] ?? ''
    git(dir, ...command.split(' '))
    expect((await store.load()).head).toBe(second.head)
  })

  it('that was deleted is noticed, and a person with a reason brings back what was signed last', async () => {
    using base = scratch()
    const { dir, at } = make(base.path)
    const store = await storeIn(dir)
    await store.save(withBlock(emptyLedger, 'a.example'), 'Applied', by)
    git(at, 'update-ref', '-d', REF)
    await expect(store.load()).rejects.toMatchObject(refused('ledger-rolled-back'))
    const { ledger } = await signAnew(dir, 'somebody took it away')
    expect([...ledger.entries.keys()]).toEqual(['domain-block/a.example'])
    expect(await store.load()).toEqual(ledger)
  })

  it('that somebody without the key wrote is refused, and nothing of it is ever taken', async () => {
    using base = scratch()
    const { dir } = make(base.path)
    const store = await storeIn(dir)
    const ours = await store.save(
      {
        ...withBlock(emptyLedger, 'a.example'),
        approvals: [{ digest: 'd', ref: 'rule/x', by: 'ann', at: AT, source: 'why', form: 2, spent: true }],
      },
      'Applied',
      by,
    )
    const forger = await storeIn(dir, Buffer.from('not the key'))
    await forger.save({ ...withBlock(ours, 'evil.example'), approvals: [] }, 'Applied', by)
    await expect(store.load()).rejects.toMatchObject(refused('ledger-forged'))
    const { ledger, signing } = await signAnew(dir, 'somebody pushed to it')
    expect(signing).toMatchObject({
      from: { id: ours.head },
      left: { objects: ['domain-block/evil.example'], approvals: 0 },
    })
    expect([...ledger.entries.keys()]).toEqual(['domain-block/a.example'])
    expect(ledger.approvals).toEqual(ours.approvals)
    expect(await store.load()).toEqual(ledger)
    await expect(forger.load()).rejects.toMatchObject(refused('ledger-forged'))
  })

  it('with a new key is taken if the old one is at hand, but for unused approvals; else it begins anew', async () => {
    using base = scratch()
    const { dir } = make(base.path)
    const old = Buffer.from('the key before')
    const approval = { digest: 'd', ref: 'rule/x', by: 'ann', at: AT, source: 'why', form: 2 as const, spent: false }
    await (
      await storeIn(dir, old)
    ).save(
      { ...withBlock(emptyLedger, 'a.example'), approvals: [approval, { ...approval, spent: true }] },
      'Applied',
      by,
    )
    const { ledger } = await signAnew(dir, 'the key was rotated', { old })
    expect([...ledger.entries.keys()]).toEqual(['domain-block/a.example'])
    expect(ledger.approvals).toEqual([{ ...approval, spent: true }])
    expect(await (await storeIn(dir)).load()).toEqual(ledger)
    await (await storeIn(dir, Buffer.from('a stranger'))).save(withBlock(ledger, 'b.example'), 'Applied', by)
    expect((await signAnew(dir, 'again')).ledger.entries.size).toBe(1)
    const lost = await placeIn(dir, Buffer.from('a third key'))
    const begun = await signable(lost.repository, lost.where, null, 'c'.repeat(40))
    expect(begun).toMatchObject({ from: null, ledger: { taken: 'c'.repeat(40), approvals: [], merges: [] } })
    expect(begun?.ledger.entries.size).toBe(0)
  })

  it('that is as it should be is not signed anew', async () => {
    using base = scratch()
    const { dir } = make(base.path)
    const { repository, where } = await placeIn(dir)
    await expect(signable(repository, where, null, null)).rejects.toMatchObject({
      exit: 5,
      diagnostics: [{ code: 'no-ledger-yet' }],
    })
    await ledgerStore(repository, where).save(withBlock(emptyLedger, 'a.example'), 'Applied', by)
    expect(await signable(repository, where, null, null)).toBeNull()
  })
})

it('that was set back is signed as it was when it was newest, and every clone takes it', async () => {
  using base = scratch()
  const bare = newBare(base.path)
  const [here, there] = [clone(bare, join(base.path, 'one')), clone(bare, join(base.path, 'two'))]
  const [one, two] = [await storeIn(here), await storeIn(there)]
  const first = await one.save(withBlock(emptyLedger, 'a.example'), 'Applied', by)
  await one.save(withBlock(first, 'b.example'), 'Applied', by)
  await two.load()
  git(bare, 'update-ref', REF, first.head ?? '')
  await expect(two.load()).rejects.toMatchObject(refused('ledger-rolled-back'))
  const { ledger } = await signAnew(here, 'somebody set it back')
  expect(await two.load()).toEqual(ledger)
  expect([...ledger.entries.keys()]).toEqual(['domain-block/a.example', 'domain-block/b.example'])
})
