import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectionsOf, must, pasture, planOf, setConfig, type Herd, type Pasture } from '../support/sandbox.ts'

let field: Pasture
let herd: Herd
beforeAll(async () => {
  field = await pasture()
  herd = await field.herd()
  herd.write({
    'policy.yaml': 'budgets:\n  default: { create: 100, update: 100, delete: 100, weaken: 1000 }\n',
    'domain-blocks.yaml': blocks(''),
  })
  await must(herd, ['apply', '--yes'])
})
afterAll(async () => field[Symbol.asyncDispose]())

/** As many as only the console writes, and writes at once. */
const BULK = Array.from({ length: 40 }, (_, i) => `bulk${i}.example`)
const SUSPENDED = '  - domain: meh.example\n    severity: suspend\n    accept_severed_relationships: 1000\n'
const blocks = (more: string): string => `domain_blocks:\n  - domain: kept.example\n    severity: none\n${more}`
const bulk = (names: readonly string[] = BULK): string =>
  names.map((name) => `  - domain: ${name}\n    severity: limit\n`).join('')

const numberOf = async (sql: string): Promise<number> => Number(Object.values((await herd.rows(sql))[0] ?? {})[0])
const follows = (): Promise<number> =>
  numberOf(
    `select count(*) from follows f join accounts a on a.id in (f.account_id, f.target_account_id)
     where a.domain = 'meh.example'`,
  )
const suspended = (): Promise<number> =>
  numberOf("select count(*) from accounts where domain = 'meh.example' and suspended_at is not null")

/** A run that suspends meh.example and whose console dies once the rows are there. */
async function brokenOff(): Promise<number> {
  const before = await follows()
  expect(before).toBeGreaterThan(0)
  herd.write({ 'domain-blocks.yaml': blocks(bulk() + SUSPENDED) })
  await field.sandbox.breakConsole('before-workers')
  await must(herd, ['apply', '--yes'], 8)
  expect([await follows(), await suspended()]).toEqual([before, 0])
  return before
}

async function reverted(): Promise<void> {
  herd.write({ 'domain-blocks.yaml': blocks('') })
  await must(herd, ['apply', '--yes'])
  await planOf(herd, 0)
}

describe('what a run that was broken off still owes', () => {
  it('is not done for a block whose commit was reverted', async () => {
    const before = await brokenOff()
    herd.write({ 'domain-blocks.yaml': blocks('') })
    expect((await must(herd, ['plan'], 2)).out).not.toContain('Unfinished')
    await must(herd, ['apply', '--yes'])
    expect(await follows()).toBe(before)
    await planOf(herd, 0)
  })

  it('is not done for a block that was raised, and whose raise was reverted', async () => {
    const { api: _api, ...withoutApi } = connectionsOf(field.sandbox)
    setConfig(herd, { mastodon: withoutApi })
    const limited = '  - domain: meh.example\n    severity: limit\n'
    herd.write({ 'domain-blocks.yaml': blocks(limited) })
    await must(herd, ['apply', '--yes'])
    const before = await follows()
    expect(before).toBeGreaterThan(0)
    herd.write({ 'domain-blocks.yaml': blocks(SUSPENDED) })
    await field.sandbox.breakConsole('before-workers')
    await must(herd, ['apply', '--yes'], 8)
    herd.write({ 'domain-blocks.yaml': blocks(limited) })
    await must(herd, ['apply', '--yes'])
    expect(await follows()).toBe(before)
    setConfig(herd, {})
    await reverted()
  })

  it('waits while a pause is on, is shown, asked for, and told once it is done', async () => {
    const before = await brokenOff()
    const shown = await must(herd, ['plan'], 2)
    expect(shown.stdout).toMatch(/did not finish [^]*the suspension of meh\.example/)
    expect((await planOf(herd, 2)).owed).toContainEqual(
      expect.objectContaining({ kind: 'domain-block', id: 'meh.example', hazard: 'irreversible' }),
    )

    await must(herd, ['pause', 'somebody looks at it'])
    expect((await must(herd, ['apply', '--yes'], 5)).out).toContain('somebody looks at it')
    expect(await follows()).toBe(before)
    await must(herd, ['resume'])

    // Nobody can answer here, and nobody said yes.
    expect((await must(herd, ['apply'], 5)).out).toContain('Nothing was applied.')
    expect(await follows()).toBe(before)

    const paid = await must(herd, ['apply', '--yes'])
    expect(paid.stdout).toMatch(/the suspension of meh\.example/)
    expect(paid.stdout).not.toContain('Nothing to write')
    expect(await follows()).toBe(0)
    expect(await suspended()).toBeGreaterThan(0)
    await planOf(herd, 0)
  })

  it('names the connection that is missing, where the console was taken out of instance.yaml', async () => {
    await reverted()
    const members = "(select id from accounts where domain = 'meh.example' limit 1)"
    await herd.rows(
      `insert into follows (account_id, target_account_id, created_at, updated_at)
       select a.id, ${members}, now(), now() from accounts a where a.username = 'alice' and a.domain is null`,
    )
    await brokenOff()
    const { console: _console, ...withoutConsole } = connectionsOf(field.sandbox)
    setConfig(herd, { mastodon: withoutConsole })
    herd.write({}, 'No console')
    expect((await must(herd, ['apply', '--yes'], 8)).out).toMatch(/could not finish work that[^]*Add mastodon\.console/)
    setConfig(herd, {})
    await reverted()
  })
})

describe('mail to members, which nobody may send twice', () => {
  it('and of which nobody knows whether it went out, is told once by the next run, as an error', async () => {
    herd.write({
      'terms-of-service.yaml':
        'terms_of_service:\n  - effective_date: 2031-06-01\n    text: Be kind.\n' +
        '    changelog: The first.\n    notify_members: true\n',
    })
    await field.sandbox.breakConsole('before-workers')
    await must(herd, ['apply', '--yes'], 8)
    expect((await must(herd, ['plan'], 0)).out).toMatch(
      /interrupted during the mail to members about the terms of 2031-06-01[^]*Sidekiq/,
    )
    const sent = await herd.rows('select notification_sent_at from terms_of_services')
    expect((await must(herd, ['apply', '--yes'], 8)).out).toContain('the mail to members about the terms of 2031-06-01')
    expect(await herd.rows('select notification_sent_at from terms_of_services')).toEqual(sent)
    expect((await must(herd, ['apply', '--yes'])).out).not.toContain('mail to members')
    expect((await planOf(herd, 0)).findings).not.toContainEqual(expect.objectContaining({ code: 'outcome-unknown' }))
  })
})
