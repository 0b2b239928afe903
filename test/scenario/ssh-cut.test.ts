import { mkdtempSync, writeFileSync } from 'node:fs'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { must, pasture, planOf, setConfig, type Herd, type Pasture } from '../support/sandbox.ts'
import { sshServer, type Meddling, type SshServer } from '../support/ssh-server.ts'

let field: Pasture
let herd: Herd
let server: SshServer
let wire: Wire
const meddling: Meddling = {}

beforeAll(async () => {
  field = await pasture()
  herd = await field.herd()
  herd.write({ 'policy.yaml': 'budgets:\n  default:\n    weaken: 1000\n' })
  server = await sshServer({ meddling })
  wire = await wireTo(server.port)
  const key = join(mkdtempSync(join(tmpdir(), 'herdbook-key-')), 'key')
  writeFileSync(key, server.key, { mode: 0o600 })
  const { database, directory } = field.sandbox
  setConfig(herd, {
    ssh: { host: '127.0.0.1', port: wire.port, user: 'mastodon', host_key: server.fingerprint, key: { file: key } },
    mastodon: {
      database: { over: 'ssh', native: { psql: database } },
      console: { over: 'ssh', native: { directory } },
    },
  })
  herd.write(files(0), 'Over SSH')
  await must(herd, ['apply', '--yes'])
})
afterAll(async () => {
  await wire.close()
  await server[Symbol.asyncDispose]()
  await field[Symbol.asyncDispose]()
})

interface Wire {
  readonly port: number
  /** Breaks every connection in both directions, as a cable that is pulled. */
  readonly cut: () => void
  readonly close: () => Promise<void>
}

/** The network between the command and the SSH server. */
async function wireTo(port: number): Promise<Wire> {
  const open = new Set<Socket>()
  const cut = (): void => open.forEach((socket) => socket.destroy())
  const proxy = createServer((near) => {
    const far = connect(port, '127.0.0.1')
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(one)
      one
        .on('error', () => {})
        .on('close', () => {
          open.delete(one)
          other.destroy()
        })
      one.pipe(other)
    }
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  return {
    port: (proxy.address() as AddressInfo).port,
    cut,
    close: () => {
      cut()
      return new Promise((resolve) => proxy.close(() => resolve()))
    },
  }
}

/** A create, an update and a delete of what stands in no transaction together. */
const files = (round: number): { readonly [name: string]: string } => ({
  'domain-blocks.yaml':
    `domain_blocks:\n  - domain: meh.example\n    severity: ${round % 2 === 0 ? 'limit' : 'none'}\n` +
    `  - domain: new${round}.example\n    severity: limit\n`,
  'rules.yaml': `rules:\n  - key: one\n    text: Rule ${round}\n  - key: new${round}\n    text: New ${round}\n`,
  'ip-blocks.yaml':
    'ip_blocks:\n  - ip: 203.0.113.7\n' + `    severity: ${round % 2 === 0 ? 'sign_up_block' : 'no_access'}\n`,
})

const audit = async (): Promise<number> =>
  Number(Object.values((await herd.rows('select count(*) as n from admin_action_logs'))[0] ?? {})[0])
const live = async (): Promise<unknown> =>
  Promise.all(
    [
      "select domain, severity from domain_blocks where domain ~ '^(meh|new)' order by domain",
      "select count(*)::int as limited from accounts where domain = 'meh.example' and silenced_at is not null",
      'select text from rules where deleted_at is null order by priority, id',
      "select severity from ip_blocks where text(ip) = '203.0.113.7/32'",
    ].map((sql) => herd.rows(sql)),
  )

describe('an SSH connection that breaks while the console writes', () => {
  let round = 0
  /** What an apply comes to that nothing breaks into. */
  let clean: readonly { readonly live: unknown; readonly audit: number }[]
  const next = async (): Promise<number> => {
    round += 1
    herd.write(files(round))
    return audit()
  }
  const named = (state: unknown): unknown =>
    JSON.parse(JSON.stringify(state).replaceAll(new RegExp(`(rule |new ?)${round}\\b`, 'gi'), '$1N'))

  beforeAll(async () => {
    const ran = []
    for (let i = 0; i < 2; i += 1) {
      const before = await next()
      await must(herd, ['apply', '--yes'])
      ran.push({ live: named(await live()), audit: (await audit()) - before })
    }
    clean = ran.toReversed()
  })

  /** Breaks the connection instead of passing on the nth write, or its answer. */
  function cutAt(when: 'request' | 'answer', nth: number): { readonly struck: () => boolean } {
    let [writes, asked, struck] = [0, -1, false]
    const strikes = (hit: boolean): boolean => {
      if (struck || !hit) return !hit
      struck = true
      wire.cut()
      return false
    }
    meddling.request = (line) => {
      if (!line.includes('"op":"write"')) return true
      writes += 1
      asked = (JSON.parse(line) as { readonly id: number }).id
      return strikes(when === 'request' && writes === nth)
    }
    meddling.answer = (line) => strikes(when === 'answer' && writes === nth && line.includes(`"id":${asked},`))
    return { struck: () => struck }
  }

  it.each([
    ['before the server acted', 'request'],
    ['after the server acted', 'answer'],
  ] as const)(
    '%s: applied again it ends the same, and nothing is done twice',
    { timeout: 300_000 },
    async (_, when) => {
      for (let nth = 1; ; nth += 1) {
        const before = await next()
        const strike = cutAt(when, nth)
        const ran = await herd.run(['apply', '--yes'])
        if (!strike.struck()) {
          expect(ran.code, ran.out).toBe(0)
          // A rule more, a rule less, their texts, and blocks of both kinds.
          expect(nth).toBeGreaterThan(6)
          return
        }
        meddling.request = meddling.answer = undefined
        expect([8, 10], ran.out).toContain(ran.code)
        expect(ran.out).toMatch(/console was cut off|connection/i)
        await must(herd, ['apply', '--yes'])
        expect({ nth, live: named(await live()), audit: (await audit()) - before }).toEqual({
          nth,
          ...clean[round % 2],
        })
        expect((await planOf(herd, 0)).adjustments).toEqual([])
      }
    },
  )
})
