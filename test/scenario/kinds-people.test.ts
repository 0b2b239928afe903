import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { add, EVERY_KIND } from '../support/files.ts'
import { must, pasture, planOf, refs, type Herd, type Pasture } from '../support/sandbox.ts'
import { regexOf } from '../support/regex-of.ts'

let field: Pasture
let herd: Herd
beforeAll(async () => {
  field = await pasture()
  herd = await field.herd()
  herd.write(EVERY_KIND)
  await must(herd, ['apply', '--yes'])
})
afterAll(async () => field[Symbol.asyncDispose]())

const flat = (text: string): string => text.replace(/\s+/g, ' ')
const apply = (code = 0) => must(herd, ['apply', '--yes'], code)

describe('people and roles', () => {
  it('a role that is renamed keeps its people and its number', async () => {
    const [before] = await herd.rows("select id from user_roles where name = 'Moderator'")
    herd.write({
      'roles.yaml': herd.read('roles.yaml').replace('- name: Moderator', '- name: Keeper\n    renamed_from: Moderator'),
      'moderators.yaml': herd.read('moderators.yaml').replaceAll('role: Moderator', 'role: Keeper'),
    })
    expect(refs((await planOf(herd, 2)).steps)).toEqual(['role/Keeper'])
    await apply()
    expect(
      await herd.rows(
        `select r.id from user_roles r join users u on u.role_id = r.id
         join accounts a on a.id = u.account_id where a.username = 'mod' and r.name = 'Keeper'`,
      ),
    ).toEqual([before])
    await planOf(herd, 0)
    herd.edit('roles.yaml', (text) => text.replace('    renamed_from: Moderator\n', ''))
    await planOf(herd, 0)
  })

  it('a role that somebody renamed in Mastodon is still the one that is given and taken', async () => {
    await field.sandbox.query("update user_roles set name = 'Shepherd' where name = 'Keeper'")
    const holders = herd.read('moderators.yaml')
    const given = () =>
      herd.rows(
        `select a.username, r.name from users u join accounts a on a.id = u.account_id
         join user_roles r on r.id = u.role_id where a.username in ('alice', 'mod') order by 1`,
      )
    herd.write({
      'moderators.yaml': add('  - account: alice\n    role: Keeper')(
        holders.replace(/( {2}- account: mod\n {4}role: )Keeper/, '$1Herdbook'),
      ),
    })
    const plan = await planOf(herd, 2)
    expect(refs(plan.steps)).toEqual(['moderator/alice', 'moderator/mod'])
    expect(plan.drift).toMatchObject([{ kind: 'role', id: 'Keeper', fields: ['name'] }])
    await apply()
    expect(await given()).toEqual([
      { username: 'alice', name: 'Shepherd' },
      { username: 'mod', name: 'Herdbook' },
    ])
    // Given its name back in the run that takes it from somebody.
    herd.write({ 'moderators.yaml': holders })
    await must(herd, ['apply', '--yes', '--restore', 'role/Keeper'])
    expect(await given()).toEqual([{ username: 'mod', name: 'Keeper' }])
    await planOf(herd, 0)
  })

  it('a role that was renamed in Mastodon, and that the files only name, is missed by the plan', async () => {
    const roles = herd.read('roles.yaml')
    herd.write({ 'roles.yaml': '{}\n' })
    await apply()
    await field.sandbox.query("update user_roles set name = 'Shepherd' where name = 'Keeper'")
    const ran = await must(herd, ['apply', '--yes', '--restore', 'moderator/mod'], 5)
    expect(flat(ran.out)).toMatch(
      regexOf(
        /moderator\/mod: the server has no role Keeper\. It has .*Shepherd.*/,
        / If someone renamed the role on the server: herdbook adopt moderator\/mod/,
      ),
    )
    await field.sandbox.query("update user_roles set name = 'Keeper' where name = 'Shepherd'")
    herd.write({ 'roles.yaml': roles })
    await apply()
  })

  it('a moderator who goes loses role, sessions and tokens', async () => {
    const held = () =>
      herd.rows(`select (select count(*)::int from oauth_access_tokens
          where resource_owner_id = u.id and revoked_at is null) as tokens,
      (select count(*)::int from session_activations where user_id = u.id) as sessions, u.role_id
      from users u join accounts a on a.id = u.account_id where a.username = 'mod'`)
    await field.sandbox.query(
      `insert into session_activations (session_id, created_at, updated_at, user_id) select 's', now(), now(), u.id
       from users u join accounts a on a.id = u.account_id where a.username = 'mod'`,
    )
    expect(await held()).toMatchObject([{ tokens: 1, sessions: 1 }])
    const ran = await must(herd, ['demote', 'mod'])
    expect(ran.out).toMatch(/herdbook plan/)
    herd.write({}, 'Demote')
    expect(flat((await must(herd, ['plan'], 2)).out)).toContain(
      'Mastodon logs the account out, and its tokens stop working.',
    )
    await apply()
    expect(await held()).toEqual([{ tokens: 0, sessions: 0, role_id: null }])
    await planOf(herd, 0)
  })

  it('a moderator without an account waits, holds nothing back, and is planned when the account is there', async () => {
    await must(herd, ['promote', 'newcomer', 'Keeper'])
    herd.write({}, 'Promote')
    const waiting = await planOf(herd, 0)
    expect(waiting.waiting).toMatchObject([
      { kind: 'moderator', id: 'newcomer', reason: 'There is no account @newcomer yet.' },
    ])
    expect((await must(herd, ['plan'])).out).toMatch(/Waiting[^]*newcomer/)
    await apply()
    await herd.hand.signUp('newcomer')
    const planned = await planOf(herd, 2)
    expect(planned.steps).toMatchObject([
      { id: 'newcomer', server_id: expect.stringMatching(/^\d+$/), created_at: expect.any(String) },
    ])
  })

  it('and --yes gives no role to an account that is younger than the commit that names it', async () => {
    const ran = await apply(5)
    expect(flat(ran.out)).toMatch(
      /@newcomer was registered on .* after the files named it\. It may be another person\. → Ask the person/,
    )
    expect(
      await herd.rows(
        "select u.role_id from users u join accounts a on a.id = u.account_id where a.username = 'newcomer'",
      ),
    ).toEqual([{ role_id: null }])
    await must(herd, ['plan', '--out', 'plan.json'], 2)
    await must(herd, ['apply', 'plan.json'])
    await planOf(herd, 0)
  })

  it('a moderator who is suspended, unconfirmed or whose login is disabled waits', async () => {
    await herd.hand.signUp('unconfirmed')
    await field.sandbox.query("update users set confirmed_at = null where email like 'unconfirmed@%'")
    await herd.hand.signUp('shut')
    await field.sandbox.query("update accounts set suspended_at = now() where username = 'shut'")
    herd.edit('moderators.yaml', add('  - account: unconfirmed\n    role: Keeper\n  - account: shut\n    role: Keeper'))
    expect((await planOf(herd, 0)).waiting.map(({ reason }) => reason)).toEqual([
      '@shut is suspended.',
      '@unconfirmed has not confirmed the e-mail address yet.',
    ])
    herd.edit('moderators.yaml', (text) => text.replace(/ {2}- account: unconfirmed[^]*/, ''))
  })

  it('only_these takes roles from others, and neither from the account that acts nor below two owners', async () => {
    await herd.hand.giveRole('alice', 'Helper').catch(() => herd.hand.giveRole('alice', 'Keeper'))
    herd.edit('moderators.yaml', (text) => `${text.trimEnd()}\nonly_these: true\n`)
    const plan = await planOf(herd, 2)
    expect(plan.steps.map(({ id, action }) => [id, action])).toEqual(expect.arrayContaining([['alice', 'delete']]))
    expect(refs(plan.steps)).not.toContain('moderator/owner')
    await apply()
    herd.edit('moderators.yaml', (text) => text.replace(/ {2}- account: second\n {4}role: Owner\n/, ''))
    await must(herd, ['plan'], 5)
    herd.edit('moderators.yaml', (text) => text.replace('only_these: true\n', '  - account: second\n    role: Owner\n'))
  })
})
