import { expect, test } from 'vitest'
import { namedDomain } from '../../src/instance/named-domain.ts'

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
  ['https://mine.example/@user@other.example', 'this is a page of mine.example about somebody of other.example'],
  ['https://user:secret@a.example/', 'a name or password in it'],
  ['https://a.example:8443/', 'has no port'],
  ['ftp://a.example/', 'web address'],
  ['https://', 'a domain is missing'],
  ['a@b@c.example', 'this is an address'],
  ['*.a.example', 'stars are not taken'],
])('%j is refused', (typed, why) => expect(namedDomain(typed)).toMatchObject({ refused: expect.stringContaining(why) }))
