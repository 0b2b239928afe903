import { describe, expect, test } from 'vitest'
import { hints, lines, load } from '../support/instance.ts'

describe('secrets', () => {
  const file = (token: string): string =>
    `domain: herd.example\nmastodon:\n  api:\n    url: https://herd.example\n    token: ${token}\n`

  test.each([
    'ghp_verysecret',
    '12345678',
    "'ghp_verysecret'",
    '[ghp_verysecret]',
    '{ env: ghp-verysecret }',
    '{ env: A, file: ghp_verysecret }',
    '{ value: ghp_verysecret }',
    '{}',
    '{ ghp_verysecret }',
    '!ghp_verysecret',
    '*ghp_verysecret',
    '&ghp_verysecret a b: c',
    '"ghp_very\nsecret"',
  ])('that stand in the file (%s) are refused and not repeated', async (token) => {
    const loaded = await load({ 'instance.yaml': file(token) })
    expect(loaded.instance).toBeNull()
    expect(loaded.diagnostics[0]?.at?.line).toBe(5)
    expect(JSON.stringify(loaded.diagnostics)).not.toMatch(/ghp|very|12345678/)
    expect(hints(loaded)[0]).toBeDefined()
  })

  test('in a web address or under a wrong key are not repeated either', async () => {
    const loaded = await load({
      'instance.yaml':
        'domain: herd.example\nmastodon:\n  api:\n    url: https://u:ghp_verysecret@herd.example\n' +
        '    token: { env: T }\n    tokn: ghp_verysecret\n',
    })
    expect(lines(loaded)).toHaveLength(2)
    expect(JSON.stringify(loaded.diagnostics)).not.toContain('verysecret')
  })

  test('named by variable or file are taken', async () => {
    expect(lines(await load({ 'instance.yaml': file('{ env: HERDBOOK_TOKEN }') }))).toEqual([])
    expect(lines(await load({ 'instance.yaml': file('{ file: /run/secrets/token }') }))).toEqual([])
  })
})

describe('connections', () => {
  const connection = (rest: string): Record<string, string> => ({ 'instance.yaml': `domain: herd.example\n${rest}` })
  const ssh = 'ssh: { host: a, user: b, host_key: "SHA256:q4mVb0Yx3n8LkZ2sT7cRfWJ5uHdE1oPiA9gBvN6tKyM" }\n'

  test.each([
    ['no runtime', 'mastodon: { console: { over: local } }\n', 'console needs exactly one of'],
    [
      'two runtimes',
      'mastodon: { console: { over: local, native: { directory: /a }, podman: { container: b } } }\n',
      'console needs exactly one of',
    ],
    [
      'ssh without ssh',
      'mastodon: { console: { over: ssh, native: { directory: /a } } }\n',
      'console uses SSH, but this file has no ssh',
    ],
    [
      'a reader without ssh',
      'mastodon: { database: { over: local, reader: true } }\n',
      'reader: true means a read-only program that works only over SSH, but this says over: local',
    ],
    [
      'a token in the clear',
      'mastodon: { api: { url: "http://herd.example", token: { env: T } } }\n',
      'without encryption',
    ],
    ['a host key that is none', ssh.replace(/SHA256:\S+"/, 'any"'), 'host_key is not allowed'],
  ])('%s is refused', async (_what, text, message) => {
    const loaded = await load(connection(text))
    expect(loaded.instance).toBeNull()
    expect(lines(loaded).join('\n')).toContain(message)
  })

  test.each([
    `mastodon: { console: { over: ssh, native: { directory: /a } }, database: { over: ssh, reader: true } }\n${ssh}`,
    'mastodon: { console: { over: local, podman: { container: web } }, database: { over: local, native: {} } }\n',
    'mastodon: { console: { over: local, docker_compose: { directory: /a } }, ' +
      'database: { over: local, docker_compose: { directory: /a, service: pg } } }\n',
    'mastodon: { console: { over: local, kubernetes: { namespace: a, pod: deployment/web } }, ' +
      'database: { over: local, kubernetes: { namespace: a, pod: b } } }\n',
    'mastodon: { api: { url: "http://127.0.0.1:3000", token: { env: T } } }\n',
    'mastodon: { api: { url: "http://[::1]:3000/", token: { env: T } } }\n',
    'ssh: { host: a, user: b, host_key: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJx" }\n',
  ])('%s is taken', async (text) => {
    expect(lines(await load(connection(text)))).toEqual([])
  })
})
