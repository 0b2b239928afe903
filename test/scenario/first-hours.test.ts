import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commit, git } from '../support/git.ts'
import { fakePrograms } from '../support/programs.ts'
import { connectionsOf, must, pasture, setConfig, type Herd, type Pasture } from '../support/sandbox.ts'
import { regexOf } from '../support/regex-of.ts'

// Whoever installs may become PostgreSQL's superuser.
const { directory: programs } = fakePrograms({
  sudo:
    'while [ "$1" != -- ] && [ "${1#-}" != "$1" ]; do [ "$1" = -u ] && shift; ' +
    'shift; done; [ "$1" = -- ] && shift; exec "$@"',
})
process.env['PATH'] = `${programs}${delimiter}${process.env['PATH'] ?? ''}`

let field: Pasture
let herd: Herd
beforeAll(async () => {
  field = await pasture()
  herd = await field.herd()
})
afterAll(() => field[Symbol.asyncDispose]())

const flat = (text: string): string => text.replaceAll(/\s+/g, ' ')

describe('a text that the files name', () => {
  it('is read, whatever its name ends in, and nobody is told otherwise', async () => {
    const bare = await field.herd({ begin: 'none' })
    bare.write({
      'settings.yaml': 'settings:\n  custom_css: { file: custom.css }\n',
      'custom.css': 'body { color: red }\n',
      'other.css': 'body {}\n',
    })
    const { stderr } = await must(bare, ['validate'])
    expect(stderr).not.toContain('custom.css is not a file')
    expect(stderr).toContain('other.css is not a file that Herdbook reads')
  })
})

describe('status', () => {
  it('tells all the rest where the ledger can not be read, and what is wrong with that', async () => {
    setConfig(herd, { ledger_key: { file: '/nowhere/ledger.key' } })
    const { stdout } = await must(herd, ['status'], 9)
    expect(stdout).toMatch(
      regexOf(
        / Git +main at [^]*! /,
        /Ledger +The\s+secret\s+for\s+ledger_key\s+is\s+missing:\s+the\s+file\s+\/nowhere\/ledger\.key\s[^]*/,
        /→ This file must exist[^]* API +Mastodon [^]* Database +herd\.example/,
      ),
    )
    setConfig(herd, {
      ledger_key: { file: '/nowhere/ledger.key' },
      mastodon: { api: { url: 'http://127.0.0.1:9', token: { env: 'HB_TOKEN' } } },
    })
    expect(
      JSON.parse((await must(herd, ['status', '--json'], 9)).stdout).facts.filter(({ ok }: { ok: boolean }) => !ok),
    ).toMatchObject([{ what: 'Ledger' }, { what: 'API' }])
    setConfig(herd, {})
  })
})

describe('a ledger that nobody signs', () => {
  it('is told with the command that signs it only where there is one to sign', async () => {
    const bare = await field.herd({ begin: 'none' })
    const { stderr } = await must(bare, ['plan'])
    expect(flat(stderr)).toMatch(
      /warning ledger-unsigned .*Make a secret and name it as ledger_key in instance\.yaml\. /,
    )
    expect(stderr).not.toContain('ledger sign')
    expect(flat((await must(herd, ['plan'])).stderr)).toContain('then: herdbook ledger sign "why"')
  })
})

describe('adopt', () => {
  it('takes over what it can read, and names what it can not', async () => {
    const some = await field.herd({
      begin: 'none',
      mastodon: { api: connectionsOf(field.sandbox).api ?? expect.fail() },
    })
    await herd.hand.blockDomain('some.example', { severity: 'silence' })
    await field.sandbox.query("update user_roles set permissions = permissions & ~128 where name = 'Herdbook'")
    const { stderr } = await must(some, ['adopt'], 10)
    await field.sandbox.query("update user_roles set permissions = permissions | 128 where name = 'Herdbook'")
    expect(some.read('domain-blocks.yaml')).toContain('- domain: some.example')
    expect(flat(stderr)).toMatch(/e-mail domain blocks.*manage_blocks/)
    expect(() => some.read('email-domain-blocks.yaml')).toThrow('ENOENT')
  })

  it('proposes a first commit of all that there is, and later ones of the files alone', async () => {
    const fresh = await field.herd({ begin: 'none' })
    git(fresh.dir, 'update-ref', '-d', 'HEAD')
    const { stdout } = await must(fresh, ['adopt'])
    expect(stdout).toContain('\n  git add .\n  git commit -m "Adopt what is live"\n  herdbook plan\n')
    commit(fresh.dir, 'Begin')
    await fresh.hand.blockDomain('later.example', { severity: 'silence' })
    expect((await must(fresh, ['adopt'])).stdout).toContain('  git add instance && git diff --staged instance\n')
  })
})

describe('token', () => {
  const kept = (file: string) =>
    setConfig(herd, { mastodon: { ...connectionsOf(field.sandbox), api: { url: field.sandbox.url, token: { file } } } })
  /** A console that leaves a trace when it is opened. */
  function watched(): { readonly opened: () => boolean; readonly directory: string } {
    const directory = join(herd.dir, '.git/watched')
    mkdirSync(join(directory, 'bin'), { recursive: true })
    writeFileSync(join(directory, 'bin/rails'), `#!/bin/sh\ntouch ${directory}/opened\nexit 1\n`, { mode: 0o755 })
    return { opened: () => existsSync(join(directory, 'opened')), directory }
  }

  it.each([
    ['create', { file: 'there' }, 5, 'herdbook token rotate'],
    ['create', { env: 'HB_TOKEN' }, 9, '--store-with'],
    ['rotate', { env: 'HB_TOKEN' }, 9, '--store-with'],
  ] as const)(
    '%s refuses what it could not store before it opens the console: %o',
    async (verb, secret, code, hint) => {
      const { opened, directory } = watched()
      const file = join(herd.dir, '.git/there')
      writeFileSync(file, `${field.sandbox.url} ${field.sandbox.tokens.apply}\n`)
      setConfig(herd, {
        mastodon: {
          api: { url: field.sandbox.url, token: 'file' in secret ? { file } : secret },
          console: { over: 'local', native: { directory } },
        },
      })
      expect((await must(herd, ['token', verb], code)).stderr).toContain(hint)
      expect(opened()).toBe(false)
      setConfig(herd, {})
    },
  )

  it('that the server does not know is made anew by the command that is named', async () => {
    const file = join(herd.dir, '.git/revoked')
    writeFileSync(file, `${field.sandbox.url} ${field.sandbox.tokens.revoked}x\n`)
    kept(file)
    const { out } = await must(herd, ['token', 'check'], 10)
    expect(flat(out)).toContain(
      '! token: the server does not know this token → Store the right token, or make a new one: herdbook token rotate',
    )
    await must(herd, ['token', 'rotate'])
    await must(herd, ['token', 'check'])
    const [made] = await field.sandbox.query('select scopes from oauth_access_tokens order by id desc limit 1')
    expect(made).toEqual({
      scopes: 'profile admin:read admin:write:domain_blocks admin:write:email_domain_blocks admin:write:ip_blocks',
    })
    expect(readFileSync(file, 'utf8')).toMatch(/^http/)
    setConfig(herd, {})
  })

  it('can be made in the web interface alone where there is no console', async () => {
    const file = join(herd.dir, '.git/revoked')
    writeFileSync(file, `${field.sandbox.url} nobody-knows-this\n`)
    setConfig(herd, { mastodon: { api: { url: field.sandbox.url, token: { file } } } })
    const { out } = await must(herd, ['token', 'check'], 10)
    expect(out).toContain('Make a new token in Mastodon')
    expect(out).not.toContain('herdbook token')
    setConfig(herd, {})
  })
})

it('reader install says once what it does', async () => {
  const { out } = await must(herd, ['reader', 'install', '--yes'])
  expect(out.match(/create the database role/g)).toHaveLength(1)
})

it('a database that does not say whose it is can be left out or told, and both are named', async () => {
  const [{ said } = expect.fail()] = (await field.sandbox.query(
    "select shobj_description('herdbook_reader'::regrole, 'pg_authid') said",
  )) as { said: string }[]
  await field.sandbox.query('comment on role herdbook_reader is null')
  const { stderr } = await must(herd, ['adopt'], 10)
  expect(flat(stderr)).toMatch(/Remove mastodon\.database from instance\.yaml for now\. Or .*herdbook reader install/)
  await must(herd, ['reader', 'install', '--yes'])
  expect(
    (await field.sandbox.query("select shobj_description('herdbook_reader'::regrole, 'pg_authid') said"))[0],
  ).toEqual({ said })
  await must(herd, ['adopt'])
})
