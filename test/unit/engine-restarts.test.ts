import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { refOf } from '../../src/reconcile/object-ref.ts'
import { canonicalJson } from '../../src/reconcile/digest.ts'
import type { ApprovalRules } from '../../src/reconcile/apply/outgoing.ts'
import type { Fields, Value } from '../../src/instance/values.ts'
import type { Plan } from '../../src/reconcile/plan/types.ts'
import { look, newToy, run, type Toy } from '../support/toy-run.ts'
import type { Files } from '../support/toy.ts'
import type { ToyKind } from '../support/toy-far-end.ts'

/** What a unit reads, as the digest that whoever starts it writes down. */
const digestOf = (read: readonly (Fields | undefined)[]): string =>
  createHash('sha256').update(canonicalJson(read)).digest('hex').slice(0, 8)

const READS = ['file/a', 'file/b']

/** A unit that reads two files; starting it, the far end writes down what they are then. */
function start(unit: Partial<ToyKind> = {}): Toy {
  const toy: Toy = newToy([
    {
      name: 'unit',
      restarts: 'inputs',
      after: () => READS,
      made: () => ({ inputs: digestOf(READS.map((ref) => toy.far.rows.get(ref)?.fields)) }),
      ...unit,
    },
    { name: 'file' },
  ])
  return toy
}

/** Files with these contents, and the unit that reads them. */
const files = (a: Value, b: Value, unit: Fields = {}): Files => {
  const objects = { 'file/a': { content: a }, 'file/b': { content: b } }
  return { objects: { ...objects, 'unit/web': { ...unit, inputs: digestOf(Object.values(objects)) } } }
}
const inputs = (toy: Toy): Value | undefined => toy.far.rows.get('unit/web')?.fields['inputs']
const steps = ({ steps: all }: Plan): string[] => all.map((step) => `${step.action} ${refOf(step)}`)
const since = async (toy: Toy, act: () => Promise<unknown>): Promise<string[]> => {
  const before = toy.far.did.length
  await act()
  return toy.far.did.slice(before)
}

async function started(unit: Partial<ToyKind> = {}): Promise<Toy> {
  const toy = start(unit)
  await run(toy, files(1, 1))
  return toy
}

test('a unit is restarted once, after all that it reads, and is in sync then', async () => {
  const toy = await started()
  expect(await since(toy, () => run(toy, files(2, 2)))).toEqual(['update file/a', 'update file/b', 'update unit/web'])
  expect((await look(toy, files(2, 2))).plan).toMatchObject({ steps: [], drift: [], adjustments: [] })
})

test('a restart goes out where some of what causes it was done, and not where nothing was', async () => {
  const toy = await started()
  const none = new Map(READS.map((ref) => [`update ${ref}`, 'refuse' as const]))
  const { report } = await run(toy, files(2, 2), { faults: none })
  expect(report?.skipped).toMatchObject([
    {
      step: { kind: 'unit' },
      why: 'blocked',
      reason: 'Herdbook did not restart this unit, because nothing that it reads was changed: file/a, file/b.',
    },
  ])
  expect(toy.ledger.attempts).toEqual([])
  const one = new Map([['update file/a', 'refuse' as const]])
  expect(await since(toy, () => run(toy, files(2, 2), { faults: one }))).toEqual(['update file/b', 'update unit/web'])
  // It read what is there, which is not yet what the files say: the rest follows with the next run.
  expect(await since(toy, () => run(toy, files(2, 2)))).toEqual(['update file/a', 'update unit/web'])
  expect(inputs(toy)).toBe(digestOf([{ content: 2 }, { content: 2 }]))
})

test('a restart that was cut off is made good by the next run', async () => {
  for (const fault of ['die-before', 'die-after'] as const) {
    const toy = await started()
    await run(toy, files(2, 1), { faults: new Map([['update unit/web', fault]]) })
    await run(toy, files(2, 1))
    expect([inputs(toy), steps((await look(toy, files(2, 1))).plan)]).toEqual([
      digestOf([{ content: 2 }, { content: 1 }]),
      [],
    ])
  }
})

test('what a unit read for another reason is told, whatever the policy, and restored if somebody asks', async () => {
  const toy = await started({ drift: 'correct' })
  toy.far.rows.set('unit/web', { serverId: '3', fields: { inputs: 'other' } })
  const { plan } = await look(toy, files(1, 1))
  expect(plan).toMatchObject({ steps: [], drift: [{ id: 'web', fields: ['inputs'] }] })
  const restored = await look(toy, files(1, 1), { restore: ['unit/web'] })
  expect(restored.plan).toMatchObject({ drift: [], steps: [{ action: 'update', cause: 'drift' }] })
})

test('a stale unit is restarted with what it reads, where the plan changes that', async () => {
  const toy = await started()
  toy.far.rows.set('unit/web', { serverId: '3', fields: { inputs: 'other' } })
  const { plan } = await run(toy, files(2, 1))
  expect(plan.steps).toMatchObject([{ id: 'a' }, { id: 'web', cause: 'change' }])
  expect([plan.drift, plan.conflicts, inputs(toy)]).toEqual([[], [], digestOf([{ content: 2 }, { content: 1 }])])
})

test('what else of a unit was changed by hand is told beside its restart, once', async () => {
  const toy = start()
  await run(toy, files(1, 1, { user: 'web' }))
  toy.far.rows.set('unit/web', { serverId: '3', fields: { inputs: 'other', user: 'root' } })
  expect((await look(toy, files(1, 1, { user: 'web' }))).plan.drift).toMatchObject([{ fields: ['inputs', 'user'] }])
  const { plan } = await look(toy, files(2, 1, { user: 'web' }))
  expect(plan.drift).toMatchObject([{ fields: ['user'] }])
  expect(plan.steps.find(({ kind }) => kind === 'unit')?.changes.map(({ field }) => field)).toEqual(['inputs'])
})

test('a restart is approved with what causes it, and waits for an approval like that', async () => {
  const toy = await started()
  const by = { by: 'ann', at: '2026-12-01T10:00:00Z', source: 'she said so', form: 2 as const, spent: false }
  const approving: ApprovalRules = {
    isEnough: () => false,
    required: { reasonFor: () => 'Nobody.', hold: () => new Map() },
  }
  const changed = files(2, 2)
  const approve = async (id: string): Promise<void> => {
    const { plan } = await look(toy, changed)
    const approvals = plan.steps
      .filter((step) => step.id === id)
      .map((step) => ({ digest: step.digest, ref: refOf(step), ...by }))
    toy.ledger = { ...toy.ledger, approvals: [...toy.ledger.approvals, ...approvals] }
  }
  const nobody = await run(toy, changed, { approving })
  expect(nobody.report?.skipped.map(({ step, why }) => [refOf(step), why])).toEqual([
    ['file/a', 'not-approved'],
    ['file/b', 'not-approved'],
    ['unit/web', 'not-approved'],
  ])
  await approve('b')
  expect(await since(toy, () => run(toy, changed, { approving }))).toEqual(['update file/b', 'update unit/web'])
})

test('a restart that nothing causes any more takes an approval of its own', async () => {
  const toy = await started()
  await run(toy, files(2, 1), { faults: new Map([['update unit/web', 'refuse']]) })
  const approving: ApprovalRules = {
    isEnough: () => false,
    required: { reasonFor: () => 'Nobody.', hold: () => new Map() },
  }
  const { plan, report } = await run(toy, files(2, 1), { approving })
  expect([steps(plan), report?.skipped.map(({ why }) => why)]).toEqual([['update unit/web'], ['not-approved']])
})

test('a field of that name is a field like any other where its kind says nothing of restarts', async () => {
  const toy = newToy([{ name: 'form', drift: 'correct', after: () => READS }, { name: 'file' }])
  const objects = { 'file/a': { content: 1 }, 'form/main': { inputs: 3 } }
  await run(toy, { objects })
  toy.far.rows.set('form/main', { serverId: '2', fields: { inputs: 4 } })
  expect((await look(toy, { objects })).plan).toMatchObject({ drift: [], steps: [{ kind: 'form', cause: 'drift' }] })
  const refused = new Map([['update file/a', 'refuse' as const]])
  const changed = { objects: { 'file/a': { content: 2 }, 'form/main': { inputs: 5 } } }
  toy.far.rows.set('form/main', { serverId: '2', fields: { inputs: 3 } })
  expect((await run(toy, changed, { faults: refused })).report?.skipped).toMatchObject([
    { step: { kind: 'form' }, why: 'blocked', reason: expect.not.stringContaining('restarted') },
  ])
})

test('what a unit read stands in the field that its kind names', async () => {
  const toy = newToy([{ name: 'unit', restarts: 'started', after: () => READS }, { name: 'file' }])
  const objects = { 'file/a': { content: 1 }, 'unit/web': { started: 1 } }
  await run(toy, { objects })
  toy.far.rows.set('unit/web', { serverId: '2', fields: { started: 0 } })
  expect((await look(toy, { objects })).plan).toMatchObject({ steps: [], drift: [{ fields: ['started'] }] })
  const { plan } = await look(toy, { objects: { ...objects, 'file/a': { content: 2 } } })
  expect(plan).toMatchObject({ drift: [], steps: [{ id: 'a' }, { id: 'web', changes: [{ field: 'started' }] }] })
})
