import { touching } from '../support/plans.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { approve, approvers, isRecent, missing, spend } from '../../src/reconcile/approvals.ts'
import {
  canonicalJson,
  planDigest,
  sealIn,
  stepDigest,
  type ApprovableStep,
  type DigestScope,
} from '../../src/reconcile/digest.ts'
import type { Plan } from '../../src/reconcile/plan/types.ts'
import { sealingWith } from '../support/sealing.ts'
import { KEY, SEALING, step, full, by } from '../support/approved-step.ts'

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
    for (const value of [undefined, Number.NaN, [undefined], 1n, () => {}])
      expect(() => canonicalJson(value)).toThrow(TypeError)
  })
})

describe("a step's digest", () => {
  it.each<[string, Partial<ApprovableStep>]>([
    ['kind', { kind: 'email-domain-block' }],
    ['id', { id: 'spam2.example' }],
    ["server's id", { serverId: '8' }],
    ['action', { action: 'create' }],
    ['value before', { changes: [{ field: 'severity', before: 'none', after: 'suspend' }] }],
    ['value after', { changes: [{ field: 'severity', before: 'limit', after: 'none' }] }],
  ])('is another for another %s', (_, change) => {
    expect(stepDigest({ ...step, ...change }, SEALING, 12)).not.toBe(stepDigest(step, SEALING, 12))
  })

  it('that takes away what somebody added by hand is another when that is not as it was seen', () => {
    const taken = {
      ...full,
      action: 'delete',
      cause: 'drift',
      unmanaged: true,
      changes: [],
      seen: { severity: 'silence' },
    } as const
    expect(stepDigest({ ...taken, seen: { severity: 'suspend' } }, SEALING, 12)).not.toBe(
      stepDigest(taken, SEALING, 12),
    )
    // What a list leaves out is taken away by the list, whatever it is like.
    const listed = { ...taken, cause: 'change' } as const
    expect(stepDigest({ ...listed, seen: { severity: 'suspend' } }, SEALING, 12)).toBe(stepDigest(listed, SEALING, 12))
  })

  it.each<[string, Partial<DigestScope>]>([
    ['server', { provider: 'mastodon:other.example' }],
    ['kind of provider', { provider: 'host:herd.example' }],
    ['environment', { environment: 'staging' }],
    ['repository', { repository: 'f'.repeat(40) }],
    ['repository, where there is none', { repository: null }],
  ])('is another for another %s, of either form but for what version 1 did not know', (_, scope) => {
    expect(stepDigest(step, sealingWith(KEY, scope), 12)).not.toBe(stepDigest(step, SEALING, 12))
  })

  it('is another for another pull request, none, or the older form', () => {
    expect(
      new Set([
        stepDigest(step, SEALING, 12),
        stepDigest(step, SEALING, 13),
        stepDigest(step, SEALING),
        stepDigest(step, SEALING, 12, 1),
      ]).size,
    ).toBe(4)
  })

  it('does not depend on the order of changes or on the impact', () => {
    expect(stepDigest({ ...step, changes: step.changes.toReversed() }, SEALING)).toBe(stepDigest(step, SEALING))
    expect(
      stepDigest({ ...full, impact: touching({ follows: 9, followers: 9, accounts: 9 }) } as ApprovableStep, SEALING),
    ).toBe(stepDigest(step, SEALING))
  })

  it('needs the key, and serves no other purpose', () => {
    expect(
      new Set([
        stepDigest(step, SEALING),
        stepDigest(step, sealingWith(null)),
        stepDigest(step, sealingWith(Buffer.from('x'))),
        sealIn(SEALING, 'plan', step),
      ]).size,
    ).toBe(4)
  })
})

describe("a plan's digest", () => {
  const plan: Omit<Plan, 'digest'> = {
    version: 1,
    environment: 'production',
    domain: 'herd.example',
    commit: null,
    ledger: null,
    reads: [],
    steps: [full],
    drift: [],
    conflicts: [],
    takeovers: [],
    unmanaged: [],
    waiting: [],
    released: [],
    letGo: [],
    leftBehind: [],
    leftAlone: [],
    adjustments: [],
    owed: [],
    unfinished: [],
    removed: [],
    findings: [],
    checks: [],
  }

  it('leaves out how it was read and which connection it takes', () => {
    const other = {
      ...plan,
      reads: [{ kind: 'rule', complete: true, objects: 1, requests: 9 }],
      steps: [
        {
          ...full,
          connection: 'console' as const,
          calls: 50,
          impact: touching({ follows: 1, followers: 1, accounts: 1 }),
        },
      ],
    }
    expect(planDigest(other, SEALING)).toBe(planDigest(plan, SEALING))
  })

  it('covers what it does', () => {
    const others = [
      { ...plan, steps: [] },
      { ...plan, steps: [{ ...full, id: 'x' }] },
      { ...plan, commit: 'c' },
      { ...plan, released: ['rule'] },
    ]
    expect(new Set([plan, ...others].map((each) => planDigest(each, SEALING))).size).toBe(5)
  })
})

describe('approvals', () => {
  it('cover their step once', () => {
    const given = approve([], [full], by)
    expect(given).toEqual([{ digest: 'd1', ref: 'domain-block/spam.example', ...by, form: 2, spent: false }])
    const other = { ...full, digest: 'd2' }
    expect(missing([full, other], given, SEALING)).toEqual([other])
    expect(approvers([full, other], given, SEALING)).toEqual(['alice'])
    const spent = spend(given, ['d1'])
    expect(missing([full], spent, SEALING)).toEqual([full])
    expect(missing([full], approve(spent, [full], by), SEALING)).toEqual([])
  })

  it('given twice are spent together', () => {
    const twice = approve(approve([], [full], by), [full], { ...by, by: 'bob' })
    expect(missing([full], spend(twice, ['d1']), SEALING)).toEqual([full])
    expect(spend(twice, ['other'])).toEqual(twice)
  })
})

it('a pull request approves for a year after its merge, and what was used up is known for as long', () => {
  const merged = { at: '2026-11-23T04:00:00Z' }
  expect(isRecent(merged, new Date('2027-11-23T04:00:00Z'))).toBe(true)
  expect(isRecent(merged, new Date('2027-11-25T04:00:00Z'))).toBe(false)
})
