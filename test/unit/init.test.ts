import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, writeFileSync, existsSync, readdirSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import { createServer as secure } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { askServer, foundIn } from '../../src/setup/init/server.ts'
import { templates } from '../../src/setup/init/templates.ts'
import { startSandbox } from '../../src/sandbox/index.ts'
import { call, start } from '../support/cli.ts'
import { git, put } from '../support/git.ts'

const empty = (): string => mkdtempSync(join(tmpdir(), 'herdbook-init-'))
// Names under .invalid never resolve: nobody is asked.
const DOMAIN = 'herd.invalid'

describe('a new repository', () => {
  it('is valid as it stands, and ends with what to type next', async () => {
    const dir = empty()
    const ran = await call(dir, ['init', DOMAIN, '--dir', 'herd'])
    expect(ran).toMatchObject({ code: 0, stderr: '' })
    expect(ran.stdout).toMatch(/\n {2}cd herd\n {2}herdbook status\n {2}herdbook adopt --moderators\n$/)
    expect(await call(join(dir, 'herd'), ['validate'])).toMatchObject({
      code: 0,
      stdout: '2 files are valid.\n',
      stderr: '',
    })
    expect(git(join(dir, 'herd'), 'symbolic-ref', '--short', 'HEAD')).toBe('main')
  })

  it('holds nothing of the example, and every schema that its files and later ones name', async () => {
    const dir = empty()
    await call(dir, ['init', DOMAIN])
    expect(readdirSync(join(dir, 'instance')).toSorted()).toEqual(['instance.yaml', 'policy.yaml'])
    for (const name of readdirSync(join(dir, 'instance'))) {
      const [, schema = ''] = /\$schema=(\S+)/.exec(readFileSync(join(dir, 'instance', name), 'utf8')) ?? []
      expect(existsSync(resolve(dir, 'instance', schema)), schema).toBe(true)
    }
    expect(existsSync(join(dir, 'schema/domain-blocks.schema.json'))).toBe(true)
    expect(existsSync(join(dir, 'schema/plan.schema.json'))).toBe(false)
  })

  it('says nothing of GitHub in its files where nobody spoke of GitHub', async () => {
    const dir = empty()
    const { stdout } = await call(dir, ['init', DOMAIN])
    expect(existsSync(join(dir, '.github'))).toBe(false)
    expect(readFileSync(join(dir, 'README.md'), 'utf8')).not.toMatch(/issue|pull request|button|comment/i)
    expect(stdout).not.toMatch(/workflow|fill-in/)
    expect(stdout).toContain(`herdbook init ${DOMAIN} --github OWNER/NAME`)
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(`${DOMAIN} did not answer: getaddrinfo`)
  })

  it('overwrites no file, and joins a repository that is there', async () => {
    const dir = empty()
    git(dir, 'init', '--quiet', '-b', 'trunk')
    writeFileSync(join(dir, 'README.md'), 'ours')
    expect((await call(dir, ['init', DOMAIN])).stdout).not.toContain('README.md')
    expect(readFileSync(join(dir, 'README.md'), 'utf8')).toBe('ours')
    expect(git(dir, 'symbolic-ref', '--short', 'HEAD')).toBe('trunk')
    expect((await call(dir, ['init', DOMAIN])).stdout).toContain('Herdbook wrote nothing')
  })

  it('refuses what is no domain', async () => {
    const dir = empty()
    expect(await call(dir, ['init', 'not a domain'])).toMatchObject({ code: 9, stdout: '' })
    expect(readdirSync(dir)).toEqual([])
  })

  it('every commented connection is one that the schema takes', async () => {
    const dir = empty()
    await call(dir, ['init', DOMAIN])
    const path = join(dir, 'instance/instance.yaml')
    const hostKey = `SHA256:${'q'.repeat(43)}`
    const opened = readFileSync(path, 'utf8')
      .replace(
        /^( *)# ((?: *)(?:database|console|ssh|over|native|directory|user|host|host_key|key|ledger_key):)/gm,
        '$1$2',
      )
      .replace('SHA256:…', hostKey)
    writeFileSync(path, opened)
    const ran = await call(dir, ['validate'])
    expect(ran.code, ran.out).toBe(0)
    expect(opened).toMatch(/^ledger_key: /m)
  })
})

describe('what a server says of itself', () => {
  it('fills in where the web interface is', async () => {
    const sandbox = await startSandbox()
    const answer = await askServer(sandbox.domain, sandbox.url)
    await sandbox.close()
    expect(answer).toMatchObject({ version: '4.6.5', url: sandbox.url })
    const found = 'why' in answer ? null : answer
    expect(templates({ domain: sandbox.domain, found, github: null, owners: [], proposed: false })[0]?.[1]).toContain(
      `url: ${sandbox.url}`,
    )
  })

  it('counts only for its own domain, and can do no harm in a terminal', () => {
    expect(
      foundIn('herd.example', { domain: 'evil.example', version: '4.6.5', title: 'x' }, 'https://evil.example'),
    ).toEqual({ why: 'https://evil.example says that its domain is evil.example' })
    expect(foundIn('herd.example', [], 'https://herd.example')).toHaveProperty('why')
    const told = [
      { domain: 'herd.example', version: '4\u001b[2J', title: 'x\n\u202ey' },
      { domain: 'evil\u001b[2J\u202e', version: '4', title: 'x' },
    ]
      .flatMap((body) => Object.values(foundIn('herd.example', body, 'u')))
      .join()
    expect(told).toMatch(/^4.*says that its domain is evil/)
    for (const control of ['\u001b', '\u202e', '\n']) expect(told).not.toContain(control)
  })

  it.each([
    ['502', (response: ServerResponse) => response.writeHead(502).end(), 'it answers 502'],
    ['a page', (response: ServerResponse) => response.end('<html>'), 'its answer is not JSON'],
    ['nothing', () => undefined, 'no answer in 0.2 s'],
  ] as const)('is told with the reason where it is of no use: %s', async (_, answer, why) => {
    const server = createServer((_request, response) => void answer(response))
    await once(server.listen(0, '127.0.0.1'), 'listening')
    expect(await askServer(DOMAIN, `http://127.0.0.1:${(server.address() as AddressInfo).port}`, 200)).toEqual({ why })
    server.closeAllConnections()
    server.close()
  })

  it('is not believed if nobody known gave its certificate, and herdbook has what helps', async () => {
    const dir = empty()
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:P-256',
        '-nodes',
        '-keyout',
        'key.pem',
        '-out',
        'ca.pem',
        '-days',
        '2',
        '-subj',
        '/CN=localhost',
        '-addext',
        'subjectAltName=IP:127.0.0.1',
      ],
      { cwd: dir, stdio: 'pipe' },
    )
    const server = secure(
      { key: readFileSync(join(dir, 'key.pem')), cert: readFileSync(join(dir, 'ca.pem')) },
      (_request, response) => void response.end('{}'),
    )
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
    const { why } = (await askServer(DOMAIN, url)) as { readonly why: string }
    expect(why).toMatch(/self-signed certificate.*NODE_EXTRA_CA_CERTS=\/path\/to\/ca\.pem/)
    expect(why).not.toContain('--use-system-ca')
    put(dir, {
      'instance/instance.yaml': `domain: ${DOMAIN}\nmastodon: { api: { url: '${url}', token: { env: HB_TOKEN } } }\n`,
    })
    const env = { HB_TOKEN: `${url} some-token` }
    expect((await start(dir, ['token', 'check'], { env }).ran).stderr).toMatch(/NODE_EXTRA_CA_CERTS/)
    // the server is believed now, and tells nothing of use
    expect(
      (await start(dir, ['token', 'check'], { env: { ...env, NODE_EXTRA_CA_CERTS: join(dir, 'ca.pem') } }).ran).stderr,
    ).not.toMatch(/certificate/)
    server.closeAllConnections()
    server.close()
  })
})
