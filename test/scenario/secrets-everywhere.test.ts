import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { InstanceFile } from '../../src/instance/documents.ts'
import { withFaults } from '../testkit/fault.ts'
import { EVERY_KIND } from '../support/files.ts'
import { git, put } from '../support/git.ts'
import { leakIn, written } from '../support/leaks.ts'
import { connectionsOf, must, pasture, setConfig, type Herd, type Pasture } from '../support/sandbox.ts'
import { fakePrograms } from '../support/programs.ts'
import { CASES, verbsWithOptions } from '../support/verb-cases.ts'
import { searchIn, type LiveState } from '../support/leak-search.ts'

const KEY = `the "key" of <our> ledger & nobody's else: 100% \\ 7f3a9c`
const SSH =
  '-----BEGIN OPENSSH PRIVATE KEY-----\n' +
  Array.from({ length: 4 }, (_, i) =>
    Buffer.from(`line ${i} of a private key that nobody has: ${i}`.padEnd(52, '.')).toString('base64'),
  ).join('\n') +
  '\n-----END OPENSSH PRIVATE KEY-----\n'
const PASSPHRASE = 'Zq7-Wx2_Lm9-Rt4_Kp8-Vb3_Nc6-Hd1_Fg5'

const TOKENS = { token: { env: 'HB_TOKEN' }, read_token: { env: 'HB_READ' } }

let field: Pasture
let herd: Herd
let secrets: readonly string[]
let env: { readonly [name: string]: string }
const closing: (() => Promise<void>)[] = []

beforeAll(async () => {
  field = await pasture()
  const { apply, plan: read } = field.sandbox.tokens
  secrets = [apply, read, KEY, PASSPHRASE, ...SSH.split('\n').filter((line) => !line.startsWith('-') && line !== '')]
  env = { HB_TOKEN: apply, HB_READ: read, HB_KEY: KEY, HB_SSH: SSH, HB_PASS: PASSPHRASE }
  // Nothing of the machine that these tests run on is touched.
  const { directory } = fakePrograms({ sudo: `cat <<'EOT' >&2\n${[...secrets, KEY].join('\n')}\nEOT\nexit 1` })
  process.env['PATH'] = `${directory}:${process.env['PATH'] ?? ''}`
})
afterAll(async () => {
  for (const close of closing) await close()
  await field[Symbol.asyncDispose]()
})

/** A new instance on the sandbox, in sync and with a ledger: what is beside the files was never adopted. */
async function begin(files: { readonly [name: string]: string } = EVERY_KIND): Promise<void> {
  herd = await field.herd({ remote: true, begin: 'none' })
  configure({})
  herd.write({ ...files, ...BESIDE }, 'Begin')
  await must(herd, ['adopt', '--moderators'], 0, { env })
  herd.write({}, 'Adopt')
  await must(herd, ['apply', '--yes', '--take-over', '--first', 'begun'], 0, { env })
}

const BESIDE = {
  '../list.csv': '#domain,#severity\nlisted.example,suspend\n',
  '../reader.pub': 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJhZGJhZGJhZGJhZGJhZGJhZGJhZGJhZGJhZGJh me\n',
}

/** Names every secret that `instance.yaml` can name; replaces the connections. */
function configure(mastodon: Partial<NonNullable<InstanceFile['mastodon']>>): void {
  const { api, ...connections } = connectionsOf(field.sandbox)
  const ssh = {
    host: '127.0.0.1',
    port: 9,
    user: 'herd',
    host_key: `SHA256:${'q'.repeat(43)}`,
    key: { env: 'HB_SSH' },
    passphrase: { env: 'HB_PASS' },
  }
  setConfig(herd, {
    ledger_key: { env: 'HB_KEY' },
    ssh,
    mastodon: { api: { url: field.sandbox.url, ...api, ...TOKENS }, ...connections, ...mastodon },
  })
}

const search = (world: LiveState): Promise<string[]> => searchIn(herd, { secrets, env }, world)

describe('the list of what is searched', () => {
  it('has every verb, each of its own verbs and every option', async () => {
    for (const { verb, sub, options } of await verbsWithOptions()) {
      if (verb === 'sandbox' || verb === 'demo') continue
      const lines = CASES[verb as keyof typeof CASES].filter((one) => sub === null || one.args[0] === sub)
      expect(lines.length, `${verb} ${sub ?? ''}`).toBeGreaterThan(0)
      const given = new Set(lines.flatMap((one) => one.args))
      for (const option of options.filter((name) => name !== '--instance'))
        expect(given, `${verb} ${sub ?? ''}`).toContain(option)
    }
  })
})

describe('no verb says or writes a secret', { timeout: 600_000 }, () => {
  it('as things are', async () => {
    await begin()
    expect(await search({})).toEqual([])
  })

  it('with a server that is down, and a machine that nobody answers for', async () => {
    await begin()
    const nowhere = { over: 'ssh', native: { user: 'mastodon', directory: '/home/mastodon/live' } } as const
    configure({
      api: { url: 'http://127.0.0.1:9', ...TOKENS },
      database: { over: 'ssh', native: {} },
      console: nowhere,
    })
    herd.write({}, 'Down')
    expect(await search({})).toEqual([])
  })

  it.each([
    ['all connections', 401],
    ['the API alone', 500],
  ])('with %s complaining in words that repeat every secret (HTTP %i)', async (connections, status) => {
    await begin()
    const everything = [...secrets, KEY, SSH].join('\n')
    const body = JSON.stringify({ error: `no: Bearer ${everything}` })
    const faulty = await withFaults(field.sandbox, [
      {
        match: { path: /\/api\/v\d\/(admin|accounts|apps)/ },
        fault: { kind: 'answer', status, headers: { 'content-type': 'application/json' }, body },
      },
    ])
    closing.push(faulty.close)
    const api = { url: faulty.url, ...TOKENS }
    const says = (before: string, code: number): string => `cat <<'EOT' >&2\n${before}${everything}\nEOT\nexit ${code}`
    const { psql, directory } = fakePrograms({ psql: says('psql:<stdin>:1: ERROR:  invalid value: ', 3) })
    mkdirSync(join(directory, 'bin'))
    writeFileSync(join(directory, 'bin/rails'), `#!/bin/sh\n${says('Errno::ECONNREFUSED\nENV: ', 1)}\n`, {
      mode: 0o755,
    })
    configure(
      connections === 'all connections'
        ? { api, database: { over: 'local', native: { psql } }, console: { over: 'local', native: { directory } } }
        : { api },
    )
    herd.write({}, 'Loud')
    expect(await search({})).toEqual([])
  })

  it('that was given on the command line, or by the pipeline', async () => {
    await begin()
    const token = field.sandbox.tokens.apply
    const words = /^(agreed|a new server|the key is new|Spam|known|all lifted|all gone)$/
    const names = /^(domain-block\/spam|rule\/be-kind|new|spam|alice|moderator|0123456789ab|https:\/\/herd.example)/
    const args = (given: readonly string[]): readonly string[] =>
      given.map((arg) => (words.test(arg) ? `${arg} ${token}` : arg.replace(names, `$1${token}`)))
    expect(
      await search({ args, env: { GITHUB_ACTIONS: 'true', GITHUB_RUN_ID: token, GITHUB_ACTOR: token, USER: token } }),
    ).toEqual([])
  })

  it('that would go to a forge, in a comment or an address', async () => {
    await begin()
    const token = field.sandbox.tokens.apply
    const got: string[] = []
    const forge = createServer((request, response) => {
      void text(request).then((body) => {
        got.push(`${request.url} ${body}`)
        response.setHeader('content-type', 'application/json').end(request.method === 'GET' ? '[]' : '{"id":1}')
      })
    }).listen(0, '127.0.0.1')
    closing.push(async () => void forge.close())
    await once(forge, 'listening')
    const { port } = forge.address() as AddressInfo
    writeFileSync(
      join(herd.dir, 'instance/instance.yaml'),
      `${herd.read('instance.yaml')}forge: { github: herd/instance }\n`,
    )
    herd.write({ '../list.csv': `#domain,#severity\n${token}.example,suspend\n` }, 'Forge')
    const meant = /^(stored|list.csv)$/
    expect(
      await search({ meant, env: { GITHUB_API_URL: `http://127.0.0.1:${port}`, GITHUB_TOKEN: PASSPHRASE } }),
    ).toEqual([])
    expect(got.length).toBeGreaterThan(0)
    expect(leakIn(got.join('\n'), secrets)).toBeUndefined()
    herd.write({ '../list.csv': 'A plan.\n' }, 'A comment')
    await must(herd, ['comment', '12', 'list.csv'], 0, {
      env: { ...env, GITHUB_API_URL: `http://127.0.0.1:${port}`, GITHUB_TOKEN: PASSPHRASE },
    })
    expect(got.join('\n')).toContain('A plan.')
  })

  it('that somebody wrote into a file of the instance, a text beside it, or Git', async () => {
    await begin()
    const token = field.sandbox.tokens.apply
    const valid = {
      'domain-blocks.yaml':
        `# ${token}\ndomain_blocks:\n  - domain: spam.example\n    severity: suspend\n` +
        `    public_comment: see ${token}\n    accept_severed_relationships: 60\n` +
        `  - domain: ${token.replaceAll(/[^a-z0-9]/gi, '').toLowerCase()}.example\n    severity: limit\n`,
      'rules.yaml': `rules:\n  - key: be-kind\n    text: ${Buffer.from(token).toString('base64')}\n`,
      'settings.yaml': 'settings:\n  site_title: Herd\n  site_extended_description: { file: about.md }\n',
      'about.md': `# About\n\n${token}\n`,
      'policy.yaml': `raises:\n  - { kind: domain-block, create: 30, until: 2031-01-01, reason: ${token} }\n`,
    }
    put(join(herd.dir, 'instance'), valid)
    git(
      herd.dir,
      'commit',
      '--quiet',
      '--all',
      '--author',
      `Alice ${token} <alice@herd.example>`,
      '--message',
      `Block: ${token}`,
    )
    git(herd.dir, 'push', '--quiet', 'origin', 'HEAD:main')
    // What people committed is theirs; what must not hold it is what Herdbook says and writes.
    const meant = /^(stored|instance\/.*)$/
    expect(await search({ meant, columns: 40 })).toEqual([])
    const invalid = {
      'rules.yaml': `rules:\n  - ky: ${token}\n    ${token}: 1\n`,
      'domain-blocks.yaml': `domain_blocks:\n  - domain: '${token}\n`,
      'moderators.yaml': `${token}\n`,
    }
    herd.write(invalid, 'Not valid')
    expect(await search({ meant })).toEqual([])
    herd.write(
      {
        ...valid,
        'instance.yaml':
          `${herd.read('instance.yaml').replace(/^ledger_key:\n.*\n/m, `ledger_key: ${token}\n`)}${token}: ` +
          `${token}\n`,
      },
      'No server',
    )
    expect(await search({ meant })).toEqual([])
  })
})

describe('what somebody planted on the server', { timeout: 600_000 }, () => {
  it('is not shown to the public in a pipeline, nor adopted unasked: a private comment or an address', async () => {
    const { 'ip-blocks.yaml': _, ...rest } = EVERY_KIND
    await begin({
      ...rest,
      'domain-blocks.yaml':
        'domain_blocks:\n  - domain: spam.example\n    severity: suspend\n    accept_severed_relationships: 60\n',
    })
    const witness = 'Witness Willow of the north pasture'
    await herd.hand.blockDomain('quiet.example', { severity: 'silence', private_comment: witness })
    await herd.hand.blockIp({ ip: '192.0.2.77', severity: 'no_access', comment: witness, expires_at: null })
    await herd.rows(
      `update domain_blocks set private_comment = '${witness}', public_comment = 'by hand'
       where domain = 'spam.example'`,
    )
    expect(
      await search({
        never: [witness, '192.0.2.77'],
        meant: /^(stored|plan.json)$/,
        env: { CI: 'true', GITHUB_ACTIONS: 'true' },
      }),
    ).toEqual([])
  })

  it('is withheld if it is a secret, in any form, after any length of text, on a terminal of any width', async () => {
    await begin()
    for (const [i, form] of Object.values(written(field.sandbox.tokens.apply)).entries()) {
      await herd.hand.addRule({ text: `Rule ${i}: ${form}`.slice(0, 300) })
      await herd.hand.blockDomain(`n${i}.example`, {
        severity: 'silence',
        public_comment: `${'x '.repeat(i * 8)}${form}`,
      })
    }
    await herd.hand.changeSetting('site_title', field.sandbox.tokens.apply)
    await herd.hand.saveRole(`R ${field.sandbox.tokens.plan}`.slice(0, 30), { position: 3, permissions: [] })
    await herd.rows(
      `update domain_blocks set public_comment = '${'long '.repeat(35)}${KEY.replaceAll("'", "''")}'
       where domain = 'spam.example'`,
    )
    expect(await search({})).toEqual([])
    expect(await search({ columns: 40, env: { CI: 'true', GITHUB_ACTIONS: 'true' } })).toEqual([])
  })
})
