import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call } from '../support/cli.ts'
import { commit, git } from '../support/git.ts'
import { cloneOf, connectionsOf, must, pasture, planOf, type Herd, type Pasture } from '../support/sandbox.ts'

let field: Pasture
beforeAll(async () => {
  field = await pasture()
})
afterAll(async () => field[Symbol.asyncDispose]())

const blocks = (comment: string): string =>
  `domain_blocks:\n  - domain: trust.example\n    severity: none\n    public_comment: ${comment}\n`

/** The first push of a lock to this bare repository is held up until it is let go. */
function holdFirstLock({ dir }: Herd): { readonly waiting: () => Promise<void>; readonly go: () => void } {
  const hook = join(`${dir}.git`, 'hooks', 'update')
  mkdirSync(join(`${dir}.git`, 'hooks'), { recursive: true })
  writeFileSync(
    hook,
    '#!/bin/sh\ncase "$1" in */lock) if mkdir first 2>/dev/null; ' +
      'then while [ ! -e go ]; do sleep 0.05; done; fi;; esac\n',
  )
  chmodSync(hook, 0o755)
  return {
    waiting: () => expect.poll(() => existsSync(join(`${dir}.git`, 'first')), { timeout: 20_000 }).toBe(true),
    go: () => writeFileSync(join(`${dir}.git`, 'go'), ''),
  }
}

describe('a run that waited for the lock', () => {
  it('does not undo what a newer commit has applied meanwhile', { timeout: 60_000 }, async () => {
    const herd = await field.herd({ remote: true })
    herd.write({ 'domain-blocks.yaml': blocks('old') })
    await must(herd, ['apply', '--yes'])
    const newer = cloneOf(herd, 'newer')
    const hook = holdFirstLock(herd)
    const late = herd.run(['apply', '--yes'])
    await hook.waiting()
    newer.write({ 'domain-blocks.yaml': blocks('new') })
    await must(newer, ['apply', '--yes'])
    hook.go()
    expect((await late).code).toBe(6)
    expect(await herd.rows("select public_comment from domain_blocks where domain = 'trust.example'")).toEqual([
      { public_comment: 'new' },
    ])
  })
})

describe('an account that is younger than the commit that names it', () => {
  it.each([
    ['in a folder of the repository', 'servers/instance', '  - account: NAME\n    role: Moderator\n'],
    ['in a folder of another name', 'herd', '  - account: NAME\n    role: Moderator\n'],
    ['with a key in quotes', 'instance', '  - "account": NAME\n    role: Moderator\n'],
    ['on the next line', 'instance', '  - account:\n      >-\n      NAME\n    role: Moderator\n'],
  ])('gets no role from --yes %s', async (_, folder, entry) => {
    const herd = await field.herd()
    const name = `young_${Math.random().toString(36).slice(2, 10)}`
    if (folder !== 'instance') {
      mkdirSync(join(herd.dir, folder, '..'), { recursive: true })
      git(herd.dir, 'mv', 'instance', folder)
    }
    const file = join(herd.dir, folder, 'moderators.yaml')
    writeFileSync(file, `${readFileSync(file, 'utf8').trimEnd()}\n${entry.replace('NAME', name)}`)
    commit(herd.dir, 'Name somebody')
    await field.sandbox.query(
      "insert into accounts (username, created_at, updated_at) values ($1, now() + interval '1 minute', now())",
      [name],
    )
    await field.sandbox.query(
      `insert into users (email, account_id, confirmed_at, approved, created_at, updated_at)
       select $1::text || '@x.example', id, now(), true, now(), now() from accounts where username = $1::text`,
      [name],
    )
    const ran = await must(herd, ['apply', '--yes', '--instance', folder], 5)
    expect(ran.out).toContain('young-account')
    expect(
      await herd.rows(`select role_id from users u join accounts a on a.id = u.account_id where username = '${name}'`),
    ).toEqual([{ role_id: null }])
  })
})

describe('outside Git', () => {
  it('only_these takes no role away', async () => {
    const herd = await field.herd()
    const dir = mkdtempSync(join(tmpdir(), 'herdbook-bare-'))
    cpSync(join(herd.dir, 'instance'), join(dir, 'instance'), { recursive: true })
    writeFileSync(
      join(dir, 'instance/moderators.yaml'),
      'moderators:\n  - account: owner\n    role: Owner\n  - account: second\n    role: Owner\nonly_these: true\n',
    )
    const holders = 'select account_id from users where role_id is not null order by 1'
    const before = await herd.rows(holders)
    const ran = await call(dir, ['apply', '--yes'], { env: { HB_TOKEN: field.sandbox.tokens.apply } })
    expect(ran.out).not.toMatch(/takes? .*\brole|Takes|loses/i)
    expect(await herd.rows(holders)).toEqual(before)
  })
})

describe('apply --json', () => {
  it('answers JSON also where there is nothing to do', async () => {
    const herd = await field.herd()
    expect(JSON.parse((await must(herd, ['apply', '--yes', '--json'])).stdout)).toMatchObject({ steps: [], done: [] })
  })
})

describe('a ledger that is behind', () => {
  it('is noticed in a fresh clone by what the acting account did since', { timeout: 60_000 }, async () => {
    const { api: _api, ...connections } = connectionsOf(field.sandbox)
    const herd = await field.herd({ remote: true, mastodon: connections })
    herd.write({ 'domain-blocks.yaml': blocks('one') })
    await must(herd, ['apply', '--yes'])
    const old = git(`${herd.dir}.git`, 'rev-parse', 'refs/herdbook/production/ledger')
    herd.write({ 'domain-blocks.yaml': blocks('two') })
    await must(herd, ['apply', '--yes'])
    const codes = async (from: Herd): Promise<string[]> => (await planOf(from, 0)).findings.map(({ code }) => code)
    // The server's clock goes its own way: only ages are compared.
    await field.sandbox.query("update admin_action_logs set created_at = created_at - interval '1 hour'")
    expect(await codes(herd)).toEqual([])
    await field.sandbox.query(
      `update admin_action_logs set created_at = created_at + interval '2 hours'
       where id = (select max(id) from admin_action_logs)`,
    )
    git(`${herd.dir}.git`, 'update-ref', 'refs/herdbook/production/ledger', old)
    const fresh = cloneOf(herd, 'fresh')
    const ran = await fresh.run(['plan', '--json'])
    expect(JSON.parse(ran.stdout).findings.map(({ code }: { code: string }) => code)).toEqual(['ledger-behind'])
  })
})
