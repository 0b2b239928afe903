import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { openSecrets } from '../../src/clients/secrets.ts'

const TOKEN = 'ROPei7fcYdxyLSVsyEuBLkV3rrZV07Hn0QkSs_dxDpE'

describe('secrets', () => {
  test('a token is sent to the origin that it is stored with, and nowhere else', async () => {
    const secrets = openSecrets({ T: `https://herd.example ${TOKEN}`, BARE: TOKEN })
    expect(await secrets.token({ env: 'T' }, 'token', 'https://herd.example')).toBe(TOKEN)
    for (const elsewhere of ['https://evil.example', 'http://herd.example', 'https://herd.example:8443', 'https://herd.example.evil.example']) {
      await expect(secrets.token({ env: 'T' }, 'token', elsewhere)).rejects.toMatchObject({ diagnostics: [{ code: 'secret-elsewhere' }] })
    }
    await expect(secrets.token({ env: 'BARE' }, 'token', 'https://herd.example')).rejects.toMatchObject({ diagnostics: [{ code: 'secret-unbound', hint: expect.stringContaining('https://herd.example TOKEN') }] })
    expect(await secrets.token({ env: 'BARE' }, 'token', 'http://127.0.0.1:3000')).toBe(TOKEN)
  })

  test('a secret comes from the environment or a file; a missing one says what to set, and never what it is', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'herdbook-secret-')), 'token')
    writeFileSync(file, `${TOKEN}\n`)
    const secrets = openSecrets({ EMPTY: ' ' })
    expect(await secrets.read({ file }, 'ledger_key')).toBe(TOKEN)
    await expect(secrets.read({ env: 'GONE' }, 'ledger_key')).rejects.toMatchObject({ exit: 9, diagnostics: [{ message: 'ledger_key: the environment has no GONE' }] })
    await expect(secrets.read({ env: 'EMPTY' }, 'ledger_key')).rejects.toThrow('EMPTY is empty')
    await expect(secrets.read({ file: `${file}.gone` }, 'ledger_key')).rejects.toThrow("can't read")
  })

  test('text that holds a secret in any encoding does not leave', () => {
    const secret = fc.string({ minLength: 12, maxLength: 60, unit: fc.constantFrom(...'abcXYZ019+/=-_"\\<&%\''.split('')) }).filter((text) => text.trim() === text)
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
        expect(() => secrets.abortOnSecret(before + encode(value) + after)).toThrow('withheld')
      }),
      { numRuns: 500 },
    )
  })

  test('the server that a secret is stored with may be named', async () => {
    const key = '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ\n-----END OPENSSH PRIVATE KEY-----'
    const fingerprint = `SHA256:${'q'.repeat(43)}`
    const secrets = openSecrets({ T: `https://herd.example ${TOKEN}`, KEY: `${fingerprint}\n${key}` })
    await secrets.token({ env: 'T' }, 'token', 'https://herd.example')
    await secrets.sshKey({ env: 'KEY' }, fingerprint)
    expect(secrets.abortOnSecret(`Mastodon 4.6.5 at https://herd.example, ${fingerprint}`)).toContain('herd.example')
    expect(() => secrets.abortOnSecret(`https://herd.example ${TOKEN}`)).toThrow('withheld')
  })

  test('base64 of a whole header is noticed at every alignment', () => {
    const secrets = openSecrets()
    secrets.hold(TOKEN)
    for (const before of ['', 'a', 'ab', 'abc', 'user:']) {
      expect(() => secrets.abortOnSecret(Buffer.from(`${before}${TOKEN}:more`).toString('base64'))).toThrow('withheld')
    }
    expect(secrets.abortOnSecret('the token of @herdbook lacks the scope admin:read')).toContain('scope')
  })

  test('one line of a private key is as bad as the whole', async () => {
    const key = `-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ\nAAAAMwAAAAtzc2gtZWQyNTUxOQAAACBBlMtF89xBpelS\n-----END OPENSSH PRIVATE KEY-----`
    const secrets = openSecrets({ KEY: key })
    await secrets.sshKey({ env: 'KEY' }, 'SHA256:x')
    expect(() => secrets.abortOnSecret('… AAAAMwAAAAtzc2gtZWQyNTUxOQAAACBBlMtF89xBpelS …')).toThrow('withheld')
    expect(secrets.abortOnSecret('-----BEGIN OPENSSH PRIVATE KEY-----')).toContain('BEGIN')
  })
})
