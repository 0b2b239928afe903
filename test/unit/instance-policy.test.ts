import { expect, expectTypeOf, test } from 'vitest'
import { policyOf } from '../../src/instance/policy.ts'
import type { PolicyInForce } from '../../src/instance/policy.ts'
import type { Policy } from '../../src/reconcile/plan/input.ts'
import { load, lines } from '../support/instance.ts'

const now = new Date('2026-11-23T12:00:00Z')

async function policy(
  text: string | undefined,
  at = now,
  drift?: ReadonlyMap<string, 'report' | 'correct'>,
): Promise<PolicyInForce> {
  const loaded = await load(text === undefined ? {} : { 'policy.yaml': text })
  expect(lines(loaded)).toEqual([])
  if (loaded.instance === null) throw new Error('no instance')
  return policyOf(loaded.instance, at, drift)
}

test('without a file the defaults hold', async () => {
  const none = await policy(undefined)
  expectTypeOf(none).toExtend<Policy>()
  expect(none.budgetOf('domain-block')).toEqual({ create: 25, update: 25, delete: 5, weaken: 5 })
  expect(none.minimumOwners).toBe(2)
  expect(none.driftOf('role')).toBe('report')
})

test('a kind takes its own limits, else those of default, else the built-in ones', async () => {
  const { budgetOf } = await policy('budgets:\n  default: { create: 10, delete: 1 }\n  ip_block: { delete: 0 }\n')
  expect(budgetOf('ip-block')).toEqual({ create: 10, update: 25, delete: 0, weaken: 5 })
  expect(budgetOf('role')).toEqual({ create: 10, update: 25, delete: 1, weaken: 5 })
  expect(budgetOf('constructor')).toEqual(budgetOf('role'))
})

test('a raise holds until its day, for its kind, and never lowers', async () => {
  const text =
    'raises:\n  - { kind: domain-block, create: 400, delete: 1, until: 2026-11-24, reason: a list }\n' +
    '  - { kind: domain-block, create: 100, until: 2026-12-24, reason: another }\n'
  expect((await policy(text)).budgetOf('domain-block')).toEqual({ create: 400, update: 25, delete: 5, weaken: 5 })
  expect((await policy(text)).budgetOf('role').create).toBe(25)
  expect((await policy(text, new Date('2026-11-24T00:00:00Z'))).budgetOf('domain-block').create).toBe(100)
  expect((await policy(text, new Date('2026-12-24T00:00:00Z'))).budgetOf('domain-block').create).toBe(25)
})

test('drift goes by the file, else by the kind', async () => {
  const { driftOf } = await policy(
    'drift: { rule_order: correct, role: report }\n',
    now,
    new Map([
      ['role', 'correct'],
      ['setting', 'correct'],
    ]),
  )
  expect(['rule-order', 'role', 'setting', 'rule'].map(driftOf)).toEqual(['correct', 'report', 'correct', 'report'])
})

test('a raise without an amount and one that has ended are told', async () => {
  const raises =
    'raises:\n  - { kind: role, until: 2027-01-01, reason: r }\n' +
    '  - { kind: role, create: 9, until: 2026-01-01, reason: r }\n'
  expect(lines(await load({ 'policy.yaml': raises }, { now }))).toEqual([
    expect.stringContaining('warning raises-nothing policy.yaml:2:5'),
    expect.stringContaining('warning expired policy.yaml:3:'),
  ])
})
