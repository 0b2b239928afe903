import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { failed, reasonOf } from '../../src/git/git.ts'
import { openRest, readRest } from '../../src/providers/mastodon/rest/open-rest.ts'
import { readPublic } from '../../src/providers/mastodon/rest/public-api.ts'
import { openSecrets } from '../../src/secrets/secrets.ts'
import { HerdbookError } from '../../src/instance/diagnostic.ts'
import { leakIn } from '../support/leaks.ts'

// Where somebody would have a credential sent, or see it.

const TOKEN = 'ROPei7fcYdxyLSVsyEuBLkV3rrZV07Hn0QkSs_dxDpE'

let location = ''
const asked: string[] = []
const server = createServer((request, response) => {
  asked.push(`${request.headers.host} ${request.url} ${request.headers.authorization ?? 'nothing'}`)
  response.writeHead(307, { location }).end()
})
let url = ''
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => new Promise((resolve) => (server.closeAllConnections(), server.close(resolve))))

describe('a redirect', () => {
  it.each([
    ['in the clear', (token: string) => `https://evil.example/?t=${token}`],
    ['as the user of an address', (token: string) => `https://${token}@evil.example/`],
    ['as base64', (token: string) => `https://evil.example/${Buffer.from(token).toString('base64url')}`],
    ['backwards', (token: string) => `https://evil.example/${Array.from(token).toReversed().join('')}`],
    [
      'every sign escaped',
      (token: string) =>
        `https://evil.example/${Array.from(Buffer.from(token), (byte) => `%${byte.toString(16)}`).join('')}`,
    ],
    ['in parts', (token: string) => `https://${token.slice(0, 21).toLowerCase()}.evil.example/${token.slice(21)}`],
    ['behind what is cut', (token: string) => `https://evil.example/${'x'.repeat(270 - token.length)}${token}`],
  ] as const)('that says the token %s is told nowhere, and followed by nobody', async (_how, written) => {
    const secrets = openSecrets({ T: `${url} ${TOKEN}` })
    const token = await secrets.token({ env: 'T' }, 'token', url)
    location = written(token)
    asked.length = 0
    const rest = await openRest({ url, token, reading: true })
    const { domain_blocks: table } = await readRest(rest, { tables: ['domain_blocks'], accounts: [], measure: [] })
    await rest.close()
    const message = table?.state === 'unknown' ? table.reason.message : ''
    expect(message).toContain('a redirect to')
    const shown = ((): string => {
      try {
        return secrets.abortOnSecret(message)
      } catch (error) {
        return error instanceof HerdbookError ? error.message : ''
      }
    })()
    expect(leakIn(shown, [TOKEN])).toBeUndefined()
    expect(asked.every((line) => line.startsWith('127.0.0.1:'))).toBe(true)
    expect(await readPublic(url, [])).toEqual({ domainBlocks: null, rules: null })
    expect(asked.filter((line) => line.endsWith('nothing'))).toHaveLength(2)
  })
})

describe('an address that looks like the one that a token is stored with', () => {
  it.each([
    'https://herd.example@evil.example',
    'https://herd.example:x@evil.example/',
    'https://evil.example#herd.example',
    'https://evil.example/herd.example',
    'https://herd.example%2eevil.example',
    'https://herd.example.',
    'https://herd.example:8443',
    'https://h\u0435rd.example',
    'https://herd\u3002example.evil.example',
    'https://xn--herd-example',
    'https://[::1]',
    'https://[::ffff:127.0.0.1]',
    'https://sub.herd.example',
  ])('gets none: %s', async (address) => {
    const secrets = openSecrets({ T: `https://herd.example ${TOKEN}` })
    const { origin } = new URL(address)
    await expect(secrets.token({ env: 'T' }, 'token', origin)).rejects.toMatchObject({ exit: 9 })
  })

  it.each([
    'http://herd.example',
    'ftp://herd.example',
    'ws://herd.example',
    'http://[fe80::1]',
    'http://127.0.0.1.nip.example',
    'http://localhost.',
    'http://0.0.0.0',
    'http://[::ffff:127.0.0.1]',
  ])('nor in the clear: %s', async (address) => {
    await expect(openRest({ url: address, token: TOKEN, reading: true })).rejects.toMatchObject({ exit: 9 })
  })

  it('and one that is the same, written in another way, gets it', async () => {
    const secrets = openSecrets({ T: `https://herd.example ${TOKEN}` })
    for (const address of ['https://HERD.example:443/', 'https://ｈerd.example', 'https://herd\u3002example/x?y'])
      expect(await secrets.token({ env: 'T' }, 'token', new URL(address).origin)).toBe(TOKEN)
  })
})

describe('the errors of Git', () => {
  it.each([
    "fatal: unable to access 'https://x-access-token:SECRET@github.com/herd/instance.git/': " +
      'The requested URL returned error: 403',
    "fatal: unable to access 'https://user:SE@CRET@github.com/herd/instance.git/'",
    "fatal: unable to access 'https://SECRET@github.com:8443/x'",
    'fatal: ssh://git:SECRET@herd.example/x is no repository',
  ])('tell no credential of an address: %s', (err) => {
    expect(reasonOf(err)).not.toMatch(/SE|CRET/)
    expect(() => failed('reach origin', err)).toThrow(/^(?!.*CRET)/)
  })
})
