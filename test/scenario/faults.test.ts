import { chmodSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ANSWERS, withFaults, type Fault, type Strike } from '../testkit/fault.ts'
import { fakePrograms } from '../support/programs.ts'
import { keyFile, sshOf, sshServer } from '../support/ssh-server.ts'
import { connectionsOf, must, pasture, planOf, setConfig, type Herd, type Pasture } from '../support/sandbox.ts'
import { rounds, type Connections } from '../support/rounds.ts'

let field: Pasture
let herd: Herd
beforeAll(async () => {
  field = await pasture()
  herd = await field.herd()
  // A round takes a block away, and there are more of them than a day's budget.
  herd.write({ 'policy.yaml': 'budgets:\n  default:\n    weaken: 1000\n' })
})
afterAll(async () => field[Symbol.asyncDispose]())

const { audit, next, recovers, listed } = rounds(() => herd)

describe('over HTTP', () => {
  const api = (url: string): Connections => ({
    api: { url, token: { env: 'HB_TOKEN' } },
    database: { over: 'local', native: { psql: field.sandbox.database } },
  })

  beforeAll(async () => {
    next(api(field.sandbox.url))
    await must(herd, ['apply', '--yes'])
    // Enough for a second page.
    await field.sandbox.query(
      `insert into domain_blocks (domain, severity, created_at, updated_at)
       select 'old' || n || '.example', 0, now() - interval '1 year', now() from generate_series(1, 520) n`,
    )
    await must(herd, ['leave', 'domain-block', 'what was there'])
  })

  const writes: [string, Strike['match'], Fault, number[]][] = [
    ['an update whose request is lost', { method: 'PUT' }, { kind: 'lost-request' }, [8]],
    ['an update whose answer is lost', { method: 'PUT' }, { kind: 'lost-answer' }, [0]],
    ['a create whose request is lost', { method: 'POST', path: /domain_blocks$/ }, { kind: 'lost-request' }, [8]],
    ['a create whose answer is lost', { method: 'POST', path: /domain_blocks$/ }, { kind: 'lost-answer' }, [0]],
    [
      'a create that is answered with 500 before it was done',
      { method: 'POST', path: /domain_blocks$/ },
      ANSWERS.stumbled,
      [8],
    ],
    ['a create that is answered with half an answer', { method: 'POST', path: /domain_blocks$/ }, { kind: 'cut' }, [0]],
    ['a delete whose request is lost', { method: 'DELETE' }, { kind: 'lost-request' }, [8]],
    ['a delete whose answer is lost', { method: 'DELETE' }, { kind: 'lost-answer' }, [0]],
    ['an update that is answered with 404', { method: 'PUT' }, ANSWERS.gone, [8]],
    ['an update that is answered with 403', { method: 'PUT' }, ANSWERS.forbidden, [8]],
    ['a delete that is answered by a gateway', { method: 'DELETE' }, ANSWERS.badGateway, [8]],
    [
      'a create that is turned away by the limit, once',
      { method: 'POST', path: /domain_blocks$/, nth: 1 },
      ANSWERS.tooMany(new Date()),
      [0],
    ],
  ]
  it.each(writes)('%s', async (_, match, fault, codes) => {
    const faulty = await withFaults(field.sandbox, [{ match, fault }])
    next(api(faulty.url))
    const before = await audit()
    const ran = await herd.run(['apply', '--yes'])
    expect(codes, ran.out).toContain(ran.code)
    if (ran.code === 8)
      expect(ran.out).toMatch(/2 done and 1 failed, of 3 changes[^]*Done {2}2[^]*Failed {2}1[^]*Next: herdbook/)
    await faulty.close()
    await recovers(before)
  })

  const reads: [string, Strike['match'], Fault][] = [
    ['a list that is refused in the middle', { path: /admin\/domain_blocks.*max_id/ }, ANSWERS.forbidden],
    ['a list whose pages go round in a circle', { path: /admin\/domain_blocks\?/, nth: 2 }, { kind: 'same-again' }],
    ['a list that is cut off', { path: /admin\/domain_blocks\?/ }, { kind: 'cut' }],
    ['a list that is empty with no JSON', { path: /admin\/domain_blocks\?/ }, ANSWERS.empty],
    ['a list that stumbles', { path: /admin\/domain_blocks\?/ }, ANSWERS.stumbled],
    ['a list that is a page of a gateway', { path: /admin\/domain_blocks\?/ }, ANSWERS.badGateway],
  ]
  it.each(reads)('%s is unknown: nothing is deleted and nothing written', async (_, match, fault) => {
    const before = await audit()
    const schedule = [{ match, fault }]
    const [planning, applying] = [await withFaults(field.sandbox, schedule), await withFaults(field.sandbox, schedule)]
    next({ api: { url: planning.url, token: { env: 'HB_TOKEN' } } })
    const plan = await planOf(herd, 10)
    expect(plan.steps).toEqual([])
    expect(plan.reads.find(({ kind }) => kind === 'domain-block')?.complete).toBe(false)
    setConfig(herd, { mastodon: { api: { url: applying.url, token: { env: 'HB_TOKEN' } } } })
    herd.write({}, 'Another way')
    await must(herd, ['apply', '--yes'], 10)
    expect(await audit()).toBe(before)
    await Promise.all([planning.close(), applying.close()])
    await recovers(before)
  })
})

describe('in the console', () => {
  const rules = (text: string): string => `rules:\n  - key: one\n    text: ${text}\n`
  const texts = async (): Promise<unknown> =>
    (await herd.rows('select text from rules where deleted_at is null')).map((row) => Object.values(row)[0])

  // What dies after a write, before its answer, is among the kills.
  it.each(['start', 'before-write', 'before-answer'] as const)(
    'that dies at %s: the run ends partly applied, and the next one finishes',
    async (at) => {
      herd.write({ 'rules.yaml': rules(`Rule ${at}`) })
      await field.sandbox.breakConsole(at)
      const ran = await must(herd, ['apply', '--yes'], 8)
      expect(ran.out).toMatch(/console/)
      expect(await texts()).not.toContain(`Rule ${at}`)
      await must(herd, ['apply', '--yes'])
      expect(await texts()).toEqual([`Rule ${at}`])
      await planOf(herd, 0)
    },
  )

  it('that dies between a bulk insert and its workers: the next run lets the blocks take effect', async () => {
    const names = ['meh.example', ...Array.from({ length: 40 }, (_, i) => `bulk${i}.example`)]
    herd.write({
      'policy.yaml':
        'raises:\n  - { kind: domain-block, create: 60, delete: 60, weaken: 1000, until: 2031-01-01, reason: list }\n',
      'domain-blocks.yaml': listed() + names.map((name) => `  - domain: ${name}\n    severity: limit\n`).join(''),
    })
    await field.sandbox.breakConsole('before-workers')
    const before = await audit()
    await must(herd, ['apply', '--yes'], 8)
    const limited = () =>
      herd.rows("select count(*)::int as n from accounts where domain = 'meh.example' and silenced_at is not null")
    expect(await limited()).toEqual([{ n: 0 }])
    await must(herd, ['apply', '--yes'])
    expect(await limited()).toEqual([{ n: 5 }])
    expect((await audit()) - before).toBe(41)
    await planOf(herd, 0)
    herd.write({ 'domain-blocks.yaml': listed() })
    await must(herd, ['apply', '--yes'])
  })
})

describe('in the console, which alone changes a block', () => {
  const marked = async (): Promise<unknown> =>
    (
      await herd.rows(
        `select count(silenced_at)::int as silenced, count(suspended_at)::int as suspended
         from accounts where domain = 'meh.example'`,
      )
    )[0]
  const only = (severity: string, more = ''): void => {
    const { api: _api, ...withoutApi } = connectionsOf(field.sandbox)
    setConfig(herd, { mastodon: withoutApi })
    herd.write({ 'domain-blocks.yaml': `${listed()}  - domain: meh.example\n    severity: ${severity}\n${more}` })
  }
  const suspended = '    accept_severed_relationships: 1000\n'

  beforeAll(async () => {
    only('limit')
    await must(herd, ['apply', '--yes'])
    expect(await marked()).toEqual({ silenced: 5, suspended: 0 })
  })
  afterAll(async () => {
    setConfig(herd, {})
    herd.write({ 'domain-blocks.yaml': listed() })
    await must(herd, ['apply', '--yes'])
  })

  it.each([
    ['lowered', 'none', '', { silenced: 0, suspended: 0 }],
    ['raised', 'suspend', suspended, { silenced: 0, suspended: 5 }],
    ['lowered to a limit', 'limit', '', { silenced: 5, suspended: 0 }],
  ])(
    'and dies when one was %s and its worker is not queued yet: the next run queues it, once',
    async (_, severity, more, wanted) => {
      const [before, entries] = [await marked(), await audit()]
      only(severity, more)
      await field.sandbox.breakConsole('before-workers')
      await must(herd, ['apply', '--yes'], 8)
      expect(await marked()).toEqual(before)
      await must(herd, ['apply', '--yes'])
      expect(await marked()).toEqual(wanted)
      expect((await audit()) - entries).toBe(1)
      // Nothing is owed any more: who is exempted by hand afterwards stays so.
      await herd.rows("update accounts set silenced_at = null where domain = 'meh.example' and silenced_at is not null")
      const exempted = await marked()
      await must(herd, ['apply', '--yes'])
      expect(await marked()).toEqual(exempted)
      await planOf(herd, 0)
      await herd.rows(
        `update accounts a set silenced_at = b.created_at from domain_blocks b
         where b.domain = a.domain and b.severity = 0 and a.domain = 'meh.example'`,
      )
    },
  )

  it('and dies before one was changed: what the block was is not done again', async () => {
    only('none')
    await herd.rows("update accounts set silenced_at = null where domain = 'meh.example'")
    await field.sandbox.breakConsole('before-write')
    await must(herd, ['apply', '--yes'], 8)
    // Given up meanwhile: only what is owed would be left to do.
    only('limit')
    await must(herd, ['apply', '--yes'])
    expect(await marked()).toEqual({ silenced: 0, suspended: 0 })
    await planOf(herd, 0)
  })
})

describe('over SSH', () => {
  const connections = (psql: string, directory = field.sandbox.directory): Connections => ({
    api: { url: field.sandbox.url, token: { env: 'HB_TOKEN' } },
    database: { over: 'ssh', native: { psql } },
    console: { over: 'ssh', native: { directory } },
  })
  it('database and console are one server: planned, applied, in sync', async () => {
    await using server = await sshServer()
    next(connections(field.sandbox.database), sshOf(server, keyFile(server)))
    herd.write({ 'rules.yaml': 'rules:\n  - key: one\n    text: Over SSH.\n' })
    const before = await audit()
    await must(herd, ['apply', '--yes'])
    expect(server.commands.some((command) => command.includes('psql'))).toBe(true)
    await planOf(herd, 0)
    await recovers(before)
  })

  it('a host key that changed is never spoken to, and both are shown', async () => {
    await using server = await sshServer()
    await using other = await sshServer()
    next(connections(field.sandbox.database), sshOf(server, keyFile(server), other.fingerprint))
    const before = await audit()
    const ran = await must(herd, ['apply', '--yes'], 10)
    expect(ran.out.replace(/\s+/g, ' ')).toContain(
      `instance.yaml has ${other.fingerprint}, the machine has ${server.fingerprint}`,
    )
    expect(server.commands).toEqual([])
    await recovers(before)
  })

  it.each([
    ['is cut off in the middle of a command', 'cat > /dev/null; kill -9 $$', 'cut off|ended|code'],
    ['ends without output', 'cat > /dev/null; exit 0', 'not a JSON'],
    [
      'ends with a code and a complaint',
      'cat > /dev/null; echo "psql: FATAL: the database system is starting up" >&2; exit 2',
      'starting up',
    ],
    ['answers more than a megabyte of noise', 'cat > /dev/null; head -c 1500000 /dev/zero | tr "\\0" x', 'not a JSON'],
  ] as const)('a database that %s is unknown', async (_, script, says) => {
    await using server = await sshServer()
    const { psql } = fakePrograms({ psql: script })
    chmodSync(psql, 0o755)
    next(connections(psql), sshOf(server, keyFile(server)))
    const before = await audit()
    const plan = await planOf(herd, 10)
    expect(plan.steps).toEqual([])
    expect(plan.findings.map(({ message }) => message).join()).toMatch(new RegExp(says))
    await must(herd, ['apply', '--yes'], 10)
    expect(await audit()).toBe(before)
    await recovers(before)
  })

  it('a connection that drops while psql runs is unknown', async () => {
    await using server = await sshServer()
    const { psql } = fakePrograms({ psql: 'sleep 20' })
    next(connections(psql), sshOf(server, keyFile(server)))
    const before = await audit()
    const running = herd.run(['plan', '--json'])
    await expect.poll(() => server.commands.length, { timeout: 20_000 }).toBe(1)
    server.cut()
    const ran = await running
    expect(ran.code, ran.out).toBe(10)
    expect(JSON.parse(ran.stdout).steps).toEqual([])
    await recovers(before)
  })
})

describe('a run that is asked to stop', () => {
  it('finishes the write in flight, gives the lock back and says what was not reached', async () => {
    const stop = new AbortController()
    const faulty = await withFaults(field.sandbox, [])
    next({
      api: { url: faulty.url, token: { env: 'HB_TOKEN' } },
      database: { over: 'local', native: { psql: field.sandbox.database } },
    })
    const before = await audit()
    const running = herd.run(['apply', '--yes'], { signal: stop.signal })
    await expect
      .poll(() => faulty.seen.filter((line) => /^(PUT|POST|DELETE) .*domain_blocks/.test(line)).length, {
        interval: 2,
        timeout: 30_000,
      })
      .toBeGreaterThan(0)
    stop.abort('SIGTERM')
    const ran = await running
    expect(ran.code, ran.out).toBe(8)
    expect(ran.out).toMatch(/Not reached {2}[12]/)
    await faulty.close()
    await must(herd, ['unlock'], 0)
    await recovers(before)
  })
})
