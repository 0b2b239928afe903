import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson } from '../../src/reconcile/digest.ts'
import type { DigestForm } from '../../src/reconcile/values.ts'
import type { Fields } from '../../src/instance/values.ts'
import type { LedgerKey, Sealing } from '../../src/reconcile/digest.ts'
import { adjust, emptyLedger, parseLedger, serializeLedger } from '../../src/reconcile/ledger/ledger.ts'
import { signContent } from '../../src/reconcile/signature.ts'
import type { Snapshot } from '../../src/reconcile/repository.ts'
import type { Ledger, LedgerEntry } from '../../src/reconcile/ledger/types.ts'
import { sealingWith } from '../support/sealing.ts'

const KEY = Buffer.from('a key of the herd')
const AT = '2026-11-23T04:00:00.000Z'

/** What Git would give back of a ledger that was written. */
const FORMS: ReadonlySet<DigestForm> = new Set<DigestForm>([1, 2])

function written(
  ledger: Ledger,
  key: LedgerKey,
  parents: string[] = [],
  sealing: Sealing = sealingWith(key),
): Snapshot {
  const content = signContent(
    { files: serializeLedger(ledger, sealing, AT), subject: 'Applied', trailers: { Run: '7' }, parents },
    'ledger',
    sealing,
  )
  return {
    ...content,
    tree: '',
    trailers: content.trailers ?? {},
    parents,
    id: 'c'.repeat(40),
    author: 'Alice',
    at: AT,
  }
}

const kind = fc.constantFrom('domain-block', 'rule', 'moderator')
const fields = fc
  .dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }))
  .map((value): Fields => JSON.parse(JSON.stringify(value)))
const commit = fc.option(fc.constant('a'.repeat(40)))
const entry: fc.Arbitrary<LedgerEntry> = fc.record(
  {
    kind,
    id: fc.string(),
    serverId: fc.option(fc.string()),
    fields,
    commit,
    sources: fc.array(fc.string(), { minLength: 1 }),
    state: fc.constant('absent'),
  },
  { requiredKeys: ['kind', 'id', 'serverId', 'fields', 'commit'] },
)
const approval = fc.record({
  digest: fc.string(),
  ref: fc.string(),
  by: fc.string(),
  at: fc.string(),
  source: fc.string(),
  form: fc.constantFrom<DigestForm[]>(1, 2),
  spent: fc.boolean(),
})
const marks = fc.record({
  form: fc.constantFrom<DigestForm[]>(1, 2),
  groups: fc.nat(),
  marks: fc.array(fc.string()),
  names: fc.array(fc.string()),
  restore: fc.array(fc.string()),
  askedBy: fc.array(fc.string()),
  isOurs: fc.boolean(),
})
const merge = fc.record({ pullRequest: fc.nat(), by: fc.string(), at: fc.string(), byOwner: fc.boolean(), marks })
const ledgers: fc.Arbitrary<Ledger> = fc.record({
  head: fc.constant('c'.repeat(40)),
  at: fc.constant(AT),
  began: fc.constant(AT),
  form: fc.constant(2 as const),
  upgraded: fc.option(fc.constant(AT)),
  applied: fc
    .dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.constant('a'.repeat(40)))
    .map((each) => new Map(Object.entries(each))),
  taken: commit,
  signed: fc.constant(false),
  entries: fc.array(entry).map((entries) => new Map(entries.map((each) => [`${each.kind}/${each.id}`, each]))),
  attempts: fc.array(
    fc.record({ kind, id: fc.string(), action: fc.constantFrom('create', 'update', 'delete'), fields, commit }),
  ),
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
  approvals: fc.array(
    fc.oneof(
      approval,
      fc.tuple(approval, fc.nat()).map(([one, pullRequest]) => ({ ...one, pullRequest })),
    ),
  ),
  notices: fc.array(fc.record({ ref: fc.string(), at: fc.string(), from: fc.string() })),
  merges: fc.array(merge),
  weakenings: fc.array(fc.record({ kind, at: fc.string(), count: fc.nat() })),
  seen: fc
    .dictionary(fc.constantFrom('domain-block', 'rule'), fc.array(fc.stringMatching(/^[0-9a-f]{64}$/)))
    .map(
      (each) =>
        new Map(
          Object.entries(each).map(([name, all]) => [name, new Map(all.map((mark) => [mark.slice(0, 32), { mark }]))]),
        ),
    ),
  removed: fc.array(fc.record({ ref: fc.string(), by: fc.string(), at: fc.string(), why: fc.string() })),
  providers: fc
    .dictionary(fc.string({ minLength: 1 }), fc.string())
    .map((each) => new Map(Object.entries(each).map(([name, proof]) => [name, { name, proof, since: AT }]))),
  more: fc.record({
    files: fc
      .dictionary(fc.stringMatching(/^list\.[a-z]{1,8}\.jsonl$/), fc.string())
      .map((each) => new Map(Object.entries(each))),
    meta: fc.dictionary(fc.stringMatching(/^x_[a-z]{1,8}$/), fc.string()),
  }),
  paused: fc.option(fc.record({ by: fc.string(), at: fc.string(), why: fc.string() })),
})

const bySource = (rows: readonly unknown[]): string[] =>
  rows.map((row) => canonicalJson(row)).sort((a, b) => (a < b ? -1 : 1))

const block = (id: string, more: Partial<LedgerEntry> = {}): LedgerEntry => ({
  kind: 'domain-block',
  id,
  serverId: '7',
  fields: { severity: 'suspend' },
  commit: null,
  ...more,
})
const some = adjust(emptyLedger, [
  { to: 'record', entry: block('b.example', { consent: 60 }) },
  { to: 'record', entry: block('a.example') },
])

describe('the ledger as files', () => {
  it('comes back as it was', () => {
    fc.assert(
      fc.property(ledgers, (ledger) => {
        const read = parseLedger(written(ledger, null), sealingWith(null), FORMS)
        expect([...read.entries].sort(([a], [b]) => (a < b ? -1 : 1))).toEqual(
          [...ledger.entries].sort(([a], [b]) => (a < b ? -1 : 1)),
        )
        const lists = {
          entries: 0,
          attempts: 0,
          intents: 0,
          approvals: 0,
          notices: 0,
          merges: 0,
          weakenings: 0,
          removed: 0,
        }
        expect({ ...read, ...lists }).toEqual({ ...ledger, ...lists })
        for (const name of ['merges', 'weakenings', 'removed'] as const)
          expect(bySource(read[name])).toEqual(bySource(ledger[name]))
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
        const turned = {
          ...ledger,
          entries: new Map([...ledger.entries].reverse()),
          attempts: ledger.attempts.toReversed(),
          approvals: ledger.approvals.toReversed(),
        }
        expect(serializeLedger(turned, sealingWith(null), AT)).toEqual(serializeLedger(ledger, sealingWith(null), AT))
      }),
    )
  })

  it('has one file a kind and one sorted line an object', () => {
    expect(serializeLedger(some, sealingWith(null), AT).get('domain-block.jsonl')).toBe(
      '{"commit":null,"fields":{"severity":"suspend"},"id":"a.example","server_id":"7"}\n' +
        '{"commit":null,"consent":60,"fields":{"severity":"suspend"},"id":"b.example","server_id":"7"}\n',
    )
  })

  it('forgets and records', () => {
    const next = adjust(some, [
      { to: 'forget', ref: 'domain-block/a.example' },
      { to: 'record', entry: block('b.example', { serverId: '9' }) },
    ])
    expect([...next.entries.values()]).toEqual([block('b.example', { serverId: '9' })])
    expect(some.entries.size).toBe(2)
  })
})

describe('a signed ledger', () => {
  const signed = written(some, KEY, ['p'.repeat(40)])

  it('is taken with its key', () => {
    expect(parseLedger(signed, sealingWith(KEY), FORMS)).toMatchObject({ signed: true, head: signed.id, at: AT })
  })

  it.each<[string, Snapshot, string]>([
    ['a changed line', { ...signed, files: new Map([...signed.files, ['domain-block.jsonl', '']]) }, 'ledger-forged'],
    ['a file more', { ...signed, files: new Map([...signed.files, ['rule.jsonl', '']]) }, 'ledger-forged'],
    [
      'a file less',
      { ...signed, files: new Map([...signed.files].filter(([name]) => name !== 'attempts.jsonl')) },
      'ledger-forged',
    ],
    ['another approver', { ...signed, trailers: { ...signed.trailers, 'Approved-By': 'mallory' } }, 'ledger-forged'],
    ['another subject', { ...signed, subject: 'Nothing to see' }, 'ledger-forged'],
    ['another parent', { ...signed, parents: [] }, 'ledger-forged'],
    ['another key', written(some, Buffer.from('x'), ['p'.repeat(40)]), 'ledger-forged'],
    ['no signature', written(some, null), 'ledger-not-signed'],
  ])('is refused with %s, and says how to go on', (_, snapshot, code) => {
    expect(() => parseLedger(snapshot, sealingWith(KEY), FORMS)).toThrow(
      expect.objectContaining({
        exit: 5,
        diagnostics: [expect.objectContaining({ code, hint: expect.stringContaining('herdbook ledger sign "why"') })],
      }),
    )
  })

  it('is refused for another environment, and without a key', () => {
    expect(() => parseLedger(signed, sealingWith(KEY, { environment: 'staging' }), FORMS)).toThrow(
      expect.objectContaining({ exit: 5 }),
    )
    expect(() => parseLedger(signed, sealingWith(null), FORMS)).toThrow(
      expect.objectContaining({
        diagnostics: [
          expect.objectContaining({
            code: 'ledger-key-missing',
            hint: expect.stringMatching(/^Name the same key as ledger_key in instance\.yaml/),
          }),
        ],
      }),
    )
  })
})

describe('what is no ledger', () => {
  const plain = written(some, null)
  it.each<[string, string, string]>([
    ['no meta', 'meta.json', ''],
    ['a newer version', 'meta.json', '{"version":3,"environment":"production","applied":null}'],
    ['another environment', 'meta.json', '{"version":1,"environment":"staging","applied":null}'],
    ['a line that is no JSON', 'domain-block.jsonl', 'x\n'],
    ['a line that is no object', 'domain-block.jsonl', '[]\n'],
    ['an id that is no text', 'domain-block.jsonl', '{"id":7,"server_id":null,"fields":{},"commit":null}\n'],
    ['fields that are none', 'domain-block.jsonl', '{"id":"a","server_id":null,"fields":[],"commit":null}\n'],
    ['an unknown action', 'attempts.jsonl', '{"kind":"rule","id":"a","action":"drop","fields":{},"commit":null}\n'],
  ])('is refused: %s', (_, name, text) => {
    expect(() =>
      parseLedger({ ...plain, files: new Map([...plain.files, [name, text]]) }, sealingWith(null), FORMS),
    ).toThrow(expect.objectContaining({ exit: 5 }))
  })
})
