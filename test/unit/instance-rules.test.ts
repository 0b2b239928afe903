import { describe, expect, test } from 'vitest'
import type { LoadOptions } from '../../src/instance/load.ts'
import { hints, lines, load } from '../support/instance.ts'

const now = new Date('2026-11-23T12:00:00Z')
const told = async (files: Record<string, string>, options?: LoadOptions): Promise<readonly string[]> =>
  lines(await load(files, options))

const blocks = (...entries: readonly string[]): Record<string, string> => ({
  'domain-blocks.yaml': `domain_blocks:\n${entries.map((entry) => `  - { ${entry} }\n`).join('')}`,
})
const settings = (...entries: readonly string[]): Record<string, string> => ({
  'settings.yaml': `settings:\n${entries.map((entry) => `  ${entry}\n`).join('')}`,
})
const terms = (...entries: readonly string[]): Record<string, string> => ({
  'terms-of-service.yaml': `terms_of_service:\n${entries.map((entry) => `  - { ${entry}, changelog: c }\n`).join('')}`,
})

describe('domain blocks', () => {
  test('the same domain in two spellings is one too many', async () => {
    expect(
      await told(
        blocks('domain: münchen.example, severity: limit', 'domain: XN--mnchen-3ya.example., severity: suspend'),
      ),
    ).toEqual([
      'error duplicate domain-blocks.yaml:3:15 the domain XN--mnchen-3ya.example. is here twice; first in line 2',
    ])
  })

  test('an entry that stands twice, word for word, is a warning, in whatever order its keys are; two that differ are an error', async () => {
    const lists = [
      [
        'domain-blocks.yaml',
        'domain_blocks',
        'domain: a.example, severity: limit, public_comment: x',
        'public_comment: x, domain: a.example, severity: limit',
        'domain: a.example, severity: limit',
      ],
      [
        'email-domain-blocks.yaml',
        'email_domain_blocks',
        'domain: a.example',
        'domain: a.example',
        'domain: a.example, allow_with_approval: true',
      ],
      [
        'ip-blocks.yaml',
        'ip_blocks',
        'ip: 192.0.2.1, severity: no_access',
        'severity: no_access, ip: 192.0.2.1',
        'ip: 192.0.2.1, severity: sign_up_block',
      ],
      [
        'moderators.yaml',
        'moderators',
        'account: alice, role: Owner',
        'role: Owner, account: alice',
        'account: alice, role: Admin',
      ],
    ] as const
    for (const [file, key, entry, again, other] of lists) {
      const rowsOf = (...entries: readonly string[]) =>
        told({ [file]: `${key}:\n${entries.map((one) => `  - { ${one} }\n`).join('')}` })
      expect(await rowsOf(entry, again), file).toEqual([
        expect.stringMatching(
          new RegExp(`^warning repeated ${file}:3:\\d+ .* is here twice, word for word; first in line 2$`),
        ),
      ])
      expect(await rowsOf(entry, other), file).toEqual([
        expect.stringMatching(new RegExp(`^error duplicate ${file}:3:`)),
      ])
      expect(
        (await rowsOf(entry, other, again))
          .map((line) => line.split(' ')[0] ?? '')
          .toSorted((a, b) => (a < b ? -1 : 1)),
        file,
      ).toEqual(['error', 'warning'])
    }
    // Elsewhere nothing may stand twice.
    expect(await told({ 'rules.yaml': 'rules:\n  - { key: a, text: t }\n  - { key: a, text: t }\n' })).toEqual([
      expect.stringMatching(/^error duplicate/),
    ])
  })

  test('what has ended covers nothing, and is covered by nothing', async () => {
    const ended = 'domain: a.example, severity: suspend, until: 2026-11-01'
    const child = 'domain: x.a.example, severity: none'
    expect(await told(blocks(ended, child), { now })).not.toContainEqual(expect.stringContaining('weaker-than-parent'))
    expect(await told(blocks(ended.replace('2026-11-01', '2026-12-24'), child), { now })).toContainEqual(
      expect.stringContaining('weaker-than-parent'),
    )
    expect(
      await told(blocks('domain: a.example, severity: suspend', `${child}, until: 2026-11-01`), { now }),
    ).not.toContainEqual(expect.stringContaining('weaker-than-parent'))
  })

  test('a weaker child is explained, an equal or stricter one is fine', async () => {
    const parent = 'domain: a.example, severity: limit, reject_media: true'
    expect(await told(blocks(parent, 'domain: x.y.a.example, severity: none'))).toEqual([
      expect.stringContaining('info weaker-than-parent domain-blocks.yaml:3:40'),
    ])
    expect(await told(blocks(parent, 'domain: x.a.example, severity: limit'))).toEqual([
      expect.stringContaining('info weaker-than-parent'),
    ])
    expect(
      await told(
        blocks(
          parent,
          'domain: x.a.example, severity: limit, reject_media: true',
          'domain: z.a.example, severity: suspend',
        ),
      ),
    ).toEqual([])
    expect(
      await told(
        blocks('domain: a.example, severity: suspend, reject_media: true', 'domain: x.a.example, severity: suspend'),
      ),
    ).toEqual([])
  })

  test('the own domain, its parents, public suffixes and protected domains with their parents are never blocked', async () => {
    const policy = {
      'policy.yaml': 'protected_domains: [friend.club.example.org]\n',
      'instance.yaml': 'domain: social.herd.example\n',
    }
    for (const domain of [
      'social.herd.example',
      'HERD.example.',
      'example',
      'friend.club.example.org',
      'club.example.org',
      'com',
      'co.uk',
      'github.io',
    ])
      expect(await told({ ...policy, ...blocks(`domain: ${domain}, severity: none`) }), domain).toEqual([
        expect.stringMatching(/^error never-blocked domain-blocks\.yaml:2:15/),
      ])
    for (const domain of ['other.herd.example', 'spam.example', 'foo.github.io', 'x.club.example.org'])
      expect(await told({ ...policy, ...blocks(`domain: ${domain}, severity: suspend`) }), domain).toEqual([])
  })

  test('consent goes only with a suspension', async () => {
    expect(await told(blocks('domain: a.example, severity: limit, accept_severed_relationships: 5'))).toEqual([
      expect.stringMatching(/^error consent-without-suspension domain-blocks\.yaml:2:/),
    ])
    expect(await told(blocks('domain: a.example, severity: suspend, accept_severed_relationships: 5'))).toEqual([])
  })

  test('a name that Mastodon turns into another is told, one that it refuses is refused', async () => {
    const loaded = await load(blocks('domain: faß.example, severity: limit', 'domain: "*.a.example", severity: limit'))
    expect(lines(loaded)).toEqual([
      'warning domain-mapped domain-blocks.yaml:2:15 Mastodon turns faß.example into fass.example',
      expect.stringMatching(
        /^error not-a-domain domain-blocks\.yaml:3:15 \*\.a\.example can not be a domain: stars are not taken/,
      ),
    ])
  })

  test('an end that has passed is a warning, and only where the time is known; an end that is no day is an error', async () => {
    const past = blocks(
      'domain: a.example, severity: limit, until: 2026-11-23',
      'domain: b.example, severity: limit, until: 2026-11-24',
    )
    expect(await told(past, { now })).toEqual(['warning expired domain-blocks.yaml:2:50 this ended on 2026-11-23'])
    expect(await told(past)).toEqual([])
    expect(await told(blocks('domain: a.example, severity: limit, until: 2026-02-29'), { now })).toEqual([
      expect.stringContaining('error not-a-date'),
    ])
  })
})

describe('other lists', () => {
  test('IP blocks: one address in two spellings, forms that Ruby refuses, everybody, and ends with a time', async () => {
    const ips = (...entries: readonly string[]): Record<string, string> => ({
      'ip-blocks.yaml': `ip_blocks:\n${entries.map((entry) => `  - { ${entry} }\n`).join('')}`,
    })
    expect(
      await told(ips('ip: 203.0.113.7/24, severity: no_access', 'ip: 203.0.113.0/24, severity: no_access')),
    ).toEqual([expect.stringContaining('error duplicate ip-blocks.yaml:3:11')])
    expect(await told(ips('ip: 010.0.0.1, severity: no_access'))).toEqual([
      expect.stringContaining('error not-an-address'),
    ])
    expect(await told(ips('ip: "::/0", severity: no_access'))).toEqual([
      expect.stringContaining('error blocks-everyone'),
    ])
    expect(
      await told(ips('ip: 0.0.0.0/0, severity: sign_up_requires_approval, until: "2026-12-24T18:00:00Z"'), { now }),
    ).toEqual([])
    expect(await told(ips('ip: 192.0.2.1, severity: no_access, until: "2026-11-23T11:00Z"'), { now })).toEqual([
      expect.stringContaining('warning expired'),
    ])
    expect(await told(ips('ip: 192.0.2.1, severity: no_access, until: "2026-12-24 18:00"'), { now })).toEqual([
      expect.stringContaining('error not-a-date'),
    ])
  })

  test('an empty list needs its reason, and a reason an empty list', async () => {
    expect(await told({ 'moderators.yaml': 'moderators: []\n' })).toEqual([
      expect.stringContaining('error empty-list moderators.yaml:1:13'),
    ])
    expect(await told({ 'moderators.yaml': 'moderators: []\nemptied_on_purpose: We start anew\n' })).toEqual([])
    expect(
      await told({ ...blocks('domain: a.example, severity: limit'), 'rules.yaml': 'emptied_on_purpose: x\n' }),
    ).toEqual([expect.stringContaining('warning not-empty rules.yaml:1:1')])
  })

  test('a file without its key manages nothing, and an empty one neither', async () => {
    for (const text of ['', '\n', '# nothing yet\n', '{}\n']) {
      const loaded = await load({ 'rules.yaml': text })
      // Somebody's editor may have emptied it.
      expect(lines(loaded)).toEqual(
        text.trim() === ''
          ? ['warning empty-file rules.yaml:1:1 rules.yaml is empty: what it held is no longer managed']
          : [],
      )
      expect(loaded.instance?.documents['rules.yaml']?.rules).toBeUndefined()
    }
  })
})

describe('people', () => {
  const role = (name: string, rest = ''): string => `  - { name: ${name}, position: 1, permissions: []${rest} }\n`
  const people = (name: string): Record<string, string> => ({
    'moderators.yaml': `moderators:\n  - account: alice\n    role: ${name}\n`,
  })

  test('hold roles that are defined', async () => {
    const roles = { 'roles.yaml': `roles:\n${role('Gardener')}${role('Steward', ', renamed_from: Moderator')}` }
    expect(await told({ ...roles, ...people('Gardner') })).toEqual([
      'error undefined-role moderators.yaml:3:11 the role Gardner is not in roles.yaml',
    ])
    expect(hints(await load({ ...roles, ...people('Gardner') }))[0]).toContain('Did you mean Gardener?')
    expect(await told({ ...roles, ...people('Moderator') })).toEqual([
      expect.stringContaining('the role Moderator is renamed to Steward'),
    ])
    expect(await told({ ...roles, ...people('Owner') })).toEqual([])
    expect(await told(people('Moderator'))).toEqual([])
    expect(await told(people('Gardener'))).toEqual([expect.stringContaining('warning undefined-role')])
  })

  test('are only these where the account that acts is known, and spared', async () => {
    const list = { 'moderators.yaml': 'moderators:\n  - { account: alice, role: Owner }\nonly_these: true\n' }
    expect(await told({ ...list, 'instance.yaml': 'domain: herd.example\n' })).toEqual([
      expect.stringContaining('error acting-account-missing moderators.yaml:3:1'),
    ])
    expect(await told({ ...list, 'instance.yaml': 'domain: herd.example\nacting_account: herdbook\n' })).toEqual([])
  })

  test('are named once, however their name is written', async () => {
    const twice = 'moderators:\n  - { account: alice, role: Owner }\n  - { account: Alice, role: Admin }\n'
    expect(await told({ 'moderators.yaml': twice })).toEqual([
      expect.stringContaining('error duplicate moderators.yaml:3:16'),
    ])
  })

  test('roles have one name each, and are renamed from what is gone', async () => {
    const roles = (...list: readonly string[]): Record<string, string> => ({ 'roles.yaml': `roles:\n${list.join('')}` })
    expect(await told(roles(role('A'), role('A')))).toEqual([
      expect.stringContaining('error duplicate roles.yaml:3:13'),
    ])
    expect(await told(roles(role('A', ', renamed_from: A')))).toEqual([expect.stringContaining('renamed from itself')])
    expect(await told(roles(role('A'), role('B', ', renamed_from: A')))).toEqual([
      expect.stringContaining('still a role of its own'),
    ])
    expect(await told(roles(role('A', ', renamed_from: C'), role('B', ', renamed_from: C')))).toEqual([
      expect.stringContaining('two roles are renamed from C'),
    ])
    expect(await told(roles(role('Everyone')))).toEqual([expect.stringContaining('error base-role')])
  })

  test('the base role may hold invitations only, and roles what the version knows', async () => {
    const everyone = (name: string): Record<string, string> => ({
      'roles.yaml': `everyone:\n  permissions: [${name}]\n`,
    })
    expect(await told(everyone('invite_users'), { version: '4.4.22' })).toEqual([])
    expect(await told(everyone('manage_users'))).toEqual([expect.stringContaining('error base-role roles.yaml:2:17')])
    expect(await told(everyone('invite_bypass_approval'), { version: '4.6.5' })).toEqual([])
    expect(await told(everyone('invite_bypass_approval'), { version: '4.5.15' })).toEqual([
      expect.stringContaining('error unknown-permission'),
    ])
    const feeds = { 'roles.yaml': 'roles:\n  - { name: A, position: 1, permissions: [view_feeds] }\n' }
    expect(await told(feeds, { version: '4.4.22' })).toEqual([
      expect.stringContaining('Mastodon 4.4 has no permission view_feeds'),
    ])
    expect(await told(feeds, { version: '4.5.0' })).toEqual([])
    const newer = { 'roles.yaml': `roles:\n${role('A', ', require_2fa: true')}` }
    expect(await told(newer, { version: '4.5.15' })).toEqual([
      expect.stringContaining('error newer-field roles.yaml:2:46'),
    ])
    expect(await told(newer)).toEqual([])
  })
})

describe('rules, settings and terms', () => {
  test('a key twice, and a language twice in whatever letters', async () => {
    const rules =
      'rules:\n  - { key: a, text: t, translations: { pt-BR: { text: u }, pt-br: { text: v } } }\n  - { key: a, text: w }\n'
    expect(await told({ 'rules.yaml': rules })).toEqual([
      expect.stringContaining('warning odd-language rules.yaml:2:60 Mastodon writes the language pt-br as pt-BR'),
      'error duplicate rules.yaml:2:60 the language pt-br is here twice; first in line 2',
      expect.stringContaining('error duplicate rules.yaml:3:12 the key a'),
    ])
  })

  test('a language as Mastodon does not write it', async () => {
    const rules = (language: string): { readonly 'rules.yaml': string } => ({
      'rules.yaml': `rules:\n  - { key: a, text: t, translations: { ${language}: { text: u } } }\n`,
    })
    expect(await told(rules('zh_TW'))).toEqual([
      expect.stringContaining('warning odd-language rules.yaml:2:40 Mastodon writes the language zh_TW as zh-TW'),
    ])
    expect(await told(rules('DE'))).toEqual([expect.stringContaining('Mastodon writes the language DE as de')])
    for (const language of ['de', 'pt-BR', 'no', 'cnr', 'sr-Latn', 'iw', 'zh-TW'])
      expect(await told(rules(language))).toEqual([])
  })

  test('settings of another version are told only where the version is known', async () => {
    const old = settings('timeline_preview: true')
    expect(await told(old)).toEqual([])
    expect(await told(old, { version: '4.4.22' })).toEqual([])
    expect(await told(old, { version: '4.6.5' })).toEqual([
      'error unknown-setting settings.yaml:2:3 Mastodon 4.6 has no setting timeline_preview',
    ])
    expect(await told(settings('landing_page: overview'), { version: '4.5.15' })).toEqual([
      expect.stringContaining('error unknown-word settings.yaml:2:17'),
    ])
    expect(await told(settings('landing_page: overview'), { version: '4.7.6' })).toEqual([])
  })

  test('the contact is a name with an address', async () => {
    expect(await told(settings('site_contact_username: alice'))).toEqual([
      expect.stringContaining('site_contact_username needs site_contact_email'),
    ])
    expect(await told(settings('site_contact_email: a@b.example', "site_contact_username: ''"))).toEqual([
      expect.stringContaining('site_contact_email needs site_contact_username'),
    ])
    expect(await told(settings('site_contact_email: a@b.example', 'site_contact_username: alice'))).toEqual([])
  })

  test('a percent sign that would take the public page down is found, in its own file too', async () => {
    expect(await told(settings('site_terms: We keep 100% of it'))).toEqual([
      expect.stringContaining('error percent settings.yaml:2:15'),
    ])
    expect(
      await told(settings("site_terms: '%{domain} keeps 0 %% of it'", "site_extended_description: '100% free'")),
    ).toEqual([])
    expect(
      await told({ ...settings('site_terms: { file: privacy.md }'), 'privacy.md': 'At %{domain}:\n\nall %%% of it\n' }),
    ).toEqual(['error percent privacy.md:3:7 this percent sign takes the public page down'])
    expect(await told(terms("effective_date: 2027-01-01, text: '%{domains}'"))).toEqual([
      expect.stringContaining('error percent terms-of-service.yaml:2:'),
    ])
  })

  test('terms have a day of their own; a day that has passed is no error here', async () => {
    const version = (day: string): string => `effective_date: ${day}, text: t`
    expect(await told(terms(version('2020-01-01'), version('2027-01-01')), { now })).toEqual([])
    expect(await told(terms(version('2027-01-01'), version('2027-01-01')))).toEqual([
      expect.stringContaining('error duplicate terms-of-service.yaml:3:23'),
    ])
  })

  test('a long text is a file beside the others and nothing else', async () => {
    const about = (name: string): Record<string, string> => settings(`site_extended_description: { file: ${name} }`)
    for (const name of ['../secret.md', '/etc/passwd', 'texts/about.md', '.hidden', '"a\\\\b.md"'])
      expect(await told(about(name)), name).toEqual([expect.stringContaining('error text-outside settings.yaml:2:38')])
    const loaded = await load({ ...about('abuot.md'), 'about.md': 'Hello' })
    expect(hints(loaded)).toEqual(['Did you mean about.md?'])
    const good = await load({ ...about('about.md'), 'about.md': 'Hello' })
    expect(good.instance?.text('about.md')).toBe('Hello')
    expect(() => good.instance?.text('instance.yaml')).toThrow()
    expect(await told(about('instance.yaml'))).toEqual([expect.stringContaining('error no-such-text')])
  })
})
