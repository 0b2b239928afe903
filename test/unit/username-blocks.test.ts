import { expect, test } from 'vitest'
import { readSnapshot } from '../../src/providers/mastodon/database/rows.ts'
import { roleSql } from '../../src/providers/mastodon/database/install.ts'
import { told } from '../support/instance.ts'

const FILE = 'username-blocks.yaml'
const blocks = (...entries: readonly string[]): { readonly [file: string]: string } => ({
  [FILE]: `username_blocks:\n${entries.map((entry) => `  - { ${entry} }\n`).join('')}`,
})

test.each([
  ['username: admin'],
  ['username: 4DM1N, exact: true'],
  ['username: a_b, exact: true'],
  ['username: admin, allow_with_approval: true, until: 2031-01-01'],
])('%s says what it means', async (entry) => {
  expect(await told(blocks(entry))).toEqual([])
})

test.each([
  ["username: ' '", 'error blank-username', 'a username block has no username'],
  ['username: "a\\nb"', 'error not-a-username', 'Mastodon cannot store this username'],
  [`username: ${'x'.repeat(601)}`, 'error not-a-username', 'Mastodon cannot store this username'],
  ['username: _', 'error blocks-everyone', '_ matches usernames of any letters'],
  ["username: '%'", 'error blocks-everyone', '% matches usernames of any letters'],
  ['username: _, allow_with_approval: true', 'warning blocks-everyone', '_ matches usernames of any letters'],
  ['username: a_b', 'warning wildcard', 'a_b matches more than it says'],
  ["username: 'a%b'", 'warning wildcard', 'a%b matches more than it says'],
  ["username: '@admin'", 'warning matches-nobody', '"@admin" matches no username'],
  ["username: 'x%', exact: true", 'warning matches-nobody', '"x%" matches no username'],
  ['username: ädmin', 'warning matches-nobody', '"ädmin" matches no username'],
  [`username: ${'x'.repeat(31)}`, 'warning matches-nobody', 'matches no username'],
])('%s: %s', async (entry, code, says) => {
  const [line = '', ...more] = await told(blocks(entry))
  expect(line).toContain(`${code} ${FILE}:2:`)
  expect(line).toContain(says)
  expect(more).toEqual([])
})

test('two that differ in capitals alone are one too many, also where one is a part; lookalikes are not', async () => {
  expect(await told(blocks('username: admin', 'username: ADMIN, exact: true'))).toEqual([
    `error duplicate ${FILE}:3:17 the username ADMIN is here twice; first in line 2`,
  ])
  expect(await told(blocks('username: admin', 'username: admin'))).toEqual([
    `warning repeated ${FILE}:3:17 the username admin is here twice, with the same content; first in line 2`,
  ])
  expect(await told(blocks('username: admin', 'username: adm1n'))).toEqual([])
})

test('a table that a server may not have yet is granted where it is there', () => {
  const grants = roleSql('herd.example')
  expect(grants).toContain("if to_regclass('username_blocks') is not null then grant select on username_blocks")
  expect(grants).toMatch(/^grant select on email_domain_blocks to herdbook_reader;$/m)
})

test('a table that an older reading program does not answer is unknown, with what makes it answer', () => {
  const request = { tables: ['username_blocks'], accounts: [], measure: [] }
  const answer = { tables: {}, unknown: {}, domain: 'herd.example', version: '4.6' }
  expect(readSnapshot(answer, request, 'database', 'herdbook reader install').tables).toMatchObject({
    username_blocks: { state: 'unknown', reason: { hint: 'herdbook reader install' } },
  })
})
