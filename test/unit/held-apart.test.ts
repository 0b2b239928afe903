import { expect, test } from 'vitest'
import { planOptionsIn } from '../../src/verbs/apply/saved-options.ts'
import type { DomainBlock } from '../../src/instance/documents.ts'
import type { Plan } from '../../src/reconcile/plan/types.ts'
import { newServer } from '../support/memory-server.ts'
import { look, newWorld, run, type LiveState } from '../support/world.ts'

const REF = 'domain-block/a.example'
const files = (block: Omit<DomainBlock, 'domain'>) => ({
  'domain-blocks.yaml': { domain_blocks: [{ domain: 'a.example', ...block }] },
})
const AFTER = files({ severity: 'suspend', private_comment: 'ours' })

const block = ({ server }: LiveState): { private_comment: string | null; severity: string } => {
  const row = server.rows.domain_blocks.find(({ domain }) => domain === 'a.example')
  if (row === undefined) throw new Error('There is no block.')
  return row
}
const said = ({ steps, takeovers, conflicts, drift }: Plan) => ({
  steps: steps.map(({ changes }) => changes.map(({ field }) => field)),
  takeovers: takeovers.map(({ fields }) => fields),
  conflicts: conflicts.map(({ fields }) => fields),
  drift: drift.map(({ fields }) => fields),
})
const NONE = { steps: [], takeovers: [], conflicts: [], drift: [] }

/** A limit that the ledger knows, with a private comment that it does not. */
async function limited(): Promise<LiveState> {
  const world = newWorld(newServer(new Map([['a.example', { follows: 3, followers: 4, accounts: 5 }]])))
  await run(world, files({ severity: 'limit' }))
  block(world).private_comment = 'theirs'
  return world
}

test('a new comment in the file that differs is told; the raise beside it goes out, measured, recorded', async () => {
  const world = await limited()
  const { plan } = await look(world, AFTER)
  expect(said(plan)).toEqual({ ...NONE, steps: [['severity']], takeovers: [['private_comment']] })
  expect(plan.steps[0]?.impact?.details).toMatchObject({ follows: 3, followers: 4 })
  expect(plan.findings.map(({ code }) => code)).toContain('consent-missing')

  const consented = files({ severity: 'suspend', private_comment: 'ours', accept_severed_relationships: 7 })
  const { report } = await run(world, consented)
  expect([report?.done.length, report?.failed, report?.remaining]).toEqual([1, [], []])
  expect(block(world)).toMatchObject({ severity: 'suspend', private_comment: 'theirs' })
  expect(world.ledger.entries.get(REF)?.fields).toMatchObject({ severity: 'suspend' })
  expect(world.ledger.entries.get(REF)?.fields).not.toHaveProperty('private_comment')
  expect(said((await look(world, consented)).plan)).toEqual({ ...NONE, takeovers: [['private_comment']] })
})

test('what was written is not attempted any more, although another field of its object is still open', async () => {
  const world = await limited()
  const consented = files({ severity: 'suspend', private_comment: 'ours', accept_severed_relationships: 7 })
  await run(world, consented)
  expect(world.ledger.attempts).toEqual([])
  await run(world, files({ severity: 'limit', private_comment: 'ours' }))
  block(world).severity = 'suspend'
  expect(said((await look(world, files({ severity: 'limit', private_comment: 'ours' }))).plan)).toEqual({
    ...NONE,
    takeovers: [['private_comment']],
    drift: [['severity']],
  })
})

test('restore settles what was told and does the rest, too; a plan saved beside it wishes for no restore', async () => {
  const world = await limited()
  const consented = files({ severity: 'suspend', private_comment: 'ours', accept_severed_relationships: 7 })
  expect(planOptionsIn((await look(world, consented)).plan).restore).toEqual(new Set())
  await run(world, consented, { restore: new Set([REF]) })
  expect(block(world)).toMatchObject({ severity: 'suspend', private_comment: 'ours' })
  expect(said((await look(world, consented)).plan)).toEqual(NONE)
})

test('a severity that both changed holds back what belongs to it, and no comment', async () => {
  const world = newWorld(newServer())
  await run(world, files({ severity: 'none', reject_media: true, public_comment: 'a' }))
  block(world).severity = 'silence'
  const { plan } = await look(
    world,
    files({ severity: 'suspend', reject_media: true, reject_reports: true, public_comment: 'b' }),
  )
  expect(said(plan)).toEqual({ ...NONE, steps: [['public_comment']], conflicts: [['reject_reports', 'severity']] })
})
