import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { add, EVERY_KIND } from '../support/files.ts'
import { must, pasture, planOf, refs, type Herd, type Pasture } from '../support/sandbox.ts'

let field: Pasture
let herd: Herd
beforeAll(async () => {
  field = await pasture()
  herd = await field.herd()
})
afterAll(async () => field[Symbol.asyncDispose]())

const kinds = (list: readonly { readonly kind: string }[]): string[] =>
  [...new Set(list.map(({ kind }) => kind))].toSorted()

const ALL = [
  'announcement',
  'domain-block',
  'email-domain-block',
  'ip-block',
  'moderator',
  'role',
  'rule',
  'rule-order',
  'setting',
  'terms-of-service',
]

describe('an instance from its server and back', () => {
  it('is in sync when it was adopted, and says so from a process of its own', async () => {
    const ran = await herd.start(['plan']).ran
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining('In sync: herd.example') })
  })

  it('is planned, applied and in sync when something of every kind is added', async () => {
    herd.write(EVERY_KIND)
    herd.edit('roles.yaml', add('  - name: Helper\n    position: 7\n    permissions: [manage_reports]'))
    herd.edit('moderators.yaml', add('  - account: alice\n    role: Helper'))
    const plan = await planOf(herd, 2)
    expect(kinds(plan.steps)).toEqual(ALL.filter((kind) => kind !== 'rule-order'))
    expect(plan.steps.find(({ id }) => id === 'bad.example')).toMatchObject({
      hazard: 'irreversible',
      impact: { follows: expect.any(Number) },
      consent: 60,
    })
    const applied = await herd.start(['apply', '--yes']).ran
    expect(applied).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`${plan.steps.length} changes done and verified on herd.example.`),
    })
    expect((await planOf(herd, 0)).steps).toEqual([])
  })

  it('is planned, applied and in sync when each of them is changed or taken out', async () => {
    herd.edit('domain-blocks.yaml', (text) =>
      text
        .replace('severity: limit', 'severity: suspend\n    accept_severed_relationships: 60')
        .replace(/ {2}- domain: bücher[^]*/, '')
        .replace('comment: Spam', 'comment: Spam and fraud'),
    )
    herd.edit('email-domain-blocks.yaml', () => 'email_domain_blocks:\n  - domain: maybe.example\n')
    herd.edit('ip-blocks.yaml', (text) => text.replace('severity: no_access', 'severity: sign_up_block'))
    herd.edit('roles.yaml', (text) =>
      text.replace('permissions: [manage_reports]', 'permissions: [manage_reports, manage_taxonomies]'),
    )
    herd.edit('moderators.yaml', (text) =>
      text.replace(/account: alice\n {4}role: Helper/, 'account: alice\n    role: Moderator'),
    )
    herd.edit('rules.yaml', (text) => {
      const [head = '', ...rules] = text.split(/(?= {2}- key)/)
      return head + rules.toReversed().join('').replace('Kein Spam.', 'Kein Müll.')
    })
    herd.edit('announcements.yaml', (text) => text.replace('five', 'six').replace(/ {2}- key: backups[^]*/, ''))
    herd.edit('settings.yaml', (text) => text.replace('A small server', 'A slow server'))
    herd.edit(
      'terms-of-service.yaml',
      add('  - effective_date: 2031-06-01\n    text: Be better.\n    changelog: The second.'),
    )
    const plan = await planOf(herd, 2)
    expect(kinds(plan.steps)).toEqual(ALL)
    expect(
      plan.steps
        .filter(({ action }) => action === 'delete')
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual(['backups', 'throwaway.example', 'xn--bcher-kva.example'])
    expect(await must(herd, ['apply', '--yes'])).toMatchObject({ stdout: expect.stringContaining('done and verified') })
    expect((await planOf(herd, 0)).steps).toEqual([])
  })

  it('tells what was changed by hand, each with two ways out, and changes none of it', async () => {
    const { hand } = herd
    await hand.liftBlock('spam.example')
    await hand.changeBlock('bad.example', { public_comment: 'Harassment, again' })
    await hand.blockDomain('emergency.example')
    await hand.liftEmailBlock('maybe.example')
    await hand.blockIp({ ip: '192.0.2.9', severity: 'no_access', comment: 'flood' })
    await hand.saveRole('Helper', { permissions: ['manage_reports'] })
    await hand.giveRole('alice', null)
    await hand.changeRule('No spam.', { text: 'No spam, please.' })
    await hand.unpublishAnnouncement('We are six years old!')
    await hand.changeSetting('site_title', 'The Herd')
    const before = await snapshot()
    const drift = [
      'announcement/party',
      'domain-block/bad.example',
      'domain-block/spam.example',
      'email-domain-block/maybe.example',
      'moderator/alice',
      'role/Helper',
      'rule/no-spam',
      'setting/site_title',
    ]
    const ran = await must(herd, ['drift'], 3)
    for (const ref of drift) {
      expect(ran.stdout).toContain(`herdbook adopt ${ref}`)
      expect(ran.stdout).toContain(`herdbook restore ${ref}`)
    }
    expect(ran.stdout).toContain('emergency.example')
    const plan = await planOf(herd, 3)
    expect(refs(plan.drift)).toEqual(drift)
    expect(plan.steps).toEqual([])
    expect(plan.unmanaged.filter((one) => one.added_by_hand).map(({ id }) => id)).toEqual([
      'emergency.example',
      '192.0.2.9/32',
    ])
    await must(herd, ['apply', '--yes'])
    expect(await snapshot()).toEqual(before)
  })

  it('ends all of it by adopting one half and restoring the other', async () => {
    await must(herd, [
      'adopt',
      'domain-block/spam.example',
      'domain-block/emergency.example',
      'ip-block/192.0.2.9/32',
      'rule/no-spam',
      'setting/site_title',
      'moderator/alice',
    ])
    herd.write({}, 'Adopt what was done by hand')
    expect(herd.read('domain-blocks.yaml')).toMatch(/^# agreed on Monday\n/)
    await must(herd, [
      'restore',
      'domain-block/bad.example',
      'email-domain-block/maybe.example',
      'role/Helper',
      'announcement/party',
      '--yes',
    ])
    expect(await planOf(herd, 0)).toMatchObject({ steps: [], drift: [] })
    expect(
      await herd.rows("select domain from domain_blocks where domain in ('spam.example', 'emergency.example')"),
    ).toEqual([{ domain: 'emergency.example' }])
    expect(await herd.rows("select public_comment from domain_blocks where domain = 'bad.example'")).toEqual([
      { public_comment: 'Harassment' },
    ])
  })
})

const snapshot = async (): Promise<unknown> =>
  Promise.all(
    [
      'domain_blocks',
      'email_domain_blocks',
      'ip_blocks',
      'user_roles',
      'users',
      'rules',
      'announcements',
      'settings',
      'admin_action_logs',
    ].map((table) => herd.rows(`select * from ${table} order by id`)),
  )
