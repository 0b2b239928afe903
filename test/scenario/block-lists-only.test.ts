import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { must, pasture, type Herd, type Pasture } from '../support/sandbox.ts'

let field: Pasture
let herd: Herd
beforeAll(async () => {
  field = await pasture()
  herd = await field.herd({
    begin: 'none',
    mastodon: { api: { url: field.sandbox.url, token: { env: 'HB_TOKEN' } } },
    config: { acting_account: 'herdbook' },
  })
  await herd.hand.blockDomain('spam.example', { severity: 'silence' })
})
afterAll(async () => field[Symbol.asyncDispose]())

/** Managed hosting: there is a web interface and its API, and neither a database nor a console. */
describe('with no connection but the API', () => {
  it('adopts the block lists and says what it can not read', async () => {
    const ran = await must(herd, ['adopt', '--ip-blocks'])
    expect(ran.stderr).toContain(
      'Herdbook cannot read what belongs in username-blocks.yaml, roles.yaml, moderators.yaml, ' +
        'rules.yaml, announcements.yaml, settings.yaml and terms-of-service.yaml',
    )
    expect(ran.stderr).not.toContain('error')
    expect(herd.read('domain-blocks.yaml')).toContain('domain: spam.example')
    expect(() => herd.read('roles.yaml')).toThrow('ENOENT')
  })

  it('plans and applies them', async () => {
    herd.write({}, 'Adopt')
    await must(herd, ['apply', '--yes'])
    await must(herd, ['block', 'raid.example', '--severity', 'limit'])
    herd.write({}, 'Limit raid.example')
    await must(herd, ['plan'], 2)
    await must(herd, ['apply', '--yes'])
    await must(herd, ['plan'])
  })

  it('says once, and plainly, that what was asked for by name can not be read', async () => {
    const ran = await must(herd, ['adopt', '--moderators', 'role'], 10)
    expect(ran.stderr.match(/needs the database or the console/g)).toHaveLength(1)
  })
})
