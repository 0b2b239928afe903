import { afterAll, beforeAll, expect, test } from 'vitest'
import { refOf } from '../../src/reconcile/object-ref.ts'
import { exitOfApply, exitOfPlan } from '../../src/reconcile/exit.ts'
import { reportOf, refs } from '../testkit/files/told.ts'
import { applyHead, herd, ledgerOf, planHead, sshTo, type Environment, type Herd } from '../testkit/files/herd.ts'
import type { FilesMachine } from '../testkit/files/machine.ts'

let world: Herd
let machine: FilesMachine
let far: Environment
let version = 1
const write = (): string => world.write({ 'services.yaml': { programs: [{ name: 'web', version: `v${version}` }] } })
beforeAll(async () => {
  world = await herd()
  machine = await world.machine()
  far = { machine }
  world.write({ 'instance.yaml': { domain: 'herd.example', ...sshTo(machine) } })
  write()
  await applyHead(world, far)
})
afterAll(() => world[Symbol.asyncDispose]())

/** Moments of a protocol, and what runs when the far end was killed there. */
const MOMENTS = [
  ['before stage', 'old'],
  ['after stage', 'old'],
  ['before switch', 'old'],
  ['after switch', 'new'],
  ['after prove', 'new'],
  ['before end', 'new'],
  ['after end', 'new'],
] as const

test.each(MOMENTS)(
  'a protocol whose far end was killed %s goes on in the next run, by the same approval',
  async (moment, runs) => {
    const old = `v${version}`
    version += 1
    write()
    const planned = await planHead(world, far)
    machine.env['FAR_KILL'] = `${moment}:1`
    const first = reportOf(await applyHead(world, far))
    delete machine.env['FAR_KILL']
    expect(first.failed.map(({ step, reason }) => [step.id, reason.code])).toEqual([['web', 'files-ended']])
    expect(machine.content('opt/web/version')).toBe(runs === 'old' ? old : `v${version}`)
    // What was not verified is not the ledger's yet.
    const ended = moment === 'after end'
    expect((await ledgerOf(world)).entries.get('program/web')?.fields).toEqual({ version: ended ? `v${version}` : old })

    const stands = !ended && moment !== 'before stage'
    const cut = stands ? ['program/web'] : []
    expect(first.unfinished.map(refOf)).toEqual(cut)
    const next = await planHead(world, far)
    expect(next.plan.unfinished).toMatchObject(
      stands ? [{ id: 'web', course: 'on', owns: ['file/opt/web/version'] }] : [],
    )
    expect(exitOfPlan(next.plan)).toBe(ended ? 0 : 2)
    expect(next.plan.steps.map(({ digest }) => digest)).toEqual(
      ended ? [] : planned.plan.steps.map(({ digest }) => digest),
    )
    if (!ended) {
      const second = reportOf(await applyHead(world, far))
      expect([refs(second.done), second.ended.map(refOf), second.unfinished]).toEqual([['update program/web'], cut, []])
      expect(exitOfApply(second)).toBe(0)
    }
    expect(machine.content('opt/web/version')).toBe(`v${version}`)
    expect(machine.content('protocols/web.json')).toBeNull()
    expect(exitOfPlan((await planHead(world, far)).plan)).toBe(0)
  },
)
