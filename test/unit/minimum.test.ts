import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { readDatabase, refuseOldServer } from '../../src/providers/mastodon/database/database.ts'
import { openConnections } from '../../src/providers/mastodon/connections.ts'
import { installSteps } from '../../src/providers/mastodon/database/install.ts'
import { localMachine, run } from '../../src/ssh/executor.ts'
import { openReader } from '../../src/providers/mastodon/reader.ts'
import { openRepository } from '../../src/git/repository.ts'
import { openSecrets } from '../../src/secrets/secrets.ts'
import { isOlder, MINIMUM } from '../../src/minimum.ts'
import { start } from '../support/cli.ts'
import { commit, git, newRepository, scratch } from '../support/git.ts'
import { fakePrograms } from '../support/programs.ts'

const ROOT = resolve(import.meta.dirname, '../..')

afterEach(() => void vi.unstubAllEnvs())

test.each([
  ['2.37.9', '2.38', true],
  ['git version 2.34.1', '2.38', true],
  ['2.38.0', '2.38', false],
  ['2.39.5 (Apple Git-154)', '2.38', false],
  ['10.2p1', '7.2', false],
  ['OpenSSH_6.6.1p1', '7.2', true],
  ['4.4.0-rc.1', '4.4', false],
  ['v4.3.11+glitch', '4.4', true],
  ['4', '4.4', true],
  ['', '4.4', false],
  ['nightly', '4.4', false],
])('%j is before %s: %s', (version, least, older) => expect(isOlder(version, least)).toBe(older))

describe('Node.js', () => {
  test('that is too old is told with what is needed, before anything that it can’t read is loaded', async () => {
    const fake = `Object.defineProperty(process.versions, "node", { value: "18.20.4" })`
    const ran = await start(ROOT, ['plan'], {
      env: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(fake)}` },
    }).ran
    expect(ran.code).toBe(1)
    expect(ran.stderr).toBe(
      'Herdbook needs Node.js 24 or newer. This is Node.js 18.20.4. Download a newer one: https://nodejs.org\n',
    )
    const first = readFileSync(join(ROOT, 'src/cli.ts'), 'utf8')
    expect([...first.matchAll(/^import .* from '(.*)'$/gm)].map(([, from]) => from)).toEqual([
      './minimum.ts',
      './texts.ts',
      './version.ts',
    ])
    expect(first.indexOf('isOlder(')).toBeLessThan(first.indexOf('import('))
    expect(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))).toMatchObject({
      engines: { node: `>=${MINIMUM.node}` },
    })
  })
})

describe('Git', () => {
  const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim()
  /** A Git of that version, which knows no option that came later. */
  const old = (version: string): string =>
    fakePrograms({
      git: `for word; do case $word in
  version) echo git version ${version}; exit 0 ;;
  --write-tree) echo 'usage: git merge-tree <base-tree> <branch1> <branch2>' >&2; exit 129 ;;
  --no-write-fetch-head)
    echo "error: unknown option \\\`no-write-fetch-head'" >&2; echo 'usage: git fetch' >&2; exit 129 ;;
  update-ref) echo 'fatal: unknown command: start' >&2; exit 128 ;;
esac; done
exec ${real} "$@"`,
    }).directory

  async function repository(path: string) {
    newRepository(path, { 'instance/rules.yaml': 'a\n' })
    const [base, head] = [git(path, 'rev-parse', 'HEAD'), commit(path, 'More', { 'instance/x.md': 'x\n' })]
    git(path, 'remote', 'add', 'origin', path)
    return { base, head }
  }

  test.each(['merge', 'bring', 'write'] as const)(
    'that is too old to %s is told with its version and what is needed',
    async (what) => {
      using dir = scratch()
      const { base, head } = await repository(dir.path)
      vi.stubEnv('PATH', `${old('2.20.1')}:${process.env.PATH ?? ''}`)
      const opened = await openRepository(dir.path)
      const doing = {
        merge: () => opened?.merge(base, head),
        bring: () => opened?.bring('1'.repeat(40)),
        write: () => opened?.see('x', head),
      }[what]
      await expect(doing()).rejects.toMatchObject({
        exit: 10,
        diagnostics: [
          {
            code: 'git-too-old',
            message: `This Git is 2.20.1. Herdbook needs Git ${MINIMUM.git} or newer.`,
            hint: expect.stringContaining('https://git-scm.com'),
          },
        ],
      })
    },
  )

  test('that is new enough and refuses all the same says why itself', async () => {
    using dir = scratch()
    const { base, head } = await repository(dir.path)
    vi.stubEnv('PATH', `${old('2.50.0')}:${process.env.PATH ?? ''}`)
    await expect((await openRepository(dir.path))?.merge(base, head)).rejects.toMatchObject({
      diagnostics: [{ code: 'git-failed', message: expect.stringContaining('usage: git merge-tree') }],
    })
  })

  test('that is not there is told as that', async () => {
    using dir = scratch()
    vi.stubEnv('PATH', dir.path)
    await expect(openRepository(dir.path)).rejects.toMatchObject({
      exit: 10,
      diagnostics: [
        {
          code: 'git-missing',
          message: expect.stringContaining('not installed'),
          hint: expect.stringContaining(MINIMUM.git),
        },
      ],
    })
  })
})

describe('PostgreSQL', () => {
  test('that is too old refuses itself, in words, before it meets anything that it does not know', async () => {
    const database = new PGlite()
    await database.exec(refuseOldServer(MINIMUM.postgresql))
    await expect(database.exec(refuseOldServer('99'))).rejects.toThrow(
      /^PostgreSQL \d+\.\d+.* is too old: Herdbook needs 99 or newer/,
    )
    await database.close()
  })

  const read = (script: string, connection: object = {}) =>
    readDatabase(
      localMachine(),
      { over: 'local', native: { psql: fakePrograms({ psql: `cat > /dev/null; ${script}` }).psql }, ...connection },
      { tables: ['rules'], accounts: [], measure: [] },
    )

  test('is told with its version, and a reader of before with what it may be', async () => {
    const said = await read(
      `echo 'psql:<stdin>:4: ERROR:  PostgreSQL 11.22 is too old: Herdbook needs 13 or newer' >&2
       echo 'CONTEXT:  PL/pgSQL function inline_code_block line 3 at RAISE' >&2; exit 3`,
    )
    expect(said.tables.rules).toMatchObject({
      reason: {
        code: 'database-failed',
        message: 'the database cannot be read: PostgreSQL 11.22 is too old: Herdbook needs 13 or newer',
        hint: expect.stringContaining('postgresql.org'),
      },
    })
    const before = await read(`echo 'psql:<stdin>:9: ERROR:  syntax error at or near "materialized"' >&2; exit 3`)
    expect(before.tables.rules).toMatchObject({ reason: { hint: expect.stringContaining('PostgreSQL 13 or newer') } })
  })

  test('is asked before anything is read', async () => {
    const seen = fakePrograms({ psql: `sed '/herdbook[.]request/q' | grep server_version_num >&2; exit 3` })
    const { tables } = await readDatabase(
      localMachine(),
      { over: 'local', native: { psql: seen.psql } },
      { tables: ['rules'], accounts: [], measure: [] },
    )
    expect(JSON.stringify(tables.rules)).toContain('server_version_num')
  })
})

describe('OpenSSH', () => {
  const key = installSteps(
    { over: 'ssh', native: {} },
    'herd.example',
    'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB alice',
  ).at(-1)
  test.each([
    ['OpenSSH_6.6.1p1 Ubuntu-2ubuntu2.13, OpenSSL 1.0.1f', 1],
    ['OpenSSH_7.1p2, OpenSSL 1.0.2', 1],
    ['OpenSSH_7.2p2 Ubuntu-4ubuntu2.8', 0],
    ['OpenSSH_9.2p1 Debian-2+deb12u5', 0],
    ['OpenSSH_10.0p2 Debian-7', 0],
    ['Dropbear v2022.83', 0],
  ])('of the server, %s, lets the reader’s key in: %i', async (version, code) => {
    using home = scratch()
    const { directory } = fakePrograms({ ssh: `echo '${version}' >&2` })
    const ran = await run(
      localMachine(),
      `cd ${home.path} && PATH=${directory}:$PATH && ${key?.command ?? ''}`,
      key?.input ?? '',
    )
    expect(ran.code, ran.stderr).toBe(code)
    if (code === 1) expect(ran.stderr).toContain(`Herdbook needs OpenSSH ${MINIMUM.openssh} or newer on this machine.`)
  })
})

describe('Mastodon', () => {
  async function api(version: string): Promise<{ readonly url: string; readonly stop: () => void }> {
    const server = createServer((_, response) =>
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ domain: 'herd.example', version })),
    )
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, stop: () => void server.close() }
  }

  test('that is too old is told by the API, with what is there and what is needed', async () => {
    const old = await api('4.3.11+glitch')
    const reader = await openReader(
      { domain: 'herd.example', mastodon: { api: { url: old.url, token: { env: 'T' } } } },
      openSecrets({ T: 'token' }),
    )
    await expect(reader.read({ tables: ['domain_blocks'], accounts: [], measure: [] })).rejects.toMatchObject({
      exit: 10,
      diagnostics: [
        {
          code: 'mastodon-too-old',
          message: expect.stringMatching(/runs Mastodon 4\.3\.11\+glitch, but Herdbook needs Mastodon 4\.4 or newer/),
          hint: expect.stringContaining('docs.joinmastodon.org'),
        },
      ],
    })
    await reader.close()
    old.stop()
  })

  test('that is too old is told by the console', async () => {
    const { directory } = fakePrograms({ rails: '' })
    const rails = fakePrograms({
      rails: `exec ${process.execPath} -e '
let text = ""
process.stdin.on("data", (chunk) => {
  text += chunk
  const hello = /\\{"id":1,"op":"hello","mark":"(\\w+)"/.exec(text)
  const result = { version: "4.2.29", domain: "herd.example", actor: null }
  if (hello) console.log("\\n" + "HERDBOOK-" + hello[1] + " " + JSON.stringify({ id: 1, ok: true, result }))
  if (text.includes("\\"op\\":\\"quit\\"")) process.exit(0)
})'`,
    })
    execFileSync('sh', ['-c', `mkdir ${directory}/bin && mv ${rails.rails} ${directory}/bin/rails`])
    const connections = openConnections(
      {
        domain: 'herd.example',
        acting_account: 'owner',
        mastodon: { console: { over: 'local', native: { directory } } },
      },
      openSecrets({}),
    )
    await expect(connections.console()).rejects.toMatchObject({
      exit: 10,
      diagnostics: [{ code: 'mastodon-too-old', message: expect.stringContaining('the console runs Mastodon 4.2.29') }],
    })
    await connections.close()
  })

  test('whose tables are older is told where one is missing', async () => {
    const { psql } = fakePrograms({
      psql:
        `cat > /dev/null; echo '{"tables":{},"unknown":{"rules":"relation ` +
        `\\"rule_translations\\" does not exist"},"domain":"herd.example"}'`,
    })
    const { tables } = await readDatabase(
      localMachine(),
      { over: 'local', native: { psql } },
      { tables: ['rules'], accounts: [], measure: [] },
    )
    expect(tables.rules).toMatchObject({
      reason: {
        message: expect.stringContaining('rule_translations'),
        hint: expect.stringContaining('Mastodon 4.4 or newer'),
      },
    })
  })
})

test('setup.md says each of them', () => {
  const setup = readFileSync(join(ROOT, '.github/docs/setup.md'), 'utf8')
  for (const said of [
    `Node.js | ${MINIMUM.node}`,
    `Git | ${MINIMUM.git}`,
    `Mastodon | ${MINIMUM.mastodon}`,
    `PostgreSQL | ${MINIMUM.postgresql}`,
    `OpenSSH | ${MINIMUM.openssh}`,
  ])
    expect(setup).toContain(said)
})
