import { describe, expect, it } from 'vitest'
import { EXIT, HerdbookError } from '../../src/instance/diagnostic.ts'
import { compareWithBase } from '../../src/reconcile/plan/compare-with-base.ts'
import { desiredOf } from '../../src/reconcile/reconciler.ts'
import type { Ledger } from '../../src/reconcile/ledger/types.ts'
import { applyJson } from '../../src/json/plan.ts'
import {
  ACCESS,
  applied,
  instanceOf,
  look,
  newWorld,
  planned,
  SERVICES,
  type Files,
  type LiveState,
} from '../support/claimed.ts'

const X = { mode: 420 }
const named = (...ids: readonly string[]) => ids.map((id) => ({ id, fields: X }))
const BOTH: Files = { [SERVICES]: named('a', 'both'), [ACCESS]: named('b', 'both') }

async function begun(files: Files = BOTH): Promise<LiveState> {
  const world = newWorld()
  await applied(world, files)
  return world
}
const rows = ({ entries }: Ledger) => [...entries.values()].map(({ id, sources }) => [id, sources])

describe('a kind that two files feed', () => {
  it('has the objects of both, and the ledger says where each is from, unless that is the first alone', async () => {
    const world = await begun()
    expect([...world.rows.keys()].toSorted()).toEqual(['a', 'b', 'both'])
    expect(rows(world.ledger)).toEqual([
      ['a', undefined],
      ['b', [ACCESS]],
      ['both', [ACCESS, SERVICES]],
    ])
    expect((await planned(world, BOTH)).adjustments).toEqual([])
  })

  it('one that is not managed any more lets go of its own, and what the other says too stays', async () => {
    const world = await begun()
    const { plan } = await applied(world, { [SERVICES]: named('a', 'both') })
    expect(plan.steps).toEqual([])
    expect(plan.letGo).toEqual([{ kind: 'unit', objects: 1 }])
    expect(rows(world.ledger)).toEqual([
      ['a', undefined],
      ['both', undefined],
    ])
    expect([...world.rows.keys()]).toContain('b')
  })

  it('one that stops naming them has what it alone yielded deleted', async () => {
    const world = await begun()
    const { done } = await applied(world, { [SERVICES]: named('a', 'both'), [ACCESS]: [] })
    expect(done.map(({ id, action, files }) => [id, action, files])).toEqual([['b', 'delete', [ACCESS]]])
    expect([...world.rows.keys()].toSorted()).toEqual(['a', 'both'])
  })

  it('what both named, where one goes and the other stops, is released', async () => {
    const plan = await planned(await begun(), { [SERVICES]: named('a') })
    expect(plan.steps).toEqual([])
    expect(plan.letGo).toEqual([{ kind: 'unit', objects: 2 }])
  })

  it('where none is managed, all is let go', async () => {
    const world = await begun()
    const { plan } = await applied(world, {})
    expect([plan.released, plan.letGo, plan.reads]).toEqual([['unit'], [{ kind: 'unit', objects: 3 }], []])
    expect([rows(world.ledger), world.rows.size]).toEqual([[], 3])
  })

  it('what moves from one file to the other is written down, and no step', async () => {
    const world = await begun()
    const moved = { [SERVICES]: named('both', 'b', 'a'), [ACCESS]: [] }
    expect((await applied(world, moved)).plan.steps).toEqual([])
    expect(rows(world.ledger).map(([, sources]) => sources)).toEqual([undefined, undefined, undefined])
  })

  it('a step has both places, and goes by all its files, old and new', async () => {
    const world = newWorld()
    const [, , both] = (await applied(world, BOTH)).done
    expect(both).toMatchObject({
      id: 'both',
      source: { file: ACCESS, path: [1] },
      alsoIn: [{ file: SERVICES, path: [1] }],
      files: [ACCESS, SERVICES],
    })
    const [moved] = (
      await planned(world, {
        ...BOTH,
        [SERVICES]: [...named('a', 'both'), { id: 'b', fields: { mode: 1 } }],
        [ACCESS]: named('both'),
      })
    ).steps
    expect(moved).toMatchObject({ id: 'b', action: 'update', source: { file: SERVICES }, files: [ACCESS, SERVICES] })
    const [own] = (await planned(newWorld(), { [SERVICES]: named('a') })).steps
    expect(own?.files).toBeUndefined()
  })

  it('is told as JSON with all its places', async () => {
    const form = JSON.parse(applyJson(await applied(newWorld(), BOTH)))
    expect(form.done[2]).toMatchObject({ also_in: [{ file: SERVICES, path: [1] }], files: [ACCESS, SERVICES] })
    expect(form.done[2].alsoIn).toBeUndefined()
  })

  it('what two files say differently is an error of the files, all of it at once', async () => {
    const files = {
      [SERVICES]: [
        { id: 'a', fields: X },
        { id: 'b', fields: X },
      ],
      [ACCESS]: [
        { id: 'b', fields: { mode: 1 } },
        { id: 'a', fields: { mode: 1 } },
      ],
    }
    const error: unknown = await look(newWorld(), files).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(HerdbookError)
    expect(error).toMatchObject({ exit: EXIT.invalid })
    const found = error instanceof HerdbookError ? error.diagnostics : []
    expect(found.map(({ code, about, at }) => [code, about, at?.file])).toEqual([
      ['claims-differ', 'unit/a', ACCESS],
      ['claims-differ', 'unit/b', ACCESS],
    ])
  })
})

it('earlier files in the place of the ledger say of which file each object is', () => {
  const { kind, ledger } = newWorld()
  const before = desiredOf([kind], instanceOf(BOTH), new Date(0))
  expect(rows(compareWithBase([kind], before, { observed: new Map(), ledger }).ledger)).toEqual(
    expect.arrayContaining([
      ['a', undefined],
      ['b', [ACCESS]],
      ['both', [ACCESS, SERVICES]],
    ]),
  )
})
