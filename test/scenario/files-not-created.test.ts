import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { exitOfPlan } from '../../src/reconcile/exit.ts'
import { applyHead, herd, ledgerOf, planHead, sshTo } from '../testkit/files/herd.ts'
import { refs, reportOf } from '../testkit/files/told.ts'

const INDEX = 'opt/site/pages/index'
const STEPS = ['create program/site', 'create page/index']

/** A machine on which nothing is, and files that want a program with a page. */
async function fresh() {
  const world = await herd()
  const machine = await world.machine()
  world.write({
    'instance.yaml': { domain: 'herd.example', ...sshTo(machine) },
    'services.yaml': { programs: [{ name: 'site', version: 'v1' }], pages: [{ name: 'index', content: 'Welcome' }] },
  })
  return { world, machine, far: { machine }, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() }
}

describe('what has no place yet', () => {
  test('is planned on a new one, and made in the run that makes its place', async () => {
    await using one = await fresh()
    const { world, machine, far } = one
    expect(refs((await planHead(world, far)).plan.steps)).toEqual(STEPS)
    const { done, remaining } = reportOf(await applyHead(world, far))
    expect([refs(done), remaining, machine.content(INDEX)]).toEqual([STEPS, [], 'Welcome'])
    expect(exitOfPlan((await planHead(world, far)).plan)).toBe(0)
  })

  test.each([
    ['before its place was made', 'before switch', STEPS],
    ['when its place was made and nobody had heard of it', 'after end', STEPS.slice(1)],
    ['before it was made', 'before write', STEPS.slice(1)],
    ['when it was made and nobody had heard of it', 'after write', []],
  ])('goes on where the far end was killed %s', async (_, moment, left) => {
    await using one = await fresh()
    const { world, machine, far } = one
    machine.env['FAR_KILL'] = `${moment}:1`
    expect(reportOf(await applyHead(world, far)).failed).toHaveLength(1)
    delete machine.env['FAR_KILL']
    expect(refs((await planHead(world, far)).plan.steps)).toEqual(left)
    await applyHead(world, far)
    expect([machine.content('opt/site/version'), machine.content(INDEX)]).toEqual(['v1', 'Welcome'])
    expect([...(await ledgerOf(world)).entries.keys()].sort()).toEqual(['page/index', 'program/site'])
    expect(exitOfPlan((await planHead(world, far)).plan)).toBe(0)
  })

  test('is refused where it was there once: nothing is made in place of what is lost', async () => {
    await using one = await fresh()
    const { world, machine, far } = one
    await applyHead(world, far)
    rmSync(join(machine.root, 'opt'), { recursive: true })
    const { plan } = await planHead(world, far)
    expect(plan.findings.map(({ code, about }) => [code, about])).toContainEqual(['lost', 'page#lost'])
    const wishes = { restore: new Set(['program/site']), takeOver: false }
    await expect(applyHead(world, far, { wishes })).rejects.toMatchObject({ exit: 5 })
    expect(machine.content('opt/site/version')).toBeNull()
  })
})
