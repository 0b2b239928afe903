import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Fault } from '../support/memory.ts'
import { NO_MISHAPS } from '../support/memory.ts'
import { newServer, seenState } from '../support/memory-server.ts'
import { DOMAINS, connections, edits, editsWithin, relations } from '../support/generate.ts'
import { shortfalls } from '../support/shortfalls.ts'
import { copyOf, look, newWorld, run, type LiveState } from '../support/world.ts'
import type { Documents, DomainBlock } from '../../src/instance/documents.ts'

const CASES = 300

const fault = fc.constantFrom<Fault>('refuse', 'drop-before', 'drop-after', 'die-before', 'die-after')
const faults = fc.array(fc.tuple(fc.nat(25), fault), { minLength: 1, maxLength: 3 }).map((list) => new Map(list))

async function established(documents: Documents, world: LiveState): Promise<boolean> {
  return (await run(world, documents, { takeOver: true })).refused.length === 0
}

test(
  'law 5: failures at any step, in one run or two, then a re-run, ends where no failure would have',
  { timeout: 120_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(
        edits,
        relations,
        fc.array(faults, { minLength: 1, maxLength: 2 }),
        async (files, relations, runs) => {
          const world = newWorld(newServer(relations))
          fc.pre(await established(files.before, world))
          const smooth = copyOf(world)
          fc.pre((await run(smooth, files.after, { takeOver: true })).refused.length === 0)
          const ran = []
          for (const faults of runs)
            ran.push(await run(world, files.after, { takeOver: true, mishaps: { ...NO_MISHAPS, faults } }))
          ran.push(await run(world, files.after, { takeOver: true }))
          // Mail goes out once at most: where nobody knows, that is told instead.
          const doubtful = ran
            .flatMap(({ plan }) =>
              plan.findings.filter(({ code }) => code === 'outcome-unknown').map(({ message }) => message),
            )
            .join()
          const { mailed } = world.server
          world.server.mailed.push(
            ...smooth.server.mailed.filter((date) => !mailed.includes(date) && doubtful.includes(date)),
          )
          expect(seenState(world.server)).toEqual(seenState(smooth.server))
          const { plan } = await look(world, files.after)
          expect([
            plan.steps,
            plan.drift,
            plan.conflicts,
            plan.takeovers,
            world.ledger.attempts,
            world.ledger.intents,
          ]).toEqual([[], [], [], [], [], []])
        },
      ),
      { numRuns: CASES },
    )
  },
)

test(
  'law 5 for what is done after the commit: follows are severed once, whenever runs are killed',
  { timeout: 120_000 },
  async () => {
    const severity = fc.constantFrom('suspend' as const, 'limit' as const)
    const blocks = fc.uniqueArray(fc.record({ domain: fc.constantFrom(...DOMAINS), severity }), {
      selector: (block) => block.domain,
      minLength: 2,
    })
    const documents = (list: readonly DomainBlock[]): Documents => ({
      'domain-blocks.yaml': {
        domain_blocks: list.map((block) =>
          block.severity === 'suspend' ? { ...block, accept_severed_relationships: 1000 } : block,
        ),
      },
    })
    const early = fc.array(fc.tuple(fc.nat(10), fault), { minLength: 1, maxLength: 3 }).map((list) => new Map(list))
    await fc.assert(
      fc.asyncProperty(
        blocks,
        fc.nat(3),
        fc.array(early, { minLength: 1, maxLength: 3 }),
        async (list, marked, runs) => {
          const world = newWorld(
            newServer(new Map(DOMAINS.map((host, i) => [host, { follows: 1 + i, followers: 2, accounts: 3 }]))),
          )
          // Some were there before, without a limit, and are raised.
          await run(world, documents(list.slice(0, marked).map((block) => ({ ...block, severity: 'none' }))))
          const smooth = copyOf(world)
          await run(smooth, documents(list))
          for (const faults of runs) await run(world, documents(list), { mishaps: { ...NO_MISHAPS, faults } })
          await run(world, documents(list))
          expect(seenState(world.server)).toEqual(seenState(smooth.server))
          expect(world.ledger.intents).toEqual([])
        },
      ),
      { numRuns: CASES },
    )
  },
)

test(
  'law 14 for what is done after the commit: once reverted, no run severs another follow',
  { timeout: 120_000 },
  async () => {
    const severities = fc.array(fc.constantFrom('none' as const, 'limit' as const, 'suspend' as const, null), {
      minLength: 4,
      maxLength: 4,
    })
    const documents = (list: readonly (DomainBlock['severity'] | null)[]): Documents => ({
      'domain-blocks.yaml': {
        emptied_on_purpose: 'a law',
        domain_blocks: list.flatMap((severity, i) =>
          severity === null
            ? []
            : [
                {
                  domain: `d${i}.example`,
                  severity,
                  ...(severity === 'suspend' ? { accept_severed_relationships: 1000 } : {}),
                },
              ],
        ),
      },
    })
    const early = fc.array(fc.tuple(fc.nat(10), fault), { minLength: 1, maxLength: 3 }).map((list) => new Map(list))
    let owing = 0
    await fc.assert(
      fc.asyncProperty(
        severities,
        severities,
        fc.array(early, { minLength: 1, maxLength: 2 }),
        early,
        async (before, after, runs, back) => {
          const world = newWorld(
            newServer(new Map(before.map((_, i) => [`d${i}.example`, { follows: 1 + i, followers: 2, accounts: 3 }]))),
          )
          await run(world, documents(before))
          for (const faults of runs) await run(world, documents(after), { mishaps: { ...NO_MISHAPS, faults } })
          owing += world.ledger.intents.length
          const { severed } = world.server
          await run(world, documents(before), { mishaps: { ...NO_MISHAPS, faults: back } })
          await run(world, documents(before))
          expect(world.server.severed).toBe(severed)
          expect(world.ledger.intents).toEqual([])
        },
      ),
      { numRuns: CASES },
    )
    expect(owing).toBeGreaterThan(0)
  },
)

test(
  'law 14: whatever fails in between, an edit and its revert leave live as it was',
  { timeout: 120_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(editsWithin, relations, faults, async (files, relations, faults) => {
        const world = newWorld(newServer(relations))
        fc.pre(await established(files.before, world))
        const { plan: start } = await look(world, files.before)
        const waiting = new Set(start.waiting.map((w) => `${w.kind}/${w.id}`))
        await run(world, files.after, { mishaps: { ...NO_MISHAPS, faults } })
        const back = await run(world, files.before)
        expect(back.refused).toEqual([])
        const { plan } = await look(world, files.before)
        expect([plan.steps, plan.drift, plan.conflicts, plan.takeovers]).toEqual([[], [], [], []])
        expect([...shortfalls(files.before, world.server)].filter((ref) => !waiting.has(ref))).toEqual([])
      }),
      { numRuns: CASES },
    )
  },
)

test("what was refused is nobody's: who does the same by hand later did it", { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(editsWithin, relations, connections, async (files, relations, connections) => {
      const world = newWorld(newServer(relations), connections)
      fc.pre(await established(files.before, world))
      const { plan, report } = await run(world, files.after, { mishaps: { ...NO_MISHAPS, refusing: true } })
      fc.pre(report !== null && plan.steps.length > 0)
      expect([report?.done, world.ledger.attempts]).toEqual([[], []])
    }),
    { numRuns: CASES },
  )
})
