import { describe, expect, it } from 'vitest'
import { EXIT } from '../../src/instance/diagnostic.ts'
import { editionOf, waysOut } from '../../src/reconcile/plan/editions.ts'
import { refusals } from '../../src/reconcile/exit.ts'
import { planJson } from '../../src/json/plan.ts'
import { parsePlan } from '../../src/json/saved-plan.ts'
import { ACCESS, applied, newWorld, planned, SERVICES, type Files, type LiveState } from '../support/claimed.ts'

const X = { mode: 420 }
const object = (id: string, mode = 420) => ({ id, fields: { mode } })
const FILES: Files = { [SERVICES]: [object('a'), object('both')], [ACCESS]: [object('b'), object('both')] }
const leftAlone = { [SERVICES]: ['a'] }

async function begun(): Promise<LiveState> {
  const world = newWorld()
  await applied(world, FILES)
  return world
}

describe('what a file leaves alone', () => {
  it('is neither compared nor told, and the ledger keeps what it has of it', async () => {
    const world = await begun()
    const entry = world.ledger.entries.get('unit/a')
    world.rows.set('a', { fields: { mode: 1 } })
    expect((await planned(world, FILES)).drift).toHaveLength(1)
    const { plan } = await applied(world, FILES, { leftAlone })
    expect([plan.steps, plan.drift, plan.adjustments, plan.findings, plan.leftAlone]).toEqual([
      [],
      [],
      [],
      [],
      ['unit/a'],
    ])
    const changed = { ...FILES, [SERVICES]: [object('a', 2), object('both')] }
    expect((await applied(world, changed, { leftAlone })).done).toEqual([])
    expect(world.ledger.entries.get('unit/a')).toEqual(entry)
    expect(world.rows.get('a')).toEqual({ fields: { mode: 1 } })
    // From when it isn't any more, it is compared with what was last verified.
    expect((await planned(world, changed)).conflicts).toMatchObject([{ id: 'a', fields: ['mode'] }])
  })

  it('stays so when it names it no more: nothing is deleted', async () => {
    const world = await begun()
    const gone = { ...FILES, [SERVICES]: [object('both')] }
    expect((await planned(world, gone)).steps).toMatchObject([{ id: 'a', action: 'delete' }])
    expect((await planned(world, gone, { leftAlone })).steps).toEqual([])
  })

  it('counts where all its files say so', async () => {
    const world = await begun()
    world.rows.set('both', { fields: { mode: 1 } })
    const one = await planned(world, FILES, { leftAlone: { [SERVICES]: ['both'] } })
    expect([one.drift.map(({ id }) => id), one.leftAlone]).toEqual([['both'], []])
    const two = await planned(world, FILES, { leftAlone: { [SERVICES]: ['both'], [ACCESS]: ['both'] } })
    expect([two.drift, two.leftAlone]).toEqual([[], ['unit/both']])
  })

  it('is told where it makes no such object', async () => {
    const { findings } = await planned(await begun(), FILES, { leftAlone: { [SERVICES]: ['b', 'none'] } })
    expect(findings.map(({ code, about, at }) => [code, about, at])).toEqual([
      ['left-alone-unknown', 'unit/b', { file: SERVICES, line: 11, column: 1 }],
      ['left-alone-unknown', 'unit/none', { file: SERVICES, line: 12, column: 1 }],
    ])
  })

  it('can’t be restored, and the plan says why once', async () => {
    const plan = await planned(await begun(), FILES, { leftAlone, restore: new Set(['unit/a']) })
    expect(refusals(plan)).toMatchObject([
      {
        code: 'not-restorable',
        about: 'unit/a',
        message: `You cannot restore unit/a: it is under left_alone in ${SERVICES}.`,
      },
    ])
  })

  it('keeps what an apply that broke off was about to set', async () => {
    const world = await begun()
    const attempt = { kind: 'unit', id: 'a', action: 'update' as const, fields: { mode: 1 }, commit: null }
    world.ledger = { ...world.ledger, attempts: [attempt] }
    await applied(world, FILES, { leftAlone })
    expect(world.ledger.attempts).toEqual([attempt])
    await applied(world, FILES)
    expect(world.ledger.attempts).toEqual([])
  })

  it('does not hold up that somebody is removed at once', async () => {
    const world = await begun()
    world.ledger = { ...world.ledger, removed: [{ ref: 'unit/a', by: 'alice', at: '2026-11-30T11:00:00Z', why: 'x' }] }
    expect((await planned(world, FILES, { leftAlone })).steps).toMatchObject([
      { id: 'a', action: 'delete', removal: true },
    ])
  })

  it('is saved with the plan, and no part of its digest', async () => {
    const world = await begun()
    const plan = await planned(world, FILES, { leftAlone })
    expect(plan.digest).toBe((await planned(world, FILES)).digest)
    expect(parsePlan(planJson(plan))).toEqual(plan)
    const { left_alone: _left, ...earlier } = JSON.parse(planJson(plan))
    expect(parsePlan(JSON.stringify(earlier)).leftAlone).toEqual([])
  })
})

describe('what was compiled', () => {
  it('of an edition that nobody knows is an error of the files', async () => {
    const chosen = editionOf({ file: SERVICES, editions: [{ number: 2, compile: () => [] }] }, 7, {
      file: SERVICES,
      line: 1,
      column: 1,
    })
    const findings = chosen.is === 'unknown' ? [chosen.finding] : []
    await expect(planned(newWorld(), FILES, { findings })).rejects.toMatchObject({
      exit: EXIT.invalid,
      diagnostics: [{ code: 'edition-unknown' }],
    })
  })

  it('has the ways out that its compiler has', async () => {
    const compiler = {
      inverses: { unit: { mode: (_: object, value: unknown) => ({ path: ['mode'], value: Number(value) }) } },
    }
    const world = newWorld({ waysOut: (difference) => waysOut(difference, compiler) })
    const files = { [SERVICES]: [{ id: 'a', fields: { ...X, text: 'x' } }], [ACCESS]: [] }
    await applied(world, files)
    const waysWith = async (fields: { mode?: number; text?: string }) => {
      world.rows.set('a', { fields: { ...X, text: 'x', ...fields } })
      return (await planned(world, files)).drift.map(({ ways }) => ways)
    }
    expect(await waysWith({ mode: 1 })).toEqual([['adopt', 'restore', 'left_alone']])
    expect(await waysWith({ text: 'y' })).toEqual([['restore', 'left_alone']])
    const plain = newWorld()
    await applied(plain, files)
    plain.rows.set('a', { fields: { mode: 1, text: 'x' } })
    expect((await planned(plain, files)).drift.map(({ ways }) => ways)).toEqual([undefined])
  })
})
