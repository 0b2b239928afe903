import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { measure, openRest } from '../../src/providers/mastodon/rest/open-rest.ts'
import { handOf } from '../../src/sandbox/web-interface.ts'
import { startSandbox, type Sandbox } from '../../src/sandbox/index.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox.close())
beforeEach(() => sandbox.newWindow())

async function call(
  method: string,
  path: string,
  body?: unknown,
  token = sandbox.tokens.apply,
): Promise<{ status: number; body: Record<string, string> }> {
  const response = await fetch(`${sandbox.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', accept: 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: response.status, body: JSON.parse(await response.text()) }
}

/** How many accounts of a domain are limited or suspended, and by this block. */
async function stamps(domain: string, block: string): Promise<object | undefined> {
  const [row] = await sandbox.query(
    `select count(*) filter (where silenced_at = b.created_at)::int as silenced,
       count(*) filter (where suspended_at = b.created_at)::int as suspended
     from accounts a, domain_blocks b where a.domain = $1 and b.id = $2::bigint`,
    [domain, block],
  )
  return row
}

async function followsOf(domain: string): Promise<number | undefined> {
  const [row] = await sandbox.query<{ count: number }>(
    `select count(*)::int as count from follows f
     join accounts a on a.id in (f.account_id, f.target_account_id) where a.domain = $1`,
    [domain],
  )
  return row?.count
}

describe('a domain block in the embedded Mastodon', () => {
  test('limits accounts of the domain and its subdomains, again at every update, until it is lifted', async () => {
    const made = await call('POST', '/api/v1/admin/domain_blocks', { domain: 'meh.example', severity: 'silence' })
    const id = made.body['id'] ?? ''
    expect(await stamps('meh.example', id)).toEqual({ silenced: 5, suspended: 0 })
    await sandbox.query("update accounts set silenced_at = null where domain = 'meh.example' and username = 'user0'")
    await call('PUT', `/api/v1/admin/domain_blocks/${id}`, {})
    expect(await stamps('meh.example', id)).toEqual({ silenced: 5, suspended: 0 })
    expect(await followsOf('meh.example')).toBe(17)
    await call('DELETE', `/api/v1/admin/domain_blocks/${id}`)
    expect(
      await sandbox.query("select 1 from accounts where domain = 'meh.example' and silenced_at is not null"),
    ).toEqual([])
  })

  test('that suspends severs follows in both directions, and lifting it does not bring them back', async () => {
    expect(await followsOf('bad.example')).toBe(40)
    expect(await followsOf('sub.bad.example')).toBe(10)
    const made = await call('POST', '/api/v1/admin/domain_blocks', { domain: 'bad.example', severity: 'suspend' })
    const id = made.body['id'] ?? ''
    expect(await stamps('sub.bad.example', id)).toEqual({ silenced: 0, suspended: 3 })
    await call('DELETE', `/api/v1/admin/domain_blocks/${id}`)
    expect(await sandbox.query('select 1 from accounts where suspended_at is not null')).toEqual([])
    expect([await followsOf('bad.example'), await followsOf('sub.bad.example')]).toEqual([0, 0])
  })

  test('that is lowered from suspend to limit gives accounts back as limited', async () => {
    const { body } = await call('POST', '/api/v1/admin/domain_blocks', { domain: 'media.example', severity: 'suspend' })
    await call('PUT', `/api/v1/admin/domain_blocks/${body['id']}`, { severity: 'silence' })
    expect(await stamps('media.example', body['id'] ?? '')).toEqual({ silenced: 4, suspended: 0 })
  })

  test('is written into the audit log in the name of whoever did it', async () => {
    await handOf(sandbox, 'owner').blockDomain('audit.example', { severity: 'noop' })
    await handOf(sandbox, 'second').liftBlock('audit.example')
    const entries = await sandbox.query(
      `select a.username, l.action from admin_action_logs l join accounts a on a.id = l.account_id
       where l.human_identifier = 'audit.example' order by l.id`,
    )
    expect(entries).toEqual([
      { username: 'owner', action: 'create' },
      { username: 'second', action: 'destroy' },
    ])
  })
})

describe('the API of the embedded Mastodon', () => {
  test('counts by token in windows, tells the wait, and begins anew with the next window', async () => {
    for (let n = 0; n < 300; n += 1) await call('GET', '/api/v1/admin/ip_blocks?limit=1')
    expect((await call('GET', '/api/v1/admin/ip_blocks?limit=1')).status).toBe(429)
    expect((await call('GET', '/api/v1/admin/ip_blocks?limit=1', undefined, sandbox.tokens.plan)).status).toBe(200)
    sandbox.newWindow()
    expect((await call('GET', '/api/v1/admin/ip_blocks?limit=1')).status).toBe(200)
  })

  test('shows a policy of its own, and falls over a percent sign in it', async () => {
    const owner = handOf(sandbox, 'owner')
    await owner.changeSetting('site_terms', 'We at %{domain} keep 100%% to ourselves.')
    expect((await call('GET', '/api/v1/instance/privacy_policy')).body['content']).toBe(
      '<p>We at herd.example keep 100% to ourselves.</p>\n',
    )
    await owner.changeSetting('site_terms', '100% ours')
    expect((await call('GET', '/api/v1/instance/privacy_policy')).status).toBe(500)
  })

  test('shows blocks to the public only if the settings say so, with the names to be obfuscated', async () => {
    const owner = handOf(sandbox, 'owner')
    await owner.changeSetting('show_domain_blocks', 'all')
    await owner.blockDomain('obfuscated.example', { severity: 'suspend', obfuscate: true, public_comment: 'Spam' })
    const response = await fetch(`${sandbox.url}/api/v1/instance/domain_blocks`)
    const list: readonly { domain: string; comment?: string }[] = JSON.parse(await response.text())
    expect(list.map(({ domain }) => domain)).toContain('obfus*****.***mple')
    expect(list.every((block) => !('comment' in block))).toBe(true)
  })

  test('keeps what it counted, by the second that was asked; Herdbook is told what is there', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const rest = await openRest({ url: sandbox.url, token: sandbox.tokens.apply, reading: true })
    const asked = async () =>
      (
        await call('POST', '/api/v1/admin/measures', {
          keys: ['instance_follows'],
          start_at: new Date().toISOString(),
          end_at: new Date().toISOString(),
          instance_follows: { domain: 'fine.example' },
        })
      ).body
    try {
      const [before, counted] = [await asked(), await measure(rest, 'fine.example')]
      await sandbox.query(
        `delete from follows
         where target_account_id in (select id from accounts where domain = 'fine.example' limit 1)`,
      )
      expect(await asked()).toEqual(before)
      expect((await measure(rest, 'fine.example')).follows).toBeLessThan(counted.follows)
    } finally {
      vi.useRealTimers()
      await rest.close()
    }
  })

  test('gives each sandbox tokens of its own', async () => {
    const other = await startSandbox({ seed: 'empty', blocks: 3 })
    expect(other.tokens.apply).not.toBe(sandbox.tokens.apply)
    expect(await other.query('select count(*)::int as count from domain_blocks')).toEqual([{ count: 3 }])
    expect(await other.query('select 1 from follows')).toEqual([])
    await other.close()
  })
})
