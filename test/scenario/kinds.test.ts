import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withClock } from '../support/clock.ts'
import { add, EVERY_KIND } from '../support/files.ts'
import { must, pasture, planOf, refs, type Herd, type Pasture } from '../support/sandbox.ts'

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

describe('block lists', () => {
  it('a change of approval of an e-mail domain block is a delete and a create, and is shown so', async () => {
    const [before] = await herd.rows("select id from email_domain_blocks where domain = 'throwaway.example'")
    herd.edit('email-domain-blocks.yaml', (text) =>
      text.replace('throwaway.example\n', 'throwaway.example\n    allow_with_approval: true\n'),
    )
    const out = flat((await must(herd, ['plan'], 2)).out)
    expect(out).toContain('It is deleted and created anew')
    expect(out).toContain('weakens protection')
    await apply()
    const [after] = await herd.rows(
      "select id, allow_with_approval from email_domain_blocks where domain = 'throwaway.example'",
    )
    expect(after).toMatchObject({ allow_with_approval: true })
    expect(after).not.toMatchObject(before ?? {})
  })

  it('an expiry is not extended by applying again, and the block is absent once it has passed', async () => {
    const expiry = () => herd.rows("select expires_at from ip_blocks where text(ip) like '198.51.100.0%'")
    const before = await expiry()
    const later = new Date(Date.now() + 40 * 86_400_000)
    expect((await planOf(herd, 0)).steps).toEqual([])
    await must(herd, ['apply', '--yes'], 0, { now: later })
    expect(await expiry()).toEqual(before)
    // Mastodon ends it by itself: nothing is left to do but to tidy up the file.
    const ended = await must(herd, ['plan'], 0, { now: new Date('2031-01-01T00:02:00Z') })
    expect(ended.out).toMatch(/ip-blocks\.yaml:7:\d+ warning expired/)
  })

  it.each([3, -3])(
    'an expiry is counted by the clock of the server, with the own one off by %s hours',
    async (hours) => {
      const ip = `198.51.100.${hours + 100}/32`
      herd.edit('ip-blocks.yaml', add(`  - ip: ${ip}\n    severity: sign_up_block\n    until: 2031-01-05`))
      const { ran } = herd.start(['apply', '--yes'], { env: withClock({ hours: [hours, hours], pace: 1 }) })
      expect(await ran).toMatchObject({ code: 0 })
      const plan = await planOf(herd, 0)
      expect(plan.drift).toEqual([])
      const [row] = await herd.rows(
        `select abs(extract(epoch from expires_at - timestamp '2031-01-05')) < 60 as right from ip_blocks where text(ip) = '${ip}'`,
      )
      expect(row).toEqual({ right: true })
    },
  )

  it('a block with a day ends on that day, as a step', async () => {
    herd.edit('domain-blocks.yaml', add('  - domain: until.example\n    severity: none\n    until: 2031-05-01'))
    await apply()
    const plan = await must(herd, ['plan'], 2, { now: new Date('2031-05-01T00:00:00Z') })
    expect(plan.out).toMatch(/until\.example/)
    await planOf(herd, 0)
  })

  it('private comments and addresses that only live has never stand in what is for the public', async () => {
    herd.edit('domain-blocks.yaml', (text) => text.replace('they promised to mend it', 'they broke their promise'))
    herd.edit('ip-blocks.yaml', (text) => text.replace('Private: scanner', 'Private: still a scanner'))
    await herd.hand.blockDomain('secretive.example', { severity: 'silence', private_comment: 'Private: by hand' })
    await herd.hand.blockIp({ ip: '192.0.2.77', severity: 'no_access', comment: 'Private: flood' })
    await herd.hand.changeBlock('spam.example', { private_comment: 'Private: our witness' })
    const { stdout, stderr } = await must(herd, ['plan', '--markdown'], 2)
    for (const text of [stdout, stderr]) {
      expect(text).not.toMatch(/by hand$|flood|our witness|they promised|Private: scanner|192\.0\.2\.77/)
    }
    const ci = await must(herd, ['plan'], 2, { env: { CI: 'true' } })
    expect(ci.out).not.toMatch(/Private: by hand|flood|our witness|they promised|Private: scanner|192\.0\.2\.77/)
    await apply()
    await herd.hand.liftBlock('secretive.example')
    await herd.hand.liftIpBlock('192.0.2.77/32')
  })

  it('block lists are written through the console when they are long, in one batch, and all take effect', async () => {
    const names = Array.from({ length: 60 }, (_, i) => `list${i}.example`)
    herd.write({
      'policy.yaml': 'raises:\n  - { kind: domain-block, create: 60, update: 60, until: 2031-01-01, reason: a list }\n',
    })
    herd.edit(
      'domain-blocks.yaml',
      (text) => `${text}${names.map((name) => `  - domain: ${name}\n    severity: limit\n`).join('')}`,
    )
    const plan = await planOf(herd, 2)
    expect(new Set(plan.steps.filter(({ kind }) => kind === 'domain-block').map(({ door }) => door))).toEqual(
      new Set(['console']),
    )
    const before = await herd.rows('select count(*)::int as n from admin_action_logs')
    await apply()
    const after = await herd.rows('select count(*)::int as n from admin_action_logs')
    expect(Number(Object.values(after[0] ?? {})[0]) - Number(Object.values(before[0] ?? {})[0])).toBe(60)
    await planOf(herd, 0)
  })
})

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
        "select r.id from user_roles r join users u on u.role_id = r.id join accounts a on a.id = u.account_id where a.username = 'mod' and r.name = 'Keeper'",
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
        "select a.username, r.name from users u join accounts a on a.id = u.account_id join user_roles r on r.id = u.role_id where a.username in ('alice', 'mod') order by 1",
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
      /moderator\/mod: there is no role Keeper on the server; it has .*Shepherd.* If it was renamed there: herdbook adopt moderator\/mod/,
    )
    await field.sandbox.query("update user_roles set name = 'Keeper' where name = 'Shepherd'")
    herd.write({ 'roles.yaml': roles })
    await apply()
  })

  it('a moderator who goes loses role, sessions and tokens', async () => {
    const held = () =>
      herd.rows(`select (select count(*)::int from oauth_access_tokens where resource_owner_id = u.id and revoked_at is null) as tokens,
      (select count(*)::int from session_activations where user_id = u.id) as sessions, u.role_id from users u join accounts a on a.id = u.account_id where a.username = 'mod'`)
    await field.sandbox.query(
      "insert into session_activations (session_id, created_at, updated_at, user_id) select 's', now(), now(), u.id from users u join accounts a on a.id = u.account_id where a.username = 'mod'",
    )
    expect(await held()).toMatchObject([{ tokens: 1, sessions: 1 }])
    const ran = await must(herd, ['demote', 'mod'])
    expect(ran.out).toMatch(/herdbook plan/)
    herd.write({}, 'Demote')
    expect(flat((await must(herd, ['plan'], 2)).out)).toContain('Sessions and tokens of the account end.')
    await apply()
    expect(await held()).toEqual([{ tokens: 0, sessions: 0, role_id: null }])
    await planOf(herd, 0)
  })

  it('a moderator without an account waits, holds nothing back, and is planned anew when the account is there', async () => {
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
      /@newcomer was registered on .* after the files named it: it may be somebody else\. → Ask the person/,
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

describe('rules, settings and terms', () => {
  it('rules change their order, texts and translations, and keep their numbers', async () => {
    const ids = () => herd.rows('select id from rules where deleted_at is null order by id')
    const before = await ids()
    herd.write({
      'rules.yaml': `rules:
  - key: describe-pictures
    text: Describe your pictures, please.
    translations:
      de: { text: Beschreibe deine Bilder. }
  - key: no-spam
    text: No spam.
    translations:
      de: { text: Kein Müll. }
  - key: be-kind
    text: Be kind.
    hint: Always.
`,
    })
    expect(refs((await planOf(herd, 2)).steps)).toEqual([
      'rule-order/rules',
      'rule/be-kind',
      'rule/describe-pictures',
      'rule/no-spam',
    ])
    await apply()
    expect(await ids()).toEqual(before)
    expect(
      (await herd.rows('select text from rules where deleted_at is null order by priority, id')).map(
        (row) => Object.values(row)[0],
      ),
    ).toEqual(['Describe your pictures, please.', 'No spam.', 'Be kind.'])
    expect(await herd.rows('select language, text from rule_translations order by language, text')).toEqual([
      { language: 'de', text: 'Beschreibe deine Bilder.' },
      { language: 'de', text: 'Kein Müll.' },
    ])
    await planOf(herd, 0)
  })

  it('a setting that says what the version has by default needs no write, and one that is dropped stays as it is', async () => {
    herd.edit('settings.yaml', add('  profile_directory: true\n  trends: true'))
    expect((await planOf(herd, 0)).steps).toEqual([])
    await apply()
    herd.edit('settings.yaml', (text) => text.replace('  site_short_description: A small server\n', ''))
    expect(await planOf(herd, 2)).toMatchObject({ steps: [], let_go: [{ kind: 'setting', objects: 1 }] })
    await apply()
    expect(await herd.rows("select value from settings where var = 'site_short_description'")).toMatchObject([
      { value: expect.stringContaining('A small server') },
    ])
  })

  it('published terms do not change: an edit is refused and says how to publish new ones', async () => {
    herd.edit('terms-of-service.yaml', (text) => text.replace('Be good.', 'Be better.'))
    const out = flat((await must(herd, ['plan'], 5)).out)
    expect(out).toMatch(/terms-of-service\.yaml:2:\d+ error terms-published/)
    expect(out).toContain('add an entry with a later effective_date')
    await apply(5)
    herd.edit('terms-of-service.yaml', (text) => text.replace('Be better.', 'Be good.'))
  })

  it('members are told once, only where the file asks for it, and that is irreversible', async () => {
    const told = () =>
      herd.rows(
        'select effective_date::text as day, notification_sent_at is not null as told from terms_of_services order by 1',
      )
    expect(await told()).toEqual([{ day: '2031-01-01', told: false }])
    herd.edit(
      'terms-of-service.yaml',
      add('  - effective_date: 2031-06-01\n    text: Be kind.\n    changelog: The second.\n    notify_members: true'),
    )
    const plan = await planOf(herd, 2)
    expect(plan.steps).toMatchObject([
      { id: '2031-06-01', hazard: 'irreversible', note: expect.stringContaining('mail to every member') },
    ])
    await apply()
    const [, sent] = await herd.rows('select notification_sent_at from terms_of_services order by effective_date')
    expect(await told()).toEqual([
      { day: '2031-01-01', told: false },
      { day: '2031-06-01', told: true },
    ])
    await planOf(herd, 0)
    await apply()
    expect((await herd.rows('select notification_sent_at from terms_of_services order by effective_date'))[1]).toEqual(
      sent,
    )
    expect(refs((await planOf(herd, 0)).steps)).toEqual([])
  })

  it('published terms that members are told of later are not called edited', async () => {
    herd.edit('terms-of-service.yaml', (text) =>
      text.replace('changelog: The first.', 'changelog: The first.\n    notify_members: true'),
    )
    expect(flat((await must(herd, ['plan'], 2)).out)).toMatch(
      /Tells all members of the terms of service of 2031-01-01 +can't be undone/,
    )
    herd.edit('terms-of-service.yaml', (text) =>
      text.replace('changelog: The first.\n    notify_members: true', 'changelog: The first.'),
    )
    await planOf(herd, 0)
  })

  it('terms of a day that has passed are refused only in the step that would publish them', async () => {
    herd.edit(
      'terms-of-service.yaml',
      add('  - effective_date: 2031-07-01\n    text: Later.\n    changelog: The third.'),
    )
    await must(herd, ['plan'], 5, { now: new Date('2031-07-02T00:00:00Z') })
    await apply()
    await must(herd, ['plan', '--json'], 2, { now: new Date('2031-07-02T00:00:00Z') }).then(({ stdout }) => {
      expect(refs(JSON.parse(stdout).steps)).toEqual(['domain-block/until.example'])
    })
  })
})

describe('kinds without a door', () => {
  it('are shown and skipped, and the rest is applied', async () => {
    const { api, database } = {
      api: { url: field.sandbox.url, token: { env: 'HB_TOKEN' } },
      database: { over: 'local' as const, native: { psql: field.sandbox.database } },
    }
    const other = await field.herd({ config: { environment: 'doorless' }, mastodon: { api, database } })
    other.edit('email-domain-blocks.yaml', add('  - domain: doorless.example'))
    other.edit('rules.yaml', add('  - key: doorless\n    text: No doors.'))
    const plan = await must(other, ['plan'], 2)
    expect(plan.out).toMatch(/no door can write it/)
    expect(flat(plan.out)).toMatch(
      /No door that is configured can write rules[^]*add mastodon\.console to instance\.yaml/,
    )
    const ran = await must(other, ['apply', '--yes'], 2)
    expect(flat(ran.out)).toMatch(/1 done and 1 skipped/)
    expect(await other.rows("select 1 as n from email_domain_blocks where domain = 'doorless.example'")).toEqual([
      { n: 1 },
    ])
  })
})
