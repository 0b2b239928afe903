import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { exitOfPlan } from '../../src/reconcile/exit.ts'
import { applyHead, herd, planHead, sshTo, type Environment, type Herd } from '../testkit/files/herd.ts'
import type { FilesMachine } from '../testkit/files/machine.ts'
import { refs, reportOf } from '../testkit/files/told.ts'

let world: Herd
let machine: FilesMachine
let far: Environment
beforeAll(async () => {
  world = await herd()
  machine = await world.machine()
  far = { machine }
  world.write({ 'instance.yaml': { domain: 'herd.example', ...sshTo(machine) } })
  write('one')
  await applyHead(world, far)
})
afterAll(() => world[Symbol.asyncDispose]())

const PATHS = ['etc/a.conf', 'etc/b.conf']
const write = (content: string): string =>
  world.write({
    'services.yaml': {
      files: PATHS.map((path) => ({ path, content: `${content} in ${path}` })),
      units: [{ name: 'web', reads: PATHS }],
    },
  })
const inputs = (): string | null => machine.content('run/web.inputs')

describe('a unit', () => {
  test('is restarted once, after all that it reads was written', async () => {
    write('two')
    const { done } = reportOf(await applyHead(world, far))
    expect(refs(done)).toEqual(['update file/etc/a.conf', 'update file/etc/b.conf', 'update unit/web'])
    expect(exitOfPlan((await planHead(world, far)).plan)).toBe(0)
  })

  test('is not restarted where nothing of what it reads was written, and is later, by the same approval', async () => {
    write('three')
    const { plan } = await planHead(world, far)
    const before = inputs()
    machine.env['FAR_KILL'] = 'before write:1'
    const { failed, skipped } = reportOf(await applyHead(world, far))
    delete machine.env['FAR_KILL']
    expect(failed.map(({ step }) => step.id)).toEqual(PATHS)
    expect([refs(skipped.map(({ step }) => step)), inputs()]).toEqual([['update unit/web'], before])
    expect((await planHead(world, far)).plan.steps.map(({ digest }) => digest)).toEqual(
      plan.steps.map(({ digest }) => digest),
    )
    await applyHead(world, far)
    expect(exitOfPlan((await planHead(world, far)).plan)).toBe(0)
  })

  test('that was not restarted after its files were written is restarted by the next run', async () => {
    write('four')
    machine.env['FAR_KILL'] = 'before restart:1'
    expect(reportOf(await applyHead(world, far)).failed.map(({ step }) => step.id)).toEqual(['web'])
    delete machine.env['FAR_KILL']
    expect(refs((await planHead(world, far)).plan.steps)).toEqual(['update unit/web'])
    await applyHead(world, far)
    expect(exitOfPlan((await planHead(world, far)).plan)).toBe(0)
  })

  test('that reads something else for any other reason is told, and restarted when somebody asks', async () => {
    // Somebody started it by hand while a file was another.
    const record = inputs() ?? ''
    machine.put('run/web.inputs', record.replace(/"digest":"[0-9a-f]{64}"/, `"digest":"${'0'.repeat(64)}"`), 0o600)
    const { plan } = await planHead(world, far)
    expect([plan.steps, plan.drift.map(({ id, fields }) => [id, fields]), exitOfPlan(plan)]).toEqual([
      [],
      [['web', ['inputs']]],
      3,
    ])
    const wishes = { restore: new Set(['unit/web']), takeOver: false }
    expect(refs(reportOf(await applyHead(world, far, { wishes })).done)).toEqual(['update unit/web'])
    expect(exitOfPlan((await planHead(world, far)).plan)).toBe(0)
  })
})
