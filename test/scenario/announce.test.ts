import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ANSWERS, withFaults } from '../testkit/fault.ts'
import { git } from '../support/git.ts'
import {
  connectionsOf,
  must,
  pasture,
  setConfig,
  type Herd,
  type HerdOptions,
  type Pasture,
} from '../support/sandbox.ts'

let field: Pasture
beforeAll(async () => {
  field = await pasture()
})
afterAll(() => field[Symbol.asyncDispose]())

const DAY = 86_400_000
const daysOn = (days: number): Date => new Date(Date.now() + days * DAY)
const dayOf = (date: Date): string => date.toISOString().slice(0, 10)

const inWords = (day: string): string =>
  new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(day))

const posts = (herd: Herd) =>
  herd.rows(
    `select text, visibility, (select username from accounts where id = account_id) as by
     from statuses where text <> '' order by id`,
  )
const policy = (notice = ''): string => `announce:\n  visibility: unlisted\n${notice}`
const block = (domain: string, more = ''): string => `  - domain: ${domain}\n    severity: suspend\n${more}`
const blockOf = (herd: Herd, domain: string) =>
  herd.rows(`select severity from domain_blocks where domain = '${domain}'`)

/** A herd whose bot may post, on a server where nobody has posted yet. */
async function herdThatPosts(token = field.sandbox.tokens.announce, config: HerdOptions['config'] = {}): Promise<Herd> {
  await field.sandbox.query("delete from statuses where text <> ''")
  await field.sandbox.query('delete from domain_blocks')
  return field.herd({ token, config })
}

/** Adds blocks to the file. */
const add = (herd: Herd, ...blocks: string[]) =>
  herd.edit(
    'domain-blocks.yaml',
    (text) => `${text.replace(/domain_blocks: \[\]\nemptied[^\n]*\n/, 'domain_blocks:\n')}${blocks.join('')}`,
  )

describe('members are told', () => {
  test('of nothing where the policy does not say so', async () => {
    const herd = await herdThatPosts()
    add(herd, block('spam.example'))
    await must(herd, ['apply', '--yes'])
    expect(await posts(herd)).toEqual([])
  })

  test('what was done and why, in the name of the bot, once', async () => {
    const herd = await herdThatPosts()
    herd.write({ 'policy.yaml': policy() })
    add(
      herd,
      block(
        'spam.example',
        "    public_comment: 'Spam: ask @alice, #spam, https://spam.example'\n    private_comment: A member told us\n",
      ),
      block('doxing.example', '    obfuscate: true\n    public_comment: Doxing\n'),
    )
    await must(herd, ['apply', '--yes'])
    await must(herd, ['apply', '--yes'])
    const all = await posts(herd)
    expect(all).toMatchObject([{ by: 'herdbook', visibility: 1 }])
    const { text } = all[0] as { text: string }
    expect(text).toContain('• spam.example is suspended: Spam: ask ')
    expect(text).toContain('• doxi**.****ple is suspended: Doxing')
    expect(text).not.toMatch(/doxing\.example|A member told us|@alice|#spam|https:\/\//)

    herd.edit('domain-blocks.yaml', (old) => old.replace(/ {2}- domain: spam\.example\n( {4}.*\n)*/, ''))
    await must(herd, ['apply', '--yes'])
    expect((await posts(herd)).at(-1)).toMatchObject({
      text: expect.stringContaining('• spam.example is no longer suspended'),
    })
  })

  test('and the apply counts where the token may not post', async () => {
    const herd = await herdThatPosts(field.sandbox.tokens.apply)
    herd.write({ 'policy.yaml': policy() })
    add(herd, block('spam.example'))
    const { out } = await must(herd, ['apply', '--yes'])
    expect(out).toMatch(/did not accept the post[^]*write:statuses/)
    expect(await blockOf(herd, 'spam.example')).toHaveLength(1)
  })
})

describe('with notice_days, a suspension that cuts follows', () => {
  const consent = '    accept_severed_relationships: 60\n    public_comment: Harassment\n'

  test('is announced, held back with its approval unspent, and done when its day has come', async () => {
    const herd = await herdThatPosts(undefined, { forge: { github: 'herd/instance' }, ledger_key: { env: 'HB_KEY' } })
    herd.write({ 'policy.yaml': policy('  notice_days: 7\n') })
    add(herd, block('bad.example', consent), block('spam.example'))
    await must(herd, ['approve', '--yes', 'agreed on Monday'])
    const from = dayOf(new Date(Math.ceil((Date.now() + 7 * DAY) / DAY) * DAY))

    expect((await must(herd, ['plan'], 2)).stdout).toMatch(
      new RegExp(
        'bad\\.example[^]*Herdbook informs members first\\. ' +
          `It applies this on ${inWords(from)} or later\\.[^]*spam\\.example`,
      ),
    )
    const first = await must(herd, ['apply', '--yes'])
    expect(first.out).toContain(`This step was announced on ${dayOf(new Date())}. Herdbook applies it from ${from} on.`)
    expect([await blockOf(herd, 'bad.example'), await blockOf(herd, 'spam.example')]).toMatchObject([[], [{}]])
    expect(await posts(herd)).toMatchObject([
      { text: expect.stringMatching(new RegExp(`From ${from} on[^]*bad\\.example: Harassment`)) },
      { text: expect.stringContaining('spam.example is suspended') },
    ])

    const later = { now: new Date(Date.parse(from) - 1000) }
    expect((await must(herd, ['plan'], 2, later)).stdout).toContain(
      `Members were informed on ${inWords(dayOf(new Date()))}. Herdbook applies this on ${inWords(from)} or later.`,
    )
    expect((await must(herd, ['plan'], 2, { now: new Date(Date.parse(from)) })).stdout).not.toContain('Members')
    await must(herd, ['apply', '--yes'], 0, later)
    expect(await blockOf(herd, 'bad.example')).toEqual([])
    expect(await posts(herd)).toHaveLength(2)

    await must(herd, ['apply', '--yes'], 0, { now: new Date(Date.parse(from)) })
    expect(await blockOf(herd, 'bad.example')).toMatchObject([{ severity: 1 }])
    expect((await posts(herd)).at(-1)).toMatchObject({
      text: expect.stringContaining('• bad.example is suspended: Harassment'),
    })
    // Used up: suspended again one day, it is announced again.
    expect(git(herd.dir, 'show', 'refs/herdbook/production/ledger:notices.jsonl')).toBe('')
  })

  test('stays in a saved plan what it is, from before the notice until its day', async () => {
    await using fresh = await pasture()
    const herd = await fresh.herd({ token: fresh.sandbox.tokens.announce })
    herd.write({ 'policy.yaml': policy('  notice_days: 7\n') })
    add(herd, block('fine.example', consent))
    await must(herd, ['plan', '--out', 'plan.json'], 2)
    await must(herd, ['apply', 'plan.json', '--yes'])
    expect([await posts(herd), await blockOf(herd, 'fine.example')]).toMatchObject([[{}], []])
    await must(herd, ['apply', 'plan.json', '--yes'], 0, { now: daysOn(8) })
    expect(await blockOf(herd, 'fine.example')).toHaveLength(1)
  })

  test('floods nobody where there are many: a run posts five times, and holds back what it did not name', async () => {
    await using fresh = await pasture()
    const herd = await fresh.herd({ token: fresh.sandbox.tokens.announce })
    const crowd = Array.from({ length: 14 }, (_, n) => `crowd-${n}.example`)
    await herd.rows(
      `insert into accounts (username, domain, uri, created_at, updated_at)
       values ${crowd.map((domain) => `('crowd', '${domain}', 'https://${domain}/crowd', now(), now())`).join(', ')}`,
    )
    await herd.rows(
      `insert into follows (account_id, target_account_id, created_at, updated_at) select a.id, c.id, now(), now()
       from accounts a, accounts c where a.username = 'alice' and a.domain is null and c.username = 'crowd'`,
    )
    herd.write({ 'policy.yaml': policy('  notice_days: 7\n') })
    add(
      herd,
      ...crowd.map((domain) =>
        block(domain, `    accept_severed_relationships: 5\n    public_comment: ${'Harassment, '.repeat(12)}\n`),
      ),
    )
    const named = async () =>
      (await posts(herd)).flatMap(
        (one) => /^From [^]*/.exec((one as { text: string }).text)?.[0].match(/crowd-\d+\.example/g) ?? [],
      )

    const { out } = await must(herd, ['apply', '--yes'])
    expect(await posts(herd)).toHaveLength(5)
    expect(await named()).toHaveLength(10)
    expect(
      out.match(/posts\s+at\s+most\s+5\s+announcements,\s+so\s+the\s+next\s+run\s+announces\s+this\s+step/g),
    ).toHaveLength(4)
    // Whoever was named is suspended when the week is over; the others are named then, and a week later it is their
    // turn.
    await must(herd, ['apply', '--yes'], 0, { now: daysOn(8) })
    expect((await named()).toSorted()).toEqual(crowd.toSorted())
    const done = async () =>
      (await herd.rows("select domain from domain_blocks where domain like 'crowd%'")).map(
        (one) => (one as { domain: string }).domain,
      )
    expect((await done()).toSorted()).toEqual((await named()).slice(0, 10).toSorted())
    await must(herd, ['apply', '--yes'], 0, { now: daysOn(16) })
    expect(await done()).toHaveLength(14)
  })

  test('that was given up and comes back is announced anew', async () => {
    const herd = await herdThatPosts()
    herd.write({ 'policy.yaml': policy('  notice_days: 7\n') })
    add(herd, block('meh.example', consent))
    await must(herd, ['apply', '--yes'])
    const before = herd.read('domain-blocks.yaml')
    herd.edit('domain-blocks.yaml', (text) =>
      text
        .replace(/ {2}- domain: meh\.example\n( {4}.*\n)*/, '')
        .replace('domain_blocks:\n', 'domain_blocks: []\nemptied_on_purpose: given up\n'),
    )
    await must(herd, ['apply', '--yes'])
    herd.write({ 'domain-blocks.yaml': before })
    const { out } = await must(herd, ['apply', '--yes'], 0, { now: daysOn(30) })
    expect(out).toContain(`announced on ${dayOf(daysOn(30))}`)
    expect(await blockOf(herd, 'meh.example')).toEqual([])
  })

  test('is held back where only some of the posts went out, and the rest are announced by the next run', async () => {
    await using fresh = await pasture()
    const herd = await fresh.herd({ token: fresh.sandbox.tokens.announce })
    herd.write({ 'policy.yaml': policy('  notice_days: 7\n') })
    add(
      herd,
      ...['bad', 'fine', 'meh'].map((name) =>
        block(
          `${name}.example`,
          `    accept_severed_relationships: 60\n    public_comment: ${'Harassment, '.repeat(12)}\n`,
        ),
      ),
    )
    const faulty = await withFaults(fresh.sandbox, [
      { match: { method: 'POST', path: /statuses/, nth: 2 }, fault: ANSWERS.forbidden },
    ])
    setConfig(herd, {
      mastodon: { ...connectionsOf(fresh.sandbox), api: { url: faulty.url, token: { env: 'HB_TOKEN' } } },
    })
    herd.write({}, 'A server that refuses the second post')
    await must(herd, ['apply', '--yes'], 8)
    await faulty.close()
    const announced = async () =>
      (await posts(herd)).map((one) => (one as { text: string }).text.match(/\w+(?=\.example: )/g))
    expect(await announced()).toEqual([['bad', 'fine']])
    setConfig(herd, {})
    herd.write({}, 'A server that takes them')
    await must(herd, ['apply', '--yes'])
    expect(await announced()).toEqual([['bad', 'fine'], ['meh']])
    await must(herd, ['apply', '--yes'], 0, { now: daysOn(8) })
    for (const name of ['bad', 'fine', 'meh'])
      expect(await blockOf(herd, `${name}.example`)).toMatchObject([{ severity: 1 }])
  })

  test('is not done while it can not be announced', async () => {
    const herd = await herdThatPosts(field.sandbox.tokens.apply)
    herd.write({ 'policy.yaml': policy('  notice_days: 7\n') })
    add(herd, block('fine.example', consent))
    const { out } = await must(herd, ['apply', '--yes'], 8)
    expect(out).toMatch(/Members must hear about this step first, but Herdbook could not post the announcement/)
    expect(out).toMatch(/write:statuses/)
    expect(await blockOf(herd, 'fine.example')).toEqual([])
    await must(herd, ['apply', '--yes'], 8, { now: daysOn(30) })
    expect(await blockOf(herd, 'fine.example')).toEqual([])
  })
})

test('announce is no use without the API', async () => {
  const { api: _api, ...others } = connectionsOf(field.sandbox)
  const herd = await field.herd({ begin: 'none', mastodon: others })
  herd.write({ 'policy.yaml': policy() })
  expect((await must(herd, ['validate'], 9)).out).toMatch(/announce posts through the API/)
})

test('its scope is asked for, and checked, only where the policy announces', async () => {
  const { api: _api, ...others } = connectionsOf(field.sandbox)
  const herd = await field.herd({
    begin: 'none',
    mastodon: { ...others, api: { url: field.sandbox.url, token: { file: 'token' } } },
  })
  const config = herd
    .read('instance.yaml')
    .replace('acting_account: owner', 'acting_account: poster')
    .replace('file: token', `file: ${herd.dir}/../poster-token`)
  herd.write({ 'instance.yaml': config })
  await must(herd, ['token', 'create'])
  expect((await must(herd, ['token', 'check'])).out).not.toContain('write:statuses')
  herd.write({ 'policy.yaml': policy() })
  expect((await must(herd, ['token', 'check'], 10)).out).toContain('lacks scope write:statuses')
  await must(herd, ['token', 'rotate'])
  expect((await must(herd, ['token', 'check'])).out).toMatch(/has scope write:statuses[^]*has scope read:statuses/)
})
