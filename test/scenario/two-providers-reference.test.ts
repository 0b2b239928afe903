import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { exitOfPlan } from '../../src/reconcile/exit.ts'
import type { Kind } from '../../src/reconcile/kind.ts'
import type { Provider } from '../../src/reconcile/provider.ts'
import { pair, type Pair } from '../support/two-providers.ts'
import { applyHead, ledgerOf, planHead, sshTo, type Environment } from '../testkit/files/herd.ts'
import { refs, reportOf } from '../testkit/files/told.ts'

const REFERENCE = { ref: 'program/site#version' }

/** A kind whose settings hold, in place of this word, what another object has. */
const referring = (kind: Kind): Kind => ({
  ...kind,
  claims: (instance, now) => {
    const { claims, others } = kind.claims(instance, now)
    return {
      others,
      claims: claims.map((claim) => ({
        ...claim,
        objects: claim.objects.map((object) =>
          object.fields['value'] === 'VERSION' ? { ...object, fields: { value: REFERENCE } } : object,
        ),
      })),
    }
  },
})

/** Mastodon, which stands first in the registry here, and refers to what stands after it. */
const first = (provider: Provider): Provider => ({
  ...provider,
  kinds: provider.kinds.map((kind) => (kind.name === 'setting' ? referring(kind) : kind)),
})

let herd: Pair
let far: Environment
beforeAll(async () => {
  herd = await pair()
  const { others, ...rest } = herd.far
  far = { ...rest, earlier: () => (others?.() ?? []).map(first) }
})
afterAll(() => herd[Symbol.asyncDispose]())

const write = (version: string): string =>
  herd.world.write({
    'instance.yaml': { domain: 'herd.example', acting_account: 'herdbook', ...sshTo(herd.machine) },
    'services.yaml': { programs: [{ name: 'site', version }] },
    'settings.yaml': { settings: { site_title: 'VERSION' } },
  })
const title = (): unknown => herd.server.rows.settings.find((one) => one.var === 'site_title')?.value

describe('a setting of Mastodon that refers to an object of the machine', () => {
  test('comes after it, though its provider stands first, and is written as that has it then', async () => {
    write('v1')
    const { plan } = await planHead(herd.world, far)
    expect(refs(plan.steps)).toEqual(['create program/site', 'update setting/site_title'])
    expect(plan.steps[1]?.changes).toMatchObject([{ after: REFERENCE }])
    const { done, remaining } = reportOf(await applyHead(herd.world, far))
    expect([refs(done), remaining]).toEqual([refs(plan.steps), []])
    expect(title()).toContain('v1')
    expect((await ledgerOf(herd.world)).entries.get('setting/site_title')?.fields).toEqual({ value: 'v1' })
    expect(exitOfPlan((await planHead(herd.world, far)).plan)).toBe(0)
  })

  test('is not written where that was not done, and goes on by the same approval', async () => {
    write('v2')
    const { plan } = await planHead(herd.world, far)
    expect(refs(plan.steps)).toEqual(['update program/site', 'update setting/site_title'])
    herd.machine.env['FAR_KILL'] = 'before switch:1'
    const { failed, skipped } = reportOf(await applyHead(herd.world, far))
    delete herd.machine.env['FAR_KILL']
    expect([failed.map(({ step }) => step.kind), skipped.map(({ step, why }) => [step.kind, why])]).toEqual([
      ['program'],
      [['setting', 'blocked']],
    ])
    expect(title()).toContain('v1')
    const again = await planHead(herd.world, far)
    expect(again.plan.steps.map(({ digest }) => digest)).toEqual(plan.steps.map(({ digest }) => digest))
    await applyHead(herd.world, far)
    expect(title()).toContain('v2')
    expect(exitOfPlan((await planHead(herd.world, far)).plan)).toBe(0)
  })
})
