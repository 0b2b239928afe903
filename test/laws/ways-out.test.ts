import fc from 'fast-check'
import { expect, test } from 'vitest'
import { adopt } from '../support/adopt.ts'
import { edits, editsWithin, relations } from '../support/generate.ts'
import { byHand, hands } from '../support/manual-changes.ts'
import { newServer } from '../support/memory-server.ts'
import { settingValue } from '../support/memory-writes.ts'
import { shortfalls } from '../support/shortfalls.ts'
import { look, newWorld, run } from '../support/world.ts'
import { objectsIn } from '../../src/reconcile/objects.ts'
import { type Plan, type Difference } from '../../src/reconcile/plan/types.ts'

const CASES = 200
const differences = (plan: Plan): string[] =>
  [...plan.drift, ...plan.conflicts, ...plan.takeovers].map(({ kind, id }) => `${kind}/${id}`)

test('law 13: adopt or restore ends any drift and any conflict', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      editsWithin,
      relations,
      hands,
      fc.infiniteStream(fc.boolean()),
      async (files, impact, acts, adopts) => {
        const world = newWorld(newServer(impact))
        fc.pre((await run(world, files.before, { takeOver: true })).refused.length === 0)
        for (const act of acts) byHand(world.server, act)
        const { plan, input } = await look(world, files.after)
        const split = [...plan.drift, ...plan.conflicts, ...plan.takeovers].map((difference) => ({
          difference,
          adopted: adopts.next().value === true,
        }))
        const adopted = split.filter((one) => one.adopted).map((one) => one.difference)
        const ordered = split.some(({ difference }) => difference.kind === 'rule-order')
        const places = objectsIn(input.live.observed.get('rule-order'))[0]?.fields ?? null
        // A rule that comes into the file comes to its place: where the order is in sync that changes no other's.
        const place: Difference[] =
          ordered || places === null
            ? []
            : [
                {
                  kind: 'rule-order',
                  id: 'rules',
                  cause: 'drift',
                  desired: null,
                  live: places,
                  ledger: null,
                  fields: [],
                },
              ]
        // Orders come last: what was adopted has its place in them.
        const isOrder = ({ kind }: Difference): number => Number(kind === 'rule-order')
        const documents = [...adopted, ...place].toSorted((a, b) => isOrder(a) - isOrder(b)).reduce(adopt, files.after)
        const restore = new Set(
          split.filter((one) => !one.adopted).map(({ difference }) => `${difference.kind}/${difference.id}`),
        )
        const { refused, report } = await run(world, documents, { restore })
        fc.pre(refused.length === 0)
        expect(report?.failed).toEqual([])
        const { plan: next } = await look(world, documents)
        expect(differences(next)).toEqual([])
        expect(next.steps).toEqual([])
        const waiting = new Set(next.waiting.map(({ kind, id }) => `${kind}/${id}`))
        expect([...shortfalls(documents, world.server)].filter((ref) => !waiting.has(ref))).toEqual([])
      },
    ),
    { numRuns: CASES },
  )
})

test('nothing is taken over or undone without being said', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(edits, relations, hands, hands, async (files, impact, before, after) => {
      const world = newWorld(newServer(impact))
      for (const act of before) byHand(world.server, act)
      await run(world, files.before)
      const { entries } = world.ledger
      for (const act of after) byHand(world.server, act)
      const { plan } = await look(world, files.after)
      const onlyThese = files.after['moderators.yaml']?.only_these === true
      for (const step of plan.steps) {
        expect(step.cause).toBe('change')
        const entry = entries.get(`${step.kind}/${step.formerly ?? step.id}`)
        const others = step.kind === 'moderator' && step.action === 'delete' && onlyThese
        // Nobody's word stands in a setting without a row.
        const untouched = step.kind === 'setting' && settingValue(world.server, step.id) === undefined
        if (untouched) continue
        if (step.action !== 'create' && !others) expect(entry).toBeDefined()
        if (step.kind === 'rule-order' || step.kind === 'moderator') continue
        // What is changed is what the ledger knows as ours; what it does not know was empty.
        for (const { field, before: was } of step.action === 'update' ? step.changes : []) {
          if (entry && field in entry.fields)
            expect([was ?? '', was === '' ? null : was]).toContainEqual(entry.fields[field])
          else expect([null, '', [], {}]).toContainEqual(was)
        }
      }
    }),
    { numRuns: CASES },
  )
})
