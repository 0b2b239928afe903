import { describe, expect, it } from 'vitest'
import { exitOfPlan } from '../../src/reconcile/exit.ts'
import { byText } from '../../src/reconcile/equal.ts'
import type { Fields } from '../../src/instance/values.ts'
import { applyJson, planJson } from '../../src/json/plan.ts'
import { parsePlan } from '../../src/json/saved-plan.ts'
import { ACCESS, applied, newWorld, planned, SERVICES, type Files, type LiveState } from '../support/claimed.ts'

const [OLD, NEW] = ['hunter2-the-first', 'hunter2-the-second']
const field = (version: number): Fields => ({ mode: 420, password: { secret: 'SMTP', version } })
const files = (version: number): Files => ({ [SERVICES]: [{ id: 'a', fields: field(version) }], [ACCESS]: [] })

async function begun(): Promise<LiveState> {
  const world = newWorld()
  world.known = new Map([['SMTP', OLD]])
  await applied(world, files(1))
  return world
}
const entries = ({ ledger }: LiveState) => [...ledger.entries.values()]
const without = (world: LiveState): LiveState => ({ ...world, known: new Map() })

describe('a secret', () => {
  it('is put there, and known by its name and version alone', async () => {
    const world = await begun()
    expect(world.held.get('a')?.get('password')).toBe(OLD)
    expect(entries(world)).toMatchObject([{ fields: field(1) }])
    const plan = await planned(world, files(1))
    expect([plan.steps, plan.adjustments, plan.findings, exitOfPlan(plan)]).toEqual([[], [], [], 0])
  })

  it('that is rotated is one step whether this run has it or not, and the run that has it does it', async () => {
    const world = await begun()
    world.known = new Map([['SMTP', NEW]])
    const [own, lacking] = [await planned(world, files(2)), await planned(without(world), files(2))]
    expect(own.steps).toMatchObject([
      { action: 'update', changes: [{ field: 'password', before: field(1)['password'], after: field(2)['password'] }] },
    ])
    expect(lacking.steps).toEqual(own.steps)
    expect(lacking.digest).toBe(own.digest)
    expect(lacking.reads).toMatchObject([{ uncompared: ['SMTP'] }])
    expect(own.reads[0]?.uncompared).toBeUndefined()
    expect(parsePlan(planJson(lacking))).toMatchObject({ reads: [{ uncompared: ['SMTP'] }] })
    const report = await applied(world, files(2))
    expect([report.done.length, report.remaining]).toEqual([1, []])
    expect([world.held.get('a')?.get('password'), entries(world)]).toMatchObject([NEW, [{ fields: field(2) }]])
    for (const value of [OLD, NEW])
      expect(JSON.stringify([applyJson(report), entries(world), planJson(lacking)])).not.toContain(value)
  })

  it('with another value and the same version is a finding, no step, and no exit 0', async () => {
    const world = await begun()
    world.held.set('a', new Map([['password', 'somebody else’s']]))
    const plan = await planned(world, files(1))
    expect(plan.findings).toMatchObject([
      { code: 'secret-changed', about: 'unit/a#password', severity: 'warning', at: { file: SERVICES, line: 1 } },
    ])
    expect([plan.steps, plan.drift, plan.adjustments, exitOfPlan(plan)]).toEqual([[], [], [], 3])
    expect((await applied(world, files(2))).done).toHaveLength(1)
    expect(world.held.get('a')?.get('password')).toBe(OLD)
  })

  it('that this run can’t compare keeps what the ledger has of it, and its other fields are planned', async () => {
    const world = await begun()
    const found = await planned(without(world), files(1))
    expect([found.steps, found.findings, found.adjustments, exitOfPlan(found)]).toEqual([[], [], [], 0])
    const other = { ...files(1), [SERVICES]: [{ id: 'a', fields: { ...field(1), mode: 1 } }] }
    const lacking = without(world)
    await applied(lacking, other)
    expect(entries(lacking)).toMatchObject([{ fields: { ...field(1), mode: 1 } }])
  })

  it('that is there already and was never ours is not taken for known by a run that lacks it', async () => {
    const world = newWorld()
    world.rows.set('a', { fields: { mode: 420 } })
    world.held.set('a', new Map([['password', OLD]]))
    const plan = await planned(world, files(1))
    expect([plan.steps, plan.takeovers]).toEqual([[], []])
    const recorded = plan.adjustments.flatMap((one) => (one.to === 'record' ? Object.keys(one.entry.fields) : []))
    expect(recorded.toSorted(byText)).toEqual(['mode'])
    world.known = new Map([['SMTP', NEW]])
    expect((await planned(world, files(1))).takeovers).toMatchObject([{ fields: ['password'] }])
  })
})
