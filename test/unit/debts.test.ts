import { expect, test } from 'vitest'
import { HerdbookError } from '../../src/instance/diagnostic.ts'
import type { Documents, DomainBlock } from '../../src/instance/documents.ts'
import { KINDS } from '../../src/providers/mastodon/kinds/index.ts'
import { apply } from '../../src/reconcile/apply/apply-steps.ts'
import type { ApplyDeps } from '../../src/reconcile/apply/progress.ts'
import { exitOfApply } from '../../src/reconcile/exit.ts'
import type { Ledger } from '../../src/reconcile/ledger/types.ts'
import type { ApplyReport } from '../../src/reconcile/report.ts'
import { NO_MISHAPS, openMemory, providerIn, type Fault } from '../support/memory.ts'
import { newServer } from '../support/memory-server.ts'
import { look, newWorld, run, type LiveState } from '../support/world.ts'

const failing = (...faults: [number, Fault][]) => ({ mishaps: { ...NO_MISHAPS, faults: new Map(faults) } })
const blocks = (...domain_blocks: DomainBlock[]): Documents => ({ 'domain-blocks.yaml': { domain_blocks } })
const suspend = (domain: string): DomainBlock => ({ domain, severity: 'suspend', accept_severed_relationships: 99 })
const TWO = blocks(suspend('a.example'), suspend('b.example'))
const start = (): LiveState =>
  newWorld(
    newServer(new Map(['a.example', 'b.example'].map((host) => [host, { follows: 3, followers: 4, accounts: 1 }]))),
  )

/** A world whose last run made both blocks and died before it queued their workers. */
async function owing(): Promise<LiveState> {
  const world = start()
  await run(world, TWO, failing([3, 'die-before']))
  expect([world.server.severed, world.ledger.intents.map(({ id }) => id)]).toEqual([0, ['a.example', 'b.example']])
  return world
}

/** An apply with some of its surroundings replaced, and the ledger that it leaves. */
async function applied(
  world: LiveState,
  files: Documents,
  changed: Partial<ApplyDeps>,
): Promise<{ readonly report: ApplyReport; readonly ledger: Ledger }> {
  const memory = openMemory(world.server)
  const { plan, input } = await look(world, files, memory)
  let { ledger } = world
  const report = await apply(plan, {
    kinds: KINDS,
    ledger,
    save: async (next) => (ledger = next),
    open: () => providerIn(memory).open(),
    now: () => input.now,
    replan: (next) => look({ ...world, ledger: next }, files, memory),
    live: { observed: new Map(), invariants: [], guard: () => ({}) },
    again: () => Promise.resolve([]),
    proofs: input.proofs,
    withheld: new Map(),
    nonce: 'run',
    holds: () => true,
    signal: new AbortController().signal,
    told: () => {},
    ...changed,
  })
  return { report, ledger }
}

test('a run that is to stop, or has lost its lock, pays no debt and keeps it', async () => {
  for (const changed of [{ signal: AbortSignal.abort() }, { holds: () => false }]) {
    const world = await owing()
    const { report, ledger } = await applied(world, TWO, changed)
    expect([report.paid, world.server.severed, ledger.intents.length]).toEqual([[], 0, 2])
  }
})

test('one block that is refused leaves nothing owed of those that were made beside it', async () => {
  const world = start()
  const { report } = await run(world, TWO, failing([2, 'refuse']))
  expect([report?.done.length, report?.failed.length, world.server.severed]).toEqual([1, 1, 7])
  const left = world.ledger.intents.map(({ id }) => id)
  expect(left).not.toContain('a.example')
  // Somebody follows again: that is nothing of ours.
  world.server.relations.set('a.example', { follows: 1, followers: 0, accounts: 1 })
  await run(world, blocks(suspend('a.example')))
  expect(world.server.severed).toBe(7)
})

test('a debt waits while a difference holds its block open, and is paid once that is settled', async () => {
  const world = await owing()
  const row = world.server.rows.domain_blocks.find(({ domain }) => domain === 'a.example') ?? expect.fail()
  row.severity = 'silence'
  await run(world, TWO)
  expect([world.server.severed, world.ledger.intents.map(({ id }) => id)]).toEqual([7, ['a.example']])
  row.severity = 'suspend'
  await run(world, TWO)
  expect([world.server.severed, world.ledger.intents]).toEqual([14, []])
})

test('a debt of a list that is no longer managed is forgotten with it', async () => {
  const world = await owing()
  await run(world, {})
  expect(world.ledger.intents).toEqual([])
  await run(world, TWO, { takeOver: true })
  expect(world.server.severed).toBe(0)
})

test('a run that can not read live again still says what it did, and owes nothing of it', async () => {
  const replan = () =>
    Promise.reject(
      new HerdbookError(10, [{ code: 'host-key', severity: 'error', message: 'The host has another key.' }]),
    )
  const world = start()
  const { report, ledger } = await applied(world, TWO, { replan })
  expect(report).toMatchObject({
    done: [{ id: 'a.example' }, { id: 'b.example' }],
    remaining: [{ id: 'a.example' }, { id: 'b.example' }],
    findings: [{ code: 'host-key' }],
  })
  expect(exitOfApply(report)).toBe(8)
  expect([ledger.intents, ledger.entries.size, ledger.attempts.length]).toEqual([[], 0, 2])
})

test('mail that a second run broke off is told, though the first had meant to send it too', async () => {
  const terms: Documents = {
    'terms-of-service.yaml': {
      terms_of_service: [{ effective_date: '2027-01-01', text: 'Be kind.', changelog: 'First.', notify_members: true }],
    },
  }
  const world = start()
  await run(world, terms, failing([1, 'die-before']))
  await run(world, terms, failing([2, 'drop-before']))
  const { report } = await run(world, terms)
  expect(report?.findings).toMatchObject([{ code: 'outcome-unknown', severity: 'error' }])
  expect([world.server.mailed, world.ledger.intents]).toEqual([[], []])
})
