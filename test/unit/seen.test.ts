import { expect, test } from 'vitest'
import type { Documents } from '../../src/instance/documents.ts'
import { KINDS } from '../../src/providers/mastodon/kinds/index.ts'
import { exitOfPlan } from '../../src/reconcile/exit.ts'
import type { Plan } from '../../src/reconcile/plan/types.ts'
import { PLAIN } from '../support/plain-kinds.ts'
import { byHand, type Hand } from '../support/manual-changes.ts'
import { newServer, type Server } from '../support/memory-server.ts'
import { look, newWorld, run, type LiveState } from '../support/world.ts'

/** All kinds are managed, and next to nothing is in the files. */
const FILES: Documents = {
  ...Object.fromEntries(
    KINDS.flatMap(({ shape }) =>
      shape.form === 'list' ? [[shape.file, { [shape.list]: [], emptied_on_purpose: 'new' }]] : [],
    ),
  ),
  'settings.yaml': { settings: {} },
}

const told = ({ unmanaged }: Plan): string[] =>
  unmanaged.filter(({ addedByHand }) => addedByHand).map(({ kind }) => kind)
const does =
  (act: Hand) =>
  (server: Server): void =>
    byHand(server, act)

async function begun(): Promise<LiveState> {
  const world = newWorld(newServer())
  await run(world, FILES)
  expect(told((await look(world, FILES)).plan)).toEqual([])
  return world
}

const HANDS: { readonly [kind: string]: (server: Server) => void } = {
  'domain-block': does({ does: 'block', domain: 'raid.example', severity: 'suspend', media: false }),
  ...Object.fromEntries(
    PLAIN.map(({ kind, names: [id = ''] }) => [kind, does({ does: 'plain', kind, id, fields: {} })]),
  ),
  role: does({ does: 'role', name: 'Mentor', position: 3 }),
  moderator: ({ rows }) => {
    const [owner, account] = [
      rows.roles.find(({ name }) => name === 'Owner'),
      rows.accounts.find(({ role_id: role }) => role === null),
    ]
    if (owner === undefined || account === undefined) throw new Error('a role and somebody without one')
    account.role_id = owner.id
  },
  rule: does({ does: 'rule', nth: 99, text: 'By hand.' }),
  announcement: does({ does: 'announce', nth: 99, text: 'By hand.', gone: false }),
  setting: does({ does: 'set', key: 'status_page_url', value: 'https://elsewhere.example' }),
  'terms-of-service': ({ rows }) => {
    const at = '2026-11-30T00:00:00.000Z'
    rows.terms_of_services.push({
      id: '900',
      text: 'By hand.',
      changelog: '',
      effective_date: '2031-01-01',
      published_at: at,
      notification_sent_at: null,
      created_at: at,
    })
  },
}

test.each(Object.keys(HANDS))('what somebody does by hand is told of every kind: %s', async (kind) => {
  const world = await begun()
  HANDS[kind]?.(world.server)
  const { plan } = await look(world, FILES)
  expect(told(plan)).toEqual([kind])
  expect(exitOfPlan(plan)).toBe(3)
  await run(world, FILES)
  expect(told((await look(world, FILES)).plan)).toEqual([kind])
})

test('and no kind is left out but the order of the rules, which the files always name', () => {
  expect(Object.keys(HANDS).toSorted()).toEqual(
    KINDS.map(({ name }) => name)
      .filter((name) => name !== 'rule-order')
      .toSorted(),
  )
})

test('a ledger without lists gets them at the next apply, which tells all staff that no file names', async () => {
  const world = await begun()
  world.ledger = { ...world.ledger, seen: new Map() }
  const { report } = await run(world, FILES)
  const holders = world.server.rows.accounts
    .filter(({ role_id: role }) => role !== null && role !== '-99')
    .map(({ username }) => username.toLowerCase())
  expect(
    report?.looked
      .filter(({ kind }) => kind === 'moderator')
      .map(({ id }) => id)
      .toSorted(),
  ).toEqual(holders.toSorted())
  expect(holders.length).toBeGreaterThan(1)
  expect((await run(world, FILES)).report?.looked).toEqual([])
  HANDS['moderator']?.(world.server)
  expect(told((await look(world, FILES)).plan)).toEqual(['moderator'])
})

test('what is taken away again is a delete like any other: counted against the budget of deletes', async () => {
  const world = await begun()
  const domains = Array.from({ length: 6 }, (_, i) => `raid${i}.example`)
  for (const domain of domains) byHand(world.server, { does: 'block', domain, severity: 'silence', media: false })
  const restoring = (some: readonly string[]) =>
    run(
      world,
      { ...FILES, 'policy.yaml': { budgets: { default: { weaken: 100 } } } },
      { restore: new Set(some.map((domain) => `domain-block/${domain}`)) },
    )
  expect((await restoring(domains)).refused).toEqual([
    expect.stringContaining('6 deletes of domain blocks, but the limit (budgets in policy.yaml) is 5'),
  ])
  expect(world.server.rows.domain_blocks).toHaveLength(6)
  const { refused, report } = await restoring(domains.slice(1))
  expect(refused).toEqual([])
  expect(report?.done.map(({ action, weakens }) => [action, weakens])).toEqual(
    Array.from({ length: 5 }, () => ['delete', true]),
  )
  expect(world.server.rows.domain_blocks.map(({ domain }) => domain)).toEqual(['raid0.example'])
})
