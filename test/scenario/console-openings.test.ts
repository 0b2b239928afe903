import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connectionsOf, must, pasture, type Herd, type Pasture } from '../support/sandbox.ts'

const RULES = 'rules:\n  - { key: kind, text: Be kind }\n'

/** A herd, and how often its console was opened since it was asked last. */
async function counted(
  field: Pasture,
  connections: 'all' | 'api and console' = 'all',
): Promise<{ readonly herd: Herd; readonly openings: () => number }> {
  const herd = await field.herd({ begin: 'none' })
  const [directory, log] = [`${herd.dir}-rails`, `${herd.dir}-openings`]
  mkdirSync(join(directory, 'bin'), { recursive: true })
  const rails = join(directory, 'bin/rails')
  writeFileSync(rails, `#!/bin/sh\necho opened >> '${log}'\nexec '${field.sandbox.console}' "$@"\n`)
  chmodSync(rails, 0o755)
  const { api, database } = connectionsOf(field.sandbox)
  const mastodon = {
    api,
    ...(connections === 'all' ? { database } : {}),
    console: { over: 'local', native: { directory } },
  }
  herd.write({
    'instance.yaml': `domain: herd.example\nacting_account: owner\nmastodon: ${JSON.stringify(mastodon)}\n`,
  })
  await must(herd, ['adopt', '--moderators'])
  herd.write({}, 'Adopt')
  await must(herd, ['apply', '--yes'])
  const all = (): number => (existsSync(log) ? readFileSync(log, 'utf8').split('\n').length - 1 : 0)
  let told = connections === 'all' ? 0 : all()
  return { herd, openings: () => -told + (told = all()) }
}

describe('the console is opened when a write through it is certain', () => {
  let field: Pasture
  beforeAll(async () => {
    field = await pasture()
    await (await field.herd({ begin: 'none' })).hand.changeSetting('site_title', 'Herd')
  })
  afterAll(() => field[Symbol.asyncDispose]())

  test('not for a first apply without writes, not if nothing is to do, not for what the API writes', async () => {
    const { herd, openings } = await counted(field)
    await must(herd, ['apply', '--yes'])
    expect(openings()).toBe(0)
    herd.write({ 'domain-blocks.yaml': 'domain_blocks:\n  - { domain: rest-only.example, severity: limit }\n' })
    await must(herd, ['apply', '--yes'])
    expect(openings()).toBe(0)
  })

  test('once for what only it writes, and not where somebody did that by hand already', async () => {
    const { herd, openings } = await counted(field)
    herd.edit('settings.yaml', (text) => text.replace(/site_title: .*/, 'site_title: By a console'))
    await must(herd, ['apply', '--yes'])
    expect(openings()).toBe(1)
    await herd.hand.changeSetting('site_title', 'By hand')
    herd.edit('settings.yaml', (text) => text.replace('By a console', 'By hand'))
    await must(herd, ['apply', '--yes'])
    expect(openings()).toBe(0)
  })

  test('not for a plan that is stale, not confirmed, refused or paused', async () => {
    const { herd, openings } = await counted(field)
    herd.edit('settings.yaml', (text) => text.replace(/site_title: .*/, 'site_title: Stale'))
    await must(herd, ['plan', '--out', 'plan.json'], 2)
    await herd.hand.blockDomain('moved.example', { severity: 'silence' })
    herd.edit('settings.yaml', (text) => text.replace('Stale', 'Other'))
    await must(herd, ['apply', 'plan.json'], 6)
    await must(herd, ['apply'], 5)
    await must(herd, ['pause', 'a look first'])
    await must(herd, ['apply', '--yes'], 5)
    await must(herd, ['resume'])
    herd.write({
      'rules.yaml': `rules:\n${Array.from({ length: 30 }, (_, i) => `  - { key: r${i}, text: Rule ${i} }\n`).join('')}`,
    })
    await must(herd, ['apply', '--yes'], 5)
    expect(openings()).toBe(0)
  })

  test('where nothing else can read, once a run', async () => {
    const { herd, openings } = await counted(field, 'api and console')
    herd.write({ 'rules.yaml': RULES })
    await must(herd, ['apply', '--yes', '--take-over'])
    expect(openings()).toBe(1)
  })
})
