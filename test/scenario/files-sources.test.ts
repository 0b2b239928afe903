import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { applyHead, herd, ledgerOf, planHead, sshTo, type Environment, type Herd } from '../testkit/files/herd.ts'
import type { FilesMachine } from '../testkit/files/machine.ts'
import { refs } from '../testkit/files/told.ts'

let world: Herd
let machine: FilesMachine
let far: Environment
beforeAll(async () => {
  world = await herd()
  machine = await world.machine()
  far = { machine }
  world.write({
    'instance.yaml': { domain: 'herd.example', ...sshTo(machine) },
    'services.yaml': named('etc/web', 'etc/old', 'etc/both'),
    'access.yaml': named('etc/alice', 'etc/bob', 'etc/both'),
  })
})
afterAll(() => world[Symbol.asyncDispose]())

const named = (...paths: readonly string[]) => ({
  files: paths.map((path) => ({ path, content: `What ${path} holds` })),
})
const sources = async () =>
  Object.fromEntries([...(await ledgerOf(world)).entries.values()].map((entry) => [entry.id, entry.sources ?? 'first']))

describe('a kind that two files feed', () => {
  test('is one list, and the ledger says where each object comes from', async () => {
    const { plan } = await planHead(world, far)
    expect(plan.steps.map(({ id, source, alsoIn }) => [id, source?.file, alsoIn?.map(({ file }) => file)])).toEqual([
      ['etc/alice', 'access.yaml', undefined],
      ['etc/bob', 'access.yaml', undefined],
      ['etc/both', 'access.yaml', ['services.yaml']],
      ['etc/old', 'services.yaml', undefined],
      ['etc/web', 'services.yaml', undefined],
    ])
    await applyHead(world, far)
    expect(await sources()).toEqual({
      'etc/alice': ['access.yaml'],
      'etc/bob': ['access.yaml'],
      'etc/both': ['access.yaml', 'services.yaml'],
      'etc/old': 'first',
      'etc/web': 'first',
    })
    expect((await planHead(world, far)).plan.steps).toEqual([])
  })

  test('loses what a file that is managed does not yield any more, and keeps what another one still does', async () => {
    world.write({ 'services.yaml': named('etc/web') })
    expect(refs((await planHead(world, far)).plan.steps)).toEqual(['delete file/etc/old'])
    await applyHead(world, far)
    expect(machine.content('etc/both')).toBe('What etc/both holds')
    expect((await sources())['etc/both']).toEqual(['access.yaml'])
  })

  test('lets go of what came from a file that is gone, and deletes none of it', async () => {
    world.write({ 'access.yaml': null })
    const { plan } = await planHead(world, far)
    expect([plan.steps, plan.letGo]).toEqual([[], [{ kind: 'file', objects: 3 }]])
    await applyHead(world, far)
    expect(await sources()).toEqual({ 'etc/web': 'first' })
    for (const path of ['etc/alice', 'etc/bob', 'etc/both']) expect(machine.content(path)).not.toBeNull()
    expect((await planHead(world, far)).plan.adjustments).toEqual([])
  })

  test('is an error of the files where they contradict each other', async () => {
    world.write({ 'access.yaml': { files: [{ path: 'etc/web', content: 'Something else' }] } })
    await expect(planHead(world, far)).rejects.toMatchObject({
      exit: 9,
      diagnostics: [{ code: 'claims-differ', about: 'file/etc/web' }],
    })
    await expect(applyHead(world, far)).rejects.toMatchObject({ exit: 9 })
    expect(machine.content('etc/web')).toBe('What etc/web holds')
  })
})
