import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { normalizeAddress } from '../../src/instance/addresses.ts'
import { displayDomain, isPublicSuffix, normalizeDomain, parentsOf } from '../../src/instance/domains.ts'

const RECORDED = new URL('../contract/recorded/', import.meta.url)
const VERSIONS = ['4.4.22', '4.6.5']

interface Answer {
  readonly name: string
  readonly answer: Readonly<Record<string, unknown>>
}

async function answers(version: string, name: string): Promise<[string, unknown][]> {
  const all: readonly Answer[] = JSON.parse(await readFile(new URL(`${version}/console.json`, RECORDED), 'utf8'))
  return Object.entries(all.find((one) => one.name === name)?.answer ?? {})
}

const isRefusal = (answer: unknown): boolean => typeof answer === 'object'

describe.each(VERSIONS)('Mastodon %s', (version) => {
  test('stores names as normalizeDomain says, and refuses the same ones', async () => {
    const table = await answers(version, 'names as the server writes them')
    expect(table.length).toBeGreaterThan(20)
    const ours = table
      .map(([typed]) => [typed, normalizeDomain(typed)] as const)
      .map(([typed, name]) => [typed, 'domain' in name ? name.domain : 'refused'])
    expect(ours).toEqual(table.map(([typed, stored]) => [typed, isRefusal(stored) ? 'refused' : stored]))
  })

  test('stores addresses as normalizeAddress says, and refuses the same ones', async () => {
    const table = await answers(version, 'addresses as the server writes them')
    expect(table.length).toBeGreaterThan(5)
    const ours = table
      .map(([typed]) => [typed, normalizeAddress(typed)] as const)
      .map(([typed, name]) => [typed, 'address' in name ? name.address : 'refused'])
    expect(ours).toEqual(table.map(([typed, stored]) => [typed, isRefusal(stored) ? 'refused' : stored]))
  })

  test('takes and refuses the same domains in requests', async () => {
    const recorded: {
      steps: {
        name: string
        request: { method: string; body?: { domain?: unknown } }
        response: { status: number; body?: { domain?: string; error?: string } }
      }[]
    } = JSON.parse(await readFile(new URL(`${version}/domain-blocks-write.json`, RECORDED), 'utf8'))
    let compared = 0
    for (const { name, request, response } of recorded.steps) {
      const typed = request.body?.domain
      if (request.method !== 'POST' || typeof typed !== 'string') continue
      const ours = normalizeDomain(typed)
      const refused = response.status === 422 && /: Domain/.test(response.body?.error ?? '')
      expect('refused' in ours, name).toBe(refused)
      if (response.status === 200) expect(ours, name).toMatchObject({ domain: response.body?.domain })
      compared++
    }
    expect(compared).toBeGreaterThan(30)
  })
})

test('a name that reads otherwise once stored says so, and one that only looks foreign does not', () => {
  expect(normalizeDomain('faß.example')).toEqual({ domain: 'fass.example', changed: 'fass.example' })
  expect(normalizeDomain('βόλος.example')).toEqual({ domain: 'xn--nxasmq6b.example', changed: 'βόλοσ.example' })
  for (const name of [
    'münchen.example',
    'ÅNGSTRÖM.example',
    '日本語.example',
    'EXAMPLE.com',
    'xn--fa-hia.example',
    'a.example.',
  ])
    expect(normalizeDomain(name)).not.toHaveProperty('changed')
})

test('a refusal says what to write instead', () => {
  expect(normalizeDomain('https://a.example')).toEqual({ refused: 'this is a web address; write only the domain' })
  for (const ip of ['2001:db8::1', '[2001:db8::]', '::1', '::ffff:192.0.2.1'])
    expect(normalizeDomain(ip)).toEqual({ refused: 'this is an IP address; write it in ip-blocks.yaml' })
  expect(normalizeDomain('a.example:443')).toEqual({ refused: 'a domain has no port' })
  expect(normalizeDomain('user@a.example')).toEqual({
    refused: 'this is the address of a person; write only the part after the @',
  })
  expect(normalizeDomain('*.a.example')).toHaveProperty('refused')
  for (const name of ['“a.example”', "'a.example'", '«a.example»', 'a.example’'])
    expect(normalizeDomain(name)).toEqual({ refused: 'a domain has no quotes; write it without them' })
  expect(normalizeDomain('a…b.example')).toHaveProperty('refused')
  expect(normalizeDomain('℀.example')).toHaveProperty('refused')
})

test('public suffixes are known, those of companies too, and unknown endings are none', () => {
  for (const suffix of ['com', 'co.uk', 'github.io', 'xn--p1ai']) expect(isPublicSuffix(suffix), suffix).toBe(true)
  for (const name of ['spam.example', 'example', 'a.github.io', 'a.co.uk', 'toplevel', '192.0.2.7'])
    expect(isPublicSuffix(name), name).toBe(false)
})

test('octal, hexadecimal and short addresses are refused, which the library would take', () => {
  for (const address of [
    '010.0.0.1',
    '0x7f.0.0.1',
    '127.1',
    '2130706433',
    '::ffff:010.0.0.1',
    '1.2.3.4/08',
    '1.2.3.4/',
    '1.2.3.4/24/1',
    'fe80::1%eth0',
    '',
  ])
    expect(normalizeAddress(address), address).toHaveProperty('refused')
})

test('parents are all domains above, nearest first', () => {
  expect(parentsOf('a.b.example')).toEqual(['b.example', 'example'])
  expect(parentsOf('example')).toEqual([])
  expect(displayDomain('xn--mnchen-3ya.example')).toBe('münchen.example')
  expect(displayDomain('xn--a.example')).toBe('xn--a.example')
})
