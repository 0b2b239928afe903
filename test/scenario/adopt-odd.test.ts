import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { must, pasture, type Herd, type Pasture } from '../support/sandbox.ts'

let field: Pasture
let herd: Herd
beforeAll(async () => {
  field = await pasture()
  herd = await field.herd({ begin: 'none' })
  await herd.hand.blockDomain('bell.example', {
    severity: 'silence',
    public_comment: 'loud\u0007',
    private_comment: 'a note',
  })
  await herd.hand.blockDomain('bidi.example', { severity: 'silence', private_comment: 'turned \u202E round' })
  await herd.hand.blockDomain('fine.example', {
    severity: 'suspend',
    public_comment: 'spam',
    private_comment: 'they came at night',
  })
  await herd.rows(
    "insert into terms_of_services (text, changelog, created_at, updated_at) values ('A draft', '', now(), now())",
  )
  for (const hint of ['In posts.', 'In messages.']) await herd.hand.addRule({ text: 'No spam here', hint })
})
afterAll(async () => field[Symbol.asyncDispose]())

const flat = (text: string): string => text.replaceAll(/\s+/g, ' ')

describe('adopt', () => {
  it('takes over all that files can hold, and says of each other object which field has what', async () => {
    const { stderr, out } = await must(herd, ['adopt'])
    expect(flat(stderr)).toContain(
      'domain-block/bell.example was not adopted: its public_comment has a control character (U+0007). ' +
        'Change this text in Mastodon, then: herdbook adopt domain-block/bell.example',
    )
    expect(flat(stderr)).toMatch(
      /rule\/\S+ was not adopted: rule\/\S+ has the same text, and Herdbook knows each rule by its text/,
    )
    expect(flat(stderr)).toContain(
      '3 blocks have a private comment that the files do not have. To write these comments, add --private-comments.',
    )
    expect(flat(stderr)).toContain(
      '1 draft of the terms of service is left out. The files hold only published versions.',
    )
    expect(out).toContain('adopted from herd.example.')
    expect(herd.read('domain-blocks.yaml')).toContain('fine.example')
    expect(herd.read('domain-blocks.yaml')).toContain('bidi.example')
    expect(herd.read('domain-blocks.yaml')).not.toContain('bell.example')
    expect(herd.read('rules.yaml').match(/No spam here/g)).toHaveLength(1)
    await must(herd, ['validate'])
    herd.write({}, 'Adopt')
  })

  it('takes over later what was left out: private comments of blocks that the files have, and IP blocks', async () => {
    await herd.rows(
      `insert into ip_blocks (ip, severity, comment, created_at, updated_at)
       values ('192.0.2.0/24', 9999, 'scrapers', now(), now())`,
    )
    const { stderr } = await must(herd, ['adopt', '--private-comments', '--ip-blocks'])
    expect(herd.read('domain-blocks.yaml')).toContain('private_comment: they came at night')
    expect(herd.read('ip-blocks.yaml')).toContain('192.0.2.0/24')
    expect(flat(stderr)).toContain(
      'domain-block/bidi.example was not adopted: ' +
        'its private_comment has a character that changes the direction of text (U+202E)',
    )
    expect(herd.read('domain-blocks.yaml')).toContain('bidi.example')
    herd.write({}, 'Adopt more')
    await must(herd, ['apply', '--yes', '--first', 'as live has it'])
    await must(herd, ['plan'])
  })

  it('takes over an object by name once it was changed', async () => {
    await herd.rows("update domain_blocks set public_comment = 'loud' where domain = 'bell.example'")
    await must(herd, ['adopt', 'domain-block/bell.example'])
    expect(herd.read('domain-blocks.yaml')).toMatch(/domain: bell\.example\n[^-]*public_comment: loud/)
  })
})

describe('what is odd and can be held', () => {
  it('is taken over as it is, tidily, and is in sync', async () => {
    const comments = [
      'two\r\nlines\r\n\r\nand more',
      '  padded \t ',
      'no',
      '~',
      '# no comment',
      'x'.repeat(3_000),
      '😀 \u0085\u2028 "quoted"',
      '12:30',
      '- a\n- b\n',
    ]
    const domains = [
      'xn--i-7iq.example',
      'xn--mnchen-3ya.example',
      ...comments.map((_, index) => `odd-${index}.example`),
    ]
    for (const [index, domain] of domains.entries())
      await herd.hand.blockDomain(domain, {
        severity: 'silence',
        public_comment: comments[index % comments.length] ?? '',
        private_comment: '',
      })
    await herd.rows(
      `insert into ip_blocks (ip, severity, comment, expires_at, created_at, updated_at)
       values ('2001:db8::', 9999, 'no', null, now(), now()),
         ('198.51.100.16/28', 5000, ' two' || chr(13) || chr(10) || 'lines ', null, now(), now()),
         ('203.0.113.7', 5500, '~', '2099-12-24 18:00:00', now(), now())`,
    )
    await must(herd, ['adopt', '--ip-blocks'])
    await must(herd, ['fmt', '--check'])
    herd.write({}, 'Adopt what is odd')
    await must(herd, ['apply', '--yes', '--first', 'as live has it'])
    expect((await must(herd, ['plan'])).out).toMatch(/^In sync: /)
    for (const domain of ['xn--i-7iq.example', 'münchen.example', ...domains.slice(2)])
      expect(herd.read('domain-blocks.yaml')).toContain(`domain: ${domain}\n`)
    for (const ip of ['2001:db8::', '198.51.100.16/28', '203.0.113.7', '2099-12-24T18:00'])
      expect(herd.read('ip-blocks.yaml')).toContain(ip)
  })
})

describe('two rules of one text', () => {
  it('are an error, with both lines, since Mastodon can not tell them apart', async () => {
    herd.write({
      'rules.yaml':
        'rules:\n  - key: spam-posts\n    text: No spam here\n    hint: In posts.\n' +
        '  - key: spam-mail\n    text: "No spam here "\n    hint: In messages.\n',
    })
    const { stderr } = await must(herd, ['validate'], 9)
    expect(flat(stderr)).toContain(
      'rules.yaml:6:11 error duplicate the text "No spam here " is here twice; first in line 3',
    )
  })
})
