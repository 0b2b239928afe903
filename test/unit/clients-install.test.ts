import { byTable } from '../support/rows.ts'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { requestText } from '../../src/providers/mastodon/database/database.ts'
import { connect } from '../../src/ssh/connect.ts'
import {
  afterwards,
  asText,
  authorizedKey,
  install,
  installSteps,
} from '../../src/providers/mastodon/database/install.ts'
import { openReader } from '../../src/providers/mastodon/reader.ts'
import { openSecrets } from '../../src/secrets/secrets.ts'
import { startSandbox } from '../../src/sandbox/index.ts'
import { fakePrograms } from '../support/programs.ts'
import { sshServer, type SshServer } from '../support/ssh-server.ts'

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB alice@laptop'
const REQUEST = { tables: ['rules', 'accounts'], accounts: ["o'neill", '$$\\'], measure: [] } as const

describe('reader install', () => {
  test("over the admin's own login: role, program and key, twice as good as once; the key can only read", async () => {
    const home = mkdtempSync(join(tmpdir(), 'herdbook-home-'))
    const sandbox = await startSandbox()
    const steps = installSteps({ over: 'ssh', podman: { container: 'db' } }, 'herd.example', KEY)
    // podman's part is played by a program that runs the sandbox's psql
    const { directory } = fakePrograms({
      podman: `while [ "$1" != psql ]; do shift; done; shift; exec ${sandbox.database} "$@"`,
    })
    const env = { PATH: `${directory}:${process.env.PATH ?? ''}` }
    await using admin = await sshServer({ cwd: home, env })
    const login = (server: SshServer) => ({
      host: '127.0.0.1',
      port: server.port,
      user: 'mastodon',
      host_key: server.fingerprint,
      key: { env: 'KEY' },
    })
    const machine = await connect(login(admin), openSecrets({ KEY: admin.key }))
    for (let times = 0; times < 2; times += 1) await install(machine, steps)
    await machine.close()
    expect(admin.commands).toHaveLength(6)
    expect(readFileSync(join(home, '.ssh/authorized_keys'), 'utf8')).toBe(
      'restrict,command="exec .herdbook/reader" ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB herdbook-reader\n',
    )
    expect(statSync(join(home, '.herdbook/reader')).mode & 0o777).toBe(0o700)

    // the key that was bound, and the admin's own, which may do more
    await using bound = await sshServer({ cwd: home, env, forced: 'exec .herdbook/reader' })
    for (const server of [bound, admin]) {
      const instance = {
        domain: 'herd.example',
        ssh: login(server),
        mastodon: { database: { over: 'ssh', reader: true } },
      } as const
      const reader = await openReader(instance, openSecrets({ KEY: server.key }))
      const tables = byTable(await reader.read(REQUEST))
      expect(tables.rules).toMatchObject({ state: 'complete', connection: 'database' })
      expect(tables.accounts.state === 'complete' && tables.accounts.rows.map((row) => row.username)).toContain('owner')
      await reader.close()
    }
    await sandbox.close()
  })

  test('on this machine there is only the role to make, and instance.yaml stays as it is', () => {
    const connection = { over: 'local', native: { user: 'mastodon' } } as const
    expect(installSteps(connection, 'herd.example', null).map(({ command }) => command)).toEqual([
      expect.stringMatching(/sudo -n -H -u postgres -- env .*psql/),
    ])
    expect(afterwards(connection, null)).toBe('You do not need to change instance.yaml.')
  })

  test('over SSH the key that was let in is named in instance.yaml', () => {
    expect(afterwards({ over: 'ssh', native: {} }, null)).toContain('database: { over: ssh, reader: true }')
  })

  test('what it says to type stores the key with its machine, and that is the key which is used', async () => {
    await using server = await sshServer()
    const file = join(mkdtempSync(join(tmpdir(), "herdbook's key-")), 'reader')
    writeFileSync(file, server.key)
    const said = afterwards({ over: 'ssh', native: {} }, { file, fingerprint: server.fingerprint })
    expect(said).toContain(`database: { over: ssh, reader: true, reader_key: { file: ${file}.bound } }`)
    const typed = said.split('\n').find((line) => line.startsWith('  ('))
    execFileSync('/bin/sh', ['-c', typed ?? 'false'])
    expect(statSync(`${file}.bound`).mode & 0o777).toBe(0o600)
    const key = openSecrets().sshKey({ file: `${file}.bound` }, 'mastodon.database.reader_key', {
      host: 'herd.example',
      fingerprint: server.fingerprint,
    })
    expect((await key).trim()).toBe(server.key.trim())
    // And for the environments of a forge, by a `gh` that keeps what it is given.
    const { directory } = fakePrograms({ gh: `cat > "${file}-$5"` })
    for (const line of said.split('\n').filter((text) => text.includes('| gh ')))
      execFileSync('/bin/sh', ['-c', line], { env: { PATH: `${directory}:/usr/bin:/bin` } })
    for (const name of ['plan', 'apply'])
      expect(readFileSync(`${file}-herdbook-${name}`, 'utf8')).toBe(readFileSync(`${file}.bound`, 'utf8'))
  })

  test('the program behind the key lets no request out of its quotes', () => {
    // sudo shows what psql would have read
    const { directory } = fakePrograms({ sudo: 'cat' })
    const [, program] = installSteps({ over: 'ssh', native: { user: 'mastodon' } }, 'herd.example', null)
    const run = (input: string) =>
      execFileSync('/bin/sh', ['-c', program?.input ?? ''], {
        input,
        env: { PATH: `${directory}:/usr/bin:/bin` },
      }).toString()
    expect(run(requestText(REQUEST))).toContain(
      `set local herdbook.request = '\n${requestText(REQUEST).replaceAll("'", "''")}';\n`,
    )
    const evil = run("'; drop table users; --\n\\! touch /tmp/x\nHERDBOOK_AFTER\n\0'")
    expect(evil).toContain(
      "set local herdbook.request = '\n''; drop table users; --\n\\! touch /tmp/x\nHERDBOOK_AFTER\n''';",
    )
  })

  test('a failing step stops the rest and says why', async () => {
    await using admin = await sshServer()
    const machine = await connect(
      { host: '127.0.0.1', port: admin.port, user: 'admin', host_key: admin.fingerprint, key: { env: 'KEY' } },
      openSecrets({ KEY: admin.key }),
    )
    const steps = [
      { title: 'make it', command: 'echo "no rights" >&2; exit 1', input: '' },
      { title: 'more', command: 'true', input: '' },
    ]
    await expect(install(machine, steps)).rejects.toMatchObject({
      exit: 10,
      message: expect.stringContaining('could not make it: ended with code 1: no rights'),
    })
    expect(admin.commands).toHaveLength(1)
    await machine.close()
  })

  test('printed for copying, it is a script of the same', () => {
    const text = asText(installSteps({ over: 'ssh', native: {} }, "o'herd.example", KEY))
    expect(text).toContain("comment on role herdbook_reader is 'o''herd.example'")
    execFileSync('/bin/sh', ['-n'], { input: text })
  })

  test.each(['', 'ssh-ed25519', 'command="x" ssh-ed25519 AAAA', 'ssh-ed25519 AAAA"\nssh-rsa BBBB'])(
    '%j is no public key',
    (line) => {
      expect(() => authorizedKey(line)).toThrow('not an SSH public key')
    },
  )
})
