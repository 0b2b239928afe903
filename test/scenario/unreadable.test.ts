import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EVERY_KIND } from '../support/files.ts'
import { connectionsOf, must, pasture, planOf, setConfig, type Herd, type Pasture } from '../support/sandbox.ts'

let field: Pasture
let herd: Herd
let api: NonNullable<ReturnType<typeof connectionsOf>['api']>
beforeAll(async () => {
  field = await pasture()
  herd = await field.herd()
  herd.write(EVERY_KIND)
  await must(herd, ['apply', '--yes'])
  // From here on every block is gone from the files: what can't be read must not be taken for absent or for ours.
  herd.write({ 'domain-blocks.yaml': 'domain_blocks:\n  - domain: other.example\n    severity: none\n' })
  api = { url: field.sandbox.url, token: { env: 'HB_TOKEN' } }
})
afterAll(async () => field[Symbol.asyncDispose]())

/** Read through the database, written through the API. */
const readingDatabase = () => ({ api, database: { over: 'local' as const, native: { psql: field.sandbox.database } } })

const NOBODY = 'http://127.0.0.1:9'

/** Sets the connections, commits, plans and applies: neither may write. */
async function unreadable(
  mastodon: NonNullable<Parameters<typeof setConfig>[1]['mastodon']>,
  options: Parameters<Herd['run']>[1] = {},
): Promise<string> {
  setConfig(herd, { mastodon })
  herd.write({}, 'Other connections')
  const before = await field.sandbox.query('select count(*)::int as n from admin_action_logs')
  const { stdout } = await must(herd, ['plan', '--json'], 10, options)
  const plan = JSON.parse(stdout)
  const kinds = new Set(
    plan.reads.filter((read: { complete: boolean }) => !read.complete).map((read: { kind: string }) => read.kind),
  )
  expect(kinds).toContain('domain-block')
  expect(plan.steps.filter((step: { kind: string }) => kinds.has(step.kind))).toEqual([])
  expect(plan.summary.delete).toBe(0)
  const told = await must(herd, ['plan'], 10, options)
  await must(herd, ['apply', '--yes'], 10, options)
  expect(await field.sandbox.query('select count(*)::int as n from admin_action_logs')).toEqual(before)
  return told.out
}

describe('a server that does not answer', () => {
  it('over the API: exit 10 names the connection, and nothing is planned as deleted', async () => {
    const out = await unreadable({ api: { ...api, url: NOBODY } })
    expect(out).toContain(NOBODY)
    expect(out).toMatch(/mastodon\.api/)
  })

  it('over the database: exit 10 names the connection', async () => {
    expect(await unreadable({ api, database: { over: 'local', native: { psql: '/nowhere/psql' } } })).toMatch(
      /database[^]*mastodon\.database/,
    )
  })

  it('over the database, whose command breaks: exit 10 says what it complained of', async () => {
    const psql = join(mkdtempSync(join(tmpdir(), 'herdbook-psql-')), 'psql')
    writeFileSync(psql, '#!/bin/sh\necho "psql: error: connection refused" >&2\nexit 2\n')
    chmodSync(psql, 0o755)
    expect(await unreadable({ database: { over: 'local', native: { psql } } })).toContain('connection refused')
  })

  it.each([
    ['nothing', ''],
    ['half a document', 'echo \'{"domain": "herd.example", "tables": {"domain_blocks": [\''],
    [
      'a document of another shape',
      'echo \'{"domain":"herd.example","version":"4.6","tables":{"domain_blocks":[{"id":1}]},"unknown":{}}\'',
    ],
    ['an empty document', 'echo "{}"'],
    ['two megabytes of nonsense', 'head -c 2000000 /dev/zero | tr "\\0" x'],
  ])('whose database answers %s is unknown, not empty', async (_, script) => {
    const psql = join(mkdtempSync(join(tmpdir(), 'herdbook-psql-')), 'psql')
    writeFileSync(psql, `#!/bin/sh\ncat > /dev/null\n${script}\n`)
    chmodSync(psql, 0o755)
    await unreadable({ database: { over: 'local', native: { psql } } })
  })

  it('over the console: the kinds that only it reads are unknown, the block lists go on', async () => {
    setConfig(herd, { mastodon: { api, console: { over: 'local', native: { directory: '/nowhere' } } } })
    herd.write({}, 'Other connections')
    const plan = await planOf(herd, 10)
    expect(plan.reads.filter(({ complete }) => complete).map(({ kind }) => kind)).toEqual([
      'domain-block',
      'email-domain-block',
      'ip-block',
    ])
    expect(plan.steps.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['domain-block']))
    expect(plan.findings.map(({ message }) => message).join()).toMatch(/console/)
  })
})

describe('a server that does not know the token', () => {
  const plan = async (name: 'plan' | 'mod' | 'alice' | 'app' | 'revoked'): Promise<string> =>
    unreadable(
      { api, console: { over: 'local', native: { directory: field.sandbox.directory } } },
      { env: { HB_TOKEN: field.sandbox.tokens[name] } },
    )

  it('is told as an unknown token', async () => {
    const out = await unreadable({ api }, { env: { HB_TOKEN: 'no-such-token-anywhere' } })
    expect(out).toMatch(/does not know this token|unknown token|does not know/i)
    expect(out).not.toContain('no-such-token-anywhere')
  })

  it('since it was revoked', async () => expect(await plan('revoked')).toMatch(/revoked/i))
  it('since its role lacks a permission: which', async () =>
    expect(await plan('alice')).toMatch(/manage_federation|manage_blocks/))
  it('since its role is a moderator without them: which', async () =>
    expect(await plan('mod')).toMatch(/manage_federation|manage_blocks/))
  it('since it is an application without a user', async () =>
    expect(await plan('app')).toMatch(/application|nobody|no account|no user/i))

  it('since its scopes leave out the measures: what needs them is refused, not guessed', async () => {
    setConfig(herd, { mastodon: { api } })
    herd.write({ 'domain-blocks.yaml': 'domain_blocks:\n  - domain: fine.example\n    severity: suspend\n' }, 'Suspend')
    const ran = await herd.run(['plan'], { env: { HB_TOKEN: field.sandbox.tokens.plan } })
    expect(ran.out).toMatch(/could not count whom it affects/)
    expect(ran.out).toMatch(/admin:read/)
    expect([5, 10]).toContain(ran.code)
    herd.write({ 'domain-blocks.yaml': 'domain_blocks:\n  - domain: other.example\n    severity: none\n' })
  })

  it('since its account is disabled: Mastodon lets it read all the same, and token check tells', async () => {
    setConfig(herd, { mastodon: readingDatabase() })
    herd.write({}, 'Disabled')
    const options = { env: { HB_TOKEN: field.sandbox.tokens.disabled } }
    await must(herd, ['plan'], 2, options)
    expect((await must(herd, ['token', 'check'], 10, options)).out).toMatch(/disabled/i)
  })

  it('may not write: apply says which scope is missing, and ends partly applied', async () => {
    setConfig(herd, { mastodon: readingDatabase() })
    herd.write(
      { 'domain-blocks.yaml': `${EVERY_KIND['domain-blocks.yaml']}  - domain: other.example\n    severity: none\n` },
      'Write',
    )
    const ran = await must(herd, ['apply', '--yes'], 8, { env: { HB_TOKEN: field.sandbox.tokens.plan } })
    expect(ran.out).toMatch(/Failed {2}1\n.*other\.example/)
    expect(ran.out.replace(/\s+/g, ' ')).toContain('lacks the scope admin:write:domain_blocks')
    await must(herd, ['apply', '--yes'])
  })
})

describe('a server that is another one', () => {
  it.each([
    ['API', () => ({ api })],
    ['database', () => ({ database: connectionsOf(field.sandbox).database })],
    ['console', () => ({ console: connectionsOf(field.sandbox).console })],
  ] as const)('behind the %s is refused before anything else', async (connection, connections) => {
    const mastodon = { ...connections() } as NonNullable<Parameters<typeof setConfig>[1]['mastodon']>
    setConfig(herd, { domain: 'elsewhere.example', mastodon })
    herd.write({}, 'Another domain')
    // Its ledger is of the server that it was begun for.
    expect((await must(herd, ['plan'], 5)).out).toMatch(
      /belongs\s+to\s+another\s+server:\s+"mastodon:herd\.example"\.\s[^]*for\s+mastodon:elsewhere\.example/,
    )
    const other = await field.herd({ begin: 'none', config: { domain: 'elsewhere.example' }, mastodon })
    other.write(EVERY_KIND, 'Files')
    const ran = await must(other, ['plan'], 10)
    expect(ran.out).toMatch(
      /says\s+that\s+it\s+is\s+the\s+server\s+herd\.example,\s+but\s+instance\.yaml\s+is\s+for\s+elsewhere\.example/,
    )
    expect(ran.out.toLowerCase()).toContain(connection.toLowerCase())
    await must(other, ['apply', '--yes', '--first', 'because'], 10)
  })
})

describe('files that are wrong', () => {
  it('are told all at once with file, line and column, and nothing is asked of the server', async () => {
    setConfig(herd, { mastodon: { api: { ...api, url: NOBODY } } })
    herd.write({
      'domain-blocks.yaml':
        'domain_blocks:\n  - domain: a.example\n    severty: none\n  - domain: herd.example\n    severity: suspend\n',
      'rules.yaml': 'rules:\n  - key: a\n    text: [1\n',
    })
    for (const verb of [
      ['validate'],
      ['plan'],
      ['apply', '--yes'],
      ['drift'],
      ['adopt'],
      ['restore', 'rule/a'],
      ['approve', 'why'],
      ['block', 'x.example'],
    ]) {
      const ran = await must(herd, verb, 9)
      expect(ran.out).toMatch(/domain-blocks\.yaml:3:\d+/)
      expect(ran.out).toMatch(/severity/)
      expect(ran.out).toMatch(/rules\.yaml:\d+:\d+/)
    }
    const child = await herd.start(['plan'], { env: { GITHUB_ACTIONS: 'true' } }).ran
    expect(child.code).toBe(9)
    expect(child.stdout).toMatch(/^::error file=.*domain-blocks\.yaml,line=3,/m)
  })
})
