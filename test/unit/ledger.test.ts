import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson } from '../../src/reconcile/digest.ts'
import { adjust, emptyLedger, parseLedger, serializeLedger, signContent } from '../../src/reconcile/ledger.ts'
import type { Snapshot } from '../../src/reconcile/repository.ts'
import type { Fields, Ledger, LedgerEntry } from '../../src/reconcile/types.ts'

const KEY = Buffer.from('a key of the herd')
const AT = '2026-11-23T04:00:00.000Z'

/** What Git would give back of a ledger that was written. */
function written(ledger: Ledger, key: Uint8Array | null, parents: string[] = []): Snapshot {
  const content = signContent({ files: serializeLedger(ledger, 'production', AT), subject: 'Applied', trailers: { Run: '7' }, parents }, 'production', 'ledger', key)
  return { ...content, trailers: content.trailers ?? {}, parents, id: 'c'.repeat(40), author: 'Alice', at: AT }
}

const kind = fc.constantFrom('domain-block', 'rule', 'moderator')
const fields = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 })).map((value): Fields => JSON.parse(JSON.stringify(value)))
const commit = fc.option(fc.constant('a'.repeat(40)))
const entry: fc.Arbitrary<LedgerEntry> = fc.record({ kind, id: fc.string(), serverId: fc.option(fc.string()), fields, commit })
const approval = fc.record({ digest: fc.string(), ref: fc.string(), by: fc.string(), at: fc.string(), source: fc.string(), spent: fc.boolean() })
const ledgers: fc.Arbitrary<Ledger> = fc.record({
  head: fc.constant('c'.repeat(40)),
  at: fc.constant(AT),
  began: fc.constant(AT),
  applied: commit,
  signed: fc.constant(false),
  entries: fc.array(entry).map((entries) => new Map(entries.map((each) => [`${each.kind}/${each.id}`, each]))),
  attempts: fc.array(fc.record({ kind, id: fc.string(), action: fc.constantFrom('create', 'update', 'delete'), fields, commit })),
  intents: fc.array(
    fc.record({
      kind,
      id: fc.string(),
      action: fc.constantFrom('create', 'update', 'delete'),
      fields,
      hazard: fc.constantFrom('reversible', 'disruptive', 'irreversible'),
      what: fc.string(),
      repeatable: fc.boolean(),
    }),
  ),
  approvals: fc.array(fc.oneof(approval, fc.tuple(approval, fc.nat()).map(([one, pullRequest]) => ({ ...one, pullRequest })))),
  notices: fc.array(fc.record({ ref: fc.string(), at: fc.string(), from: fc.string() })),
  paused: fc.option(fc.record({ by: fc.string(), at: fc.string(), why: fc.string() })),
})

const bySource = (rows: readonly unknown[]): string[] => rows.map((row) => canonicalJson(row)).sort((a, b) => (a < b ? -1 : 1))

const block = (id: string, more: Partial<LedgerEntry> = {}): LedgerEntry => ({ kind: 'domain-block', id, serverId: '7', fields: { severity: 'suspend' }, commit: null, ...more })
const some = adjust(emptyLedger, [{ to: 'record', entry: block('b.example', { consent: 60 }) }, { to: 'record', entry: block('a.example') }])

describe('the ledger as files', () => {
  it('comes back as it was', () => {
    fc.assert(
      fc.property(ledgers, (ledger) => {
        const read = parseLedger(written(ledger, null), 'production', null)
        expect([...read.entries].sort(([a], [b]) => (a < b ? -1 : 1))).toEqual([...ledger.entries].sort(([a], [b]) => (a < b ? -1 : 1)))
        expect({ ...read, entries: 0, attempts: 0, intents: 0, approvals: 0, notices: 0 }).toEqual({ ...ledger, entries: 0, attempts: 0, intents: 0, approvals: 0, notices: 0 })
        expect(read.attempts).toHaveLength(ledger.attempts.length)
        expect(bySource(read.approvals)).toEqual(bySource(ledger.approvals))
        expect(bySource(read.notices)).toEqual(bySource(ledger.notices))
        expect(read.intents).toHaveLength(ledger.intents.length)
      }),
    )
  })

  it('is the same text whatever the order it was made in', () => {
    fc.assert(
      fc.property(ledgers, (ledger) => {
        const turned = { ...ledger, entries: new Map([...ledger.entries].reverse()), attempts: ledger.attempts.toReversed(), approvals: ledger.approvals.toReversed() }
        expect(serializeLedger(turned, 'production', AT)).toEqual(serializeLedger(ledger, 'production', AT))
      }),
    )
  })

  it('has one file a kind and one sorted line an object', () => {
    expect(serializeLedger(some, 'production', AT).get('domain-block.jsonl')).toBe(
      '{"commit":null,"fields":{"severity":"suspend"},"id":"a.example","server_id":"7"}\n{"commit":null,"consent":60,"fields":{"severity":"suspend"},"id":"b.example","server_id":"7"}\n',
    )
  })

  it('forgets and records', () => {
    const next = adjust(some, [{ to: 'forget', ref: 'domain-block/a.example' }, { to: 'record', entry: block('b.example', { serverId: '9' }) }])
    expect([...next.entries.values()]).toEqual([block('b.example', { serverId: '9' })])
    expect(some.entries.size).toBe(2)
  })
})

describe('a signed ledger', () => {
  const signed = written(some, KEY, ['p'.repeat(40)])

  it('is taken with its key', () => {
    expect(parseLedger(signed, 'production', KEY)).toMatchObject({ signed: true, head: signed.id, at: AT })
  })

  it.each<[string, Snapshot, string]>([
    ['a changed line', { ...signed, files: new Map([...signed.files, ['domain-block.jsonl', '']]) }, 'ledger-forged'],
    ['a file more', { ...signed, files: new Map([...signed.files, ['rule.jsonl', '']]) }, 'ledger-forged'],
    ['a file less', { ...signed, files: new Map([...signed.files].filter(([name]) => name !== 'attempts.jsonl')) }, 'ledger-forged'],
    ['another approver', { ...signed, trailers: { ...signed.trailers, 'Approved-By': 'mallory' } }, 'ledger-forged'],
    ['another subject', { ...signed, subject: 'Nothing to see' }, 'ledger-forged'],
    ['another parent', { ...signed, parents: [] }, 'ledger-forged'],
    ['another key', written(some, Buffer.from('x'), ['p'.repeat(40)]), 'ledger-forged'],
    ['no signature', written(some, null), 'ledger-not-signed'],
  ])('is refused with %s, and says how to go on', (_, snapshot, code) => {
    expect(() => parseLedger(snapshot, 'production', KEY)).toThrow(expect.objectContaining({ exit: 5, diagnostics: [expect.objectContaining({ code, hint: expect.stringContaining('herdbook unlock --new-key "why"') })] }))
  })

  it('is refused for another environment, and without a key', () => {
    expect(() => parseLedger(signed, 'staging', KEY)).toThrow(expect.objectContaining({ exit: 5 }))
    expect(() => parseLedger(signed, 'production', null)).toThrow(expect.objectContaining({ diagnostics: [expect.objectContaining({ code: 'ledger-key-missing' })] }))
  })
})

describe('what is no ledger', () => {
  const plain = written(some, null)
  it.each<[string, string, string]>([
    ['no meta', 'meta.json', ''],
    ['a newer version', 'meta.json', '{"version":2,"environment":"production","applied":null}'],
    ['another environment', 'meta.json', '{"version":1,"environment":"staging","applied":null}'],
    ['a line that is no JSON', 'domain-block.jsonl', 'x\n'],
    ['a line that is no object', 'domain-block.jsonl', '[]\n'],
    ['an id that is no text', 'domain-block.jsonl', '{"id":7,"server_id":null,"fields":{},"commit":null}\n'],
    ['fields that are none', 'domain-block.jsonl', '{"id":"a","server_id":null,"fields":[],"commit":null}\n'],
    ['an unknown action', 'attempts.jsonl', '{"kind":"rule","id":"a","action":"drop","fields":{},"commit":null}\n'],
  ])('is refused: %s', (_, name, text) => {
    expect(() => parseLedger({ ...plain, files: new Map([...plain.files, [name, text]]) }, 'production', null)).toThrow(expect.objectContaining({ exit: 5 }))
  })
})
