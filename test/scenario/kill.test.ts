import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { killerIn, type Moment } from '../support/killer.ts'
import { must, pasture, planOf, type Herd, type Pasture } from '../support/sandbox.ts'
import { git } from '../support/git.ts'

const ONE = {
  'domain-blocks.yaml':
    'domain_blocks:\n  - domain: a.example\n    severity: none\n' +
    '    public_comment: x\n  - domain: b.example\n    severity: limit\n',
  'email-domain-blocks.yaml': 'email_domain_blocks:\n  - domain: e.example\n',
  'ip-blocks.yaml': 'ip_blocks:\n  - ip: 203.0.113.7\n    severity: sign_up_block\n',
  'rules.yaml':
    'rules:\n  - key: one\n    text: One.\n  - key: two\n' +
    '    text: Two.\n    translations:\n      de: { text: Zwei. }\n',
  'settings.yaml': 'settings:\n  site_title: Herd\n  site_short_description: Small\n',
}
const TWO = {
  'domain-blocks.yaml':
    'domain_blocks:\n  - domain: a.example\n    severity: none\n' +
    '    public_comment: y\n  - domain: c.example\n    severity: suspend\n',
  'email-domain-blocks.yaml': 'email_domain_blocks:\n  - domain: e.example\n    allow_with_approval: true\n',
  'ip-blocks.yaml': 'ip_blocks:\n  - ip: 198.51.100.7\n    severity: no_access\n',
  'rules.yaml':
    'rules:\n  - key: two\n    text: Two!\n  - key: three\n    text: Three.\n  - key: one\n    text: One.\n',
  'settings.yaml': 'settings:\n  site_title: The Herd\n  site_short_description: Slow\n',
}

let field: Pasture
let herd: Herd
let killer: Awaited<ReturnType<typeof killerIn>>
/** What a run that nobody kills comes to, in each direction. */
let clean: readonly { readonly live: unknown; readonly audit: number }[]
let turn = 0
/** Runs that were killed where nobody knows whether members were told. */
let mails = 0
let roles: { readonly 'roles.yaml': string; readonly 'moderators.yaml': string }

beforeAll(async () => {
  field = await pasture()
  const { sandbox } = field
  killer = await killerIn(mkdtempSync(join(tmpdir(), 'herdbook-killer-')), sandbox)
  const mastodon = {
    api: { url: killer.url, token: { env: 'HB_TOKEN' } },
    database: { over: 'local' as const, native: { psql: sandbox.database } },
    console: { over: 'local' as const, native: { directory: killer.directory } },
  }
  herd = await field.herd({ mastodon })
  roles = { 'roles.yaml': herd.read('roles.yaml'), 'moderators.yaml': herd.read('moderators.yaml') }
  killer.watch(herd.dir)
  next()
  await must(herd, ['apply', '--yes'])
  const ran = []
  for (let i = 0; i < 2; i += 1) {
    next()
    const before = await audit()
    await must(herd, ['apply', '--yes'])
    ran.push({ live: await live(), audit: (await audit()) - before })
  }
  clean = ran
}, 120_000)
afterAll(async () => {
  await field[Symbol.asyncDispose]()
  await killer[Symbol.asyncDispose]()
})

/** Published terms stay: each turn has a day of its own. */
const dayOf = (turn: number): string => new Date(Date.UTC(2031, 0, turn)).toISOString().slice(0, 10)

/** Turns the files over: from one state to the other and back. */
function next(): void {
  turn += 1
  const [permissions, role] =
    turn % 2 === 0 ? ['manage_reports', 'Helper'] : ['manage_reports, manage_taxonomies', 'Moderator']
  herd.write({
    ...(turn % 2 === 0 ? ONE : TWO),
    'policy.yaml': 'budgets:\n  default:\n    weaken: 1000\n',
    'roles.yaml':
      `${roles['roles.yaml'].trimEnd()}\n  - name: Helper\n` + `    position: 7\n    permissions: [${permissions}]\n`,
    'moderators.yaml': `${roles['moderators.yaml'].trimEnd()}\n  - account: alice\n    role: ${role}\n`,
    'terms-of-service.yaml':
      `terms_of_service:\n  - effective_date: ${dayOf(turn)}\n` +
      '    text: Be kind.\n    changelog: Again.\n    notify_members: true\n',
  })
}

const audit = async (): Promise<number> =>
  Number(Object.values((await herd.rows('select count(*) as n from admin_action_logs'))[0] ?? {})[0])

/** Everything under management, without numbers and times. */
const live = async (): Promise<unknown> =>
  Promise.all(
    [
      'select domain, severity, public_comment from domain_blocks order by domain',
      'select domain, allow_with_approval from email_domain_blocks order by domain',
      'select text(ip) as ip, severity from ip_blocks order by 1',
      'select name, position, permissions from user_roles order by name',
      `select a.username, r.name from users u join accounts a on a.id = u.account_id
       left join user_roles r on r.id = u.role_id order by 1`,
      `select r.text, array(select t.language || t.text from rule_translations t where t.rule_id = r.id) as translations
       from rules r where deleted_at is null order by priority, id`,
      'select var, value from settings order by var',
      `select text, changelog, notification_sent_at is not null as notified
       from terms_of_services where effective_date = '${dayOf(turn)}'`,
    ].map((sql) => herd.rows(sql)),
  )

/** Kills an apply, applies again, and looks at what came of it. Answers whether the moment was reached. */
async function killedAt(moment: Moment): Promise<boolean> {
  next()
  const before = await audit()
  const ran = await killer.strike(() => herd.start(['apply', '--yes']), moment)
  const name = JSON.stringify(moment)
  if (ran.code !== null) {
    expect(ran, `${name}: ${ran.out}`).toMatchObject({ code: 0 })
    return false
  }
  const again = await herd.run(['apply', '--yes'])
  // Mail is not sent twice: where nobody knows of it, that is said once.
  const doubtful = again.out.includes('interrupted during the mail to members')
  mails += Number(doubtful)
  expect(again.code, `${name}: ${again.out}`).toBe(doubtful ? 8 : 0)
  const wanted = clean[turn % 2]
  expect({ moment, live: await live(), audit: (await audit()) - before }).toEqual({ moment, ...wanted })
  expect((await planOf(herd, 0)).adjustments, name).toEqual([])
  expect(git(herd.dir, 'for-each-ref', '--format=%(refname)', 'refs/herdbook')).toBe('refs/herdbook/production/ledger')
  return true
}

describe('an apply that is killed, and applied again, ends the same, with nothing done twice and the lock free', () => {
  it.each([
    ['its writes through the API', 'rest', 5],
    ['its writes through the console', 'console', 5],
    ['what it writes into the ledger and the lock', 'git', 4],
  ] as const)('at each of %s, before and after it takes effect', { timeout: 600_000 }, async (_, where, least) => {
    for (let nth = 1; ; nth += 1) {
      const reached = [await killedAt({ where, nth, when: 'before' }), await killedAt({ where, nth, when: 'after' })]
      if (reached.includes(false)) {
        expect(nth).toBeGreaterThan(least)
        if (where === 'console') expect(mails).toBeGreaterThan(0)
        return
      }
    }
  })
})
