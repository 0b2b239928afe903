import { describe, expect, it } from 'vitest'
import type { Absence } from '../../src/reconcile/plan/absence.ts'
import { compareWithBase } from '../../src/reconcile/plan/compare-with-base.ts'
import { exitOfPlan } from '../../src/reconcile/exit.ts'
import { emptyLedger } from '../../src/reconcile/ledger/ledger.ts'
import { desiredOf } from '../../src/reconcile/reconciler.ts'
import { planJson } from '../../src/json/plan.ts'
import { parsePlan } from '../../src/json/saved-plan.ts'
import {
  ACCESS,
  applied,
  claimedKind,
  instanceOf,
  newWorld,
  planned,
  SERVICES,
  type Files,
  type LiveState,
} from '../support/claimed.ts'

const X = { mode: 420 }
const naming = (...ids: readonly string[]): Files => ({ [SERVICES]: ids.map((id) => ({ id, fields: X })) })
const NONE: Files = { [SERVICES]: [], [ACCESS]: [] }

describe('what the files no longer name', () => {
  async function without(absence: Absence, more: Parameters<typeof newWorld>[0] = {}): Promise<LiveState> {
    const world = newWorld({ absence, ...more })
    await applied(world, naming('a'))
    return world
  }

  it('is deleted where its kind says so', async () => {
    const world = await without({ is: 'delete' })
    expect((await applied(world, NONE)).done).toMatchObject([{ id: 'a', action: 'delete' }])
    expect([world.rows.size, world.ledger.entries.size]).toEqual([0, 0])
  })

  it('is locked by a delete step that says what stays', async () => {
    const [step] = (await planned(await without({ is: 'lock', stays: 'its home' }), NONE)).steps
    expect(step).toMatchObject({ action: 'delete', note: 'It is locked. It keeps its home.' })
  })

  it('is released with how a person removes it, and that is no part of the digest', async () => {
    const world = await without({ is: 'release', remove: 'apt-get purge a' })
    const { plan } = await applied(world, NONE)
    expect([plan.steps, plan.letGo, plan.leftBehind]).toEqual([
      [],
      [{ kind: 'unit', objects: 1 }],
      [{ ref: 'unit/a', remove: 'apt-get purge a' }],
    ])
    expect([[...world.rows.keys()], world.ledger.entries.size]).toEqual([['a'], 0])
    const silent = await planned(await without({ is: 'release', remove: null }), NONE)
    expect([silent.leftBehind, silent.digest]).toEqual([[], plan.digest])
    expect(parsePlan(planJson(plan))).toEqual(plan)
    const { left_behind: _left, ...earlier } = JSON.parse(planJson(plan))
    expect(parsePlan(JSON.stringify(earlier)).leftBehind).toEqual([])
  })

  it('ends as its object does: what is empty goes, what is not stays', async () => {
    const absenceOf: NonNullable<ReturnType<typeof claimedKind>['absenceOf']> = ({ live }) =>
      live?.fields['mode'] === 1 ? { is: 'delete' } : { is: 'release', remove: 'rm -r it' }
    const world = newWorld({ absence: { is: 'delete' }, absenceOf })
    await applied(world, {
      [SERVICES]: [
        { id: 'empty', fields: { mode: 1 } },
        { id: 'full', fields: X },
      ],
    })
    const { done, plan } = await applied(world, NONE)
    expect(done.map(({ id }) => id)).toEqual(['empty'])
    expect(plan.leftBehind).toEqual([{ ref: 'unit/full', remove: 'rm -r it' }])
  })
})

describe('what must not be there', () => {
  const GONE: Files = { [SERVICES]: [{ id: 'a', state: 'absent' }], [ACCESS]: [] }
  const restore = new Set(['unit/a'])
  const there = (world = newWorld()): LiveState => {
    world.rows.set('a', { fields: X })
    return world
  }

  it('is told where it is, and stays until somebody says so by its name', async () => {
    const world = there()
    const told = await planned(world, GONE)
    expect(told.takeovers).toMatchObject([{ id: 'a', state: 'absent', desired: null, live: X, fields: ['mode'] }])
    expect([told.steps, exitOfPlan(told)]).toEqual([[], 4])
    expect((await planned(world, GONE, { takeOver: true })).steps).toEqual([])
    const { done } = await applied(world, GONE, { restore })
    expect(done).toMatchObject([
      { action: 'delete', cause: 'takeover', changes: [{ field: 'mode', before: 420, after: null }] },
    ])
    expect([world.rows.size, [...world.ledger.entries.values()]]).toMatchObject([
      0,
      [{ id: 'a', fields: {}, state: 'absent' }],
    ])
    expect((await planned(world, GONE)).adjustments).toEqual([])
  })

  it('is in sync where it is not there, and drift where it comes back', async () => {
    const world = newWorld()
    await applied(world, GONE)
    there(world)
    expect((await planned(world, GONE)).drift).toMatchObject([{ id: 'a', state: 'absent' }])
    const corrected = there(newWorld({ drift: 'correct' }))
    corrected.ledger = world.ledger
    expect((await applied(corrected, GONE)).done).toMatchObject([{ action: 'delete', cause: 'drift' }])
  })

  it('approves the delete of what was looked at, and of nothing else', async () => {
    const [one, other] = [there(), newWorld()]
    other.rows.set('a', { fields: { mode: 1 } })
    const [first] = (await planned(one, GONE, { restore })).steps
    const [second] = (await planned(other, GONE, { restore })).steps
    expect(first?.digest).not.toBe(second?.digest)
  })

  it('that was ours is deleted as any other, and created anew when the files want it again', async () => {
    const world = newWorld()
    await applied(world, naming('a'))
    expect((await applied(world, GONE)).done).toMatchObject([{ action: 'delete', cause: 'change' }])
    expect((await applied(world, naming('a'))).done).toMatchObject([{ action: 'create', cause: 'change' }])
    expect([...world.ledger.entries.values()]).toMatchObject([{ fields: X }])
    expect([...world.ledger.entries.values()][0]?.state).toBeUndefined()
  })

  it('is forgotten when the files say nothing of it any more', async () => {
    const world = newWorld()
    await applied(world, GONE)
    await applied(world, NONE)
    expect(world.ledger.entries.size).toBe(0)
  })

  it('and is back, differently, when the files want it: changed on both sides, with nothing written', async () => {
    const world = newWorld()
    await applied(world, GONE)
    world.rows.set('a', { fields: { mode: 1, owner: 'root' } })
    const found = await planned(world, {
      [SERVICES]: [{ id: 'a', fields: { mode: 420, owner: 'root' } }],
      [ACCESS]: [],
    })
    expect([found.conflicts.map(({ fields }) => fields), found.adjustments]).toEqual([[['mode']], []])
  })

  it('of two files that say that and another thing is an error of the files', async () => {
    const found = planned(newWorld(), { ...GONE, [ACCESS]: [{ id: 'a' }] })
    await expect(found).rejects.toMatchObject({ diagnostics: [{ code: 'claims-differ', about: 'unit/a' }] })
  })

  it('is not there where earlier files are taken for live', () => {
    const kind = claimedKind()
    const before = desiredOf([kind], instanceOf(GONE), new Date(0))
    const { observed, ledger } = compareWithBase([kind], before, { observed: new Map(), ledger: emptyLedger })
    expect(observed.get('unit')).toMatchObject({ objects: [] })
    expect([...ledger.entries.values()]).toMatchObject([{ id: 'a', state: 'absent' }])
  })
})
