import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { applyHead, herd, proposeHead, sshTo, type Environment, type Herd } from '../testkit/files/herd.ts'
import { refs } from '../testkit/files/told.ts'
import type { FilesMachine } from '../testkit/files/machine.ts'

let world: Herd
let machine: FilesMachine
let far: Environment
let base: string
beforeAll(async () => {
  world = await herd()
  machine = await world.machine()
  far = { machine }
  world.write({ 'instance.yaml': { domain: 'herd.example', ...sshTo(machine) }, 'services.yaml': services('Hello') })
  await applyHead(world, far)
  base = world.write({ 'services.yaml': services('Good morning') })
})
afterAll(() => world[Symbol.asyncDispose]())

const services = (motd: string, ...more: readonly object[]) => ({
  files: [{ path: 'etc/motd', content: motd }, ...more],
})

describe('a proposal for files on a machine', () => {
  test('shows what merging it does, and what the base left over', async () => {
    world.write({ 'services.yaml': services('Good morning', { path: 'etc/new', content: 'New' }) })
    const { plan, leftover, byFiles } = await proposeHead(world, far, base, 'live')
    expect([refs(plan.steps), byFiles]).toEqual([['update file/etc/motd', 'create file/etc/new'], []])
    expect(plan.steps.map(({ digest }) => leftover.has(digest))).toEqual([true, false])
    expect(machine.content('etc/motd')).toBe('Hello')
  })

  test('is held against the files of the base where nobody may look', async () => {
    const before = machine.server.commands.length
    const { plan, byFiles } = await proposeHead(world, far, base, 'blind')
    expect([refs(plan.steps), byFiles]).toEqual([['create file/etc/new'], ['file']])
    expect(machine.server.commands.length).toBe(before)
  })
})
