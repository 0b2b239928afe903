import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it, test } from 'vitest'
import { openSecrets } from '../../src/secrets/secrets.ts'
import { summarizer } from '../../src/jobs/summary.ts'
import type { Io } from '../../src/session/io.ts'
import { code, fence, prose } from '../../src/comments/markdown.ts'
import { inline } from '../../src/redaction/neutralise.ts'
import { regexOf } from '../support/regex-of.ts'

// What safety.md says that the search for secrets finds, and what it does not.

const SECRET = 'ROPei7fcYdxyLSVsyEuBLkV3rrZV07Hn0QkSs_dxDpE'
const SHORT = 'Zk9qR7fcYdxyLS24'

const finds = (text: string, secret = SECRET): boolean => {
  const secrets = openSecrets({})
  secrets.hold(secret)
  try {
    secrets.abortOnSecret(text)
    return false
  } catch {
    return true
  }
}

const base64 = (text: string, before = ''): string => Buffer.from(before + text).toString('base64')
const hex = (text: string): string => Buffer.from(text).toString('hex')
const each = (text: string, form: (sign: string) => string): string => Array.from(text, form).join('')
const point = (sign: string, base: number, length = 0): string =>
  (sign.codePointAt(0) ?? 0).toString(base).padStart(length, '0')
const everyUrl = (text: string): string => each(text, (sign) => `%${point(sign, 16, 2)}`)
const everyJson = (text: string): string => each(text, (sign) => `\\u${point(sign, 16, 4)}`)
const everyHtml = (text: string): string => each(text, (sign) => `&#x${point(sign, 16)};`)
const folded = (text: string, width: number): string => text.replaceAll(new RegExp(`.{${width}}`, 'g'), '$&\r\n')
const apart = (text: string, sign: string): string => Array.from(text).join(sign)

const FOUND: { readonly [form: string]: (secret: string) => string } = {
  'as it is': (secret) => secret,
  'in capitals': (secret) => secret.toUpperCase(),
  'in small letters': (secret) => secret.toLowerCase(),
  backwards: (secret) => Array.from(secret).toReversed().join(''),
  'with blanks': (secret) => apart(secret, ' '),
  'over many lines': (secret) => folded(secret, 7),
  'over many lines in JSON': (secret) => JSON.stringify(JSON.stringify(folded(secret, 5))),
  'over many lines in HTML': (secret) => apart(secret, '&NewLine;&nbsp;&shy;'),
  'with dashes': (secret) => apart(secret, '-'),
  'with dots and colours': (secret) => apart(secret, '\u001b[31m.\u001b[0m'),
  'with what nobody sees': (secret) => apart(secret, '\u200b\u2060\u202e\u{e0041}\ufe0f'),
  'with accents over it': (secret) => apart(secret, '\u0301'),
  'as 16-bit units': (secret) => Buffer.from(secret, 'utf16le').toString('latin1'),
  'as base64': (secret) => base64(secret),
  'as base64 at the second offset': (secret) => base64(secret, ':'),
  'as base64 at the third offset': (secret) => base64(secret, 'x:'),
  'as base64 in the middle of more': (secret) => base64(`${secret}:more`, 'user:'),
  'as base64 in lines of 76': (secret) => folded(base64(`${secret}${'x'.repeat(99)}`, 'y'.repeat(40)), 76),
  'as base64 for addresses': (secret) => Buffer.from(`?>${secret}`).toString('base64url'),
  'as the header of a request': (secret) => `Authorization: Basic ${base64(secret, 'x-access-token:')}`,
  'as hexadecimal': hex,
  'as hexadecimal with colons': (secret) => hex(secret).replaceAll(/..(?=.)/g, '$&:'),
  'as hexadecimal in capitals': (secret) => hex(secret).toUpperCase(),
  'as Node shows a buffer': (secret) => inspect(Buffer.from(secret)),
  'as Node writes a buffer': (secret) => JSON.stringify({ error: Buffer.from(secret) }, null, 2),
  'every sign for an address': everyUrl,
  'every sign in JSON': everyJson,
  'every sign in JavaScript': (secret) => each(secret, (sign) => `\\u{${point(sign, 16)}}`),
  'every sign in a shell': (secret) => each(secret, (sign) => `\\x${point(sign, 16, 2)}`),
  'every sign in octal': (secret) => each(secret, (sign) => `\\${point(sign, 8, 3)}`),
  'every sign in HTML': everyHtml,
  'every sign in HTML, decimal': (secret) => each(secret, (sign) => `&#${point(sign, 10)};`),
  'three layers of escapes': (secret) => everyHtml(everyJson(everyUrl(secret))),
  'base64 in an address in JSON': (secret) =>
    JSON.stringify({ to: `https://evil.example/?t=${encodeURIComponent(base64(secret))}` }),
  'in an address as its user': (secret) => `https://${encodeURIComponent(secret)}@evil.example/`,
  'as code, a sentence, a line of a log': (secret) =>
    `${code(`| ${secret}`)} ${prose(`said ${secret}`)} ${inline(`\t${secret}\n`)}`,
  'in a fence': (secret) => fence([`+ ${secret}`], 'diff'),
}

const LONG_ONLY: { readonly [form: string]: (secret: string) => string } = {
  'in two fields': (secret) =>
    JSON.stringify({ a: secret.slice(0, secret.length / 2), b: secret.slice(secret.length / 2) }),
  'in a piece': (secret) => secret.slice(11, 30),
  'in a piece as base64': (secret) => base64(secret.slice(11, 31), '::'),
  'in a piece as hexadecimal': (secret) => hex(secret.slice(3, 23)),
  'cut at its end': (secret) => `${secret.slice(0, -9)}…`,
}

const NOT_FOUND: { readonly [form: string]: (secret: string) => string } = {
  'base64 of base64': (secret) => base64(base64(secret)),
  'base64 of it backwards': (secret) => base64(Array.from(secret).toReversed().join('')),
  compressed: (secret) => gzipSync(secret.repeat(3)).toString('base64'),
  'four layers of escapes': (secret) => everyUrl(everyHtml(everyUrl(everyJson(secret)))),
  'with tags between': (secret) => apart(secret, '<b></b>'),
  'another alphabet': (secret) => each(secret, (sign) => String.fromCodePoint((sign.codePointAt(0) ?? 0) + 0xfee0)),
  'another code': (secret) => each(secret, (sign) => String.fromCodePoint((sign.codePointAt(0) ?? 0) + 1)),
  'less than a piece': (secret) => secret.slice(0, 15),
  'pieces of less, apart': (secret) =>
    [secret.slice(0, 15), secret.slice(15, 30), secret.slice(30)].join(' and then there is '),
}

describe('a secret is found', () => {
  it.each(Object.entries(FOUND))('%s, long or short, whatever stands around it', (_form, written) => {
    for (const secret of [SECRET, SHORT])
      for (const text of [
        written(secret),
        `The server says: ${written(secret)}.`,
        `<p>${written(secret)}</p>\n`,
        JSON.stringify({ error: written(secret) }),
      ])
        expect(finds(text, secret), text).toBe(true)
  })

  it.each(Object.entries(LONG_ONLY))('%s, where it is long', (_form, written) => {
    expect([finds(written(SECRET)), finds(written(SHORT), SHORT)]).toEqual([true, false])
  })
})

it.each(Object.entries(NOT_FOUND))('safety.md says that it is not found as %s', (_form, written) => {
  expect(finds(written(SECRET))).toBe(false)
})

test('safety.md and the laws say so, and no more', () => {
  const [safety, laws] = ['.github/docs/safety.md', '.github/CONTRIBUTING.md'].map((name) =>
    readFileSync(join(import.meta.dirname, '../..', name), 'utf8'),
  )
  for (const words of ['base64 of base64', 'compressed or encrypted', 'four layers of escapes', 'a piece of 19'])
    expect(safety).toContain(words)
  expect(`${safety}${laws}`).not.toMatch(/any encoding/)
})

describe('the summary of a job', () => {
  const folder = mkdtempSync(join(tmpdir(), 'herdbook-summary-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const MEBIBYTE = 1_048_576
  let files = 0
  const opened = () => {
    const path = join(folder, `${(files += 1)}.md`)
    writeFileSync(path, '')
    const secrets = openSecrets({})
    secrets.hold(SECRET)
    return {
      summarize: summarizer({ env: { GITHUB_STEP_SUMMARY: path }, secrets } as unknown as Io),
      text: () => readFileSync(path, 'utf8'),
    }
  }

  it('is never longer in bytes than GitHub takes, however often it grows: what has no room is named', async () => {
    const { summarize, text } = opened()
    await summarize(`### First\n${'ü'.repeat(400_000)}`)
    await summarize(`### Second \`x\` @everyone\n${'x'.repeat(400_000)}`)
    await summarize('### Third')
    expect(text()).toMatch(
      regexOf(
        /A part of this summary is left out, because the summary is too long for GitHub: 400,0\d\d bytes /,
        /that begin with <code>&#35;&#35;&#35; Second &#96;x&#96; &#64;everyone<\/code>\.\n\n### Third\n\n$/,
      ),
    )
    for (let time = 0; time < 200; time += 1) await summarize(`### ${'é'.repeat(200)}\n${'y'.repeat(300_000)}`)
    expect(Buffer.byteLength(text())).toBeLessThanOrEqual(MEBIBYTE)
    expect(Buffer.byteLength(text())).toBeGreaterThan(MEBIBYTE - 300_000)
  })

  it('takes what just fits, and leaves out what does not by a byte', async () => {
    const [fits, over] = [opened(), opened()]
    await fits.summarize('z'.repeat(MEBIBYTE - 4_000 - 2))
    await over.summarize('z'.repeat(MEBIBYTE - 4_000 - 1))
    expect([fits.text().length, over.text().length < 300]).toEqual([MEBIBYTE - 4_000, true])
  })

  it('holds no secret, nor anything of what holds one', async () => {
    const { summarize, text } = opened()
    await expect(summarize(`A\n${base64(SECRET, 'x')}`)).rejects.toThrow('One of the secrets')
    await expect(summarize(`### ${SECRET}\n${'x'.repeat(2_000_000)}`)).rejects.toThrow('One of the secrets')
    expect(text()).toBe('')
  })
})
