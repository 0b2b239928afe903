import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withFaults } from '../testkit/fault.ts'
import { git } from '../support/git.ts'
import { connectionsOf, must, pasture, setConfig, type Herd, type Pasture } from '../support/sandbox.ts'
import { regexOf } from '../support/regex-of.ts'

let field: Pasture
let herd: Herd
beforeAll(async () => {
  field = await pasture()
  herd = await field.herd()
})
afterAll(() => field[Symbol.asyncDispose]())

const DEAD = { api: { url: 'http://127.0.0.1:9', token: { env: 'HB_TOKEN' } } }

describe('what does not work is told with what to type', () => {
  it('by status, beside each connection', async () => {
    setConfig(herd, { mastodon: { ...connectionsOf(field.sandbox), ...DEAD } })
    const { stdout } = await must(herd, ['status'], 10)
    expect(stdout).toMatch(
      regexOf(
        /! API +http:\/\/127\.0\.0\.1:9 cannot be read: no answer[^\n]*\n/,
        / +→ Check mastodon\.api\.url in instance\.yaml\.\n/,
      ),
    )
    const { facts } = JSON.parse((await must(herd, ['status', '--json'], 10)).stdout)
    expect(facts).toContainEqual(
      expect.objectContaining({ what: 'API', ok: false, hint: 'Check mastodon.api.url in instance.yaml.' }),
    )
    setConfig(herd, {})
  })

  it('by token check, where nobody answers and where nobody knows it', async () => {
    setConfig(herd, { mastodon: DEAD })
    expect((await must(herd, ['token', 'check'], 10)).out).toMatch(
      regexOf(
        /^Waiting[^\n]*\n! token: http:\/\/127\.0\.0\.1:9 cannot be reached: no answer[^\n]*\n/,
        / +→ Check mastodon\.api\.url in instance\.yaml\.\n$/,
      ),
    )
    setConfig(herd, {})
    const { out } = await must(herd, ['token', 'check'], 10, {
      env: { HB_TOKEN: `${field.sandbox.url} nobody-knows-this-token` },
    })
    expect(out).toBe(
      '! token: the server does not know this token\n  → Store the right token, or make a new one: ' +
        "herdbook token rotate --store-with 'COMMAND', where COMMAND reads the new token from stdin\n",
    )
  })

  it('by what came instead of an answer, shortly', async () => {
    const page = `<!DOCTYPE HTML>\n<html>\n    <body>${'<p>Not here</p>\n     '.repeat(40)}</body>`
    const other = await withFaults(field.sandbox, [
      { match: {}, fault: { kind: 'answer', status: 404, headers: { 'content-type': 'text/html' }, body: page } },
    ])
    setConfig(herd, { mastodon: { api: { url: other.url, token: { env: 'HB_TOKEN' } } } })
    const { stdout } = await must(herd, ['status'], 10)
    expect(stdout).toContain(
      `${other.url} cannot be read: 404 the answer is not JSON: ` +
        '"<!DOCTYPE HTML> <html> <body><p>Not here</p> <p>Not here</p> ',
    )
    expect(stdout).not.toContain('\\n')
    await other.close()
    setConfig(herd, {})
  })
})

describe('a remote', () => {
  it('that came after the first apply gets the ledger by the command that is named', async () => {
    const late = await field.herd()
    git(late.dir, 'clone', '--quiet', '--bare', '.', `${late.dir}.git`)
    git(late.dir, 'remote', 'add', 'origin', `${late.dir}.git`)
    const { stderr } = await must(late, ['plan'], 5)
    expect(stderr).toMatch(
      regexOf(
        /error ledger-not-pushed\n/,
        / {2}Only\s+this\s+clone\s+has\s+the\s+ledger\s+[^]*The\s+remote\s+origin\s+does\s+not\s+have\s+it\.\n/,
        / {2}→ Push the ledger: git push origin refs\/herdbook\/production\/ledger\n/,
      ),
    )
    git(late.dir, 'push', '--quiet', 'origin', 'refs/herdbook/production/ledger')
    await must(late, ['plan'])
  })

  it('that lost a ledger which was there is another matter', async () => {
    const lost = await field.herd({ remote: true })
    git(`${lost.dir}.git`, 'update-ref', '-d', 'refs/herdbook/production/ledger')
    expect((await must(lost, ['plan'], 5)).stderr).toContain('error ledger-rolled-back')
  })

  it('that refuses is quoted', async () => {
    const shut = await field.herd({ remote: true })
    shut.write({ 'rules.yaml': 'rules:\n  - key: be-kind\n    text: Be kind.\n' })
    mkdirSync(join(`${shut.dir}.git`, 'hooks'), { recursive: true })
    writeFileSync(
      join(`${shut.dir}.git`, 'hooks/pre-receive'),
      '#!/bin/sh\necho "Only the admins push here." >&2\nexit 1\n',
      { mode: 0o755 },
    )
    const { stderr } = await must(shut, ['apply', '--yes'], 10)
    expect(stderr).toMatch(
      regexOf(
        /could not set refs\/herdbook\/production\/lock: /,
        /\[remote rejected\] \(pre-receive hook declined\); remote: Only the admins push here\.\n/,
      ),
    )
    rmSync(join(`${shut.dir}.git`, 'hooks/pre-receive'))
  })
})

describe('what is to be typed next', () => {
  it('shows new files, too, and fits', async () => {
    const fresh = await field.herd({ begin: 'none' })
    const { stdout } = await must(fresh, ['adopt'])
    expect(stdout).toContain(
      '\n  git add instance && git diff --staged instance\n' +
        '  git commit -m "Adopt what is live" -- instance\n  herdbook plan\n',
    )
  })

  it('is YAML of short lines where a list needs a raise', async () => {
    writeFileSync(join(herd.dir, 'list.txt'), Array.from({ length: 40 }, (_, i) => `b${i}.example`).join('\n'))
    const { stdout } = await must(herd, ['block', '--from', 'list.txt', '--severity', 'limit'])
    expect(stdout).toMatch(
      regexOf(
        /write in policy\.yaml:\n {2}raises:\n {4}- kind: domain-block\n/,
        / {6}create: 40\n {6}until: [\d-]+\n {6}reason: Import of list\.txt\n/,
      ),
    )
    git(herd.dir, 'checkout', '--quiet', '--', 'instance')
  })
})

it('a first apply of what is live already says what it did', async () => {
  const fresh = await field.herd({ begin: 'none' })
  await must(fresh, ['adopt'])
  fresh.write({}, 'Adopt')
  expect((await must(fresh, ['apply'])).stdout).toMatch(
    /Nothing to write to herd\.example\. The ledger now records \d+ objects more\.\n$/,
  )
})
