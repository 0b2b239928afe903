import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { exitOfPlan } from '../../src/reconcile/exit.ts'
import { leakIn } from '../support/leaks.ts'
import { applyHead, herd, ledgerOf, planHead, sshTo, type Environment, type Herd } from '../testkit/files/herd.ts'
import type { FilesMachine } from '../testkit/files/machine.ts'
import { refs, reportOf } from '../testkit/files/told.ts'

let world: Herd
let machine: FilesMachine
const OLD = 'correct horse battery staple'
const NEW = 'quite another value than before'
beforeAll(async () => {
  world = await herd()
  machine = await world.machine()
  world.write({ 'instance.yaml': { domain: 'herd.example', ...sshTo(machine) } })
  write(1)
})
afterAll(() => world[Symbol.asyncDispose]())

const PATH = 'etc/smtp.password'
const write = (version: number): string =>
  world.write({ 'services.yaml': { credentials: [{ path: PATH, secret: 'SMTP_PASSWORD', version }] } })
const holding = (value: string): Environment => ({ machine, secrets: { SMTP_PASSWORD: value } })
const lacking = (): Environment => ({ machine })

describe('a secret on the machine', () => {
  test('is known by name and version alone, also where the plan lacks it', async () => {
    await applyHead(world, holding(OLD))
    expect(machine.content(PATH)).toBe(OLD)
    expect((await ledgerOf(world)).entries.get(`credential/${PATH}`)?.fields).toEqual({
      mode: '0600',
      value: { secret: 'SMTP_PASSWORD', version: 1 },
    })
    const { plan } = await planHead(world, lacking())
    expect([plan.steps, plan.drift, plan.reads.find(({ kind }) => kind === 'credential')]).toEqual([
      [],
      [],
      expect.objectContaining({ complete: true, uncompared: ['SMTP_PASSWORD'] }),
    ])
    expect(exitOfPlan((await planHead(world, holding(OLD))).plan)).toBe(0)
  })

  test('that is another under the same version is told, and its version is what changes it', async () => {
    const { plan } = await planHead(world, holding(NEW))
    expect([plan.steps, plan.findings.map(({ code }) => code)]).toEqual([[], ['secret-changed']])
    write(2)
    const [blind, seeing] = [await planHead(world, lacking()), await planHead(world, holding(NEW))]
    // Approved in a plan that lacks it, it is the step of the run that has it.
    expect(blind.plan.steps.map(({ digest }) => digest)).toEqual(seeing.plan.steps.map(({ digest }) => digest))
    const { done } = reportOf(await applyHead(world, holding(NEW)))
    expect([refs(done), machine.content(PATH)]).toEqual([[`update credential/${PATH}`], NEW])
    expect(exitOfPlan((await planHead(world, holding(NEW))).plan)).toBe(0)
    const said = JSON.stringify([blind.plan, seeing.plan, [...(await ledgerOf(world)).entries]])
    for (const secret of [OLD, NEW]) expect(leakIn(said, [secret])).toBeUndefined()
  })

  test('that an apply lacks is not written, and nothing is forgotten of it', async () => {
    write(3)
    const { failed } = reportOf(await applyHead(world, lacking()))
    expect(failed.map(({ step }) => step.id)).toEqual([PATH])
    expect(machine.content(PATH)).toBe(NEW)
    expect(refs((await planHead(world, lacking())).plan.steps)).toEqual([`update credential/${PATH}`])
  })
})
