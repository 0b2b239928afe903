import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { git } from '../support/git.ts'
import { cloneOf, must, pasture, type Herd, type Pasture } from '../support/sandbox.ts'
import { regexOf } from '../support/regex-of.ts'

// What somebody does on the server that no file names is told until a person has decided: adopt, restore or leave.

const KEY = { ledger_key: { env: 'HB_KEY' } }

describe('with a ledger key', () => {
  let field: Pasture
  let herd: Herd
  beforeAll(async () => {
    field = await pasture()
  })
  afterAll(async () => field[Symbol.asyncDispose]())
  beforeEach(async () => {
    herd = await field.herd({ config: KEY, remote: true })
  })

  const inSync = async (): Promise<void> => {
    await must(herd, ['plan'])
    await must(herd, ['drift'])
  }

  it('a role that was given is told by plan and drift, also in another clone, until it is taken away', async () => {
    await inSync()
    await herd.hand.giveRole('alice', 'Owner')
    for (const verb of ['plan', 'drift'] as const) {
      const { out } = await must(herd, [verb], 3)
      expect(out).toMatch(/Added or changed by hand[^]*moderator alice: Owner[^]*herdbook restore moderator\/alice/)
      expect((await must(cloneOf(herd, verb), [verb], 3)).out).toContain('moderator alice: Owner')
      expect(JSON.parse((await must(herd, [verb, '--json'], 3)).stdout).unmanaged).toContainEqual(
        expect.objectContaining({ id: 'alice', added_by_hand: true, restorable: true }),
      )
    }
    // an ordinary apply takes nothing in
    herd.write({ 'settings.yaml': 'settings:\n  site_title: Another herd\n' })
    await must(herd, ['apply', '--yes'])
    await must(herd, ['drift'], 3)
    const { out } = await must(herd, ['restore', 'moderator/alice', '--yes'])
    expect(out).toMatch(/Takes Owner from alice/)
    expect(
      await herd.rows(
        `select a.username from users u join accounts a on a.id = u.account_id
         where u.role_id is not null and a.username = 'alice'`,
      ),
    ).toEqual([])
    await inSync()
  })

  it.each([
    [
      'a setting that no file names',
      'setting/profile_directory',
      (herd: Herd) => herd.hand.changeSetting('profile_directory', '0'),
      (herd: Herd) => herd.hand.changeSetting('profile_directory', '1'),
    ],
    [
      'a block',
      'domain-block/raid.example',
      (herd: Herd) => herd.hand.blockDomain('raid.example'),
      (herd: Herd) => herd.hand.changeBlock('raid.example', { severity: 'silence' }),
    ],
    [
      'a role',
      'role/Guide',
      (herd: Herd) => herd.hand.saveRole('Guide', { position: 3 }),
      (herd: Herd) => herd.hand.saveRole('Guide', { position: 4 }),
    ],
    [
      'an e-mail block',
      'email-domain-block/junk.example',
      (herd: Herd) => herd.hand.blockEmailDomain('junk.example'),
      undefined,
    ],
    [
      'an IP block',
      'ip-block/198.51.100.7/32',
      (herd: Herd) => herd.hand.blockIp({ ip: '198.51.100.7', severity: 'no_access', comment: '', expires_at: null }),
      undefined,
    ],
  ])('%s is left by name, and told again when it changes', async (_, ref, first, then) => {
    await first(herd)
    expect((await must(herd, ['plan'], 3)).out).toContain(ref.slice(ref.indexOf('/') + 1))
    const { out } = await must(herd, ['leave', ref, 'agreed in the meeting'])
    expect(out).toContain(ref)
    await inSync()
    expect((await must(herd, ['why', ref])).out).toMatch(/Left[^]*agreed in the meeting/)
    if (then === undefined) return
    await then(herd)
    expect((await must(herd, ['drift'], 3)).out).toMatch(/changed/)
    expect((await must(herd, ['restore', ref, '--yes'], 5)).out).toMatch(/cannot restore/)
    await must(herd, ['leave', ref, 'that, too'])
    await inSync()
  })

  it('a setting that goes back to what a new server has is told, too', async () => {
    await herd.hand.changeSetting('authorized_fetch', '1')
    await must(herd, ['leave', 'setting/authorized_fetch', 'tried out'])
    await herd.hand.changeSetting('authorized_fetch', '0')
    expect((await must(herd, ['plan'], 3)).out).toContain('authorized_fetch')
  })

  it('what was there before is older: it is neither restored nor left', async () => {
    await herd.hand.blockDomain('older.example')
    await must(herd, ['leave', 'domain-block', 'all of them'])
    expect((await must(herd, ['restore', 'domain-block/older.example', '--yes'], 5)).out).toMatch(
      /on\s+the\s+server\s+when\s+Herdbook\s+first\s+looked[^]*herdbook adopt domain-block\/older\.example/,
    )
    expect((await must(herd, ['leave', 'domain-block/older.example', 'again'], 5)).out).toMatch(
      /nothing to leave[^]*herdbook drift/,
    )
    expect((await must(herd, ['restore', 'domain-block/never.example', '--yes'], 5)).out).toMatch(
      /it was not added by hand/,
    )
  })

  it("what the files let go of is nobody's doing", async () => {
    herd.write({ 'settings.yaml': 'settings:\n  site_title: The herd\n  trends: true\n' })
    await must(herd, ['apply', '--yes'])
    herd.write({ 'settings.yaml': 'settings:\n  trends: true\n' })
    await must(herd, ['plan'], 2)
    await must(herd, ['apply', '--yes'])
    await inSync()
    await herd.hand.changeSetting('site_title', 'Hijacked')
    expect((await must(herd, ['drift'], 3)).out).toContain('site_title: Hijacked')
  })
})

describe('without a ledger key', () => {
  let field: Pasture
  beforeAll(async () => {
    field = await pasture()
  })
  afterAll(async () => field[Symbol.asyncDispose]())

  it('the list stays in the clone, as the output says; the next apply writes it and names all staff', async () => {
    const herd = await field.herd({ remote: true })
    await herd.hand.giveRole('alice', 'Moderator')
    expect((await must(herd, ['plan'], 3)).out).toMatch(
      /Only\s+this\s+clone\s+remembers\s+which\s+objects\s+were\s+on\s+the\s+server/,
    )
    expect(
      git(herd.dir, 'ls-tree', '-r', '--name-only', git(herd.dir, 'rev-parse', 'refs/herdbook-seen/production')),
    ).not.toContain('seen.')
    const other = cloneOf(herd, 'other')
    expect((await must(other, ['drift'])).out).not.toContain('alice')
    const { out } = await must(other, ['apply', '--yes'])
    expect(out).toMatch(
      regexOf(
        /From now on, Herdbook reports when one of them changes or another is added by hand\. /,
        /These people hold a role: alice \(Moderator\)/,
      ),
    )
    await herd.hand.giveRole('alice', 'Owner')
    expect((await must(other, ['drift'], 3)).out).toMatch(/moderator alice: Owner {2}changed/)
  })
})
