import fc from 'fast-check'
import { expect, test } from 'vitest'
import { byHand, hands } from '../support/manual-changes.ts'
import { newServer } from '../support/memory-server.ts'
import { edits, relations } from '../support/generate.ts'
import { shortfalls } from '../support/shortfalls.ts'
import { look, newWorld, run } from '../support/world.ts'

const CASES = 300

test(
  'laws 1 and 2: apply then read gives the files, and the plan after it is empty',
  { timeout: 120_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(edits, relations, hands, async (files, impact, acts) => {
        const world = newWorld(newServer(impact))
        for (const act of acts) byHand(world.server, act)
        for (const documents of [files.before, files.after]) {
          const short = shortfalls(documents, world.server)
          const { refused, report } = await run(world, documents, { takeOver: true })
          fc.pre(refused.length === 0)
          // A write that changes nothing is not harmless: Mastodon runs the block again.
          const idle = report?.done.filter(
            ({ kind, id, action }) => action !== 'delete' && kind !== 'rule-order' && !short.has(`${kind}/${id}`),
          )
          expect(idle).toEqual([])
          expect(report).toMatchObject({ failed: [], skipped: [], notReached: [], remaining: [] })
          const { plan } = await look(world, documents)
          const waiting = new Set(plan.waiting.map(({ kind, id }) => `${kind}/${id}`))
          expect([...shortfalls(documents, world.server)].filter((ref) => !waiting.has(ref))).toEqual([])
          expect([plan.steps, plan.drift, plan.conflicts, plan.takeovers, plan.adjustments]).toEqual([
            [],
            [],
            [],
            [],
            [],
          ])
        }
      }),
      { numRuns: CASES },
    )
  },
)
