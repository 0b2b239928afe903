import { expect, test } from 'vitest'
import { domainIn } from '../../src/verbs/block.ts'
import { likelyDomain, namedDomain } from '../../src/instance/named-domain.ts'
import { load } from '../support/instance.ts'

test.each([
  ['a.example', 'a.example'],
  [' A.example. ', 'a.example'],
  ['https://a.example', 'a.example'],
  ['HTTPS://a.example/about?x=1#y', 'a.example'],
  ['http://a.example/', 'a.example'],
  ['https://a.example/@user', 'a.example'],
  ['https://a.example/@user/1234', 'a.example'],
  ['@user@a.example', 'a.example'],
  ['user@a.example', 'a.example'],
  ['acct:user@a.example', 'a.example'],
  ['@a.example', 'a.example'],
  ['https://münchen.example/about', 'xn--mnchen-3ya.example'],
])('%j means %s', (typed, domain) => expect(namedDomain(typed)).toMatchObject({ domain }))

test.each([
  ['https://mine.example/@user@other.example', 'this is a page of mine.example about an account of other.example'],
  ['https://user:secret@a.example/', 'a name or password in it'],
  ['https://a.example:8443/', 'has no port'],
  ['ftp://a.example/', 'web address'],
  ['https://', 'a domain is missing'],
  ['a@b@c.example', 'this is the address of a person'],
  ['*.a.example', 'a domain has no stars'],
])('%j is refused', (typed, why) => expect(namedDomain(typed)).toMatchObject({ refused: expect.stringContaining(why) }))

test.each([
  ['https://spam.test/path', 'spam.test'],
  ['spam.test/path', 'spam.test'],
  ['spam.test:443', 'spam.test'],
  ['"spam.test"', 'spam.test'],
  ['*.spam.test', 'spam.test'],
  ['.spam.test', 'spam.test'],
  ['spam..test', undefined],
  ['ftp://spam.test/', 'spam.test'],
  ['https://user:secret@spam.test/', 'spam.test'],
  ['https://mine.test/@user@spam.test', 'spam.test'],
  ['a@b@spam.test', 'spam.test'],
  ['https://münchen.test:8443/', 'xn--mnchen-3ya.test'],
  ['so***e.test', undefined],
  ['two words', undefined],
  ['https://', undefined],
])('who typed %j meant %j', (typed, domain) => {
  expect(likelyDomain(typed)).toBe(domain)
  if (domain !== undefined) expect(namedDomain(likelyDomain(typed) ?? '')).toMatchObject({ domain })
})

test.each(['spam.test/path', '*.spam.test', 'two words'])('a verb that gets %j says how to write it', async (typed) => {
  const wanted = likelyDomain(typed) ?? 'spam.example'
  expect(() => domainIn(typed)).toThrow(
    expect.objectContaining({
      diagnostics: [expect.objectContaining({ code: 'not-a-domain', hint: expect.stringContaining(wanted) })],
    }),
  )
  const { diagnostics } = await load({
    'domain-blocks.yaml': `domain_blocks:\n  - { domain: ${JSON.stringify(typed)}, severity: limit }\n`,
  })
  expect(diagnostics).toEqual([expect.objectContaining({ hint: expect.stringContaining(wanted) })])
})
