import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { refOf } from '../../src/reconcile/object-ref.ts'
import { exitOfApply, exitOfPlan } from '../../src/reconcile/exit.ts'
import { applyHead, herd, ledgerOf, planHead, sshTo, type Environment, type Herd } from '../testkit/files/herd.ts'
import type { FilesMachine } from '../testkit/files/machine.ts'
import { refs, reportOf } from '../testkit/files/told.ts'

let world: Herd
let machine: FilesMachine
let far: Environment
const PLACE = 'opt/web/version'
const FIRST = 'v1'
const write = (version: string): string =>
  world.write({
    'services.yaml': { programs: [{ name: 'web', version }] },
  })
beforeAll(async () => {
  world = await herd()
  machine = await world.machine()
  far = { machine }
  world.write({ 'instance.yaml': { domain: 'herd.example', ...sshTo(machine) } })
  write(FIRST)
  await applyHead(world, far)
  // The mode is nobody's but the machine's.
  machine.put(PLACE, FIRST, 0o750)
})
afterAll(() => world[Symbol.asyncDispose]())

/** An apply of this version, whose far end is killed there. */
async function cut(version: string, moment: string): Promise<void> {
  write(version)
  machine.env['FAR_KILL'] = `${moment}:1`
  const { unfinished } = reportOf(await applyHead(world, far))
  delete machine.env['FAR_KILL']
  expect(unfinished.map(refOf)).toEqual(['program/web'])
}

const runs = () => ({ version: machine.content(PLACE), mode: statSync(join(machine.root, PLACE)).mode & 0o7777 })
const kept = (): boolean[] => ['web.json', 'web'].map((name) => existsSync(join(machine.root, 'protocols', name)))

const CUTS = [
  ['staged', 'before switch', FIRST],
  ['switched', 'before prove', 'v2'],
  ['proven', 'before end', 'v2'],
] as const

describe('a protocol that was cut off', () => {
  test.each(CUTS)('is taken back where it was %s and the files were reverted', async (phase, moment, running) => {
    await cut('v2', moment)
    expect(runs()).toMatchObject({ version: running })
    write(FIRST)
    const { plan } = await planHead(world, far)
    expect([plan.unfinished, plan.steps, exitOfPlan(plan)]).toMatchObject([
      [{ id: 'web', phase, course: 'back' }],
      [],
      2,
    ])
    const report = reportOf(await applyHead(world, far))
    expect([report.ended.map(refOf), report.done, report.unfinished, exitOfApply(report)]).toEqual([
      ['program/web'],
      [],
      [],
      0,
    ])
    expect([runs(), kept()]).toEqual([{ version: FIRST, mode: 0o750 }, [false, false]])
    const ledger = await ledgerOf(world)
    expect([ledger.entries.get('program/web')?.fields, ledger.attempts]).toEqual([{ version: FIRST }, []])
    expect(exitOfPlan((await planHead(world, far)).plan)).toBe(0)
  })

  test('makes way where the files say another version by now, which goes out in the same run', async () => {
    await cut('v2', 'before end')
    write('v3')
    expect((await planHead(world, far)).plan.unfinished).toMatchObject([{ course: 'back' }])
    const report = reportOf(await applyHead(world, far))
    expect([report.ended.map(refOf), refs(report.done), report.failed]).toEqual([
      ['program/web'],
      ['update program/web'],
      [],
    ])
    expect([machine.content(PLACE), kept()]).toEqual(['v3', [false, false]])
    expect(exitOfPlan((await planHead(world, far)).plan)).toBe(0)
  })
})
