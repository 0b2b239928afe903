import { expect, test } from 'vitest'
import type { DomainBlock } from '../../src/instance/documents.ts'
import { byHand } from '../support/manual-changes.ts'
import { newServer } from '../support/memory-server.ts'
import { look, newWorld, run, type LiveState } from '../support/world.ts'

const files = (...blocks: DomainBlock[]) => ({ 'domain-blocks.yaml': { domain_blocks: blocks } })
const stored = ({ server }: LiveState): readonly unknown[] =>
  [...server.rows.domain_blocks.values()].map(({ domain, severity, reject_media }) => ({
    domain,
    severity,
    reject_media,
  }))

async function begun(block: DomainBlock): Promise<LiveState> {
  const world = newWorld(newServer())
  expect((await run(world, files(block))).refused).toEqual([])
  return world
}

test('what the files say of the flags of a suspension is written, and stays when it is lowered', async () => {
  const world = await begun({ domain: 'a.example', severity: 'suspend', reject_media: true })
  expect(stored(world)).toEqual([{ domain: 'a.example', severity: 'suspend', reject_media: true }])
  await run(world, files({ domain: 'a.example', severity: 'limit', reject_media: true }))
  expect(stored(world)).toEqual([{ domain: 'a.example', severity: 'silence', reject_media: true }])
})

test('a limit that refuses media is raised to a suspension without weakening, whatever it says of media', async () => {
  for (const flag of [{ reject_media: true }, {}]) {
    const world = await begun({ domain: 'a.example', severity: 'limit', reject_media: true })
    const { plan } = await look(world, files({ domain: 'a.example', severity: 'suspend', ...flag }))
    expect(plan.steps.map(({ weakens }) => weakens)).toEqual([false])
  }
})

test('a limit that is raised keeps the flags that the file does not name, and loses those it says no to', async () => {
  for (const [flag, left] of [
    [{}, true],
    [{ reject_media: false }, false],
    [{ reject_media: true }, true],
  ] as const) {
    const world = await begun({ domain: 'a.example', severity: 'limit', reject_media: true })
    const raised = files({ domain: 'a.example', severity: 'suspend', ...flag })
    const { plan } = await run(world, raised)
    expect(plan.steps.map(({ changes }) => changes.map(({ field }) => field))).toEqual([
      left ? ['severity'] : ['reject_media', 'severity'],
    ])
    expect(stored(world)).toEqual([{ domain: 'a.example', severity: 'suspend', reject_media: left }])
    expect((await look(world, raised)).plan.steps).toEqual([])
    await run(world, files({ domain: 'a.example', severity: 'limit' }))
    expect(stored(world)).toEqual([{ domain: 'a.example', severity: 'silence', reject_media: false }])
  }
})

test('what a block refuses that was suspended without a word of it, then lowered by hand, is told first', async () => {
  const world = await begun({ domain: 'a.example', severity: 'suspend' })
  byHand(world.server, { does: 'block', domain: 'a.example', severity: 'silence', media: true })
  const { plan } = await look(world, files({ domain: 'a.example', severity: 'limit' }))
  expect([plan.steps, plan.takeovers.map(({ fields }) => fields)]).toEqual([[], [['reject_media']]])
})

test('flags that differ under a suspension are no difference, and are told when it ends', async () => {
  const world = await begun({ domain: 'a.example', severity: 'suspend' })
  byHand(world.server, { does: 'block', domain: 'a.example', severity: 'suspend', media: true })
  const { plan } = await look(world, files({ domain: 'a.example', severity: 'suspend' }))
  expect([plan.steps, plan.drift, plan.conflicts, plan.takeovers]).toEqual([[], [], [], []])
  await run(world, files({ domain: 'a.example', severity: 'limit' }))
  expect(stored(world)).toEqual([{ domain: 'a.example', severity: 'silence', reject_media: false }])
})
