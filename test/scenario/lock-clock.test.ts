import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { withFaults } from '../testkit/fault.ts'
import type { Started } from '../support/cli.ts'
import { withClock } from '../support/clock.ts'
import { git } from '../support/git.ts'
import { must, pasture, planOf, setConfig, type Herd, type Pasture } from '../support/sandbox.ts'

const LOCK = 'refs/herdbook/production/lock'
/** A lease of a minute is ten seconds long. */
const pace = 6

let field: Pasture
let herd: Herd
let round = 0
const runs: Started[] = []
beforeAll(async () => {
  field = await pasture()
  herd = await field.herd()
})
afterAll(() => field[Symbol.asyncDispose]())
// A test that failed may leave one that is frozen.
afterEach(() => runs.splice(0).forEach(({ child }) => child.kill('SIGKILL')))

const audit = async (): Promise<number> =>
  Number(Object.values((await herd.rows('select count(*) as n from admin_action_logs'))[0] ?? {})[0])
const live = () =>
  herd.rows("select domain, severity, public_comment from domain_blocks where domain ~ '^(one|two)' order by domain")

/** How often the holder has renewed its lock, and who that is; null where nobody holds it. */
function lock(): { readonly renewals: number; readonly pid: number } | null {
  if (git(herd.dir, 'for-each-ref', LOCK) === '') return null
  return JSON.parse(git(herd.dir, 'show', `${LOCK}:lock.json`))
}

function run(hours: readonly [number, number], ...more: string[]): Started {
  const started = herd.start(['apply', '--yes', ...more], { env: withClock({ hours, pace }) })
  runs.push(started)
  return started
}

/** A run that stands in the middle of its steps, its first write done and the answer withheld until `answer`. */
async function standing(
  hours: readonly [number, number],
): Promise<Started & { readonly answer: () => void; readonly url: string; readonly close: () => Promise<void> }> {
  round += 1
  const { promise, resolve } = Promise.withResolvers<void>()
  const faulty = await withFaults(field.sandbox, [
    {
      match: { method: round === 1 ? 'POST' : 'PUT', path: /domain_blocks/, nth: 1 },
      fault: { kind: 'late', until: promise },
    },
  ])
  setConfig(herd, {
    mastodon: {
      api: { url: faulty.url, token: { env: 'HB_TOKEN' } },
      database: { over: 'local', native: { psql: field.sandbox.database } },
    },
  })
  herd.write({
    'domain-blocks.yaml': ['one', 'two']
      .map((name) => `  - domain: ${name}.example\n    severity: none\n    public_comment: round-${round}\n`)
      .reduce((all, one) => all + one, 'domain_blocks:\n'),
  })
  const before = await audit()
  const started = run(hours)
  await vi.waitUntil(async () => (await audit()) > before, { timeout: 30_000 })
  return { ...started, answer: resolve, url: faulty.url, close: faulty.close }
}

/** Another run that waits for the lock; answers when it has said so. */
async function waiting(hours: readonly [number, number]): Promise<Started> {
  const started = run(hours, '--wait')
  let said = ''
  started.child.stderr?.on('data', (chunk: string) => (said += chunk))
  await vi.waitUntil(() => said.includes('Waiting for the lock'), { timeout: 30_000 })
  return started
}

const jump = ({ child }: Started): boolean => child.kill('SIGUSR2')

describe('a lease goes by no wall clock', () => {
  it.each([
    ['back', [5, -19], [-7, 12]],
    ['ahead', [-5, 19], [7, 0]],
  ] as const)(
    'a holder that lives, hours off and set %s while it works, keeps the lock to the end',
    { timeout: 120_000 },
    async (_, its, others) => {
      const before = await audit()
      const holder = await standing(its)
      const other = await waiting(others)
      jump(holder)
      jump(other)
      const then = lock()
      // A renewal comes after a quarter of a lease at the earliest.
      await vi.waitUntil(() => (lock()?.renewals ?? 0) >= (then?.renewals ?? 0) + 5, { timeout: 60_000, interval: 500 })
      expect(lock()?.pid).toBe(holder.child.pid)
      holder.answer()
      const [first, second] = await Promise.all([holder.ran, other.ran])
      expect(first, first.out).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('2 changes done and verified'),
      })
      expect(second, second.out).toMatchObject({ code: 0, stdout: expect.not.stringContaining('done') })
      expect((await audit()) - before).toBe(2)
      await holder.close()
      expect(lock()).toBeNull()
    },
  )

  it.each([
    ['back', [5, -19], [-7, -30]],
    ['ahead', [-5, 19], [7, 40]],
  ] as const)(
    'one that is frozen is followed after a whole lease, and writes nothing when it wakes with its clock set %s',
    { timeout: 120_000 },
    async (_, its, others) => {
      const before = await audit()
      const holder = await standing(its)
      holder.child.kill('SIGSTOP')
      const since = performance.now()
      const other = await waiting(others)
      jump(other)
      const second = await other.ran
      expect(second, second.out).toMatchObject({ code: 0 })
      expect(performance.now() - since).toBeGreaterThan(60_000 / pace)
      jump(holder)
      holder.child.kill('SIGCONT')
      holder.answer()
      const first = await holder.ran
      expect(first, first.out).toMatchObject({
        code: 8,
        out: expect.stringMatching(
          /Not reached {2}1[^]*This\s+run\s+lost\s+the\s+lock\s+[^]*It\s+wrote\s+nothing\s+after\s+that/,
        ),
      })
      expect((await audit()) - before).toBe(2)
      expect(await live()).toEqual(
        ['one', 'two'].map((name) =>
          expect.objectContaining({ domain: `${name}.example`, public_comment: `round-${round}` }),
        ),
      )
      await holder.close()
      setConfig(herd, {})
      herd.write({}, 'Connections as before')
      await must(herd, ['apply', '--yes'])
      await planOf(herd, 0)
    },
  )
})
