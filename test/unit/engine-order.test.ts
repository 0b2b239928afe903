import { expect, test } from 'vitest'
import { refOf } from '../../src/reconcile/object-ref.ts'
import type { Plan } from '../../src/reconcile/plan/types.ts'
import { newToy, look, run } from '../support/toy-run.ts'
import type { ToyKind } from '../support/toy-far-end.ts'

const order = ({ steps }: Plan): string[] => steps.map(refOf)

/** Machines come first in the registry, and stand in a network that comes later. */
const KINDS: readonly ToyKind[] = [
  { name: 'machine', after: () => ['network/main'] },
  { name: 'record', after: () => ['machine/web'], together: () => true },
  { name: 'network' },
]
const FILES = { objects: { 'machine/web': { size: 1 }, 'record/www': { ttl: 1 }, 'network/main': { range: 8 } } }

test('a plan goes by what steps need before it goes by the registry', async () => {
  const toy = newToy(KINDS)
  expect(order((await look(toy, FILES)).plan)).toEqual(['network/main', 'machine/web', 'record/www'])
  const { report } = await run(toy, FILES)
  expect(toy.far.did).toEqual(['create network/main', 'create machine/web', 'create record/www'])
  expect(report).toMatchObject({ failed: [], skipped: [], notReached: [], remaining: [] })
  expect((await look(toy, FILES)).plan.steps).toEqual([])
})

test('a step that was not done stops all that need it, and nothing else', async () => {
  const toy = newToy([...KINDS, { name: 'other' }])
  const files = { objects: { ...FILES.objects, 'other/one': { size: 1 } } }
  const { report } = await run(toy, files, { faults: new Map([['create network/main', 'refuse']]) })
  expect(toy.far.did).toEqual(['create other/one'])
  expect(report?.skipped.map(({ step, why, reason }) => [refOf(step), why, reason])).toEqual([
    ['machine/web', 'blocked', 'This step needs network/main, but that step was not done.'],
    ['record/www', 'blocked', 'This step needs machine/web, but that step was not done.'],
  ])
})

test('steps that may be written at once are not where one needs the other', async () => {
  const toy = newToy([{ name: 'part', together: () => true, after: ({ id }) => (id === 'a' ? ['part/b'] : []) }])
  const { report } = await run(
    toy,
    { objects: { 'part/a': {}, 'part/b': {} } },
    { faults: new Map([['create part/b', 'refuse']]) },
  )
  expect([toy.far.did, report?.skipped.length]).toEqual([[], 1])
})

test('a step waits for what it needs where that is told as a difference and is not there', async () => {
  const toy = newToy(KINDS)
  await run(toy, { objects: { 'network/main': { range: 8 } } })
  toy.far.rows.delete('network/main')
  const { report, plan } = await run(toy, FILES)
  expect([order(plan), plan.drift.map(refOf)]).toEqual([['machine/web', 'record/www'], ['network/main']])
  expect(report?.skipped.map(({ reason }) => reason)).toEqual([
    'This step needs network/main, which is not as the files have it.',
    'This step needs machine/web, but that step was not done.',
  ])
  // What somebody changed there takes nothing from what only comes after it.
  toy.far.rows.set('network/main', { serverId: '1', fields: { range: 9 } })
  await run(toy, FILES)
  expect(toy.far.did.slice(1)).toEqual(['create machine/web', 'create record/www'])
})

test('a step waits for a kind that could not be read, and goes out once it is', async () => {
  const toy = newToy(KINDS)
  toy.far.unreadable.add('network')
  await run(toy, FILES)
  expect(toy.far.did).toEqual([])
  toy.far.unreadable.clear()
  await run(toy, FILES)
  expect(toy.far.did.length).toBe(3)
})
