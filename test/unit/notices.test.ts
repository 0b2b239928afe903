import { describe, expect, test } from 'vitest'
import { planDigest } from '../../src/reconcile/digest.ts'
import { withNotices } from '../../src/reconcile/plan/notices.ts'
import { emptyLedger } from '../../src/reconcile/ledger/ledger.ts'
import type { Notice } from '../../src/reconcile/ledger/types.ts'
import type { Step } from '../../src/reconcile/plan/types.ts'
import { touching, EMPTY, step } from '../support/plans.ts'
import { sealingWith } from '../support/sealing.ts'

const NOW = new Date('2026-11-26T09:30:00Z')
const severing = step('domain-block', 'bad.example', {
  hazard: 'irreversible',
  impact: touching({ follows: 3, followers: 1, accounts: 9 }),
})
const given: Notice = { ref: 'domain-block/bad.example', at: '2026-11-20T04:00:00.000Z', from: '2026-11-28' }

/** What a plan that is made now says of when a step is done. */
const noticeOn = (
  one: Step,
  noticeDays: number | null = 7,
  notices: readonly Notice[] = [],
  now = NOW,
): Step['notice'] => {
  const policy = {
    budgetOf: () => ({ create: 1, update: 1, delete: 1, weaken: 1 }),
    driftOf: () => 'report' as const,
    minimumOwners: 2,
    announce: { noticeDays },
  }
  return withNotices([one], { policy, ledger: { ...emptyLedger, notices }, now })[0]?.notice
}

describe('a plan says of a suspension that cuts follows', () => {
  test('from which day it is done, were members told now: the first midnight that many whole days away', () => {
    expect(noticeOn(severing)).toEqual({ at: null, from: '2026-12-04' })
    expect(noticeOn(severing, 7, [], new Date('2026-11-26T00:00:00Z'))).toEqual({ at: null, from: '2026-12-03' })
    expect(noticeOn(severing, 7, [{ ...given, ref: 'domain-block/other.example' }])).toEqual({
      at: null,
      from: '2026-12-04',
    })
  })

  test('when they were told, where they were, and no more when the day has come', () => {
    expect(noticeOn(severing, 90, [given])).toEqual({ at: given.at, from: '2026-11-28' })
    expect(noticeOn(severing, 90, [given], new Date('2026-11-28T00:00:00Z'))).toBeUndefined()
  })

  test.each<[string, Step, number | null]>([
    ['where the policy gives no notice', severing, null],
    ['where it cuts nothing', { ...severing, impact: touching({ follows: 0, followers: 0, accounts: 9 }) }, 7],
    ['where it hides follows and cuts none', { ...severing, hazard: 'disruptive' }, 7],
    ['where no connection can write it', { ...severing, connection: null }, 7],
  ])('nothing of it %s', (_where, one, days) => {
    expect(noticeOn(one, days)).toBeUndefined()
  })

  test('and is the same plan the day after', () => {
    const plan = (notice: NonNullable<Step['notice']>) =>
      planDigest({ ...EMPTY, steps: [{ ...severing, notice }] }, sealingWith(null))
    expect(plan({ at: null, from: '2026-12-04' })).toBe(planDigest({ ...EMPTY, steps: [severing] }, sealingWith(null)))
    expect(plan({ at: given.at, from: given.from })).toBe(plan({ at: null, from: '2026-12-05' }))
  })
})
