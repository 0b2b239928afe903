import { describe, expect, test } from 'vitest'
import type { Documents } from '../../src/instance/documents.ts'
import { newServer, type Server } from '../support/memory-server.ts'
import { look, newWorld, run, type LiveState } from '../support/world.ts'

type Block = Server['rows']['domain_blocks'][number]

const REF = 'domain-block/spam.example'
const BUDGET = { create: 10, update: 10, delete: 10, weaken: 10 }
const files = (rule: 'report' | 'correct', comment = 'Spam'): Documents => ({
  'policy.yaml': { budgets: { default: BUDGET }, drift: { domain_block: rule } },
  'domain-blocks.yaml': {
    domain_blocks: [{ domain: 'spam.example', severity: 'limit', reject_media: true, public_comment: comment }],
  },
})

/** A server as the files say, where somebody then changed the block by hand. */
async function changedByHand(change: Partial<Block>): Promise<LiveState> {
  const world = newWorld(newServer())
  await run(world, files('correct'))
  for (const block of world.server.rows.domain_blocks) Object.assign(block, change)
  return world
}

const seen = async (world: LiveState, documents: Documents, restore = new Set<string>()) => {
  const { plan } = await look(world, documents, undefined, { restore })
  return {
    steps: plan.steps.map(({ cause, changes }) => ({ cause, fields: changes.map(({ field }) => field) })),
    drift: plan.drift.map(({ fields }) => fields),
  }
}

describe('the policy `correct`', () => {
  test('puts back what was lowered by hand', async () => {
    const world = await changedByHand({ severity: 'noop' })
    expect(await seen(world, files('correct'))).toEqual({
      steps: [{ cause: 'drift', fields: ['severity'] }],
      drift: [],
    })
    expect(await seen(world, files('report'))).toEqual({ steps: [], drift: [['severity']] })
  })

  test.each<[string, Partial<Block>, string]>([
    ['a severity that was raised', { severity: 'suspend' }, 'severity'],
    ['reports that are refused since', { reject_reports: true }, 'reject_reports'],
  ])('reports %s by hand, and undoes it only when somebody asks', async (_, change, field) => {
    const world = await changedByHand(change)
    expect(await seen(world, files('correct'))).toEqual({ steps: [], drift: [[field]] })
    expect(await seen(world, files('correct'), new Set([REF]))).toEqual({
      steps: [{ cause: 'drift', fields: [field] }],
      drift: [],
    })
  })

  test('reports all that differs of an object where undoing it together would weaken', async () => {
    const world = await changedByHand({ severity: 'suspend', public_comment: 'Somebody else' })
    expect(await seen(world, files('correct'))).toEqual({ steps: [], drift: [['public_comment', 'severity']] })
  })

  test('lets what changed in the files go out beside what it reports', async () => {
    const world = await changedByHand({ severity: 'suspend' })
    expect(await seen(world, files('correct', 'Spam, by the thousand'))).toEqual({
      steps: [{ cause: 'change', fields: ['public_comment'] }],
      drift: [['severity']],
    })
  })

  const owners = { moderators: [{ account: 'carol', role: 'Moderator' }] }
  const moderators = (rule: 'report' | 'correct'): Documents => ({
    'policy.yaml': { budgets: { default: BUDGET }, drift: { moderator: rule, role: rule, setting: rule } },
    'moderators.yaml': owners,
    'roles.yaml': { roles: [{ name: 'Moderator', position: 10, permissions: ['manage_reports'] }] },
    'settings.yaml': { settings: { registrations_mode: 'open', site_title: 'Herd' } },
  })

  test('gives nobody access, and opens nothing', async () => {
    const world = newWorld(newServer())
    await run(world, moderators('correct'), { takeOver: true })
    expect(await seen(world, moderators('correct'))).toEqual({ steps: [], drift: [] })
    const { accounts, roles, settings } = world.server.rows
    for (const one of accounts) if (one.username === 'carol') Object.assign(one, { role_id: null })
    for (const one of roles) if (one.name === 'Moderator') Object.assign(one, { permissions: '0' })
    for (const one of settings) Object.assign(one, { value: one.var === 'site_title' ? '--- Flock\n' : '--- none\n' })
    expect(await seen(world, moderators('correct'))).toEqual({
      steps: [{ cause: 'drift', fields: ['value'] }],
      drift: [['permissions'], ['role'], ['value']],
    })
  })
})
