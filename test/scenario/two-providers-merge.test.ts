import { afterAll, beforeAll, expect, test } from 'vitest'
import type { MergeApproval } from '../../src/reconcile/ledger/types.ts'
import { marksOf } from '../../src/reconcile/approval-marks.ts'
import type { ApprovalRules } from '../../src/reconcile/apply/outgoing.ts'
import type { PlanWithInput } from '../../src/reconcile/reconciler.ts'
import { timeOf } from '../support/memory-server.ts'
import { both, pair, type Pair } from '../support/two-providers.ts'
import { refs, reportOf } from '../testkit/files/told.ts'
import { applyHead, ledgerOf, planHead, type Options } from '../testkit/files/herd.ts'

let herd: Pair
beforeAll(async () => {
  herd = await pair()
})
afterAll(() => herd[Symbol.asyncDispose]())

const DAY = 86_400_000
const approving: ApprovalRules = {
  isEnough: () => true,
  required: { reasonFor: () => 'Nobody approved it.', hold: () => new Map() },
}

/** A pull request that was merged with this plan in its comment. */
const merged = ({ plan, input }: PlanWithInput, pullRequest: number): MergeApproval => ({
  pullRequest,
  by: 'alice',
  at: timeOf(herd.server).toISOString(),
  byOwner: true,
  marks: marksOf(plan.steps, { pullRequest, restore: [], askedBy: [], isOurs: false }, input.sealing),
})

/** An apply on a forge, which tells of these merges. */
const on = (...merges: readonly MergeApproval[]): Options => ({ approving, mergesOf: () => Promise.resolve(merges) })

test('what a merge approved goes out the day after, if its machine could not be read at the apply', async () => {
  const { world, machine, far, withoutMachine, server } = herd
  world.write(both(herd, 'Hello', 'spam.example'))
  await applyHead(world, far)

  world.write(both(herd, 'Good morning', 'spam.example', 'b.example'))
  const planned = await planHead(world, far)
  expect(refs(planned.plan.steps)).toEqual(['update file/etc/motd', 'create domain-block/b.example'])
  const first = reportOf(await applyHead(world, withoutMachine, on(merged(planned, 7))))
  expect(refs(first.done)).toEqual(['create domain-block/b.example'])
  expect((await ledgerOf(world)).merges.map(({ pullRequest }) => pullRequest)).toEqual([7])

  server.now += DAY
  const second = reportOf(await applyHead(world, far, on()))
  expect([refs(second.done), second.skipped]).toEqual([['update file/etc/motd'], []])
  expect(machine.content('etc/motd')).toBe('Good morning')
  const ledger = await ledgerOf(world)
  expect(ledger.approvals.map(({ ref, by, spent }) => `${ref} ${by} ${spent}`).sort()).toEqual([
    'domain-block/b.example alice true',
    'file/etc/motd alice true',
  ])
  expect(ledger.merges).toEqual([])
})

test('an approval serves once, and nothing that moved meanwhile', async () => {
  const { world, machine, far, withoutMachine, server } = herd
  world.write(both(herd, 'Good evening', 'spam.example', 'b.example'))
  const planned = await planHead(world, far)
  await applyHead(world, withoutMachine, on(merged(planned, 8)))
  // Somebody else has written there: what was approved was a change of what stood there before.
  machine.put('etc/motd', 'By hand')
  server.now += DAY
  const { plan } = await planHead(world, far)
  expect([plan.steps, plan.conflicts.map(({ id }) => id)]).toEqual([[], ['etc/motd']])
  machine.put('etc/motd', 'Good morning')
  const done = reportOf(await applyHead(world, far, on()))
  expect(refs(done.done)).toEqual(['update file/etc/motd'])

  world.write(both(herd, 'Good morning', 'spam.example', 'b.example'))
  const back = reportOf(await applyHead(world, far, on()))
  expect([back.done, refs(back.skipped.map(({ step }) => step))]).toEqual([[], ['update file/etc/motd']])
  expect(machine.content('etc/motd')).toBe('Good evening')
})
