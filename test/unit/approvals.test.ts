import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { approve, approvers, missing, spend } from '../../src/reconcile/approvals.ts'
import { canonicalJson, planDigest, seal, stepDigest, type Approvable } from '../../src/reconcile/digest.ts'
import type { Plan, Step } from '../../src/reconcile/types.ts'

const KEY = Buffer.from('a key of the herd')
const step: Approvable = {
  server: 'herd.example',
  kind: 'domain-block',
  id: 'spam.example',
  action: 'update',
  serverId: '7',
  changes: [
    { field: 'severity', before: 'limit', after: 'suspend' },
    { field: 'comment', before: null, after: 'Spam' },
  ],
  pullRequest: 12,
}
const full: Step = { ...step, cause: 'change', hazard: 'irreversible', target: {}, seen: {}, weakens: false, door: 'rest', calls: 1, digest: 'd1' }
const by = { by: 'alice', at: '2026-11-23T04:00:00Z', source: 'https://github.com/herd/instance/pull/12' }

describe('canonical JSON', () => {
  it('is the same for equal values, whatever the order of keys', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const turned = Object.fromEntries(Object.entries(value).reverse())
        expect(canonicalJson(turned)).toBe(canonicalJson(value))
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })

  it('refuses what JSON cannot hold', () => {
    for (const value of [undefined, Number.NaN, [undefined], 1n, () => {}]) expect(() => canonicalJson(value)).toThrow(TypeError)
  })
})

describe("a step's digest", () => {
  it.each<[string, Partial<Approvable>]>([
    ['server', { server: 'other.example' }],
    ['kind', { kind: 'email-domain-block' }],
    ['id', { id: 'spam2.example' }],
    ["server's id", { serverId: '8' }],
    ['action', { action: 'create' }],
    ['value before', { changes: [{ field: 'severity', before: 'none', after: 'suspend' }] }],
    ['value after', { changes: [{ field: 'severity', before: 'limit', after: 'none' }] }],
    ['extra', { extra: { notify_members: true } }],
    ['pull request', { pullRequest: 13 }],
  ])('is another for another %s', (_, change) => {
    expect(stepDigest({ ...step, ...change }, KEY)).not.toBe(stepDigest(step, KEY))
  })

  it('does not depend on the order of changes or on the impact', () => {
    expect(stepDigest({ ...step, changes: step.changes.toReversed() }, KEY)).toBe(stepDigest(step, KEY))
    expect(stepDigest({ ...full, server: step.server, pullRequest: 12, impact: { follows: 9, followers: 9, accounts: 9 } } as Approvable, KEY)).toBe(stepDigest(step, KEY))
  })

  it('needs the key, and serves no other purpose', () => {
    expect(new Set([stepDigest(step, KEY), stepDigest(step, null), stepDigest(step, Buffer.from('x')), seal('plan', step, KEY)]).size).toBe(4)
  })
})

describe("a plan's digest", () => {
  const plan: Omit<Plan, 'digest'> = {
    version: 1, environment: 'production', domain: 'herd.example', commit: null, ledger: null, reads: [], steps: [full], drift: [], conflicts: [],
    takeovers: [], unmanaged: [], waiting: [], released: [], adjustments: [], findings: [],
  }

  it('leaves out how it was read and which door it takes', () => {
    const other = { ...plan, reads: [{ kind: 'rule', complete: true, objects: 1, requests: 9 }], steps: [{ ...full, door: 'console' as const, calls: 50, impact: { follows: 1, followers: 1, accounts: 1 } }] }
    expect(planDigest(other)).toBe(planDigest(plan))
  })

  it('covers what it does', () => {
    const others = [{ ...plan, steps: [] }, { ...plan, steps: [{ ...full, id: 'x' }] }, { ...plan, commit: 'c' }, { ...plan, released: ['rule'] }]
    expect(new Set([plan, ...others].map((each) => planDigest(each))).size).toBe(5)
  })
})

describe('approvals', () => {
  it('cover their step once', () => {
    const given = approve([], [full], by)
    expect(given).toEqual([{ digest: 'd1', ref: 'domain-block/spam.example', ...by, spent: false }])
    const other = { ...full, digest: 'd2' }
    expect(missing([full, other], given)).toEqual([other])
    expect(approvers(given, ['d1', 'd2'])).toEqual(['alice'])
    const spent = spend(given, ['d1'])
    expect(missing([full], spent)).toEqual([full])
    expect(missing([full], approve(spent, [full], by))).toEqual([])
  })

  it('given twice are spent together', () => {
    const twice = approve(approve([], [full], by), [full], { ...by, by: 'bob' })
    expect(missing([full], spend(twice, ['d1']))).toEqual([full])
    expect(spend(twice, ['other'])).toEqual(twice)
  })
})
