import { afterAll, beforeAll, expect, test } from 'vitest'
import { refOf } from '../../src/reconcile/object-ref.ts'
import { exitOfPlan } from '../../src/reconcile/exit.ts'
import type { ApprovalRules } from '../../src/reconcile/apply/outgoing.ts'
import { applyHead, herd, planHead, sshTo, type Environment, type Herd } from '../testkit/files/herd.ts'
import type { FilesMachine } from '../testkit/files/machine.ts'
import { refs, reportOf } from '../testkit/files/told.ts'

let world: Herd
let machine: FilesMachine
let far: Environment
const PLACE = 'opt/web/version'
const write = (version: string, files: readonly object[]): string =>
  world.write({ 'services.yaml': { programs: [{ name: 'web', version }], files } })
const FILES = [
  { path: 'etc/motd', content: 'Hello' },
  { path: PLACE, content: 'v1' },
]
beforeAll(async () => {
  world = await herd()
  machine = await world.machine()
  far = { machine }
  world.write({ 'instance.yaml': { domain: 'herd.example', ...sshTo(machine) } })
  write('v1', [])
  await applyHead(world, far)
  write('v1', FILES)
  await applyHead(world, far)
})
afterAll(() => world[Symbol.asyncDispose]())

/** As on a forge, where nobody approved anything. */
const unapproved: { readonly approving: ApprovalRules } = {
  approving: { isEnough: () => true, required: { reasonFor: () => 'Nobody approved it.', hold: () => new Map() } },
}

test('a protocol that nobody approved waits, what it owns waits with it, and the rest goes out', async () => {
  write('v2', FILES)
  machine.env['FAR_KILL'] = 'before switch:1'
  await applyHead(world, far)
  delete machine.env['FAR_KILL']
  const forge = { forge: { github: 'herd/instance' }, ledger_key: { env: 'LEDGER_KEY' } }
  world.write({ 'instance.yaml': { domain: 'herd.example', ...forge, ...sshTo(machine) } })
  // Both are put back by policy, with no other approval.
  machine.put('etc/motd', 'By hand')
  machine.put(PLACE, 'v1', 0o666)

  const { plan } = await planHead(world, far)
  expect(plan.unfinished).toMatchObject([{ id: 'web', phase: 'staged', course: 'waits', owns: [`file/${PLACE}`] }])
  const report = reportOf(await applyHead(world, far, unapproved))
  expect([refs(report.done), report.ended, report.unfinished.map(refOf)]).toEqual([
    ['update file/etc/motd'],
    [],
    ['program/web'],
  ])
  expect(report.skipped.map(({ step, why }) => `${refOf(step)} ${why}`).sort()).toEqual([
    `file/${PLACE} blocked`,
    'program/web not-approved',
  ])
  expect([machine.content(PLACE), machine.content('protocols/web.json')]).toEqual(['v1', expect.any(String)])

  // To take it back needs no approval, and then what it owned is put back.
  write('v1', FILES)
  const after = reportOf(await applyHead(world, far, unapproved))
  expect([after.ended.map(refOf), refs(after.done), after.skipped]).toEqual([
    ['program/web'],
    [`update file/${PLACE}`],
    [],
  ])
  expect([machine.content(PLACE), machine.content('protocols/web.json')]).toEqual(['v1', null])
  expect(exitOfPlan((await planHead(world, far)).plan)).toBe(0)
})
