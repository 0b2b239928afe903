import { afterAll, beforeAll, expect, test } from 'vitest'
import { localMachine, run } from '../../src/ssh/executor.ts'
import { openSecrets } from '../../src/secrets/secrets.ts'
import type { InstanceFile } from '../../src/instance/documents.ts'
import { roleSql } from '../../src/providers/mastodon/database/install.ts'
import { connect } from '../../src/providers/mastodon/provider.ts'
import { emptyLedger } from '../../src/reconcile/ledger/ledger.ts'
import type { FarEndReading } from '../../src/reconcile/provider.ts'
import { startSandbox, type Sandbox } from '../../src/sandbox/index.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox()
  expect(await run(localMachine(), sandbox.database, roleSql('herd.example'))).toMatchObject({ code: 0 })
})
afterAll(() => sandbox.close())

async function read(mastodon: NonNullable<InstanceFile['mastodon']>, ...names: string[]): Promise<FarEndReading> {
  const config = { domain: 'herd.example', mastodon }
  const provider = connect(config, { secrets: openSecrets({ HB_TOKEN: sandbox.tokens.apply }), use: 'plan' })
  const instance = {
    documents: { 'instance.yaml': config },
    text: () => '',
    position: () => ({ file: '', line: 1, column: 1 }),
  }
  const kinds = provider.kinds.filter(({ name }) => names.includes(name))
  expect(kinds.length).toBe(names.length)
  try {
    return await provider.read({ instance, desired: new Map(), kinds, ledger: emptyLedger })
  } finally {
    await provider.close()
  }
}

const database = () => ({ database: { over: 'local' as const, native: { psql: sandbox.database } } })
const api = () => ({ api: { url: sandbox.url, token: { env: 'HB_TOKEN' } } })
const told = ({ proof, version }: FarEndReading): unknown => ({ proof, version })

test('a database proves whose it is also where its tables show no version', async () => {
  expect(told(await read(database(), 'rule'))).toEqual({ proof: 'herd.example', version: '4.6' })
  const shown = ['admin_action_logs', 'user_roles', 'username_blocks']
  for (const table of shown) await sandbox.query(`alter table ${table} rename to ${table}_before`)
  expect(told(await read(database(), 'rule'))).toEqual({ proof: 'herd.example', version: null })
  for (const table of shown) await sandbox.query(`alter table ${table}_before rename to ${table}`)
})

test('the API alone proves it where only block lists are managed', async () => {
  expect(told(await read(api(), 'domain-block', 'email-domain-block'))).toMatchObject({ proof: 'herd.example' })
})

test('nothing is proved where nothing was read, whatever says a version', async () => {
  expect(told(await read(api(), 'rule'))).toEqual({ proof: null, version: null })
  expect(told(await read(database()))).toMatchObject({ proof: null })
  await sandbox.query('comment on role herdbook_reader is null')
  await sandbox.query('revoke select on rules from herdbook_reader')
  expect(told(await read(database(), 'rule'))).toMatchObject({ proof: null })
  await sandbox.query('grant select on rules to herdbook_reader')
  await sandbox.query("comment on role herdbook_reader is 'herd.example'")
})
