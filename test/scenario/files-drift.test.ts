import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { exitOfPlan } from '../../src/reconcile/exit.ts'
import type { ApprovalRules } from '../../src/reconcile/apply/outgoing.ts'
import { applyHead, herd, planHead, sshTo, type Environment, type Herd } from '../testkit/files/herd.ts'
import type { FilesMachine } from '../testkit/files/machine.ts'
import { refs, reportOf } from '../testkit/files/told.ts'

let world: Herd
let machine: FilesMachine
let far: Environment
const KEPT = 'Hello'
beforeAll(async () => {
  world = await herd()
  machine = await world.machine()
  far = { machine }
  world.write({
    'instance.yaml': { domain: 'herd.example', ...sshTo(machine) },
    'services.yaml': {
      files: [{ path: 'etc/motd', content: KEPT, mode: '0640' }],
      programs: [{ name: 'web', version: 'v1' }],
    },
  })
  await applyHead(world, far)
})
afterAll(() => world[Symbol.asyncDispose]())
beforeEach(() => {
  rmSync(join(machine.root, 'etc'), { recursive: true, force: true })
  machine.put('etc/motd', KEPT, 0o640)
})

/** As on a forge, where nobody approved anything. */
const unapproved: { readonly approving: ApprovalRules } = {
  approving: { isEnough: () => true, required: { reasonFor: () => 'Nobody approved it.', hold: () => new Map() } },
}

describe('what somebody changed by hand on the machine', () => {
  test.each([
    ['another content', 'By hand', 0o640],
    ['a mode that lets more people in', KEPT, 0o644],
  ])('is put back where the policy is to correct, with no other approval: %s', async (_, content, mode) => {
    machine.put('etc/motd', content, mode)
    const { done, skipped } = reportOf(await applyHead(world, far, unapproved))
    expect([refs(done), skipped, machine.content('etc/motd')]).toEqual([['update file/etc/motd'], [], KEPT])
    expect(exitOfPlan((await planHead(world, far)).plan)).toBe(0)
  })

  test('is only told where putting it back would let more people in, until somebody asks for it', async () => {
    machine.put('etc/motd', KEPT, 0o600)
    const { plan } = await planHead(world, far)
    expect([plan.steps, plan.drift.map(({ id, fields }) => [id, fields]), exitOfPlan(plan)]).toEqual([
      [],
      [['etc/motd', ['mode']]],
      3,
    ])
    const wishes = { restore: new Set(['file/etc/motd']), takeOver: false }
    const held = reportOf(await applyHead(world, far, { ...unapproved, wishes }))
    expect([held.done, refs(held.skipped.map(({ step }) => step))]).toEqual([[], ['update file/etc/motd']])
    expect(refs(reportOf(await applyHead(world, far, { wishes })).done)).toEqual(['update file/etc/motd'])
  })

  test('is only told where the policy is to report', async () => {
    machine.put('opt/web/version', 'v0')
    const { plan } = await planHead(world, far)
    expect([plan.steps, plan.drift.map(({ id }) => id)]).toEqual([[], ['web']])
    machine.put('opt/web/version', 'v1')
  })

  test('stops nothing but its own kind where nobody can read it', async () => {
    rmSync(join(machine.root, 'etc/motd'))
    machine.put('etc/motd/inside', 'a folder now')
    const { plan } = await planHead(world, far)
    expect(plan.reads.map(({ kind, complete }) => [kind, complete])).toEqual([
      ['file', false],
      ['program', true],
    ])
    expect(plan.findings).toMatchObject([{ code: 'files-unread', about: 'file' }])
    expect([plan.steps, exitOfPlan(plan)]).toEqual([[], 10])
  })
})
