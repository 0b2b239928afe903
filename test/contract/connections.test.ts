import { byTable } from '../support/rows.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openReader } from '../../src/providers/mastodon/reader.ts'
import { forkSandbox, type SandboxClient } from '../support/sandbox-client.ts'
import { connectionCases } from './cases/connections.ts'
import { instanceOf, secretsOf } from './cases/server.ts'
import { regexOf } from '../support/regex-of.ts'

for (const version of ['4.6.5', '4.4.22'] as const) {
  describe(`the connections of the embedded Mastodon ${version}`, () => {
    let sandbox: SandboxClient | undefined
    afterAll(() => sandbox?.close())
    connectionCases(async () => {
      sandbox = await forkSandbox({ version })
      const { url, domain, directory, tokens } = sandbox
      return { url, domain, directory, token: tokens.apply }
    })
  })
}

describe('a token that may not', () => {
  let sandbox: SandboxClient
  beforeAll(async () => {
    sandbox = await forkSandbox()
  })
  afterAll(() => sandbox.close())

  const told = async (token: string, table: 'domain_blocks' | 'impact'): Promise<string> => {
    const server = { ...sandbox, token }
    const reader = await openReader(instanceOf(server, ['api']), secretsOf(server))
    const read = byTable(
      await reader.read({
        tables: [table],
        accounts: [],
        measure: [{ domain: 'bad.example', severity: 'suspend' }],
      }),
    )
    await reader.close()
    const { [table]: answer } = read
    return answer.state === 'unknown' ? `${answer.reason.message} | ${answer.reason.hint}` : answer.state
  }

  test('says whose it is, and which scope or permission is missing', async () => {
    const { tokens } = sandbox
    expect(await told(tokens.apply, 'domain_blocks')).toBe('complete')
    expect(await told(tokens.mod, 'domain_blocks')).toContain(
      'the token belongs to @mod, application Herdbook. The role Moderator lacks the permission manage_federation',
    )
    expect(await told(tokens.alice, 'domain_blocks')).toMatch(
      regexOf(
        /@alice,.*lacks the permission manage_federation \| In Mastodon, /,
        /give the role of that account the permission manage_federation/,
      ),
    )
    expect(await told(tokens.plan, 'impact')).toMatch(
      regexOf(
        /Herdbook plan.*lacks the scope admin:read \| In Mastodon \(Preferences, /,
        /Development\), give the application of the token the scope/,
      ),
    )
    expect(await told(tokens.revoked, 'domain_blocks')).toContain('the server does not know this token')
    expect(await told('nonsense-token-nonsense', 'domain_blocks')).toContain('the server does not know this token')
    expect(await told(tokens.app, 'domain_blocks')).toMatch(/the token belongs to no account.*, application Herdbook/)
  })
})
