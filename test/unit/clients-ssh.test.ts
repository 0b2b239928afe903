import { byTable } from '../support/rows.ts'
import ssh2 from 'ssh2'
import { describe, expect, test } from 'vitest'
import { connect } from '../../src/ssh/connect.ts'
import { openReader } from '../../src/providers/mastodon/reader.ts'
import { run } from '../../src/ssh/executor.ts'
import { openSecrets } from '../../src/secrets/secrets.ts'
import type { SshConnection } from '../../src/instance/documents.ts'
import { sshServer, type SshServer } from '../support/ssh-server.ts'

const connection = (server: SshServer, hostKey = server.fingerprint): SshConnection => ({
  host: '127.0.0.1',
  port: server.port,
  user: 'mastodon',
  host_key: hostKey,
  key: { env: 'KEY' },
})
const secrets = (key: string) => openSecrets({ KEY: key })

describe('SSH', () => {
  test.each(['ed25519', 'ecdsa', 'rsa'] as const)(
    'a pinned %s key is known by its fingerprint and by its line',
    async (kind) => {
      await using server = await sshServer({ kind })
      for (const pin of [server.fingerprint, server.hostKey]) {
        const machine = await connect(connection(server, pin), secrets(server.key))
        expect(await run(machine, 'cat; exit 3', 'said')).toEqual({ code: 3, stdout: 'said', stderr: '' })
        await machine.close()
      }
    },
  )

  test('a machine with another key is never spoken to, and both fingerprints are shown', async () => {
    await using server = await sshServer()
    await using other = await sshServer()
    const wrong = connect(connection(server, other.fingerprint), secrets(server.key))
    await expect(wrong).rejects.toMatchObject({
      exit: 10,
      diagnostics: [{ code: 'host-key-mismatch', message: expect.stringContaining(server.fingerprint) }],
    })
    await expect(wrong).rejects.toThrow(other.fingerprint)
    expect(server.commands).toEqual([])
  })

  test('a key that may not log in says so', async () => {
    await using server = await sshServer()
    await using other = await sshServer()
    await expect(connect(connection(server), secrets(other.key))).rejects.toMatchObject({
      exit: 10,
      diagnostics: [{ code: 'ssh-failed', hint: expect.stringContaining('authorized_keys') }],
    })
  })

  test.each([
    [
      'a key that was never let in',
      async (_server: SshServer, other: SshServer) => other.key,
      'Check that authorized_keys on the machine has the public key. The server needs OpenSSH 7.2 or newer.',
    ],
    ['a text that is no key', async () => 'Not a key', 'is not a private key'],
    ['nothing', async () => '', 'secret-missing'],
  ])('where the reader’s key is %s, it is named, and not the other one', async (_what, keyOf, says) => {
    await using server = await sshServer()
    await using other = await sshServer()
    const ssh = { ...connection(server), key: { env: 'OTHER' } }
    const instance = {
      domain: 'herd.example',
      ssh,
      mastodon: { database: { over: 'ssh', reader: true, reader_key: { env: 'KEY' } } },
    } as const
    const reader = await openReader(instance, openSecrets({ OTHER: server.key, KEY: await keyOf(server, other) }))
    const { rules } = byTable(await reader.read({ tables: ['rules'], accounts: [], measure: [] }))
    await reader.close()
    const said = JSON.stringify(rules)
    expect(said).toContain('mastodon.database.reader_key')
    expect(said).toContain(says)
    expect(said).not.toContain('ssh.key')
  })

  test('where no key for the reader is named, the one that was used is, and how the other is named', async () => {
    await using server = await sshServer()
    await using other = await sshServer()
    const instance = {
      domain: 'herd.example',
      ssh: connection(server),
      mastodon: { database: { over: 'ssh', reader: true } },
    } as const
    const reader = await openReader(instance, secrets(other.key))
    const { rules } = byTable(await reader.read({ tables: ['rules'], accounts: [], measure: [] }))
    await reader.close()
    expect(rules).toMatchObject({ reason: { hint: expect.stringMatching(/ssh\.key.*mastodon\.database\.reader_key/) } })
  })

  test('a key that is no key is told by its name, and so is one that has a passphrase', async () => {
    await using server = await sshServer()
    await expect(connect(connection(server), secrets('Not a key'))).rejects.toMatchObject({
      diagnostics: [
        {
          code: 'ssh-failed',
          hint: expect.stringMatching(/ssh\.key in instance\.yaml names is not a private key.*BEGIN/),
        },
      ],
    })
    const locked = ssh2.utils.generateKeyPairSync('ed25519', {
      passphrase: 'words',
      cipher: 'aes256-cbc',
      rounds: 16,
    }).private
    await expect(connect(connection(server), secrets(locked))).rejects.toMatchObject({
      diagnostics: [{ code: 'ssh-failed', hint: expect.stringContaining('ssh.passphrase') }],
    })
  })

  test('a key that is stored for another machine is not used', async () => {
    await using server = await sshServer()
    await using other = await sshServer()
    await expect(connect(connection(server), secrets(`${other.fingerprint}\n${server.key}`))).rejects.toMatchObject({
      diagnostics: [{ code: 'secret-elsewhere' }],
    })
    const machine = await connect(connection(server), secrets(`${server.fingerprint}\n${server.key}`))
    await machine.close()
  })

  test('megabytes of any text come through unharmed, both ways', async () => {
    await using server = await sshServer()
    const machine = await connect(connection(server), secrets(server.key))
    const text = 'Grüße, 世界 🐘 '.repeat(200_000)
    expect((await run(machine, 'cat', text)).stdout === text).toBe(true)
    await machine.close()
  })

  test('more commands than a server has sessions for wait for their turn', async () => {
    await using server = await sshServer()
    const machine = await connect(connection(server), secrets(server.key))
    const finished = await Promise.all(Array.from({ length: 20 }, (_, i) => run(machine, `cat; echo ${i}`, '')))
    expect(finished.map(({ stdout }) => Number(stdout))).toEqual(Array.from({ length: 20 }, (_, i) => i))
    expect(server.most()).toBeLessThanOrEqual(6)
    await machine.close()
  })

  test('a connection that breaks while a command runs is a failure, and the reader says so', async () => {
    await using server = await sshServer({ forced: 'echo begun; read line; exec sleep 60' })
    const machine = await connect(connection(server), secrets(server.key))
    const running = await machine.start('anything')
    running.stdout.once('data', () => server.cut())
    running.stdout.resume()
    expect(await running.ended).toBe(null)
    await expect(machine.start('more')).rejects.toMatchObject({ exit: 10 })

    const reader = await openReader(
      { domain: 'herd.example', ssh: connection(server), mastodon: { database: { over: 'ssh', reader: true } } },
      secrets(server.key),
    )
    const reading = reader.read({ tables: ['rules'], accounts: [], measure: [] })
    await expect.poll(() => server.commands.length).toBe(2)
    server.cut()
    expect(byTable(await reading).rules).toMatchObject({
      state: 'unknown',
      reason: { message: expect.stringContaining('was cut off') },
    })
    await reader.close()
  })
})
