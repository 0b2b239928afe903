import { expect, test } from 'vitest'
import { refOf } from '../../src/reconcile/object-ref.ts'
import type { Check } from '../../src/reconcile/plan/types.ts'
import { newToy, run, type Options, type Toy } from '../support/toy-run.ts'
import type { FarEnd, ToyKind } from '../support/toy-far-end.ts'
import type { Files } from '../support/toy.ts'

const KINDS: readonly ToyKind[] = [
  { name: 'release', phases: ['stage', 'switch', 'prove'], owns: ['unit/web'] },
  { name: 'unit' },
  { name: 'page', after: () => ['release/main'] },
  { name: 'other' },
]
const at = (version: number): Files => ({
  objects: {
    'release/main': { version },
    'unit/web': { version },
    'page/status': { version },
    'other/one': { version },
  },
})
const CUT: Options = { faults: new Map([['switch release/main', 'die-before']]) }
const DISK: Check = { code: 'disk', about: 'host/main', state: 'green', message: 'Disks are full.' }

/** A toy whose far end says something else once its release is written. */
async function cutBefore(says: FarEnd['says']): Promise<Toy> {
  const toy = newToy(KINDS.map((kind) => (kind.phases ? { ...kind, made: () => ((toy.far.says = says), {}) } : kind)))
  await run(toy, { objects: { 'other/one': { version: 1 } } })
  await run(toy, at(2), CUT)
  return toy
}

test('what speaks against the steps since it ended is heard before they go out', async () => {
  const toy = await cutBefore({
    against: (all) =>
      all.some(({ kind }) => kind === 'unit')
        ? [{ code: 'crowd', severity: 'error', message: 'It severs 900 follows by now.' }]
        : [],
  })
  const { plan, report } = await run(toy, at(2))
  expect(plan.findings).toEqual([])
  expect(report?.done.map(refOf)).toEqual(['release/main'])
  expect(report?.skipped.map(({ step, why, reason }) => [refOf(step), why, reason])).toEqual(
    ['unit/web', 'page/status', 'other/one'].map((ref) => [ref, 'blocked', 'It severs 900 follows by now.']),
  )
})

test('a check that turned red while it ended holds back what needs it', async () => {
  const toy = await cutBefore({ checks: [{ ...DISK, state: 'red' }] })
  toy.far.says = { checks: [{ ...DISK, state: 'green' }] }
  const needing = {
    ...toy,
    kinds: toy.kinds.map((kind) => (kind.name === 'unit' ? { ...kind, needs: () => [DISK] } : kind)),
  }
  const { report } = await run(needing, at(2))
  expect(report?.skipped).toMatchObject([
    { step: { kind: 'unit' }, why: 'blocked', reason: expect.stringContaining('Disks are full.') },
  ])
})

test('what is to hold where steps are written is what is known since it ended', async () => {
  const toy = await cutBefore({ guard: () => ({ release: 2 }) })
  toy.far.says = { guard: () => ({ release: 1 }) }
  await run(toy, at(2))
  expect(toy.far.guarded).toEqual({ release: 2 })
})

/** A toy whose release was cut off, and needs a check that is red by now. */
async function cutWhileRed(): Promise<Toy> {
  const toy = newToy(KINDS.map((kind) => (kind.phases ? { ...kind, needs: () => [DISK] } : kind)))
  toy.far.says = { checks: [DISK] }
  await run(toy, at(1))
  await run(toy, at(2), CUT)
  toy.far.says = { checks: [{ ...DISK, state: 'red' }] }
  return toy
}

test('it is not gone on with while its own step is held back, by a check or until a day', async () => {
  const toy = await cutWhileRed()
  const red = await run(toy, at(2))
  toy.far.says = { checks: [DISK] }
  const early = await run(toy, { ...at(2), later: { 'release/main': '2026-12-24' } })
  for (const [{ plan, report }, why] of [
    [red, 'blocked'],
    [early, 'not-yet'],
  ] as const) {
    expect(plan.unfinished).toMatchObject([{ course: 'on' }])
    expect(report?.skipped).toContainEqual(
      expect.objectContaining({ why, step: expect.objectContaining({ id: 'main' }) }),
    )
    expect([report?.ended, report?.unfinished.map(refOf)]).toEqual([[], ['release/main']])
  }
  expect(toy.far.rows.get('release/main')?.fields).toEqual({ version: 1 })
  const { report } = await run(toy, at(2))
  expect([report?.ended.map(refOf), toy.far.records.size]).toEqual([['release/main'], 0])
})

test('it is taken back also while that check is red', async () => {
  const toy = await cutWhileRed()
  const { report } = await run(toy, at(1))
  expect([report?.ended.map(refOf), toy.far.records.size]).toEqual([['release/main'], 0])
})
