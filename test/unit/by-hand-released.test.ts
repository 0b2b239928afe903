import { expect, test } from 'vitest'
import { exitOfPlan } from '../../src/reconcile/exit.ts'
import { withLeft } from '../../src/reconcile/seen-list.ts'
import type { Plan } from '../../src/reconcile/plan/types.ts'
import { byHand } from '../support/manual-changes.ts'
import { newServer } from '../support/memory-server.ts'
import { look, newWorld, run } from '../support/world.ts'

const settings = (all: Record<string, string>) => ({ 'settings.yaml': { settings: all } })
const BOTH = settings({ site_title: 'The herd', status_page_url: 'https://status.example' })
const ONE = settings({ status_page_url: 'https://status.example' })

const told = ({ unmanaged }: Plan): unknown[] =>
  unmanaged
    .filter(({ addedByHand }) => addedByHand)
    .map(({ id, fields, restorable }) => [id, fields['value'], restorable])

test('what was changed by hand is told also when the files let go of it', async () => {
  const world = newWorld(newServer())
  await run(world, BOTH)
  byHand(world.server, { does: 'set', key: 'site_title', value: 'Hijacked' })
  expect((await look(world, BOTH)).plan.drift.map(({ id }) => id)).toEqual(['site_title'])

  expect(told((await look(world, ONE)).plan)).toEqual([['site_title', 'Hijacked', undefined]])
  await run(world, ONE)
  const { plan } = await look(world, ONE)
  expect(told(plan)).toEqual([['site_title', 'Hijacked', undefined]])
  expect(exitOfPlan(plan)).toBe(3)
})

test("what the files let go of as they had it is nobody's doing", async () => {
  const world = newWorld(newServer())
  await run(world, BOTH)
  expect(told((await look(world, ONE)).plan)).toEqual([])
  await run(world, ONE)
  expect(told((await look(world, ONE)).plan)).toEqual([])
})

test('and is told no more once somebody left it', async () => {
  const world = newWorld(newServer())
  await run(world, BOTH)
  byHand(world.server, { does: 'set', key: 'site_title', value: 'Hijacked' })
  const left = (await look(world, ONE)).plan.unmanaged.filter(({ addedByHand }) => addedByHand)
  world.ledger = {
    ...world.ledger,
    seen: withLeft(world.ledger.seen, left, { by: 'ann', at: '2026-11-30T00:00:00Z', why: 'agreed' }),
  }
  expect(told((await look(world, ONE)).plan)).toEqual([])
  await run(world, ONE)
  expect(told((await look(world, ONE)).plan)).toEqual([])
})
