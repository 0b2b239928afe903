import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalJson } from '../../src/reconcile/digest.ts'
import type { Fields } from '../../src/instance/values.ts'
import type { ObjectRef } from '../../src/reconcile/values.ts'
import { look, newToy, run, type Toy } from '../support/toy-run.ts'
import type { Fault } from '../support/toy-far-end.ts'
import type { Files } from '../support/toy.ts'

const CASES = 300
const READS = ['file/a', 'file/b']

const digestOf = (read: readonly (Fields | undefined)[]): string =>
  createHash('sha256')
    .update(canonicalJson(read.map((one) => one ?? null)))
    .digest('hex')

/** A far end with all that an engine has to order: values of others, restarts, phases, and objects made anew. */
function start(): Toy {
  const toy: Toy = newToy([
    { name: 'record' },
    {
      name: 'unit',
      restarts: 'inputs',
      after: () => READS,
      made: () => ({ inputs: digestOf(READS.map((ref) => toy.far.rows.get(ref)?.fields)) }),
    },
    { name: 'page', after: () => ['release/main'] },
    { name: 'address', replaces: true, made: ({ target }) => ({ ip: `192.0.2.${JSON.stringify(target['size'])}` }) },
    { name: 'file' },
    { name: 'release', phases: ['stage', 'switch', 'prove'], owns: ['unit/web'] },
  ])
  return toy
}

const values = fc.record({
  address: fc.option(fc.integer({ min: 1, max: 3 })),
  record: fc.boolean(),
  a: fc.option(fc.integer({ min: 1, max: 3 })),
  b: fc.option(fc.integer({ min: 1, max: 3 })),
  release: fc.option(fc.integer({ min: 1, max: 3 })),
  page: fc.option(fc.integer({ min: 1, max: 3 })),
})

/** What the files say; a record takes its value of the address, and the unit reads the files. */
const files = values.map(({ address, record, a, b, release, page }): Files => {
  const objects: [ObjectRef, Fields][] = []
  if (address !== null) objects.push(['address/main', { size: address }])
  if (address !== null && record) objects.push(['record/www', { ip: { ref: 'address/main#ip' } }])
  if (a !== null) objects.push(['file/a', { content: a }])
  if (b !== null) objects.push(['file/b', { content: b }])
  if (release !== null) objects.push(['release/main', { version: release }])
  if (page !== null) objects.push(['page/status', { content: page }])
  const known = new Map(objects)
  return {
    objects: { ...Object.fromEntries(objects), 'unit/web': { inputs: digestOf(READS.map((ref) => known.get(ref))) } },
  }
})

const faults = fc.constantFrom<Fault>('refuse', 'break-before', 'break-after', 'die-before', 'die-after')
const rows = ({ far }: Toy): ReadonlyMap<ObjectRef, Fields> =>
  new Map([...far.rows].map(([ref, row]) => [ref, row.fields]))

/** All moments at which a run from one to the other may break. */
async function momentsOf(before: Files, after: Files): Promise<readonly string[]> {
  const toy = start()
  await run(toy, before)
  const past = toy.far.did.length
  await run(toy, after)
  return toy.far.did.slice(past)
}

test(
  'a failure at any step, then another run, ends where no failure would; or where it began, if the files are reverted',
  { timeout: 120_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(files, files, faults, fc.nat(), fc.boolean(), async (before, after, fault, at, isReverted) => {
        const moments = await momentsOf(before, after)
        const moment = moments[at % Math.max(1, moments.length)]
        const toy = start()
        await run(toy, before)
        await run(toy, after, moment === undefined ? {} : { faults: new Map([[moment, fault]]) })
        const last = isReverted ? before : after
        await run(toy, last, { nonce: 'the next run' })
        const whole = start()
        await run(whole, last)
        expect(rows(toy)).toEqual(rows(whole))
        expect(toy.far.records.size).toBe(0)
        const { plan } = await look(toy, last)
        expect(plan).toMatchObject({
          unfinished: [],
          steps: [],
          drift: [],
          conflicts: [],
          takeovers: [],
          adjustments: [],
        })
        expect(toy.ledger.attempts).toEqual([])
      }),
      { numRuns: CASES },
    )
  },
)
