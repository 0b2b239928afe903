import { expect, test } from 'vitest'
import type { Documents, DomainBlock, Role, Rule } from '../../src/instance/documents.ts'
import { KINDS } from '../../src/providers/mastodon/kinds/index.ts'
import { apply } from '../../src/reconcile/apply/apply-steps.ts'
import { approve } from '../../src/reconcile/approvals.ts'
import { exitOfApply } from '../../src/reconcile/exit.ts'
import type { Ledger } from '../../src/reconcile/ledger/types.ts'
import type { ApplyReport } from '../../src/reconcile/report.ts'
import { providerIn, NO_MISHAPS, openMemory, type Fault, type Mishaps } from '../support/memory.ts'
import { newServer, rulesInOrder, type Server } from '../support/memory-server.ts'
import { ownersOf } from '../support/memory-writes.ts'
import { copyOf, look, newWorld, run, type LiveState } from '../support/world.ts'

const start = (): LiveState => newWorld(newServer())
const failing = (at: number, fault: Fault): { readonly mishaps: Mishaps } => ({
  mishaps: { ...NO_MISHAPS, faults: new Map([[at, fault]]) },
})
const blocks = (...domain_blocks: DomainBlock[]): Documents => ({ 'domain-blocks.yaml': { domain_blocks } })
const blockIn = (server: Server, domain: string) => server.rows.domain_blocks.find((row) => row.domain === domain)
const kept: DomainBlock = { domain: 'kept.example', severity: 'none' }

test('a block by a moderator long after our attempt failed and was taken back is not ours to delete', async () => {
  const world = start()
  await run(world, blocks(kept))
  await run(world, blocks(kept, { domain: 'late.example', severity: 'limit' }), failing(1, 'refuse'))
  await run(world, blocks(kept))
  expect(world.ledger.attempts).toEqual([])
  world.server.rows.domain_blocks.push({
    ...(blockIn(world.server, 'kept.example') ?? expect.fail()),
    id: '77',
    domain: 'late.example',
    severity: 'silence',
  })
  const { plan } = await look(world, blocks(kept))
  expect(plan.steps).toEqual([])
  expect(plan.unmanaged).toMatchObject([{ id: 'late.example' }])
})

test('what a server has no place for is not in the ledger, so that its upgrade is nobody’s doing', async () => {
  const world = start()
  const roles: Documents = {
    'roles.yaml': { roles: [{ name: 'Helper', position: 5, permissions: ['manage_reports'], collection_limit: 20 }] },
  }
  await run(world, roles)
  const role = world.server.rows.roles.find(({ name }) => name === 'Helper') ?? expect.fail()
  Object.assign(role, { require_2fa: null, collection_limit: null })
  world.ledger = { ...world.ledger, entries: new Map() }
  await run(world, roles)
  expect(Object.keys(world.ledger.entries.get('role/Helper')?.fields ?? {})).toEqual([
    'color',
    'highlighted',
    'name',
    'permissions',
    'position',
  ])
  Object.assign(role, { require_2fa: false, collection_limit: 10 })
  const { plan } = await look(world, roles)
  expect(plan.drift).toEqual([])
  expect(plan.takeovers).toMatchObject([{ id: 'Helper', fields: ['collection_limit'] }])
})

test('an attempt that fails again and again is written down once', async () => {
  const world = start()
  const mail: Documents = { 'email-domain-blocks.yaml': { email_domain_blocks: [{ domain: 'trash.example' }] } }
  for (let i = 0; i < 3; i += 1) await run(world, mail, failing(1, 'drop-before'))
  expect(world.ledger.attempts).toHaveLength(1)
})

test('a raised severity leaves alone what a moderator ticked beside it', async () => {
  const world = start()
  await run(world, blocks(kept))
  Object.assign(blockIn(world.server, 'kept.example') ?? {}, { reject_media: true })
  const { plan, report } = await run(world, blocks({ ...kept, severity: 'limit' }))
  expect(plan.drift).toMatchObject([{ fields: ['reject_media'] }])
  expect(report?.done).toHaveLength(1)
  expect(blockIn(world.server, 'kept.example')).toMatchObject({ severity: 'silence', reject_media: true })
})

test('flags that slept under a suspension are what the files say when it ends', async () => {
  const world = start()
  await run(world, blocks({ domain: 'kept.example', severity: 'suspend' }))
  Object.assign(blockIn(world.server, 'kept.example') ?? {}, { reject_media: true })
  await run(world, blocks({ ...kept, severity: 'limit' }))
  expect(blockIn(world.server, 'kept.example')).toMatchObject({ severity: 'silence', reject_media: false })
})

test('an approval is spent by the step that it was for, even if the run was killed before it said so', async () => {
  const world = start()
  const documents = { ...blocks(kept), 'email-domain-blocks.yaml': { email_domain_blocks: [] } }
  const { plan } = await look(world, documents)
  world.ledger = {
    ...world.ledger,
    approvals: approve([], plan.steps, { by: 'alice', at: '2026-11-23T12:00:00Z', source: 'agreed' }),
  }
  // Saving the attempt is the first moment, the write the second.
  await run(world, documents, failing(2, 'die-before'))
  expect(blockIn(world.server, 'kept.example')).toBeDefined()
  const later = copyOf(world)
  // While a kind can't be read no approval is forgotten.
  await run(world, documents, { mishaps: { ...NO_MISHAPS, unreadable: new Set(['email_domain_blocks'] as const) } })
  expect(world.ledger.approvals).toMatchObject([{ spent: true }])
  // Where all was read, no step calls for it any more.
  await run(later, documents)
  expect(later.ledger.approvals).toEqual([])
})

test('settings that this Herdbook does not know, such as old versions left behind, make none unreadable', async () => {
  const world = start()
  world.server.rows.settings.push(
    {
      var: 'notification_emails',
      value: '--- !ruby/hash:ActiveSupport::HashWithIndifferentAccess\nfollow: false\n',
      updated_at: null,
    },
    { var: 'reserved_usernames', value: '---\n- admin\n', updated_at: null },
  )
  const { plan } = await look(world, { 'settings.yaml': { settings: { site_title: 'Herd' } } })
  expect(plan.reads).toMatchObject([{ kind: 'setting', complete: true }])
  expect(plan.unmanaged).toEqual([])
})

test.each(['--- "no end\n', '--- *nowhere\n', '---\na: b\n'])(
  'a setting that holds %j is unknown, and no defect',
  async (value) => {
    const world = start()
    world.server.rows.settings.push({ var: 'site_title', value, updated_at: null })
    const { plan } = await look(world, { 'settings.yaml': { settings: { site_title: 'Herd' } } })
    expect(plan.reads).toMatchObject([{ kind: 'setting', complete: false }])
    expect(plan.steps).toEqual([])
  },
)

test('a rule that nobody manages keeps its place when the others are put in another order', async () => {
  const rulesOf = (...keys: string[]): Documents => ({
    'rules.yaml': { rules: keys.map((key): Rule => ({ key, text: `Rule ${key}.` })) },
  })
  const world = start()
  await run(world, rulesOf('a', 'b', 'c'))
  const [, b] = rulesInOrder(world.server)
  world.server.rows.rules.push({ ...(b ?? expect.fail()), id: '5000', text: 'By hand.' })
  await run(world, rulesOf('c', 'b', 'a'))
  expect(rulesInOrder(world.server).map((row) => row.text)).toEqual(['Rule c.', 'Rule b.', 'By hand.', 'Rule a.'])
})

const owner: Role = { name: 'Owner', position: 1000, permissions: ['administrator'], highlighted: true }
const staff = (holders: { readonly [account: string]: string }): Documents => ({
  'roles.yaml': { roles: [owner] },
  'moderators.yaml': { moderators: Object.entries(holders).map(([account, role]) => ({ account, role })) },
})

test('an owner stays while the one who was to follow could not be made one', async () => {
  const world = start()
  await run(world, staff({ olga: 'Owner', otto: 'Owner' }), { takeOver: true })
  const mishaps: Mishaps = { ...NO_MISHAPS, faults: new Map([[1, 'refuse']]), trusting: true }
  const { report } = await run(world, staff({ olga: 'Owner', alice: 'Owner' }), { mishaps })
  expect(report?.skipped).toMatchObject([{ step: { id: 'otto' } }])
  expect(ownersOf(world.server)).toBe(2)
})

test('an owner is not lowered in the same batch in which the one who was to follow could not be made one', async () => {
  const world = start()
  await run(world, staff({ olga: 'Owner', otto: 'Owner' }), { takeOver: true })
  const mishaps: Mishaps = { ...NO_MISHAPS, faults: new Map([[1, 'refuse']]), trusting: true }
  await run(world, staff({ olga: 'Owner', otto: 'Moderator', alice: 'Owner' }), { mishaps })
  expect(ownersOf(world.server)).toBe(2)
})

test('what the files do not manage is not restored, and that is said instead of applying all the rest', async () => {
  const world = start()
  await run(world, blocks(kept))
  const { refused } = await run(world, blocks(kept, { domain: 'more.example', severity: 'none' }), {
    restore: new Set(['domain-block/typo.example']),
  })
  expect(refused.join()).toContain('domain-block/typo.example')
  expect(blockIn(world.server, 'more.example')).toBeUndefined()
})

/** A run that is asked to stop as soon as one step has been answered, and the ledgers that it wrote. */
async function stopped(
  world: LiveState,
  documents: Documents,
): Promise<{ readonly report: ApplyReport; readonly saved: readonly Ledger[] }> {
  const memory = openMemory(world.server)
  const { plan } = await look(world, documents, memory)
  const stop = new AbortController()
  const saved: Ledger[] = []
  const report = await apply(plan, {
    kinds: KINDS,
    ledger: world.ledger,
    save: async (ledger) => (saved.push(ledger), ledger),
    open: () => providerIn(memory).open(),
    replan: () => expect.fail('read again'),
    live: { observed: new Map(), invariants: [], guard: () => ({}) },
    again: () => Promise.resolve([]),
    proofs: new Map(),
    withheld: new Map(),
    now: () => new Date(),
    nonce: 'run',
    holds: () => true,
    signal: stop.signal,
    told: () => stop.abort(),
  })
  return { report, saved }
}

test('a run that is stopped after its last step says that nothing was verified, and ends with 8', async () => {
  const { report, saved } = await stopped(start(), blocks(kept))
  expect(report).toMatchObject({ done: [{ id: 'kept.example' }], notReached: [], remaining: [{ id: 'kept.example' }] })
  expect(exitOfApply(report)).toBe(8)
  // The attempt was written down, and that its work is done: nothing that was not verified.
  expect(saved.map(({ entries, intents }) => [entries.size, intents.length])).toEqual([
    [0, 1],
    [0, 0],
  ])
})

test('what a stopped run did not reach it never attempted', async () => {
  const { report, saved } = await stopped(start(), {
    ...blocks(kept),
    'email-domain-blocks.yaml': { email_domain_blocks: [{ domain: 'trash.example' }] },
  })
  expect(report).toMatchObject({ done: [{ id: 'kept.example' }], notReached: [{ id: 'trash.example' }] })
  expect(saved.map(({ attempts }) => attempts.map(({ id }) => id))).toEqual([
    ['kept.example', 'trash.example'],
    ['kept.example'],
  ])
})

test('a debt that can not be paid is told, and is no success', async () => {
  const world = start()
  const few = blocks({ domain: 'a.example', severity: 'suspend' }, { domain: 'b.example', severity: 'suspend' })
  // Both rows are there, and their workers are not.
  await run(world, few, failing(3, 'die-before'))
  const { report } = await run(world, few, failing(1, 'refuse'))
  expect(report?.findings).toMatchObject([{ code: 'still-owed' }])
  expect(report && exitOfApply(report)).toBe(8)
})

test('a parent that waits for the day of its child is due then, too, and no failure of this night', async () => {
  const world = start()
  const family = blocks(
    { domain: 'example', severity: 'suspend' },
    { domain: 'child.example', severity: 'suspend' },
    kept,
  )
  const withheld = new Map([
    ['domain-block/child.example', { why: 'not-yet', reason: 'Applied from 2031-06-01 on.' }],
  ] as const)
  const { report } = await run(world, family, { withheld })
  expect(report).toMatchObject({
    done: [{ id: 'kept.example' }],
    skipped: [
      { step: { id: 'child.example' }, why: 'not-yet' },
      { step: { id: 'example' }, why: 'not-yet', reason: expect.stringContaining('child.example') },
    ],
  })
  expect(report && exitOfApply(report)).toBe(0)
})
