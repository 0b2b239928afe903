import { expect, test } from 'vitest'
import { editsOf } from '../../src/session/config-changes.ts'

const connections = (url: string) => ({ domain: 'herd.example', mastodon: { api: { url, token: { env: 'TOKEN' } } } })

test('of instance.yaml and of what may be shown only the keys are told', () => {
  const before = { 'instance.yaml': connections('https://herd.example') }
  const after = {
    'instance.yaml': { ...connections('https://evil.example'), acting_account: 'owner' },
    'policy.yaml': { show: { staff: true, private_comments: true } },
  }
  expect(editsOf(before, after)).toEqual({
    notUsed: [
      'instance.yaml: acting_account',
      'instance.yaml: mastodon.api.url',
      'policy.yaml: show.private_comments',
      'policy.yaml: show.staff',
    ],
    inForce: [],
  })
})

test('the policy is told with its values, lists by what goes and what comes', () => {
  const before = {
    'policy.yaml': {
      minimum_owners: 2,
      protected_domains: ['a.example', 'b.example'],
      drift: { rule: 'report' as const },
    },
  }
  const after = {
    'policy.yaml': {
      budgets: { rule: { create: 1000 } },
      protected_domains: ['c.example', 'b.example'],
      drift: { rule: 'correct' as const },
    },
  }
  expect(editsOf(before, after)).toEqual({
    notUsed: [],
    inForce: [
      { key: 'budgets.rule.create', before: null, after: '1000' },
      { key: 'drift.rule', before: 'report', after: 'correct' },
      { key: 'minimum_owners', before: '2', after: null },
      { key: 'protected_domains', before: 'a.example', after: null },
      { key: 'protected_domains', before: null, after: 'c.example' },
    ],
  })
})

test('a list that is new or gone is told item by item, and the same files are no edit', () => {
  const raise = { kind: 'rule' as const, create: 100, until: '2026-12-24', reason: 'Move' }
  const one = { 'policy.yaml': { raises: [raise] } }
  expect(editsOf({}, one).inForce).toEqual([
    {
      key: 'raises',
      before: null,
      after: JSON.stringify({ create: 100, kind: 'rule', reason: 'Move', until: '2026-12-24' }),
    },
  ])
  expect(editsOf(one, {}).inForce).toHaveLength(1)
  expect(editsOf(one, one)).toEqual({ notUsed: [], inForce: [] })
})
