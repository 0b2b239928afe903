import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { decide, type Verdict } from '../../src/reconcile/plan/three-way-merge.ts'
import { stepDigest } from '../../src/reconcile/digest.ts'
import { equal } from '../../src/reconcile/equal.ts'
import {
  asSecret,
  compareSecrets,
  secretChanged,
  secretInWords,
  uncomparedInWords,
} from '../../src/reconcile/plan/secret-fields.ts'
import type { Fields, Value } from '../../src/instance/values.ts'
import type { SecretAnswer } from '../../src/reconcile/objects.ts'
import { sealingWith } from '../support/sealing.ts'

const one = { secret: 'SMTP_PASSWORD', version: 1 }
const two = { secret: 'SMTP_PASSWORD', version: 2 }
const other = { secret: 'MAIL_PASSWORD', version: 1 }
const ANSWERS = ['same', 'different', 'uncompared', 'absent'] as const

interface Row {
  readonly desired: Value | undefined
  readonly ledger: Value | undefined
  readonly answer: SecretAnswer
  readonly attempts?: readonly Fields[]
}

const holding = (password: Value | undefined): Fields =>
  password === undefined ? { host: 'a' } : { host: 'a', password }

/** The case of an object whose password is the row's, and whose host is as it should be. */
function caseOf({ desired, ledger, answer, attempts = [] }: Row) {
  const sides = {
    desired: holding(desired),
    ledger: holding(ledger),
    attempts: attempts.map((fields) => ({ action: 'update' as const, fields })),
  }
  const compared = compareSecrets({ ...sides, live: { host: 'a' }, answers: { password: answer } })
  const verdict = decide({
    ...sides,
    live: compared.live,
    ledger: compared.ledger,
    managed: true,
    same: (_field, a, b) => equal(a, b),
  })
  return { ...compared, verdict }
}

const IN_SYNC: Verdict = { is: 'in-sync' }
const STEP: Verdict = { is: 'step', action: 'update', fields: ['password'], apart: [] }
const told = (cause: 'drift' | 'conflict' | 'takeover'): Verdict => ({
  is: 'difference',
  action: 'update',
  apart: [{ cause, fields: ['password'] }],
})

describe('a secret, row by row', () => {
  test.each<[string, Row, Verdict, Value | undefined]>([
    ['the far end has it', { desired: one, ledger: one, answer: 'same' }, IN_SYNC, one],
    ['it has the new version already', { desired: two, ledger: one, answer: 'same' }, IN_SYNC, two],
    ['it has it, and the ledger does not know', { desired: one, ledger: undefined, answer: 'same' }, IN_SYNC, one],
    ['the version was raised', { desired: two, ledger: one, answer: 'different' }, STEP, one],
    ['the version was lowered again', { desired: one, ledger: two, answer: 'different' }, STEP, two],
    ['it is another secret', { desired: other, ledger: one, answer: 'different' }, STEP, one],
    ['raised, and this run can not compare', { desired: two, ledger: one, answer: 'uncompared' }, STEP, one],
    [
      'the ledger knows nothing, and it differs',
      { desired: one, ledger: undefined, answer: 'different' },
      told('takeover'),
      { secret: null, version: null },
    ],
    [
      'it was a plain value, and differs',
      { desired: one, ledger: 'hunter2', answer: 'different' },
      told('takeover'),
      { secret: null, version: null },
    ],
    ['it was a plain value, and is the same', { desired: one, ledger: 'hunter2', answer: 'same' }, IN_SYNC, one],
    [
      'nothing is known and nothing compared',
      { desired: one, ledger: undefined, answer: 'uncompared' },
      IN_SYNC,
      undefined,
    ],
    ['nothing changed and nothing compared', { desired: one, ledger: one, answer: 'uncompared' }, IN_SYNC, one],
    ['another value with the same version', { desired: one, ledger: one, answer: 'different' }, IN_SYNC, one],
    ['there is none, and there never was', { desired: one, ledger: undefined, answer: 'absent' }, STEP, null],
    ['somebody took it away', { desired: one, ledger: one, answer: 'absent' }, told('drift'), null],
    [
      'somebody took it away, and the version was raised',
      { desired: two, ledger: one, answer: 'absent' },
      told('conflict'),
      null,
    ],
    ['the files leave it out', { desired: undefined, ledger: one, answer: 'uncompared' }, IN_SYNC, one],
    ['it becomes a plain value', { desired: 'plain', ledger: one, answer: 'different' }, STEP, one],
  ])('%s', (_, row, verdict, live) => {
    const found = caseOf(row)
    expect(found.verdict).toEqual(verdict)
    expect(found.live['password']).toEqual(live)
    expect(found.live['host']).toBe('a')
  })

  test('what was not compared is counted, also where it is a step', () => {
    for (const desired of [one, two])
      for (const ledger of [one, undefined])
        for (const answer of ANSWERS)
          expect(caseOf({ desired, ledger, answer }).uncompared).toEqual(answer === 'uncompared' ? ['password'] : [])
  })

  test('only another value with the same name and version is told as changed', () => {
    for (const desired of [one, two, other])
      for (const ledger of [one, undefined])
        for (const answer of ANSWERS)
          expect(caseOf({ desired, ledger, answer }).changed).toEqual(
            desired === one && ledger === one && answer === 'different' ? ['password'] : [],
          )
  })

  test('where nobody answered, nothing is concluded', () => {
    const sides = { desired: holding(one), ledger: holding(one), live: { host: 'a' }, attempts: [], answers: {} }
    expect(compareSecrets(sides)).toMatchObject({ live: holding(one), uncompared: ['password'], changed: [] })
  })

  test('an object that the files no longer name is as we left it, and can be deleted', () => {
    const compared = compareSecrets({
      desired: null,
      ledger: holding(one),
      live: { host: 'a' },
      attempts: [],
      answers: { password: 'different' },
    })
    expect(compared).toEqual({ live: holding(one), ledger: holding(one), uncompared: [], changed: [] })
  })
})

describe('a run that was cut off', () => {
  const attempts = [holding(two)]
  test.each<[string, Row, Verdict]>([
    ['wrote it', { desired: two, ledger: one, answer: 'same', attempts }, IN_SYNC],
    ['wrote it, and this run can not compare', { desired: two, ledger: one, answer: 'uncompared', attempts }, STEP],
    ['did not write it', { desired: two, ledger: one, answer: 'different', attempts }, STEP],
    ['wrote it, and the file was set back', { desired: one, ledger: one, answer: 'different', attempts }, STEP],
    ['may have, and the file was set back', { desired: one, ledger: one, answer: 'uncompared', attempts }, STEP],
    ['did not, and the file was set back', { desired: one, ledger: one, answer: 'same', attempts }, IN_SYNC],
  ])('%s', (_, row, verdict) => {
    expect(caseOf(row).verdict).toEqual(verdict)
    expect(caseOf(row).changed).toEqual([])
  })
})

const secrets = fc.record({ secret: fc.constantFrom('A', 'B'), version: fc.integer({ min: 1, max: 3 }) })
const plain = fc.option(secrets, { nil: undefined })
const rows = fc.record({
  desired: secrets,
  ledger: plain,
  attempts: fc.array(secrets.map(holding), { maxLength: 2 }),
})
/** What an approval of the row's step covers. */
function digestOf(row: Row): string | null {
  const { verdict, live } = caseOf(row)
  if (verdict.is !== 'step') return null
  const changes = verdict.fields.map((field) => ({
    field,
    before: live[field] ?? null,
    after: holding(row.desired)[field] ?? null,
  }))
  return stepDigest({ kind: 'mail', id: 'smtp', action: verdict.action, serverId: null, changes }, sealingWith(null))
}

describe('for any versions', () => {
  it('a step is the same one where the secret was missing, so that its approval serves', () => {
    fc.assert(
      fc.property(rows, (row) => {
        const compared = digestOf({ ...row, answer: 'different' })
        expect(digestOf({ ...row, answer: 'uncompared' })).toBe(row.ledger === undefined ? null : compared)
      }),
    )
  })

  it('a step leads from what the ledger or a run that was cut off has to what the files have', () => {
    fc.assert(
      fc.property(rows, fc.constantFrom(...ANSWERS), (row, answer) => {
        const { verdict, live } = caseOf({ ...row, answer })
        if (verdict.is !== 'step') return
        const known = [null, row.ledger, ...row.attempts.map(({ password }) => password)]
        expect(known).toContainEqual(live['password'])
        expect(live['password']).not.toEqual(row.desired)
      }),
    )
  })

  it('nothing of a value is in anything that comes out, wherever it was left lying', () => {
    const value = fc.stringMatching(/^[a-z0-9]{12,20}$/)
    const left: fc.Arbitrary<(value: string) => Value> = fc.constantFrom<((value: string) => Value)[]>(
      (found) => found,
      (found) => [found],
      (found) => ({ secret: 'A', version: 1, value: found }),
      (found) => ({ secret: 'A', version: 1, digest: found }),
    )
    fc.assert(
      fc.property(value, left, left, rows, fc.constantFrom(...ANSWERS), (found, inLive, inLedger, row, answer) => {
        const compared = compareSecrets({
          desired: holding(row.desired),
          live: holding(inLive(found)),
          ledger: holding(inLedger(found)),
          attempts: [{ fields: holding(inLive(found)) }],
          answers: { password: answer },
        })
        const words = Object.values(compared.live).map(secretInWords)
        expect(JSON.stringify([compared, words])).not.toContain(found)
      }),
    )
  })
})

describe('what people read', () => {
  test('a name and a version', () => {
    expect(secretInWords(two)).toBe('SMTP_PASSWORD, version 2')
    expect(secretInWords({ secret: null, version: null })).toBe('another value')
    for (const value of [null, 'hunter2', { secret: 'A' }, ['A']]) expect(secretInWords(value)).toBeUndefined()
  })

  test('what to do where the value changed and the version did not', () => {
    expect(secretChanged('mail/smtp', 'password', two, { file: 'services.yaml', line: 3, column: 5 })).toEqual({
      code: 'secret-changed',
      severity: 'warning',
      about: 'mail/smtp#password',
      message:
        'On the server, mail/smtp has another value of the secret SMTP_PASSWORD (password) than this run has. ' +
        'But the version in the files is still 2',
      at: { file: 'services.yaml', line: 3, column: 5 },
      hint: 'If this run has the right value, raise the version to 3 in the files. The next apply then writes it.',
    })
    expect(secretChanged('mail/smtp', 'password', two)).not.toHaveProperty('at')
  })

  test('how many were not compared', () => {
    expect(uncomparedInWords([])).toBeNull()
    expect(uncomparedInWords(['A', 'A'])).toBe(
      '1 secret was not compared: this run does not have it (A). The ledger keeps its version.',
    )
    expect(uncomparedInWords(['B', 'A'])).toBe(
      '2 secrets were not compared: this run does not have them (A, B). The ledger keeps their versions.',
    )
  })
})

test.each<[string, Value]>([
  ['no version', { secret: 'A' }],
  ['a version that is none', { secret: 'A', version: 0 }],
  ['half a version', { secret: 'A', version: 1.5 }],
  ['no name', { version: 1 }],
  ['something more', { secret: 'A', version: 1, value: 'x' }],
  ['a list', ['A', 1]],
  ['nothing', null],
])('is no secret: %s', (_, value) => {
  expect(asSecret(value)).toBeUndefined()
})
