import fc from 'fast-check'
import { expect, test } from 'vitest'
import { editsWithin, relations } from '../support/generate.ts'
import { byHand, hands } from '../support/manual-changes.ts'
import { newServer } from '../support/memory-server.ts'
import { look, newWorld, run } from '../support/world.ts'
import { exitOfPlan } from '../../src/reconcile/exit.ts'
import { equal } from '../../src/reconcile/equal.ts'
import { withLeft } from '../../src/reconcile/seen-list.ts'
import type { PlanWithInput } from '../../src/reconcile/reconciler.ts'
import { objectsIn, type LiveObject } from '../../src/reconcile/objects.ts'
import { type Plan } from '../../src/reconcile/plan/types.ts'

const CASES = 200

/** What is live, by name, of the kinds that the files manage. */
function liveIn({ plan, input }: PlanWithInput): Map<string, LiveObject> {
  const managed = [...input.live.observed].filter(([kind]) => input.desired.get(kind)?.state === 'managed')
  return new Map(
    managed
      .flatMap(([kind, observed]) => objectsIn(observed).map((one): [string, LiveObject] => [`${kind}/${one.id}`, one]))
      .filter(([ref]) => !plan.waiting.some(({ kind, id }) => `${kind}/${id}` === ref)),
  )
}

const told = (plan: Plan): Set<string> =>
  new Set(
    [
      ...plan.steps,
      ...plan.drift,
      ...plan.conflicts,
      ...plan.takeovers,
      ...plan.unmanaged.filter(({ addedByHand }) => addedByHand),
    ].map(({ kind, id }) => `${kind}/${id}`),
  )

test(
  'law 16: whatever is added or changed by hand is told until somebody has decided',
  { timeout: 120_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(editsWithin, relations, hands, hands, async (files, impact, before, acts) => {
        const world = newWorld(newServer(impact))
        for (const act of before) byHand(world.server, act)
        fc.pre((await run(world, files.before, { takeOver: true })).report !== null)
        const first = await look(world, files.before)
        // What was there when the list began is nobody's doing.
        expect(first.plan.unmanaged.filter(({ addedByHand }) => addedByHand)).toEqual([])
        const then = liveIn(first)
        for (const act of acts) byHand(world.server, act)
        const second = await look(world, files.before)
        // The place of a rule that is the files' own business is told with their order.
        // What is as on a new server, and was when somebody looked, is nobody's word.
        const isNew = (one: LiveObject | undefined): boolean => one === undefined || one.initial === true
        const changed = [...liveIn(second)]
          .filter(
            ([ref, one]) =>
              !ref.startsWith('rule-order/') &&
              !(one.initial && isNew(then.get(ref))) &&
              !equal(then.get(ref)?.fields ?? null, one.fields),
          )
          .map(([ref]) => ref)
        // A field of a managed object that the files leave open is nobody's to tell.
        const managed = new Map(
          [...second.input.desired].flatMap(([kind, d]) =>
            d.state === 'managed'
              ? d.objects.map((one): [string, readonly string[]] => [`${kind}/${one.id}`, Object.keys(one.fields)])
              : [],
          ),
        )
        const open = changed.filter((ref) => {
          const fields = managed.get(ref)
          return (
            fields === undefined ||
            fields.some(
              (field) => !equal(then.get(ref)?.fields[field] ?? null, liveIn(second).get(ref)?.fields[field] ?? null),
            )
          )
        })
        const inSync = new Set(
          second.plan.adjustments.flatMap((one) => (one.to === 'record' ? [`${one.entry.kind}/${one.entry.id}`] : [])),
        )
        const names = told(second.plan)
        expect(open.filter((ref) => !names.has(ref) && !inSync.has(ref))).toEqual([])
        if (open.some((ref) => names.has(ref))) expect(exitOfPlan(second.plan)).not.toBe(0)
        // An ordinary apply decides nothing.
        const byHandThen = second.plan.unmanaged.filter(({ addedByHand }) => addedByHand)
        if ((await run(world, files.before)).report !== null) {
          const { plan } = await look(world, files.before)
          expect(plan.unmanaged.filter(({ addedByHand }) => addedByHand)).toEqual(byHandThen)
        }
        // Left, it is told no more; restored, it is gone.
        world.ledger = {
          ...world.ledger,
          seen: withLeft(world.ledger.seen, byHandThen.slice(1), {
            by: 'ann',
            at: '2026-11-30T00:00:00Z',
            why: 'agreed',
          }),
        }
        const [one] = byHandThen
        const restore = new Set(one ? [`${one.kind}/${one.id}`] : [])
        const { refused, report } = await run(world, files.before, { restore })
        fc.pre(refused.length === 0 && report?.failed.length === 0)
        const { plan } = await look(world, files.before)
        expect(plan.unmanaged.filter(({ addedByHand }) => addedByHand)).toEqual([])
      }),
      { numRuns: CASES },
    )
  },
)
