import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { expect, it } from 'vitest'
import type { DatabaseConnection } from '../../src/instance/documents.ts'
import { scratch } from '../support/git.ts'
import { PROGRAMS, typedBy } from '../support/hints.ts'
import { connectionsOf, must, pasture, setConfig } from '../support/sandbox.ts'
import { sshServer } from '../support/ssh-server.ts'
import { regexOf } from '../support/regex-of.ts'

const flat = (text: string): string => text.replaceAll(/\s+/g, ' ')

it('a reading role that a key of its own leads to is made again by what the hint says', async () => {
  await using field = await pasture()
  const { sandbox } = field
  using home = scratch()
  await using server = await sshServer({
    home: home.path,
    env: { PATH: [PROGRAMS, join(sandbox.directory, 'bin'), process.env['PATH']].join(delimiter) },
  })
  const herd = await field.herd({ begin: 'none' })
  const file = (name: string, text: string): { readonly file: string } => (
    writeFileSync(join(home.path, name), text),
    { file: join(home.path, name) }
  )
  const read = (): string => readFileSync(join(herd.dir, 'instance/instance.yaml'), 'utf8')
  const bound = (key: string): string => `${server.fingerprint}\n${key}`
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(home.path, 'reader')])
  const login = {
    host: '127.0.0.1',
    port: server.port,
    user: 'admin',
    host_key: server.fingerprint,
    key: file('login', bound(server.key)),
  }
  const by = (database: DatabaseConnection): void =>
    setConfig(herd, { ssh: login, mastodon: { ...connectionsOf(sandbox), database } })

  by({ over: 'ssh', native: {} })
  await must(herd, ['reader', 'install', '--yes', '--key', join(home.path, 'reader.pub')])
  by({
    over: 'ssh',
    reader: true,
    reader_key: file('reader.bound', bound(readFileSync(join(home.path, 'reader'), 'utf8'))),
  })
  await must(herd, ['adopt', 'rule'])
  await sandbox.query('revoke select on rules from herdbook_reader')
  const said = flat((await must(herd, ['plan'], 10)).out)
  const [, database = expect.fail(said), command = ''] =
    regexOf(
      /database role that Herdbook reads with: for now, write mastodon: /,
      /database: (\{ .* \}) in instance\.yaml, then type (herdbook reader install)/,
    ).exec(said) ?? []
  const before = read()
  writeFileSync(
    join(herd.dir, 'instance/instance.yaml'),
    before.replace(/^ {2}database:\n(?: {4}.*\n)+/m, `  database: ${database}\n`),
  )
  expect(await typedBy(herd, `${command} --yes`)).toMatchObject({ code: 0 })
  writeFileSync(join(herd.dir, 'instance/instance.yaml'), before)
  await must(herd, ['plan'])
})
