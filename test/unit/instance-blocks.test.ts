import { describe, expect, test } from 'vitest'
import { lines, load, told } from '../support/instance.ts'

const now = new Date('2026-11-23T12:00:00Z')

const blocks = (...entries: readonly string[]): Record<string, string> => ({
  'domain-blocks.yaml': `domain_blocks:\n${entries.map((entry) => `  - { ${entry} }\n`).join('')}`,
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

  test('an entry that is there twice is a warning, in any order of its keys; two that differ, an error', async () => {
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
          new RegExp(`^warning repeated ${file}:3:\\d+ .* is here twice, with the same content; first in line 2$`),
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

  test('the own domain, public suffixes and protected domains, and their parents, are never blocked', async () => {
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
        /^error not-a-domain domain-blocks\.yaml:3:15 \*\.a\.example is not a domain: a domain has no stars/,
      ),
    ])
  })

  test('an end that has passed is a warning, if the time is known; an end that is no day is an error', async () => {
    const past = blocks(
      'domain: a.example, severity: limit, until: 2026-11-23',
      'domain: b.example, severity: limit, until: 2026-11-24',
    )
    expect(await told(past, { now })).toEqual([
      'warning expired domain-blocks.yaml:2:50 this entry ended on 2026-11-23',
    ])
    expect(await told(past)).toEqual([])
    expect(await told(blocks('domain: a.example, severity: limit, until: 2026-02-29'), { now })).toEqual([
      expect.stringContaining('error not-a-date'),
    ])
  })
})

describe('other lists', () => {
  test('IP blocks: an address in two spellings, forms that Ruby refuses, everybody, ends with a time', async () => {
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
          ? ['warning empty-file rules.yaml:1:1 rules.yaml is empty, so Herdbook no longer manages what was in it']
          : [],
      )
      expect(loaded.instance?.documents['rules.yaml']?.rules).toBeUndefined()
    }
  })
})
