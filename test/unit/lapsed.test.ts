import { expect, test } from 'vitest'
import { approvalsBy, marksOf } from '../../src/reconcile/approval-marks.ts'
import { spend } from '../../src/reconcile/approvals.ts'
import { withoutLapsed } from '../../src/reconcile/apply/lapsed.ts'
import type { MergeApproval } from '../../src/reconcile/ledger/types.ts'
import type { Plan, Step } from '../../src/reconcile/plan/types.ts'
import { EMPTY } from '../support/plans.ts'
import { sealingWith } from '../support/sealing.ts'

const SEALING = sealingWith(Buffer.from('a key of the ledger'))

/** A block that somebody added by hand, to be taken away. */
const taken = (domain: string, serverId = '7'): Step => ({
  kind: 'domain-block',
  id: domain,
  action: 'delete',
  cause: 'drift',
  serverId,
  changes: [],
  target: {},
  seen: { severity: 'silence' },
  unmanaged: true,
  hazard: 'reversible',
  weakens: true,
  connection: 'rest',
  calls: 1,
  digest: `d-${domain}-${serverId}`,
})
const restoring = (...steps: readonly Step[]): MergeApproval => {
  const marks = marksOf(
    steps,
    { pullRequest: 12, restore: steps.map(({ kind, id }) => `${kind}/${id}`), askedBy: [], isOurs: true },
    SEALING,
  )
  return { pullRequest: 12, by: 'ann', at: '2026-11-30T00:00:00Z', byOwner: true, marks }
}
const BLOCKS = { kind: 'domain-block', complete: true, objects: 1, requests: 1 }
const UNREAD = { kind: 'moderator', complete: false, reason: 'no connection', objects: 0, requests: 0 }
const planOf = (steps: readonly Step[], ...reads: Plan['reads']): Plan => ({ ...EMPTY, steps, reads })

const wishes = (merge: MergeApproval, plan: Plan, approvals: Parameters<typeof withoutLapsed>[0]['approvals'] = []) =>
  (withoutLapsed({ merges: [merge], approvals }, plan, SEALING)?.merges ?? [merge]).flatMap(
    ({ marks }) => marks.restore,
  )

const [ONE, TWO] = [taken('one.example'), taken('two.example')]

test('what was to be taken away and is gone is wished for no more, also where another kind could not be read', () => {
  const merge = restoring(ONE)
  expect(wishes(merge, planOf([ONE], BLOCKS, UNREAD))).toEqual(['domain-block/one.example'])
  expect(wishes(merge, planOf([], BLOCKS, UNREAD))).toEqual([])
  expect(wishes(merge, planOf([], { ...BLOCKS, complete: false }))).toEqual(['domain-block/one.example'])
})

test('nor what somebody added anew since', () => {
  expect(wishes(restoring(ONE), planOf([taken('one.example', '8')], BLOCKS, UNREAD))).toEqual([])
})

test('nor what was taken away once, while another of the same pull request waits', () => {
  const merge = restoring(ONE, TWO)
  const given = approvalsBy([merge], [ONE, TWO], [], SEALING)
  const spent = spend(
    given,
    given.slice(0, 1).map(({ digest }) => digest),
  )
  expect(wishes(merge, planOf([ONE, TWO], BLOCKS), given)).toEqual([
    'domain-block/one.example',
    'domain-block/two.example',
  ])
  expect(wishes(merge, planOf([ONE, TWO], BLOCKS), spent)).toEqual(['domain-block/two.example'])
  expect(wishes(merge, planOf([TWO], BLOCKS), spent)).toEqual(['domain-block/two.example'])
})
