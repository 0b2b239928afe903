import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ANSWERS, withFaults, type Fault, type Strike } from '../testkit/fault.ts'
import { connectionsOf, must, pasture, planOf, refs, setConfig, type Herd, type Pasture } from '../support/sandbox.ts'

let field: Pasture
let herd: Herd
beforeAll(async () => {
  field = await pasture()
  herd = await field.herd()
  herd.write({ 'policy.yaml': 'budgets:\n  default:\n    weaken: 1000\n' })
  limited()
  await must(herd, ['apply', '--yes'])
})
afterAll(async () => field[Symbol.asyncDispose]())

const limited = (): void =>
  herd.write({ 'domain-blocks.yaml': 'domain_blocks:\n  - domain: meh.example\n    severity: limit\n' })
const suspended = (): void =>
  herd.write({
    'domain-blocks.yaml':
      'domain_blocks:\n  - domain: meh.example\n    severity: suspend\n    accept_severed_relationships: 1000\n',
  })

const refused: Fault = {
  kind: 'answer',
  status: 422,
  headers: { 'content-type': 'application/json' },
  body: '{"error":"Validation failed"}',
}

/**
 * A suspension that goes wrong over the API and is given up; then a moderator suspends by hand. Answers the plan of the
 * morning after.
 */
async function givenUp(strike: Strike): Promise<Awaited<ReturnType<typeof planOf>>> {
  const faulty = await withFaults(field.sandbox, [strike])
  setConfig(herd, {
    mastodon: { ...connectionsOf(field.sandbox), api: { url: faulty.url, token: { env: 'HB_TOKEN' } } },
  })
  suspended()
  await must(herd, ['apply', '--yes'], 8)
  await faulty.close()
  setConfig(herd, {})
  limited()
  await herd.hand.changeBlock('meh.example', { severity: 'suspend' })
  return JSON.parse((await herd.run(['plan', '--json'])).stdout)
}

describe('a suspension that was given up, and that a moderator makes by hand at 3 a.m.', () => {
  it.each<[string, Strike]>([
    ['the permission was missing', { match: { method: 'PUT' }, fault: ANSWERS.forbidden }],
    ['Mastodon refused it', { match: { method: 'PUT' }, fault: refused }],
    [
      'the block could not be looked at before',
      { match: { method: 'GET', path: /domain_blocks\/\d+$/ }, fault: ANSWERS.forbidden },
    ],
  ])('is the moderator’s where %s: nothing of ours was written', async (_, strike) => {
    const plan = await givenUp(strike)
    expect([refs(plan.steps), refs(plan.drift)]).toEqual([[], ['domain-block/meh.example']])
    await must(herd, ['restore', 'domain-block/meh.example', '--yes'])
  })

  it.each<[string, Strike]>([
    ['the request was lost', { match: { method: 'PUT' }, fault: { kind: 'lost-request' } }],
    ['the server stumbled', { match: { method: 'PUT' }, fault: ANSWERS.stumbled }],
  ])('may be ours where %s, and is undone', async (_, strike) => {
    const plan = await givenUp(strike)
    expect([refs(plan.steps), refs(plan.drift)]).toEqual([['domain-block/meh.example'], []])
    await must(herd, ['apply', '--yes'])
  })

  it('is the moderator’s where the console refused it', async () => {
    // With block lists alone nobody looks beforehand whether the account that acts is there.
    for (const name of readdirSync(join(herd.dir, 'instance')))
      if (!['instance.yaml', 'policy.yaml', 'domain-blocks.yaml'].includes(name))
        rmSync(join(herd.dir, 'instance', name), { recursive: true })
    herd.write({}, 'Block lists alone')
    await must(herd, ['apply', '--yes'])
    const { api: _api, ...withoutApi } = connectionsOf(field.sandbox)
    setConfig(herd, { mastodon: withoutApi, acting_account: 'nobody' })
    suspended()
    await must(herd, ['apply', '--yes'], 8)
    setConfig(herd, {})
    limited()
    await herd.hand.changeBlock('meh.example', { severity: 'suspend' })
    const plan = await planOf(herd, 3)
    expect(refs(plan.drift)).toEqual(['domain-block/meh.example'])
    await must(herd, ['restore', 'domain-block/meh.example', '--yes'])
  })
})
