import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stepDigest } from '../../src/reconcile/digest.ts'
import { exitOfPlan } from '../../src/reconcile/exit.ts'
import { both, pair, type Pair } from '../support/two-providers.ts'
import { refs, reportOf } from '../testkit/files/told.ts'
import { applyHead, ledgerOf, planHead } from '../testkit/files/herd.ts'

let herd: Pair
beforeAll(async () => {
  herd = await pair()
})
afterAll(() => herd[Symbol.asyncDispose]())

const blocked = (): string[] => herd.server.rows.domain_blocks.map(({ domain }) => domain).sort()

describe('two providers', () => {
  test('share one plan, one apply and one ledger, and then nothing is left to do', async () => {
    const { world, far, machine, server } = herd
    world.write(both(herd, 'Hello', 'spam.example'))
    const { plan } = await planHead(world, far)
    expect(refs(plan.steps)).toEqual(['create file/etc/motd', 'create domain-block/spam.example'])
    const { done, failed, skipped, remaining } = reportOf(await applyHead(world, far))
    expect([refs(done), failed, skipped, remaining]).toEqual([refs(plan.steps), [], [], []])
    expect(machine.content('etc/motd')).toBe('Hello')
    expect(server.rows.domain_blocks).toMatchObject([{ domain: 'spam.example', severity: 'silence' }])
    const ledger = await ledgerOf(world)
    expect([...ledger.entries.keys()].sort()).toEqual(['domain-block/spam.example', 'file/etc/motd'])
    expect(ledger.applied.get('file')).toBe(ledger.applied.get('domain-block'))
    const again = await planHead(world, far)
    expect([again.plan.steps, again.plan.adjustments, exitOfPlan(again.plan)]).toEqual([[], [], 0])
  })

  test('bind each step to its own far end, whatever the run is for', async () => {
    const { world, far } = herd
    world.write(both(herd, 'Good morning', 'spam.example', 'b.example'))
    const { plan, input } = await planHead(world, far)
    const boundTo = (provider: string) =>
      plan.steps
        .filter((step) => {
          const scope = { ...input.sealing.scope, provider }
          return step.digest === stepDigest(step, { ...input.sealing, scope, providers: new Map() })
        })
        .map(({ kind }) => kind)
    expect([boundTo('files:herd.example'), boundTo('mastodon:herd.example')]).toEqual([['file'], ['domain-block']])
  })

  test('go on without a machine that is not to be reached, and forget nothing of it', async () => {
    const { world, machine, withoutMachine } = herd
    const before = await ledgerOf(world)
    const { plan } = await planHead(world, withoutMachine)
    expect(refs(plan.steps)).toEqual(['create domain-block/b.example'])
    expect(plan.reads).toContainEqual(expect.objectContaining({ kind: 'file', complete: false }))
    const { failed, remaining } = reportOf(await applyHead(world, withoutMachine))
    expect([failed, remaining]).toEqual([[], []])
    const ledger = await ledgerOf(world)
    expect(ledger.entries.get('file/etc/motd')).toEqual(before.entries.get('file/etc/motd'))
    expect(ledger.applied.get('file')).toBe(before.applied.get('file'))
    expect(ledger.applied.get('domain-block')).not.toBe(before.applied.get('domain-block'))
    expect(machine.content('etc/motd')).toBe('Hello')
  })

  test('go on without Mastodon where it can not be read', async () => {
    const { world, far, withMishaps } = herd
    world.write(both(herd, 'Good morning', 'c.example'))
    const blind = withMishaps({ unreadable: new Set(['domain_blocks']) })
    expect(refs(reportOf(await applyHead(world, blind)).done)).toEqual(['update file/etc/motd'])
    expect(blocked()).toEqual(['b.example', 'spam.example'])
    expect(refs((await planHead(world, far)).plan.steps)).toEqual([
      'create domain-block/c.example',
      'delete domain-block/b.example',
      'delete domain-block/spam.example',
    ])
  })

  test('stop for nothing that the other refuses', async () => {
    const { world, far, machine, withMishaps } = herd
    world.write(both(herd, 'Good evening', 'c.example'))
    const { done, failed } = reportOf(await applyHead(world, withMishaps({ refusing: true })))
    expect([refs(done), refs(failed.map(({ step }) => step))]).toEqual([
      ['update file/etc/motd'],
      ['create domain-block/c.example', 'delete domain-block/b.example', 'delete domain-block/spam.example'],
    ])
    expect(machine.content('etc/motd')).toBe('Good evening')
    await applyHead(world, far)
    expect(blocked()).toEqual(['c.example'])
  })
})
