import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { add, EVERY_KIND } from '../support/files.ts'
import { connectionsOf, must, pasture, planOf, refs, setConfig, type Herd, type Pasture } from '../support/sandbox.ts'
import { regexOf } from '../support/regex-of.ts'

let field: Pasture
let herd: Herd
beforeAll(async () => {
  field = await pasture()
  herd = await field.herd()
})
afterAll(async () => field[Symbol.asyncDispose]())

const blocks = (count: number, severity = 'none'): string =>
  'domain_blocks:\n' +
  Array.from(
    { length: count },
    (_, i) =>
      `  - domain: d${String(i).padStart(2, '0')}.example\n    severity: ${severity}\n    reject_reports: true\n`,
  ).join('')

/** One line, as a person reads it. */
const flat = (text: string): string => text.replace(/\s+/g, ' ')

/** Both plan and apply refuse, apply writes nothing, and both say the same. */
async function refused(args: readonly string[] = []): Promise<string> {
  const before = await herd.rows('select count(*)::int as n from admin_action_logs')
  const plan = await must(herd, ['plan', ...args], 5)
  const apply = await must(herd, ['apply', '--yes', ...args], 5)
  expect(await herd.rows('select count(*)::int as n from admin_action_logs')).toEqual(before)
  expect(flat(apply.out)).toContain('Refused')
  return flat(plan.out)
}

describe('a budget', () => {
  it('refuses more creates, and says what to write to raise it', async () => {
    herd.write({ 'domain-blocks.yaml': blocks(26) })
    const out = await refused()
    expect(out).toContain('26 creates of domain blocks, but the limit (budgets in policy.yaml) is 25 for one apply')
    expect(out).toContain(
      'policy.yaml under raises: - { kind: domain-block, create: 26, until: <date>, reason: "<why>" }',
    )
  })

  it('is raised for a while by what it said, and then is as before', async () => {
    herd.write({
      'policy.yaml': 'raises:\n  - { kind: domain-block, create: 26, until: 2031-01-01, reason: "a list" }\n',
    })
    await must(herd, ['plan'], 5, { now: new Date('2031-01-01T00:00:01Z') })
    await must(herd, ['apply', '--yes'])
  })

  it('refuses more deletes and weakenings', async () => {
    herd.write({ 'domain-blocks.yaml': blocks(20) })
    const out = await refused()
    expect(out).toContain('6 deletes of domain blocks, but the limit (budgets in policy.yaml) is 5')
    expect(out).toContain('6 weakenings of domain blocks, but the limit (budgets in policy.yaml) is 5')
    herd.write({ 'domain-blocks.yaml': blocks(26) })
    await planOf(herd, 0)
  })
})

describe('an irreversible step', () => {
  const suspend = (domain: string, consent?: number): void =>
    herd.write({
      'domain-blocks.yaml':
        `${blocks(26)}  - domain: ${domain}\n` +
        `    severity: suspend\n${consent === undefined ? '' : `    accept_severed_relationships: ${consent}\n`}`,
    })

  it('needs consent in the file, and says where and what to write', async () => {
    suspend('fine.example')
    const out = await refused()
    expect(out).toMatch(/domain-blocks\.yaml:80:\d+ error consent-missing/)
    expect(out).toContain('removes 24 follow relations for good')
    expect(flat(out)).toContain(
      'so accept a higher number (a fifth more, and at least ten more). ' +
        'If you want this change, write in the entry of this object: accept_severed_relationships: 34',
    )
  })

  it('is refused when the consent is less than is measured', async () => {
    suspend('fine.example', 20)
    expect(await refused()).toContain('The file accepts only 20.')
  })

  it('is refused when follows grew past the consent between plan and apply', async () => {
    suspend('fine.example', 25)
    await must(herd, ['plan', '--out', 'plan.json'], 2)
    await field.sandbox.query(`insert into follows (account_id, target_account_id, created_at, updated_at)
      select l.id, r.id, now(), now() from accounts l, accounts r
      where l.username = 'second' and l.domain is null and r.domain = 'fine.example'`)
    const stale = await must(herd, ['apply', 'plan.json'], 6)
    expect(flat(stale.out)).toMatch(/The file accepts only 25\./)
    expect(await refused()).toMatch(/removes 3\d follow relations[^]*The file accepts only 25\./)
    expect(await herd.rows("select 1 from domain_blocks where domain = 'fine.example'")).toEqual([])
  })

  it('is done with enough consent, which serves that once', async () => {
    suspend('fine.example', 60)
    await must(herd, ['apply', '--yes'])
    await herd.hand.changeBlock('fine.example', { severity: 'silence' })
    await field.sandbox.query(`insert into follows (account_id, target_account_id, created_at, updated_at)
      select l.id, r.id, now(), now() from accounts l, accounts r
      where l.username = 'alice' and l.domain is null and r.domain = 'fine.example'`)
    const out = await refused(['--restore', 'domain-block/fine.example'])
    expect(out).toContain('The file accepts 60, but an earlier suspension used up that number.')
    expect(out).toContain('accept_severed_relationships: 17')
    await must(herd, ['adopt', 'domain-block/fine.example'])
    herd.write({}, 'Adopt')
    await must(herd, ['apply', '--yes'])
  })

  it('is done once more with another number, which is what is told and what block writes', async () => {
    suspend('meh.example', 20)
    await must(herd, ['apply', '--yes'])
    await herd.hand.liftBlock('meh.example')
    await field.sandbox.query(`insert into follows (account_id, target_account_id, created_at, updated_at)
      select l.id, r.id, now(), now() from accounts l, (select id from accounts where domain = 'meh.example' limit 5) r
      where l.username in ('alice', 'second') and l.domain is null`)
    const out = await refused(['--restore', 'domain-block/meh.example'])
    expect(out).toContain('removes 10 follow relations')
    expect(out).toContain('accept_severed_relationships: 21')
    const written = await must(herd, ['block', 'meh.example', '--severity', 'suspend'])
    expect(written.out).toContain('Changed')
    expect(flat(written.out)).toContain(
      'Herdbook counts again before it blocks. The file accepts up to 21 (a fifth more, and at least ten more).',
    )
    expect(herd.read('domain-blocks.yaml')).toContain('accept_severed_relationships: 21')
    herd.write({}, 'Once more')
    expect((await must(herd, ['block', 'meh.example', '--severity', 'suspend'])).out).toContain(
      'The files already say so',
    )
    await must(herd, ['restore', 'domain-block/meh.example', '--yes'])
    herd.write({ 'domain-blocks.yaml': blocks(26) })
    await must(herd, ['apply', '--yes'])
  })

  it('is never done without a person who types the domain, or --yes', async () => {
    suspend('spam.example')
    herd.edit('domain-blocks.yaml', add('  - domain: fine.example\n    severity: limit'))
    const ran = await herd.start(['apply']).ran
    expect(ran).toMatchObject({ code: 5, stderr: expect.stringContaining('Nothing was applied') })
    expect(await herd.rows("select 1 from domain_blocks where domain = 'spam.example'")).toEqual([])
    await must(herd, ['apply', '--yes'])
  })
})

describe('an invariant', () => {
  const people = (): string => herd.read('moderators.yaml')

  it('keeps two owners: naming the rule, and where to lower it on purpose', async () => {
    const before = people()
    herd.edit('moderators.yaml', (text) => text.replace(/ {2}- account: second\n {4}role: Owner\n?/, ''))
    const out = await refused()
    expect(out).toContain('at least 2 accounts with the permission administrator can log in')
    expect(out).toMatch(/minimum_owners in policy\.yaml/)
    herd.write({ 'moderators.yaml': before })
  })

  it('keeps two owners also when their role would lose what makes it one', async () => {
    const before = herd.read('roles.yaml')
    herd.edit('roles.yaml', (text) => text.replace('- administrator', '- manage_users'))
    expect(await refused()).toContain('at least 2 accounts with the permission administrator can log in')
    herd.write({ 'roles.yaml': before })
  })

  it('keeps the role of the account that acts', async () => {
    const before = herd.read('roles.yaml')
    setConfig(herd, { acting_account: 'herdbook' })
    herd.edit('roles.yaml', (text) => text.replace(/ +- manage_federation\n(?! +- manage_invites)/, ''))
    expect(await refused()).toMatch(
      regexOf(
        /@herdbook, the account that Herdbook acts as \(acting_account in instance\.yaml\), keeps its permissions: /,
        /manage_federation/,
      ),
    )
    setConfig(herd, {})
    herd.write({ 'roles.yaml': before })
  })

  it('keeps it also while the files rename that role', async () => {
    const [roles, holders] = [herd.read('roles.yaml'), people()]
    setConfig(herd, { acting_account: 'herdbook' })
    herd.edit('roles.yaml', (text) =>
      text
        .replace(/ +- manage_federation\n(?! +- manage_invites)/, '')
        .replace('- name: Herdbook', '- name: Robot\n    renamed_from: Herdbook'),
    )
    // In no list of ours: then only its own role tells what it may do.
    herd.edit('moderators.yaml', (text) => text.replace(/ {2}- account: herdbook\n {4}role: Herdbook\n?/, ''))
    expect(await refused()).toMatch(
      regexOf(
        /@herdbook, the account that Herdbook acts as \(acting_account in instance\.yaml\), keeps its permissions: /,
        /manage_federation/,
      ),
    )
    setConfig(herd, {})
    herd.write({ 'roles.yaml': roles, 'moderators.yaml': holders })
  })

  it('keeps the role of the account of the token, which the server tells', async () => {
    const [roles, holders] = [herd.read('roles.yaml'), people()]
    const keeps = 'the account of mastodon.api.token keeps its permissions'
    await must(herd, ['demote', 'herdbook'])
    herd.write({}, 'Demote')
    expect(await refused()).toContain(
      `delete moderator/herdbook would break a rule that must always hold: ${keeps}: view_dashboard, ` +
        'manage_federation, manage_blocks',
    )
    herd.write({ 'moderators.yaml': holders })
    await must(herd, ['promote', 'herdbook', 'Moderator'])
    herd.write({}, 'Promote')
    expect(await refused()).toContain(`${keeps}: manage_federation`)
    herd.write({ 'moderators.yaml': holders })
    herd.edit('roles.yaml', (text) => text.replace(/ +- manage_federation\n(?! +- manage_invites)/, ''))
    expect(await refused()).toContain(`${keeps}: manage_federation`)
    herd.write({ 'roles.yaml': roles })
    expect(flat((await must(herd, ['demote', 'herdbook', '--now', 'by mistake', '--yes'], 5)).out)).toContain(keeps)
    await planOf(herd, 0)
  })

  it('is not taken for kept where nobody can be asked whose the token is', async () => {
    const before = people()
    await must(herd, ['demote', 'mod'])
    herd.write({}, 'Demote')
    await planOf(herd, 2)
    setConfig(herd, {
      mastodon: { ...connectionsOf(field.sandbox), api: { url: 'http://127.0.0.1:9', token: { env: 'HB_TOKEN' } } },
    })
    expect(flat((await must(herd, ['plan'], 5)).out)).toMatch(
      regexOf(
        /delete moderator\/mod would break a rule that must always hold: /,
        /the account of mastodon\.api\.token, which Herdbook could not look up \(.*\) and which may be this one/,
      ),
    )
    setConfig(herd, {})
    herd.write({ 'moderators.yaml': before })
    await planOf(herd, 0)
  })

  it('keeps roles that people hold', async () => {
    const [roles, holders] = [herd.read('roles.yaml'), people()]
    herd.edit('moderators.yaml', (text) => text.replace(/ {2}- account: mod\n {4}role: Moderator\n?/, ''))
    herd.edit('roles.yaml', (text) => text.replace(/ {2}- name: Moderator[^]*?(?= {2}- name)/, ''))
    // Taken from everybody and deleted in one go is fine, since the holder goes first; but not while somebody else
    // holds it.
    await herd.hand.giveRole('alice', 'Moderator')
    expect(await refused()).toContain('a role that accounts hold is not deleted: 1 account holds Moderator')
    await herd.hand.giveRole('alice', null)
    herd.write({ 'roles.yaml': roles, 'moderators.yaml': holders })
    await planOf(herd, 0)
  })

  it('keeps the own domain, its parents, public suffixes and protected domains from being blocked', async () => {
    const before = herd.read('domain-blocks.yaml')
    herd.write({ 'policy.yaml': 'protected_domains: [friend.example]\n' })
    for (const domain of ['herd.example', 'example', 'co.uk', 'friend.example', 'HERD.example.']) {
      herd.write({ 'domain-blocks.yaml': `${before}  - domain: ${domain}\n    severity: suspend\n` })
      await must(herd, ['plan'], 9)
      await must(herd, ['apply', '--yes'], 9)
    }
    herd.write({ 'domain-blocks.yaml': before })
  })
})

describe('the first apply', () => {
  it('is empty after adopt; otherwise it needs a reason', async () => {
    const other = await field.herd({ begin: 'none', config: { environment: 'first' } })
    other.write({ 'email-domain-blocks.yaml': EVERY_KIND['email-domain-blocks.yaml'] })
    const ran = await must(other, ['apply', '--yes'], 5)
    expect(flat(ran.out)).toMatch(
      regexOf(
        /This server has no ledger \(Herdbook's record in Git\) yet, and the plan has 2 steps\..*/,
        /herdbook adopt.*herdbook apply --first "why"/,
      ),
    )
    expect(await other.rows("select 1 from email_domain_blocks where domain = 'throwaway.example'")).toEqual([])
    await must(other, ['apply', '--yes', '--first', 'a new server'])
    expect(refs((await planOf(other, 0)).steps)).toEqual([])
  })

  it('takes over what differs only when it is told which side wins', async () => {
    const other = await field.herd({ begin: 'none', config: { environment: 'takeover' } })
    other.write({
      'email-domain-blocks.yaml':
        'email_domain_blocks:\n  - domain: throwaway.example\n    allow_with_approval: true\n',
    })
    const ran = await must(other, ['plan'], 4)
    expect(ran.out).toContain('herdbook adopt email-domain-block/throwaway.example')
    await must(other, ['apply', '--yes'], 4)
    await must(other, ['apply', '--yes', '--take-over'], 5)
    await must(other, ['apply', '--yes', '--take-over', '--first', 'ours'])
    await planOf(other, 0)
  })
})
