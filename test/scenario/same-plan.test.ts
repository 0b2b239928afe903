import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connectionsOf, pasture, type Pasture } from '../support/sandbox.ts'

/**
 * What depends on the way the plan was read and will be done: outside equality and digests. How many members it
 * touches, the API can't tell.
 */
const BY_THE_WAY = new Set(['commit', 'digest', 'ledger', 'reads', 'timings', 'calls', 'connection', 'door', 'members'])

const essence = (text: string): unknown =>
  JSON.parse(text, (key, value: unknown) => (BY_THE_WAY.has(key) ? undefined : value))

describe('the plan of one server', () => {
  let field: Pasture
  beforeAll(async () => {
    field = await pasture()
  })
  afterAll(() => field[Symbol.asyncDispose]())

  test('is the same value through the database, through API and console, and through the console alone', async () => {
    const herd = await field.herd({ begin: 'live' })
    await herd.hand.blockDomain('drifted.example', { severity: 'silence' })
    await herd.hand.addRule({ text: 'By hand' })
    herd.write({
      'domain-blocks.yaml':
        'domain_blocks:\n  - { domain: bad.example, severity: suspend, accept_severed_relationships: 60 }\n' +
        '  - { domain: meh.example, severity: limit }\n',
      'email-domain-blocks.yaml': 'email_domain_blocks:\n  - domain: burner.example\n',
      'ip-blocks.yaml': 'ip_blocks:\n  - { ip: 192.0.2.7, severity: no_access }\n',
      'settings.yaml': 'settings:\n  site_title: Herd\n  noindex: true\n',
      'rules.yaml': 'rules:\n  - { key: kind, text: Be kind }\n',
    })
    const { api, database, console } = connectionsOf(field.sandbox)
    if (!api || !database || !console) throw new Error('a sandbox has all three connections')
    const plans = []
    for (const mastodon of [{ api, database, console }, { api, console }, { console }]) {
      const domain = `domain: herd.example\nacting_account: owner\n`
      herd.write({ 'instance.yaml': `${domain}mastodon: ${JSON.stringify(mastodon)}\n` }, 'Other connections')
      const { code, stdout } = await herd.run(['plan', '--json'])
      expect(code).toBe(2)
      plans.push(essence(stdout))
    }
    expect(plans[1]).toEqual(plans[0])
    expect(plans[2]).toEqual(plans[0])
    expect(JSON.stringify(plans[0])).toContain('"follows":30')
  })
})
