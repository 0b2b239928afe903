import { describe, expect, it } from 'vitest'
import { EXIT, HerdbookError } from '../../src/instance/diagnostic.ts'
import { exitOfPlan } from '../../src/reconcile/exit.ts'
import { checkFarEnds, released } from '../../src/reconcile/identity.ts'
import { emptyLedger, parseLedger, serializeLedger } from '../../src/reconcile/ledger/ledger.ts'
import type { SeenLists } from '../../src/reconcile/ledger/types.ts'
import type { DigestForm } from '../../src/reconcile/values.ts'
import type { Observed } from '../../src/reconcile/objects.ts'
import { sealingWith } from '../support/sealing.ts'
import { applyTo, look, newRoom, newShelf, stockOf, type Room, type Shelf } from '../support/shelves.ts'

const SEALING = sealingWith(null)
const AT = '2026-11-23T12:00:00.000Z'

/** Two providers that were applied to once. */
async function applied(): Promise<{ room: Room; host: Shelf; store: Shelf }> {
  const [host, store] = [newShelf('host', ['user']), newShelf('store', ['bucket'])]
  const room = newRoom([host, store], { user: { alice: { shell: 'zsh' } }, bucket: { media: { size: 1 } } })
  await applyTo(room)
  return { room, host, store }
}

async function refusal(work: Promise<unknown>): Promise<HerdbookError> {
  return work.then(
    () => expect.fail('it was applied'),
    (error: unknown) => (error instanceof HerdbookError ? error : expect.fail(String(error))),
  )
}

describe('what proves which far end it is', () => {
  it('is in the ledger once it was verified, with the day from which the provider is managed', async () => {
    const { room } = await applied()
    expect(room.ledger.providers).toEqual(
      new Map([
        ['host', { name: 'host', proof: 'host itself', since: AT }],
        ['store', { name: 'store', proof: 'store itself', since: AT }],
      ]),
    )
  })

  it('refuses another one before anything is done, at any provider, and says so in the plan', async () => {
    const { room, host, store } = await applied()
    host.proof = 'another host'
    room.files = { ...room.files, bucket: { media: { size: 2 } } }
    const { plan } = await look(room)
    expect(plan.findings).toMatchObject([{ code: 'another-far-end', severity: 'error', about: 'host#far-end' }])
    expect(plan.findings[0]?.message).not.toContain('another host')
    expect(exitOfPlan(plan)).toBe(EXIT.refused)
    const [before, error] = [room.ledger, await refusal(applyTo(room))]
    expect([error.exit, error.diagnostics.map(({ code }) => code)]).toEqual([EXIT.refused, ['another-far-end']])
    expect([host.written, store.written]).toEqual([['user/alice'], ['bucket/media']])
    expect(room.ledger).toEqual(before)
  })

  it('verifies nothing on one that took its place meanwhile', async () => {
    const { room, host } = await applied()
    room.files = { ...room.files, user: { alice: { shell: 'bash' } } }
    host.meanwhile = () => (host.proof = 'another host')
    const converged = await applyTo(room)
    const report = converged.state === 'applied' ? converged.report : expect.fail('nothing was to be done')
    expect(report.findings.map(({ code }) => code)).toEqual(['another-far-end'])
    expect(report.remaining).toMatchObject([{ kind: 'user', id: 'alice' }])
    expect(room.ledger.providers.get('host')?.proof).toBe('host itself')
    expect(room.ledger.entries.get('user/alice')?.fields).toEqual({ shell: 'zsh' })
  })

  it('compares nothing where nothing was read', async () => {
    const { room, host } = await applied()
    host.proof = null
    host.unread.add('user')
    const { plan } = await look(room)
    expect(plan.findings.map(({ code }) => code)).toEqual(['unread'])
    room.files = { ...room.files, bucket: { media: { size: 2 } } }
    await applyTo(room)
    expect(room.ledger.providers.get('host')?.proof).toBe('host itself')
  })

  it('is missed where something was read, in words of its own, also where a new one is meant', async () => {
    const { room, host } = await applied()
    const known = (await look({ ...room, shelves: [newShelf('host', ['user'], { proof: 'another' })] })).plan
    host.proof = null
    room.files = { ...room.files, user: { alice: { shell: 'ksh' } } }
    const { plan } = await look(room)
    expect(plan.findings).toMatchObject([{ code: 'another-far-end', severity: 'error', about: 'host#far-end' }])
    expect(plan.findings[0]?.message).not.toBe(known.findings[0]?.message)
    for (const newHost of [undefined, 'The old one burnt down.']) {
      const error = await refusal(applyTo(room, { newHost }))
      expect([error.exit, error.diagnostics.map(({ code }) => code)]).toEqual([EXIT.refused, ['another-far-end']])
    }
    expect([host.written, room.ledger.providers.get('host')?.proof]).toEqual([['user/alice'], 'host itself'])
  })

  it('is not missed where none was ever given, nor where earlier files stand in for live', async () => {
    const host = newShelf('host', ['user'], { proof: null })
    const room = newRoom([host], { user: { alice: { shell: 'zsh' } } })
    await applyTo(room)
    expect((await look(room)).plan.findings).toEqual([])
    const { input } = await look((await applied()).room)
    const proofs = new Map([['host', null]])
    const of = (observed: Observed): string[] =>
      checkFarEnds({ ...input, proofs, live: { ...input.live, observed: new Map([['user', observed]]) } }).map(
        ({ code }) => code,
      )
    const read = { state: 'complete', objects: [], prospects: new Map(), connection: 'shelf', requests: 1 } as const
    expect(of({ ...read, connection: null })).toEqual([])
    expect([of(read), of({ state: 'not-created', by: 'server/a', initial: [] })]).toEqual([
      ['another-far-end'],
      ['another-far-end'],
    ])
  })

  it('verifies nothing on one that stopped proving it meanwhile', async () => {
    const [host] = [newShelf('host', ['user'])]
    const room = newRoom([host], { user: { alice: { shell: 'zsh' } } })
    host.meanwhile = () => (host.proof = null)
    const converged = await applyTo(room)
    const report = converged.state === 'applied' ? converged.report : expect.fail('nothing was to be done')
    expect(report.findings.map(({ code }) => code)).toEqual(['another-far-end'])
    expect(room.ledger.entries.size).toBe(0)
  })

  it('may be another where that was said: what was its own is let go, and nothing of another provider', async () => {
    const { room, host, store } = await applied()
    host.proof = 'another host'
    host.stock.set(
      'user',
      new Map([
        ['alice', { shell: 'fish' }],
        ['bob', { shell: 'sh' }],
      ]),
    )
    const seen: SeenLists = new Map([['user', new Map([['m', { mark: 'm' }]])]])
    const attempt = { kind: 'user', id: 'alice', action: 'update', fields: { shell: 'fish' }, commit: null } as const
    const intent = {
      ...attempt,
      fields: {},
      hazard: 'reversible',
      what: 'a letter to alice',
      repeatable: true,
    } as const
    const [notice, weakening] = [
      { ref: 'user/alice', at: AT, from: '2026-12-01' },
      { kind: 'user', at: AT, count: 1 },
    ]
    const kept = { notice: { ...notice, ref: 'bucket/media' }, weakening: { ...weakening, kind: 'bucket' } }
    room.ledger = {
      ...room.ledger,
      seen,
      attempts: [attempt, { ...attempt, kind: 'bucket', id: 'media' }],
      intents: [intent],
      notices: [notice, kept.notice],
      weakenings: [weakening, kept.weakening],
    }
    const paid: string[] = []
    host.finish = (pending) => {
      paid.push(...pending.map(({ what }) => what))
      return Promise.resolve({ state: 'done' })
    }
    const other = { ...intent, kind: 'bucket', id: 'media' }
    const { input } = await look(room)
    const rest = released({ ...room.ledger, intents: [intent, other] }, ['host'], input)
    expect([rest.intents, rest.notices, rest.weakenings]).toEqual([[other], [kept.notice], [kept.weakening]])
    room.saves.length = 0
    const converged = await applyTo(room, { newHost: 'The old one burnt down.', first: undefined })
    // Nobody said what wins there: what differs is new to Herdbook.
    expect(converged).toMatchObject({ state: 'applied', report: { done: [], plan: { takeovers: [{ id: 'alice' }] } } })
    expect(room.saves[0]).toBe('New far end of host: The old one burnt down.')
    expect([...room.ledger.entries.keys()]).toEqual(['bucket/media'])
    expect([paid, room.ledger.intents]).toEqual([[], []])
    expect(room.ledger.providers.get('host')?.proof).toBe('another host')
    expect(stockOf(host, 'user')['alice']).toEqual({ shell: 'fish' })
    expect([host.written, store.written]).toEqual([['user/alice'], ['bucket/media']])
    expect((await look(room)).plan.findings).toEqual([])
  })

  it('is written down only beside something else: no apply of nothing writes for it alone', async () => {
    const { room } = await applied()
    room.ledger = { ...room.ledger, providers: new Map() }
    room.saves.length = 0
    await applyTo(room)
    expect(room.saves).toEqual([])
    room.files = { ...room.files, user: { alice: { shell: 'ksh' } } }
    await applyTo(room)
    expect(room.ledger.providers.get('host')).toEqual({ name: 'host', proof: 'host itself', since: AT })
  })

  it('has a file of its own, which a ledger of before does not have, and which goes on as it is', () => {
    const provider = { name: 'host', proof: 'a key', since: AT, later: 1 }
    const files = serializeLedger({ ...emptyLedger, providers: new Map([['host', provider]]) }, SEALING, AT)
    const before = serializeLedger(emptyLedger, SEALING, AT)
    expect([...files.keys()].filter((name) => !before.has(name))).toEqual(['providers.verified.jsonl'])
    expect(new Map([...files].filter(([name]) => before.has(name)))).toEqual(before)
    const snapshot = { id: 'a', tree: '', subject: '', trailers: {}, author: '', at: AT, parents: [] }
    const read = (all: ReadonlyMap<string, string>) =>
      parseLedger({ ...snapshot, files: all }, SEALING, new Set<DigestForm>([2])).providers
    expect([read(files), read(before)]).toEqual([new Map([['host', provider]]), new Map()])
    // A Herdbook of before takes what it does not know along, and no file with a dot for objects of a kind.
    expect('providers.verified.jsonl').not.toMatch(/^[a-z][a-z0-9-]*\.jsonl$/)
  })
})
