import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { normalizeAddress } from '../../src/instance/addresses.ts'
import { covered, networksOf, type Network } from '../../src/instance/networks.ts'
import type { LoadOptions } from '../../src/instance/load.ts'
import { hints, lines, load } from '../support/instance.ts'

const now = new Date('2026-11-23T12:00:00Z')
const entry = (ip: string, rest = ''): string => `  - { ip: "${ip}", severity: no_access${rest} }\n`
const loaded = (entries: readonly string[], options: LoadOptions = { now }) =>
  load({ 'ip-blocks.yaml': `ip_blocks:\n${entries.join('')}` }, options)
const told = async (...ips: readonly string[]): Promise<readonly string[]> =>
  lines(await loaded(ips.map((ip) => entry(ip))))
const eights = (from: number, count: number): string[] => Array.from({ length: count }, (_, i) => `${from + i}.0.0.0/8`)

describe('no_access keeps out no more than a small part of everybody', () => {
  test.each([
    ['0.0.0.0/1', 'network-too-wide'],
    ['128.0.0.0/1', 'network-too-wide'],
    ['::/1', 'blocks-everyone'],
    ['8000::/1', 'network-too-wide'],
    ['10.0.0.0/7', 'network-too-wide'],
    ['2001:da00::/23', 'network-too-wide'],
    ['2002::/16', 'network-too-wide'],
    ['::ffff:0:0/96', 'blocks-everyone'],
    ['::ffff:10.0.0.0/103', 'network-too-wide'],
    ['::/80', 'blocks-everyone'],
    ['64:ff9b::/96', 'blocks-everyone'],
    ['64:ff9b::a00:0/103', 'network-too-wide'],
  ])('%s is refused', async (ip, code) => {
    expect(await told(ip)).toEqual([expect.stringMatching(new RegExp(`^error ${code} ip-blocks\\.yaml:2:11 `))])
  })

  test.each(['10.0.0.0/8', '2001:db00::/24', '::ffff:10.0.0.0/104', '64:ff9b::a00:0/104', '2002:a00::/24'])(
    '%s is taken',
    async (ip) => {
      expect(await told(ip)).toEqual([])
    },
  )

  test('what says less than no_access may be as wide as it likes', async () => {
    expect(
      lines(await load({ 'ip-blocks.yaml': 'ip_blocks:\n  - { ip: 0.0.0.0/1, severity: sign_up_block }\n' })),
    ).toEqual([])
  })

  test('sixteen of /8 are a sixteenth; one address more is too much, and the largest are named', async () => {
    expect(await told(...eights(20, 16))).toEqual([])
    expect(await told(...eights(20, 16), '20.1.2.3', '35.0.0.0/9')).toEqual([])
    const over = await loaded([...eights(20, 16), '99.0.0.1'].map((ip) => entry(ip)))
    expect(lines(over)).toEqual([
      'error networks-too-wide ip-blocks.yaml:1:1 17 entries with no_access ' +
        'together block 6.26 % of all IPv4 addresses; at most 6.25 % is allowed',
    ])
    expect(hints(over)).toEqual([
      'The largest are 20.0.0.0/8 (line 2), 21.0.0.0/8 (line 3), 22.0.0.0/8 (line 4). ' +
        'Delete the entries that you do not mean, or write severity: sign_up_requires_approval.',
    ])
    // Written as they stand in IPv6 they are the same people.
    expect(await told(...eights(20, 16).map((ip) => `::ffff:${ip.replace('/8', '/104')}`), '99.0.0.1')).toEqual([
      expect.stringContaining('networks-too-wide'),
    ])
  })

  test('an entry that has ended keeps nobody out; where nobody says what day it is, it counts', async () => {
    const ended = [...eights(20, 16).map((ip) => entry(ip)), entry('99.0.0.1', ', until: 2026-11-23')]
    expect(lines(await loaded(ended))).toEqual([expect.stringContaining('warning expired')])
    expect(lines(await loaded(ended, {}))).toEqual([expect.stringContaining('networks-too-wide')])
    expect(
      lines(await loaded([...eights(20, 16).map((ip) => entry(ip)), entry('99.0.0.1', ', until: 2026-11-24')])),
    ).toEqual([expect.stringContaining('networks-too-wide')])
  })
})

describe('networks', () => {
  const address = (text: string): string => {
    const name = normalizeAddress(text)
    if ('refused' in name) throw new Error(name.refused)
    return name.address
  }

  test('the union of any networks is what counting one by one gives', () => {
    // Of one /24: small enough to count, and every prefix from /20 (more than all of it) to /32.
    const network = fc
      .tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 20, max: 32 }))
      .map(([host, prefix]) => `203.0.113.${host}/${prefix}`)
    const low = 0xcb007100n
    fc.assert(
      fc.property(fc.array(network, { maxLength: 12 }), (ips) => {
        const list = ips.flatMap((ip) => [...networksOf(address(ip))])
        const holds = (at: bigint) => list.some(({ first, last }: Network) => first <= at && at <= last)
        const counted = Array.from({ length: 256 }, (_, i) => low + BigInt(i)).filter(holds).length
        expect(covered(list, low, low + 255n)).toBe(BigInt(counted))
        expect(covered(list.toReversed(), low, low + 255n)).toBe(BigInt(counted))
      }),
      { numRuns: 500 },
    )
  })

  test('whatever splits a network, it is as large as before, and under IPv6 the same people', () => {
    fc.assert(
      fc.property(fc.nat({ max: 0xffffffff }), fc.integer({ min: 8, max: 31 }), (number, prefix) => {
        const dotted = (n: number): string => [24, 16, 8, 0].map((shift) => (n >>> shift) & 255).join('.')
        const whole = networksOf(address(`${dotted(number)}/${prefix}`))
        const base = Number(whole[0]?.first)
        const halves = [base, base + 2 ** (31 - prefix)].flatMap((n) => [
          ...networksOf(address(`${dotted(n)}/${prefix + 1}`)),
        ])
        const all = (1n << 32n) - 1n
        expect(covered(halves, 0n, all)).toBe(covered(whole, 0n, all))
        expect(covered(whole, 0n, all)).toBe(1n << BigInt(32 - prefix))
        expect(networksOf(address(`::ffff:${dotted(number)}/${prefix + 96}`))).toEqual(whole)
      }),
    )
  })
})
