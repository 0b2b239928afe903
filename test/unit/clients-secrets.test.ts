import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { openGitHubApi } from '../../src/forges/github/api.ts'
import { openRest } from '../../src/providers/mastodon/rest/open-rest.ts'
import { openSecrets } from '../../src/secrets/secrets.ts'

const TOKEN = 'ROPei7fcYdxyLSVsyEuBLkV3rrZV07Hn0QkSs_dxDpE'

describe('secrets', () => {
  test('a token is sent to the origin that it is stored with, and nowhere else', async () => {
    const secrets = openSecrets({ T: `https://herd.example ${TOKEN}`, BARE: TOKEN })
    expect(await secrets.token({ env: 'T' }, 'token', 'https://herd.example')).toBe(TOKEN)
    for (const elsewhere of [
      'https://evil.example',
      'https://herd.example:8443',
      'https://herd.example.evil.example',
    ]) {
      await expect(secrets.token({ env: 'T' }, 'token', elsewhere)).rejects.toMatchObject({
        diagnostics: [{ code: 'secret-elsewhere' }],
      })
    }
    await expect(secrets.token({ env: 'BARE' }, 'token', 'https://herd.example')).rejects.toMatchObject({
      diagnostics: [{ code: 'secret-unbound', hint: expect.stringContaining('https://herd.example TOKEN') }],
    })
    expect(await secrets.token({ env: 'BARE' }, 'token', 'http://127.0.0.1:3000')).toBe(TOKEN)
  })

  test('a token is never sent in the clear, but to this machine', async () => {
    for (const origin of [
      'http://herd.example',
      'http://127.0.0.1.herd.example',
      'http://10.0.0.1',
      'http://localhost.example',
      'ws://herd.example',
    ]) {
      const secrets = openSecrets({ T: `${origin} ${TOKEN}`, BARE: TOKEN })
      for (const env of ['T', 'BARE'])
        await expect(secrets.token({ env }, 'token', origin), `${env} ${origin}`).rejects.toMatchObject({
          exit: 9,
          diagnostics: [{ code: 'not-encrypted' }],
        })
      await expect(openRest({ url: origin, token: TOKEN, reading: true })).rejects.toMatchObject({
        diagnostics: [{ code: 'not-encrypted' }],
      })
      await expect(openGitHubApi({ api: origin, token: TOKEN })).rejects.toMatchObject({
        diagnostics: [{ code: 'not-encrypted', hint: expect.stringContaining('GITHUB_API_URL') }],
      })
    }
    for (const origin of ['http://localhost:3000', 'http://127.8.9.1', 'http://[::1]:3000', 'http://127.1']) {
      expect(await openSecrets({ T: `${origin} ${TOKEN}` }).token({ env: 'T' }, 'token', origin)).toBe(TOKEN)
    }
  })

  test('an SSH key that names no machine is used for this one only, and the hint says how to store it', async () => {
    const [key, fingerprint] = [
      '-----BEGIN OPENSSH PRIVATE KEY-----\n' +
        'b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ\n-----END OPENSSH PRIVATE KEY-----',
      `SHA256:${'q'.repeat(43)}`,
    ]
    const secrets = openSecrets({
      BARE: key,
      BOUND: `${fingerprint}\n${key}`,
      TWO: `SHA256:${'r'.repeat(43)} ${fingerprint}\n${key}`,
      OTHER: `SHA256:${'r'.repeat(43)}\n${key}`,
    })
    const used = (env: string, host: string): Promise<string> =>
      secrets.sshKey({ env }, 'ssh.key', { host, fingerprint })
    await expect(used('BARE', 'herd.example')).rejects.toMatchObject({
      exit: 9,
      diagnostics: [
        {
          code: 'secret-unbound',
          message: 'The key in BARE (ssh.key) does not say which machine it is for, so Herdbook does not use it',
          hint: expect.stringContaining(`{ echo ${fingerprint}; cat KEY; }`),
        },
      ],
    })
    for (const host of ['10.0.0.1', '127.herd.example', 'localhost.example', '::2', '0.0.0.0'])
      await expect(used('BARE', host), host).rejects.toMatchObject({ diagnostics: [{ code: 'secret-unbound' }] })
    for (const host of ['localhost', '127.0.0.1', '127.9.9.9', '::1', '[::1]'])
      expect(await used('BARE', host), host).toBe(`${key}\n`)
    for (const env of ['BOUND', 'TWO'])
      for (const host of ['herd.example', 'localhost']) expect(await used(env, host)).toBe(`${key}\n`)
    for (const host of ['herd.example', 'localhost'])
      await expect(used('OTHER', host)).rejects.toMatchObject({ diagnostics: [{ code: 'secret-elsewhere' }] })
  })

  test('a secret comes from the environment or a file; a missing one says what to set, never what it is', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'herdbook-secret-')), 'token')
    writeFileSync(file, `${TOKEN}\n`)
    const secrets = openSecrets({ EMPTY: ' ' })
    expect(await secrets.read({ file }, 'ledger_key')).toBe(TOKEN)
    await expect(secrets.read({ env: 'GONE' }, 'ledger_key')).rejects.toMatchObject({
      exit: 9,
      diagnostics: [{ message: 'The secret for ledger_key is missing: the environment has no GONE' }],
    })
    await expect(secrets.read({ env: 'EMPTY' }, 'ledger_key')).rejects.toThrow('EMPTY is empty')
    await expect(secrets.read({ file: `${file}.gone` }, 'ledger_key')).rejects.toThrow('cannot be read')
  })

  test('text that holds a secret in any encoding does not leave', () => {
    const secret = fc
      .string({ minLength: 12, maxLength: 60, unit: fc.constantFrom(...'abcXYZ019+/=-_"\\<&%\''.split('')) })
      .filter((text) => text.trim() === text)
    const around = fc.string({ maxLength: 30 })
    const encoders: ((text: string) => string)[] = [
      (text) => text,
      (text) => Buffer.from(text).toString('base64'),
      (text) => Buffer.from(text).toString('base64url'),
      (text) => Buffer.from(text).toString('hex'),
      (text) => encodeURIComponent(text),
      (text) => JSON.stringify(text),
      (text) => text.split('').toReversed().join(''),
    ]
    fc.assert(
      fc.property(secret, around, around, fc.constantFrom(...encoders), (value, before, after, encode) => {
        const secrets = openSecrets()
        secrets.hold(value)
        expect(() => secrets.abortOnSecret(before + encode(value) + after)).toThrow('One of the secrets')
      }),
      { numRuns: 500 },
    )
  })

  test('the server that a secret is stored with may be named', async () => {
    const key =
      '-----BEGIN OPENSSH PRIVATE KEY-----\n' +
      'b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ\n-----END OPENSSH PRIVATE KEY-----'
    const fingerprint = `SHA256:${'q'.repeat(43)}`
    const secrets = openSecrets({ T: `https://herd.example ${TOKEN}`, KEY: `${fingerprint}\n${key}` })
    await secrets.token({ env: 'T' }, 'token', 'https://herd.example')
    await secrets.sshKey({ env: 'KEY' }, 'ssh.key', { host: 'herd.example', fingerprint })
    expect(secrets.abortOnSecret(`Mastodon 4.6.5 at https://herd.example, ${fingerprint}`)).toContain('herd.example')
    expect(() => secrets.abortOnSecret(`https://herd.example ${TOKEN}`)).toThrow('One of the secrets')
  })

  test('base64 of a whole header is noticed at every alignment', () => {
    const secrets = openSecrets()
    secrets.hold(TOKEN)
    for (const before of ['', 'a', 'ab', 'abc', 'user:']) {
      expect(() => secrets.abortOnSecret(Buffer.from(`${before}${TOKEN}:more`).toString('base64'))).toThrow(
        'One of the secrets',
      )
    }
    expect(secrets.abortOnSecret('the token of @herdbook lacks the scope admin:read')).toContain('scope')
  })

  test('one line of a private key is as bad as the whole', async () => {
    const key =
      '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ\n' +
      'AAAAMwAAAAtzc2gtZWQyNTUxOQAAACBBlMtF89xBpelS\n-----END OPENSSH PRIVATE KEY-----'
    const secrets = openSecrets({ KEY: key })
    await secrets.sshKey({ env: 'KEY' }, 'ssh.key', { host: 'localhost', fingerprint: 'SHA256:x' })
    expect(() => secrets.abortOnSecret('… AAAAMwAAAAtzc2gtZWQyNTUxOQAAACBBlMtF89xBpelS …')).toThrow(
      'One of the secrets',
    )
    expect(secrets.abortOnSecret('-----BEGIN OPENSSH PRIVATE KEY-----')).toContain('BEGIN')
  })
})
