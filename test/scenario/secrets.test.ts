import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withFaults } from '../testkit/fault.ts'
import { EVERY_KIND } from '../support/files.ts'
import { git } from '../support/git.ts'
import { must, pasture, setConfig, type Herd, type Pasture, signAnew } from '../support/sandbox.ts'

let field: Pasture
let herd: Herd
let token: string
const KEY = 'a-key-of-the-ledger-0123456789'
beforeAll(async () => {
  field = await pasture()
  token = field.sandbox.tokens.apply
  herd = await field.herd()
  herd.write(EVERY_KIND)
  await must(herd, ['apply', '--yes'])
})
afterAll(async () => field[Symbol.asyncDispose]())

/** The ways in which a secret could be written. */
function encodings(secret: string): string[] {
  const bytes = Buffer.from(secret)
  return [
    secret,
    Array.from(secret).toReversed().join(''),
    bytes.toString('hex'),
    bytes.toString('base64').replace(/=+$/, '').slice(0, -1),
    encodeURIComponent(secret),
    bytes.toString('base64url').slice(0, -1),
  ]
}

/** Runs verbs, and looks for the secrets in all that they say and write. */
async function search(
  verbs: readonly (readonly string[])[],
  env: { readonly [name: string]: string } = {},
): Promise<void> {
  for (const verb of verbs) {
    const ran = await herd.run(verb, { env })
    for (const secret of [token, KEY])
      for (const needle of encodings(secret))
        expect(
          ran.out.includes(needle),
          `herdbook ${verb.join(' ')} showed it as ${needle.slice(0, 4)}…:\n${ran.out.slice(0, 400)}`,
        ).toBe(false)
  }
}

const READING = [
  ['plan'],
  ['plan', '--json'],
  ['plan', '--markdown'],
  ['plan', '--verbose'],
  ['plan', '--out', 'plan.json'],
  ['drift'],
  ['drift', '--json'],
  ['status'],
  ['status', '--json'],
  ['token', 'check'],
  ['validate', '--json'],
  ['why', 'domain-block/spam.example'],
  ['unlock'],
] as const

describe('a secret', () => {
  it('never stands in what any verb says, as things are', async () => {
    await search(READING)
    await search([
      ['apply', '--yes', '--json'],
      ['adopt', 'domain-block/spam.example'],
    ])
  })

  it.each(encodings('').map((_, i) => i))(
    'does not leave when somebody planted it on the server, encoded the way number %i: the output is withheld',
    async (i) => {
      const planted = encodings(token)[i] ?? ''
      await herd.hand.changeBlock('spam.example', { public_comment: `see ${planted}.` })
      await search([['plan'], ['plan', '--json'], ['plan', '--markdown'], ['drift'], ['plan', '--out', 'leak.json']])
      const shown = await herd.run(['plan', '--json'])
      expect(shown).toMatchObject({ code: 1, stderr: expect.stringContaining('Herdbook was about to show or write') })
      await herd.hand.changeBlock('spam.example', { public_comment: 'Spam' })
    },
  )

  it('does not get into a saved plan', async () => {
    await herd.hand.changeBlock('spam.example', { public_comment: `see ${token}` })
    const ran = await herd.run(['plan', '--out', 'planted.json'])
    expect(ran.code).toBe(1)
    expect(() => readFileSync(join(herd.dir, 'planted.json'))).toThrow()
    await herd.hand.changeBlock('spam.example', { public_comment: 'Spam' })
    await must(herd, ['plan', '--out', 'plan.json'])
    expect(statSync(join(herd.dir, 'plan.json')).mode & 0o077).toBe(0)
  })

  it('does not get into the files by adopting it', async () => {
    await herd.hand.changeBlock('spam.example', { public_comment: `see ${token}` })
    await search([['adopt', 'domain-block/spam.example']])
    expect(herd.read('domain-blocks.yaml')).not.toContain(token)
    await herd.hand.changeBlock('spam.example', { public_comment: 'Spam' })
    git(herd.dir, 'checkout', '--quiet', '--', 'instance')
  })

  it('does not leave in a name, a rule, a setting or a block that somebody made of it', async () => {
    await herd.hand.addRule({ text: `Rule ${token}` })
    await herd.hand.changeSetting('site_title', token)
    await herd.hand.blockDomain(`${token.replace(/[^a-z0-9]/gi, '').toLowerCase()}.example`, { severity: 'silence' })
    await search([['plan'], ['plan', '--verbose'], ['plan', '--json'], ['drift']])
    await field.sandbox.query("update rules set deleted_at = now() where text like 'Rule %'")
    await herd.hand.changeSetting('site_title', 'Herd')
  })

  it('does not leave in the text of a server that answers it', async () => {
    const body = JSON.stringify({ error: `bad token: Bearer ${token}` })
    for (const status of [401, 403, 422, 500]) {
      const faulty = await withFaults(field.sandbox, [
        {
          match: { path: /\/api\/v1\/admin/ },
          fault: { kind: 'answer', status, headers: { 'content-type': 'application/json' }, body },
        },
      ])
      setConfig(herd, { mastodon: { api: { url: faulty.url, token: { env: 'HB_TOKEN' } } } })
      herd.write(
        { 'email-domain-blocks.yaml': `${EVERY_KIND['email-domain-blocks.yaml']}  - domain: s${status}.example\n` },
        'Echo',
      )
      await search([['plan'], ['plan', '--json'], ['apply', '--yes'], ['status'], ['token', 'check']])
      await faulty.close()
    }
    setConfig(herd, {})
    herd.write({ 'email-domain-blocks.yaml': EVERY_KIND['email-domain-blocks.yaml'] })
  })

  it('that somebody wrote into a file of the instance is not shown in its frame', async () => {
    const before = herd.read('instance.yaml')
    herd.write({ 'instance.yaml': `${before}token: ${token}\n` })
    await search([['validate'], ['plan'], ['validate', '--json'], ['apply', '--yes'], ['status']])
    herd.write({ 'instance.yaml': before })
  })

  it('that belongs to another origin is not sent, and not shown', async () => {
    const elsewhere = await withFaults(field.sandbox, [])
    setConfig(herd, { mastodon: { api: { url: elsewhere.url, token: { env: 'HB_TOKEN' } } } })
    herd.write({}, 'Elsewhere')
    await search([['plan'], ['apply', '--yes'], ['token', 'check']], { HB_TOKEN: `https://herd.example ${token}` })
    const ran = await herd.run(['plan'], { env: { HB_TOKEN: `https://herd.example ${token}` } })
    expect(ran.code).toBe(9)
    expect(elsewhere.seen).toEqual([])
    await elsewhere.close()
    setConfig(herd, {})
    herd.write({}, 'Back')
  })

  it('of the ledger signs it and stands nowhere in it; no token does either', async () => {
    setConfig(herd, { ledger_key: { env: 'HB_KEY' } })
    herd.write({}, 'Key')
    const env = { HB_KEY: KEY }
    await search(
      [
        ['unlock', '--new-key', 'first key'],
        ['ledger', 'sign', 'first key'],
      ],
      env,
    )
    await signAnew(herd, 'first key', { env })
    await search([['apply', '--yes'], ...READING], env)
    const objects = git(herd.dir, 'log', '-p', '--format=fuller', 'refs/herdbook/production/ledger')
    for (const secret of [token, KEY])
      for (const needle of encodings(secret)) expect(objects.includes(needle)).toBe(false)
    expect(objects).not.toMatch(/Private: (by hand|our witness)/)
  })
})
