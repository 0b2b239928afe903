import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { both, pair, type Pair } from '../support/two-providers.ts'
import { applyHead, ledgerOf, planHead, sshTo, type Environment } from '../testkit/files/herd.ts'
import type { FilesMachine } from '../testkit/files/machine.ts'
import { refs, reportOf } from '../testkit/files/told.ts'

let herd: Pair
let stagingMachine: FilesMachine
let staging: Environment
beforeAll(async () => {
  herd = await pair()
  stagingMachine = await herd.world.machine('staging')
  staging = { machine: stagingMachine, folder: 'staging' }
})
afterAll(() => herd[Symbol.asyncDispose]())

const filesOf = (machine: FilesMachine, motd: string) => ({
  'instance.yaml': { domain: 'herd.example', environment: 'staging', ...sshTo(machine) },
  'services.yaml': { files: [{ path: 'etc/motd', content: motd }] },
})

describe('two environments in one repository', () => {
  test('have a plan, a ledger and far ends each', async () => {
    const { world, far, machine } = herd
    world.write(both(herd, 'Hello', 'spam.example'))
    world.write(filesOf(stagingMachine, 'Hello'), 'staging')
    const [plain, trial] = [await planHead(world, far), await planHead(world, staging)]
    expect(refs(trial.plan.steps)).toEqual(['create file/etc/motd'])
    expect(refs(plain.plan.steps)).toEqual(['create file/etc/motd', 'create domain-block/spam.example'])
    // The same change of the same file is approved for each by itself.
    expect(trial.plan.steps[0]?.digest).not.toBe(plain.plan.steps[0]?.digest)

    expect(refs(reportOf(await applyHead(world, staging)).done)).toEqual(['create file/etc/motd'])
    expect([stagingMachine.content('etc/motd'), machine.content('etc/motd')]).toEqual(['Hello', null])
    expect([...(await ledgerOf(world, 'staging')).entries.keys()]).toEqual(['file/etc/motd'])
    expect((await ledgerOf(world)).head).toBeNull()
    await applyHead(world, far)
    expect((await ledgerOf(world)).entries.size).toBe(2)
    for (const one of [far, staging]) expect((await planHead(world, one)).plan.steps).toEqual([])
  })

  test('take no far end of each other, and write nothing there', async () => {
    const { world, machine } = herd
    world.write(filesOf(machine, 'Trial'), 'staging')
    const crossed = { ...staging, machine }
    const refused = { exit: 5, diagnostics: [expect.objectContaining({ code: 'foreign-stamp' })] }
    await expect(planHead(world, crossed)).rejects.toMatchObject(refused)
    await expect(applyHead(world, crossed)).rejects.toMatchObject(refused)
    expect(machine.content('etc/motd')).toBe('Hello')
  })
})
