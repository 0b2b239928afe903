import fc from 'fast-check'
import { expect, test } from 'vitest'
import { KINDS } from '../../src/providers/mastodon/kinds/index.ts'
import { graphOf, inOrder } from '../../src/reconcile/plan/graph.ts'
import { edits, relations } from '../support/generate.ts'
import { newServer } from '../support/memory-server.ts'
import { look, newWorld, run } from '../support/world.ts'

test(
  'the order of the registry puts nothing after what needs it: as a graph, plans are in the same order',
  { timeout: 120_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(edits, relations, async (files, impact) => {
        const world = newWorld(newServer(impact))
        await run(world, files.before, { takeOver: true })
        const { plan } = await look(world, files.after, undefined, { takeOver: true })
        expect(inOrder(graphOf(plan.steps, KINDS))).toEqual(plan.steps)
      }),
      { numRuns: 200 },
    )
  },
)
