import { expect, it } from 'vitest'
import { approvable } from '../../src/approvals/approved-by-merge.ts'
import type { Documents } from '../../src/instance/documents.ts'
import { refusals } from '../../src/reconcile/exit.ts'
import { newServer } from '../support/memory-server.ts'
import { look, newWorld, run, type LiveState } from '../support/world.ts'

const fresh = (): LiveState =>
  newWorld(newServer(new Map([['old.example', { follows: 3, followers: 4, accounts: 9 }]])))

/** The names of what a merge of this would and would not approve, where all but some objects were left over. */
async function chosen(
  documents: Documents,
  own: readonly string[],
  changed: readonly string[] = [],
  approved: readonly string[] = [],
  world = fresh(),
) {
  const planned = await look(world, documents)
  const leftover = new Set(planned.plan.steps.filter(({ id }) => !own.includes(id)).map(({ digest }) => digest))
  const { plan, withheld } = approvable(
    {
      ...planned,
      leftover,
      approved: new Set(approved.map((id) => planned.plan.steps.find((step) => step.id === id)?.digest ?? '')),
    },
    new Set(changed),
  )
  const named = plan.steps.map(({ id, digest }): [string, string] => [id, withheld.get(digest) ?? 'approved'])
  return {
    steps: Object.fromEntries(named),
    refused: refusals(plan).map(({ code }) => code),
    warned: plan.findings.filter(({ severity }) => severity === 'warning').map(({ code }) => code),
  }
}

const blocks = (...domains: string[]) => ({
  'domain-blocks.yaml': {
    domain_blocks: domains.map((domain) => ({
      domain,
      severity: domain.startsWith('old') ? ('suspend' as const) : ('limit' as const),
    })),
  },
})
const budget = (create: number) => ({ 'policy.yaml': { budgets: { default: { create } } } })
const alice = { 'moderators.yaml': { moderators: [{ account: 'alice', role: 'Owner' }] } }

it('takes along what was left over, where nothing speaks against it', async () => {
  expect(await chosen(blocks('a.example', 'b.example'), ['a.example'])).toEqual({
    steps: { 'a.example': 'approved', 'b.example': 'approved' },
    refused: [],
    warned: [],
  })
})

it('leaves what is refused, which then refuses nothing', async () => {
  const { steps, refused, warned } = await chosen(blocks('a.example', 'old.example', 'z.example'), ['a.example'])
  expect(steps).toEqual({ 'a.example': 'approved', 'old.example': 'refused', 'z.example': 'approved' })
  expect([refused, warned]).toEqual([[], ['consent-missing']])
})

it('is refused for its own', async () => {
  const { steps, refused } = await chosen(blocks('a.example', 'old.example'), ['old.example'])
  expect(steps).toEqual({ 'a.example': 'approved', 'old.example': 'approved' })
  expect(refused).toEqual(['consent-missing'])
})

it('takes along no more than the budget leaves room for', async () => {
  const { steps, refused, warned } = await chosen(
    { ...budget(3), ...blocks('a.example', 'b.example', 'c.example', 'd.example', 'own.example') },
    ['own.example'],
  )
  expect(Object.values(steps).filter((is) => is === 'approved')).toHaveLength(3)
  expect(steps['own.example']).toBe('approved')
  expect([refused, warned]).toEqual([[], ['budget']])
})

it('takes along nothing that goes further beyond a budget that its own go beyond', async () => {
  const { steps, refused } = await chosen({ ...budget(1), ...blocks('a.example', 'b.example', 'left.example') }, [
    'a.example',
    'b.example',
  ])
  expect(steps).toEqual({ 'a.example': 'approved', 'b.example': 'approved', 'left.example': 'refused' })
  expect(refused).toEqual(['budget'])
})

it('leaves a role that was left over, unless its own file is changed', async () => {
  expect((await chosen({ ...alice, ...blocks('a.example') }, ['a.example'])).steps).toEqual({
    'a.example': 'approved',
    alice: 'not-asked',
  })
  expect((await chosen({ ...alice, ...blocks('a.example') }, ['a.example'], ['moderators.yaml'])).steps).toEqual({
    'a.example': 'approved',
    alice: 'approved',
  })
})

it("leaves a setting that was left over to those who own its file; a rule is the moderators'", async () => {
  const files = {
    'settings.yaml': { settings: { site_title: 'Another' } },
    'rules.yaml': { rules: [{ key: 'kind', text: 'Be kind' }] },
    ...blocks('a.example'),
  }
  expect((await chosen(files, ['a.example'])).steps).toEqual({
    'a.example': 'approved',
    site_title: 'not-asked',
    kind: 'approved',
  })
  expect((await chosen(files, ['a.example'], ['settings.yaml'])).steps).toMatchObject({ site_title: 'approved' })
})

it('finds the one that is refused among many', async () => {
  const many = Array.from({ length: 3000 }, (_, i) => `n${i}.example`)
  const { steps } = await chosen(
    { ...budget(5000), ...blocks('own.example', ...many.slice(0, 1500), 'old.example', ...many.slice(1500)) },
    ['own.example'],
  )
  expect(Object.entries(steps).filter(([, is]) => is !== 'approved')).toEqual([['old.example', 'refused']])
})

it.for([
  ['a role that nobody holds any more', [], []],
  ['a role that people hold: refused for that, not for one more', ['carol'], ['invariant']],
] as const)('does not take along a grant of what its own step deletes: %s', async ([, holders, refusal]) => {
  const role = (...names: readonly string[]): Documents => ({
    'roles.yaml': { roles: names.map((name) => ({ name, position: 5, permissions: ['manage_reports'] as const })) },
  })
  const world = fresh()
  await run(world, role('Helper'))
  const { roles, accounts } = world.server.rows
  const helper = roles.find(({ name }) => name === 'Helper')?.id ?? ''
  for (const account of accounts.filter(({ username }) => holders.some((name) => name === username)))
    account.role_id = helper
  const files = { ...role(), 'moderators.yaml': { moderators: [{ account: 'alice', role: 'Helper' }] } }
  const { steps, refused, warned } = await chosen(files, ['Helper'], ['moderators.yaml', 'roles.yaml'], [], world)
  expect(steps).toEqual({ Helper: 'approved', alice: 'refused' })
  expect(refused).toEqual(refusal)
  expect(warned).toEqual(refusal.length > 0 ? ['actor-too-low'] : ['actor-too-low', 'invariant'])
})

it('what several files are behind rides on a merge that changes all of them', async () => {
  const planned = await look(fresh(), { ...alice, ...blocks('a.example') })
  const files = ['access.yaml', 'domain-blocks.yaml']
  const steps = planned.plan.steps.map((step) => (step.id === 'a.example' ? { ...step, files } : step))
  const leftover = new Set(steps.map(({ digest }) => digest))
  const withheldBy = (changed: readonly string[]) => {
    const found = approvable(
      { ...planned, plan: { ...planned.plan, steps }, leftover, approved: new Set() },
      new Set(changed),
    )
    return found.plan.steps.flatMap(({ id, digest }) => (found.withheld.has(digest) ? [id] : []))
  }
  expect(withheldBy(['domain-blocks.yaml'])).toContain('a.example')
  expect(withheldBy(files)).not.toContain('a.example')
})
