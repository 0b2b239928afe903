import { expect, test } from 'vitest'
import type { Documents, DomainBlock, Role, Rule } from '../../src/instance/documents.ts'
import { NO_MISHAPS, type Fault } from '../support/memory.ts'
import { newServer, rulesInOrder, type Server } from '../support/memory-server.ts'
import { ownersOf, settingValue } from '../support/memory-writes.ts'
import { look, newWorld, run, type LiveState } from '../support/world.ts'

const start = (): LiveState => newWorld(newServer())
const failing = (at: number, fault: Fault) => ({ mishaps: { ...NO_MISHAPS, faults: new Map([[at, fault]]) } })
const rulesOf = (...keys: string[]): Documents => ({
  'rules.yaml': { rules: keys.map((key): Rule => ({ key, text: `Rule ${key}.` })) },
})
const textsOf = (server: Server): string[] => rulesInOrder(server).map((row) => row.text)
const open = async (world: LiveState, documents: Documents): Promise<unknown> => {
  const { plan } = await look(world, documents)
  return [...plan.steps, ...plan.drift, ...plan.conflicts, ...plan.takeovers].map(
    ({ kind, id, cause }) => `${cause} ${kind}/${id}`,
  )
}

test('a rule that is put before the others gets its place in the same apply', async () => {
  const world = start()
  await run(world, rulesOf('b'))
  await run(world, rulesOf('a', 'b'))
  expect(textsOf(world.server)).toEqual(['Rule a.', 'Rule b.'])
})

test('new rules are made in the order of the file', async () => {
  const world = start()
  await run(world, rulesOf('z', 'a', 'm'))
  expect(textsOf(world.server)).toEqual(['Rule z.', 'Rule a.', 'Rule m.'])
  expect(await open(world, rulesOf('z', 'a', 'm'))).toEqual([])
})

test('rules that are there already and that the ledger does not know yet take part in the order', async () => {
  const world = start()
  await run(world, rulesOf('a', 'b'))
  const stranger = newWorld(world.server)
  await run(stranger, rulesOf('b', 'a'), { takeOver: true })
  expect(textsOf(world.server)).toEqual(['Rule b.', 'Rule a.'])
})

test('a rule that was deleted by hand and restored is one rule', async () => {
  const world = start()
  await run(world, rulesOf('a', 'b'))
  world.server.rows.rules.shift()
  const { report } = await run(world, rulesOf('a', 'b'), { restore: new Set(['rule/a']) })
  expect(report?.remaining).toEqual([])
  await run(world, rulesOf('a', 'b'), { restore: new Set(['rule-order/rules']) })
  expect(textsOf(world.server)).toEqual(['Rule a.', 'Rule b.'])
  expect(await open(world, rulesOf('a', 'b'))).toEqual([])
})

test('a rule that our own delete took keeps its place when the delete is reverted before it was verified', async () => {
  const world = start()
  await run(world, rulesOf('a', 'b'))
  await run(world, rulesOf('b'), failing(1, 'die-after'))
  await run(world, rulesOf('a', 'b'))
  expect(textsOf(world.server)).toEqual(['Rule a.', 'Rule b.'])
})

test('somebody who reorders the rules between plan and apply is not overruled', async () => {
  const world = start()
  await run(world, rulesOf('a', 'b', 'c'))
  const swap = (server: Server): void => {
    for (const [i, row] of rulesInOrder(server).entries()) row.priority = [2, 0, 1][i] ?? 0
  }
  await run(world, rulesOf('c', 'b', 'a'), { mishaps: { ...NO_MISHAPS, others: new Map([[1, swap]]) } })
  expect(textsOf(world.server)).toEqual(['Rule b.', 'Rule c.', 'Rule a.'])
})

test('a setting whose default was confirmed can be changed and changed back', async () => {
  const world = start()
  const trends = (value: boolean): Documents => ({ 'settings.yaml': { settings: { trends: value } } })
  await run(world, trends(true))
  await run(world, trends(false))
  expect(settingValue(world.server, 'trends')).toBe(false)
  await run(world, trends(true))
  expect(settingValue(world.server, 'trends')).toBe(true)
})

test('a setting that somebody sets for the first time between plan and apply is left alone', async () => {
  const world = start()
  const others = new Map([
    [1, ({ rows }: Server) => void rows.settings.push({ var: 'site_title', value: '--- Ours\n', updated_at: null })],
  ])
  const { report } = await run(
    world,
    { 'settings.yaml': { settings: { site_title: 'Herd' } } },
    { mishaps: { ...NO_MISHAPS, others } },
  )
  expect(report?.failed).toMatchObject([{ reason: { code: 'moved' } }])
  expect(settingValue(world.server, 'site_title')).toBe('Ours')
})

test('an e-mail block deleted to be made anew, and not made, is made by the next run, and by a revert', async () => {
  const mail = (allow: boolean): Documents => ({
    'email-domain-blocks.yaml': { email_domain_blocks: [{ domain: 'trash.example', allow_with_approval: allow }] },
  })
  for (const next of [true, false]) {
    const world = start()
    await run(world, mail(false))
    await run(world, mail(true), failing(2, 'drop-before'))
    expect(world.server.rows.email_domain_blocks).toEqual([])
    await run(world, mail(next))
    expect(world.server.rows.email_domain_blocks).toMatchObject([{ allow_with_approval: next }])
  }
})

test('mail about terms that are published already is a step, not a difference to settle', async () => {
  const terms = (notify: { notify_members?: true }): Documents => ({
    'terms-of-service.yaml': {
      terms_of_service: [{ effective_date: '2027-01-01', text: 'Be kind.', changelog: 'First.', ...notify }],
    },
  })
  const world = start()
  await run(world, terms({}))
  await run(world, terms({ notify_members: true }))
  expect(world.server.mailed).toEqual(['2027-01-01'])
})

const owner: Role = { name: 'Owner', position: 1000, permissions: ['administrator'], highlighted: true }
const helper: Role = { name: 'Helper', position: 5, permissions: ['manage_reports'] }
const mentor: Role = { ...helper, name: 'Mentor', renamed_from: 'Helper' }
const staff = (roles: Role[], holders: { readonly [account: string]: string }): Documents => ({
  'roles.yaml': { roles: [owner, ...roles] },
  'moderators.yaml': {
    moderators: Object.entries({ olga: 'Owner', otto: 'Owner', ...holders }).map(([account, role]) => ({
      account,
      role,
    })),
  },
})
const roleNames = (server: Server): string[] => server.rows.roles.map((row) => row.name)

test('a rename that the server refused is tried again', async () => {
  const world = start()
  await run(world, staff([helper], { alice: 'Helper' }), { takeOver: true })
  await run(world, staff([mentor], { alice: 'Mentor' }), failing(1, 'refuse'))
  await run(world, staff([mentor], { alice: 'Mentor' }))
  expect(roleNames(world.server)).toContain('Mentor')
  expect(await open(world, staff([mentor], { alice: 'Mentor' }))).toEqual([])
})

test('a rename that was not verified is undone by its revert', async () => {
  const world = start()
  await run(world, staff([helper], { alice: 'Helper' }), { takeOver: true })
  await run(world, staff([mentor], { alice: 'Mentor', bob: 'Mentor' }), failing(3, 'die-before'))
  await run(world, staff([helper], { alice: 'Helper' }))
  expect(roleNames(world.server)).not.toContain('Mentor')
  expect(await open(world, staff([helper], { alice: 'Helper' }))).toEqual([])
})

test('a role that somebody made under the new name is not taken for the renamed one', async () => {
  const world = start()
  await run(world, staff([helper], {}), { takeOver: true })
  world.server.rows.roles.push({
    ...(world.server.rows.roles[0] ?? expect.fail()),
    id: '99',
    name: 'Mentor',
    position: 77,
  })
  const { plan } = await look(world, staff([mentor], {}))
  expect(plan.takeovers.map(({ id }) => id)).toEqual(['Mentor'])
})

test('who loses a role in the edit that renames it loses it', async () => {
  const world = start()
  await run(world, staff([helper], { alice: 'Helper', bob: 'Helper' }), { takeOver: true })
  await run(world, staff([mentor], { bob: 'Moderator' }))
  expect(world.server.rows.accounts.filter((a) => ['alice', 'bob'].includes(a.username)).map((a) => a.role_id)).toEqual(
    [null, '1'],
  )
})

test('workers that a second run owes anew are not forgotten because the first debt was paid', async () => {
  const blocks: Documents = {
    'domain-blocks.yaml': {
      domain_blocks: ['a.example', 'b.example'].map((domain) => ({
        domain,
        severity: 'suspend' as const,
        accept_severed_relationships: 99,
      })),
    },
  }
  const world = newWorld(newServer(new Map([['a.example', { follows: 3, followers: 4, accounts: 1 }]])))
  await run(world, blocks, failing(1, 'die-before'))
  await run(world, blocks, failing(3, 'drop-before'))
  expect(world.server.severed).toBe(0)
  await run(world, blocks)
  expect(world.server.severed).toBe(7)
})

test('a role is not deleted while nobody knows who holds it', async () => {
  const world = start()
  await run(world, staff([helper], { alice: 'Helper' }), { takeOver: true })
  const { refused } = await run(
    world,
    { 'roles.yaml': { roles: [owner] } },
    { mishaps: { ...NO_MISHAPS, unreadable: new Set(['accounts']) } },
  )
  expect(refused.join()).toContain('cannot check the rule held-roles')
  expect(ownersOf(world.server)).toBe(2)
})

test('over REST a parent that is lowered or lifted makes room for a weaker child', async () => {
  const blocks = (...domain_blocks: DomainBlock[]): Documents => ({
    'domain-blocks.yaml': { domain_blocks, emptied_on_purpose: 'a test' },
  })
  const child: DomainBlock = { domain: 'a.spam.example', severity: 'limit' }
  for (const parents of [
    [],
    [{ domain: 'spam.example', severity: 'none' as const }],
    [{ domain: 'spam.example', severity: 'limit' as const }],
  ]) {
    const world = newWorld(newServer(), 'both')
    await run(world, blocks({ domain: 'spam.example', severity: 'suspend' }))
    for (let i = 0; i < 3; i++) await run(world, blocks(child, ...parents))
    expect(await open(world, blocks(child, ...parents))).toEqual([])
  }
})

test('somebody is made an owner before somebody else stops being one', async () => {
  const world = start()
  const owners = (list: { readonly [account: string]: string }): Documents => ({
    'moderators.yaml': { moderators: Object.entries(list).map(([account, role]) => ({ account, role })) },
  })
  await run(world, owners({ alice: 'Owner', otto: 'Owner', olga: 'Moderator' }), { takeOver: true })
  const { refused } = await run(world, owners({ alice: 'Moderator', otto: 'Owner', olga: 'Owner' }))
  expect(refused).toEqual([])
  expect(ownersOf(world.server)).toBe(2)
})
