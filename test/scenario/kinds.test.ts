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
    expect(out).toContain('Herdbook deletes this block and creates it again')
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
        `select abs(extract(epoch from expires_at - timestamp '2031-01-05')) < 60 as right from ip_blocks
         where text(ip) = '${ip}'`,
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
    expect(
      new Set(plan.steps.filter(({ kind }) => kind === 'domain-block').map(({ connection }) => connection)),
    ).toEqual(new Set(['console']))
    const before = await herd.rows('select count(*)::int as n from admin_action_logs')
    await apply()
    const after = await herd.rows('select count(*)::int as n from admin_action_logs')
    expect(Number(Object.values(after[0] ?? {})[0]) - Number(Object.values(before[0] ?? {})[0])).toBe(60)
    await planOf(herd, 0)
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

  it('a setting at the default of the version needs no write, and one that is dropped stays as it is', async () => {
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
        `select effective_date::text as day, notification_sent_at is not null as told
         from terms_of_services order by 1`,
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
      /Notifies all members about the terms of service of 2031-01-01 +can't be undone/,
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

describe('kinds without a connection', () => {
  it('are shown and skipped, and the rest is applied', async () => {
    const { api, database } = {
      api: { url: field.sandbox.url, token: { env: 'HB_TOKEN' } },
      database: { over: 'local' as const, native: { psql: field.sandbox.database } },
    }
    const other = await field.herd({ config: { environment: 'connectionless' }, mastodon: { api, database } })
    other.edit('email-domain-blocks.yaml', add('  - domain: connectionless.example'))
    other.edit('rules.yaml', add('  - key: connectionless\n    text: No connections.'))
    const plan = await must(other, ['plan'], 2)
    expect(plan.out).toMatch(/no connection can write it/)
    expect(flat(plan.out)).toMatch(
      /No connection in instance\.yaml can write rules[^]*add mastodon\.console to instance\.yaml/,
    )
    const ran = await must(other, ['apply', '--yes'], 2)
    expect(flat(ran.out)).toMatch(/1 done and 1 skipped/)
    expect(await other.rows("select 1 as n from email_domain_blocks where domain = 'connectionless.example'")).toEqual([
      { n: 1 },
    ])
  })
})
