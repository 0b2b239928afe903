import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Documents } from '../../src/instance/documents.ts'
import { KINDS } from '../../src/providers/mastodon/kinds/index.ts'
import type { Plan, Step } from '../../src/reconcile/plan/types.ts'
import { connections, edits, relations } from '../support/generate.ts'
import { byHand, hands } from '../support/manual-changes.ts'
import { clone, newServer } from '../support/memory-server.ts'
import { look, newWorld, run } from '../support/world.ts'

const CASES = 200

/** Puts the members of lists and maps in another order, all but the rules, whose order is meant. */
function stirred<Value>(value: Value, by: (a: unknown, b: unknown) => number, key = ''): Value {
  if (Array.isArray(value)) {
    const items = value.map((item: unknown) => stirred(item, by))
    return (key === 'rules' ? items : items.toSorted(by)) as Value
  }
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).map(([name, member]): [string, unknown] => [name, stirred(member, by, name)])
  return Object.fromEntries(members.toSorted(([a], [b]) => by(a, b))) as Value
}

/** The plan without where in the files things stand, and without what is made of that. */
function unplaced({ digest: _digest, findings, ...plan }: Plan): unknown {
  const text = JSON.stringify(
    { ...plan, findings: findings.map(({ at: _at, ...finding }) => finding) },
    (key, value: unknown) => (key === 'source' ? undefined : value),
  )
  return JSON.parse(text)
}

test('law 4: the plan does not depend on the order of its input', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(edits, relations, connections, hands, fc.nat(), async (files, impact, way, acts, salt) => {
      const world = newWorld(newServer(impact), way)
      await run(world, files.before, { takeOver: true })
      for (const act of acts) byHand(world.server, act)
      const weight = (value: unknown): number =>
        Array.from(JSON.stringify(value)).reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0) + salt) % 65_521, 7)
      const by = (a: unknown, b: unknown): number => weight(a) - weight(b)
      const other = newWorld(clone(world.server), way)
      for (const rows of Object.values(other.server.rows)) rows.sort(by)
      const { entries, attempts, ...ledger } = world.ledger
      other.ledger = { ...ledger, entries: new Map([...entries].sort(by)), attempts: attempts.toSorted(by) }
      const { plan } = await look(world, files.after)
      const { plan: same } = await look(other, stirred<Documents>(files.after, by))
      expect(unplaced(same)).toEqual(unplaced(plan))
    }),
    { numRuns: CASES },
  )
})

test(
  'creates and updates go in the order of the registry, deletes in its reverse; a child before a stricter parent',
  { timeout: 120_000 },
  async () => {
    const rank = new Map(KINDS.map((kind, i) => [kind.name, i]))
    await fc.assert(
      fc.asyncProperty(edits, relations, async (files, impact) => {
        const world = newWorld(newServer(impact))
        await run(world, files.before, { takeOver: true })
        const { plan } = await look(world, files.after, undefined, { takeOver: true })
        const places = plan.steps.map((step) =>
          step.action === 'delete' ? 100 - (rank.get(step.kind) ?? 0) : (rank.get(step.kind) ?? 0),
        )
        expect(places).toEqual(places.toSorted((a, b) => a - b))
        // What is lowered makes room first.
        const lowers = ({ action, weakens }: Step): boolean => action === 'update' && weakens
        const blocks = plan.steps.filter((step) => step.kind === 'domain-block' && step.action !== 'delete')
        for (const [i, parent] of blocks.entries()) {
          expect(
            blocks.slice(i).filter((child) => child.id.endsWith(`.${parent.id}`) && lowers(child) === lowers(parent)),
          ).toEqual([])
        }
      }),
      { numRuns: CASES },
    )
  },
)
