import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { exitOfPlan } from '../../src/reconcile/exit.ts'
import { applyHead, herd, ledgerOf, planHead, sshTo, type Environment, type Herd } from '../testkit/files/herd.ts'
import { refs } from '../testkit/files/told.ts'
import type { FilesMachine } from '../testkit/files/machine.ts'

let world: Herd
let machine: FilesMachine
let far: Environment
beforeAll(async () => {
  world = await herd()
  machine = await world.machine()
  far = { machine }
})
afterAll(() => world[Symbol.asyncDispose]())

const services = (motd: string, version: string) => ({
  files: [
    { path: 'etc/motd', content: motd },
    { path: 'etc/web.conf', content: `listen 80\n# ${motd}`, mode: '0600' },
  ],
  units: [{ name: 'web', reads: ['etc/web.conf'] }],
  programs: [{ name: 'web', version }],
})

describe('files on a machine', () => {
  test('are planned, applied in order, verified, and then there is nothing to do', async () => {
    world.write({
      'instance.yaml': { domain: 'herd.example', ...sshTo(machine) },
      'services.yaml': services('Hello', '4.6.5'),
    })
    const { plan } = await planHead(world, far)
    expect(refs(plan.steps)).toEqual([
      'create file/etc/motd',
      'create file/etc/web.conf',
      'create program/web',
      'create unit/web',
    ])
    const came = await applyHead(world, far)
    expect(came).toMatchObject({ state: 'applied', report: { failed: [], skipped: [], remaining: [], findings: [] } })
    expect(machine.content('etc/motd')).toBe('Hello')
    expect(machine.content('opt/web/version')).toBe('4.6.5')
    const again = await planHead(world, far)
    expect([refs(again.plan.steps), again.plan.adjustments, exitOfPlan(again.plan)]).toEqual([[], [], 0])
    expect(JSON.stringify([...(await ledgerOf(world)).entries])).not.toContain('Hello')
  })

  test('restart what reads them, once, after they changed', async () => {
    world.write({ 'services.yaml': services('Good morning', '4.6.6') })
    const { plan } = await planHead(world, far)
    expect(refs(plan.steps)).toEqual([
      'update file/etc/motd',
      'update file/etc/web.conf',
      'update program/web',
      'update unit/web',
    ])
    expect(plan.steps.at(-1)).toMatchObject({ hazard: 'disruptive', impact: { text: 'restarts web' } })
    await applyHead(world, far)
    expect(exitOfPlan((await planHead(world, far)).plan)).toBe(0)
    expect(machine.content('opt/web/version')).toBe('4.6.6')
  })

  test('go when the files no longer name them, and what was added by hand is told', async () => {
    machine.put('etc/herdbook.d/strange', 'by hand')
    world.write({ 'services.yaml': { ...services('Good morning', '4.6.6'), files: [services('', '').files[1]] } })
    const { plan } = await planHead(world, far)
    expect(plan.unmanaged).toMatchObject([{ kind: 'file', id: 'etc/herdbook.d/strange', addedByHand: true }])
    expect(refs(plan.steps)).toContain('delete file/etc/motd')
    await applyHead(world, far)
    expect(machine.content('etc/motd')).toBeNull()
    expect(machine.content('etc/herdbook.d/strange')).toBe('by hand')
  })
})
