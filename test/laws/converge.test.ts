import fc from 'fast-check'
import { expect, test } from 'vitest'
import { newServer } from '../support/memory-server.ts'
import { edits, relations } from '../support/generate.ts'
import { shortfalls } from '../support/shortfalls.ts'
import { look, newWorld, run } from '../support/world.ts'

const CASES = 400

test('laws 1 and 2: apply then read gives the files, and the plan after it is empty', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(edits, relations, async (files, impact) => {
      const world = newWorld(newServer(impact))
      for (const documents of [files.before, files.after]) {
        const { refused, report } = await run(world, documents, { takeOver: true })
        fc.pre(refused.length === 0)
        expect(report).toMatchObject({ failed: [], skipped: [], notReached: [], remaining: [] })
        const { plan } = await look(world, documents)
        const waiting = new Set(plan.waiting.map(({ kind, id }) => `${kind}/${id}`))
        expect([...shortfalls(documents, world.server)].filter((ref) => !waiting.has(ref))).toEqual([])
        expect([plan.steps, plan.drift, plan.conflicts, plan.takeovers, plan.adjustments]).toEqual([[], [], [], [], []])
      }
    }),
    { numRuns: CASES },
  )
})
