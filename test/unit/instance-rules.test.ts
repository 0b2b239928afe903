import { describe, expect, test } from 'vitest'
import { hints, load, told } from '../support/instance.ts'

const now = new Date('2026-11-23T12:00:00Z')

const settings = (...entries: readonly string[]): Record<string, string> => ({
  'settings.yaml': `settings:\n${entries.map((entry) => `  ${entry}\n`).join('')}`,
})
const terms = (...entries: readonly string[]): Record<string, string> => ({
  'terms-of-service.yaml': `terms_of_service:\n${entries.map((entry) => `  - { ${entry}, changelog: c }\n`).join('')}`,
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
      expect.stringContaining('roles.yaml renames the role Moderator to Steward'),
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
      expect.stringContaining('but A is still a role in this file'),
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
      'rules:\n  - { key: a, text: t, translations: { pt-BR: { text: u }, pt-br: { text: v } } }\n' +
      '  - { key: a, text: w }\n'
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
    ).toEqual(['error percent privacy.md:3:7 this percent sign breaks the public page'])
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
