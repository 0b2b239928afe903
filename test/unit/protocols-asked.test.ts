import { expect, test } from 'vitest'
import { apply } from '../../src/reconcile/apply/apply-steps.ts'
import { look, newToy, run } from '../support/toy-run.ts'
import { newProcess, type ToyKind } from '../support/toy-far-end.ts'
import { providersOf, type Files } from '../support/toy.ts'

const KINDS: readonly ToyKind[] = [{ name: 'release', phases: ['stage', 'switch'] }]
const at = (version: number): Files => ({ objects: { 'release/a': { version }, 'release/b': { version } } })

test('once something speaks against going on, no other protocol is gone on with', async () => {
  const toy = newToy(KINDS)
  await run(toy, at(1))
  await run(toy, at(2), {
    faults: new Map([
      ['switch release/a', 'break-before'],
      ['switch release/b', 'break-before'],
    ]),
  })
  const { plan, input } = await look(toy, at(2))
  expect(plan.unfinished.map(({ id, course }) => [id, course])).toEqual([
    ['a', 'on'],
    ['b', 'on'],
  ])
  let asked = 0
  const [provider] = providersOf(KINDS, toy.far, newProcess())
  const report = await apply(plan, {
    kinds: input.kinds,
    ledger: toy.ledger,
    save: (ledger) => Promise.resolve(ledger),
    open: () => provider?.open() ?? expect.fail('no provider'),
    replan: () => look(toy, at(2)),
    proofs: new Map(),
    again: () =>
      Promise.resolve((asked += 1) === 1 ? [] : [{ code: 'paused', severity: 'error', message: 'Somebody paused.' }]),
    live: input.live,
    withheld: new Map(),
    now: () => toy.now,
    nonce: 'the next run',
    holds: () => true,
    signal: new AbortController().signal,
    told: () => {},
  })
  expect(report.ended.map(({ id }) => id)).toEqual(['a'])
  expect([...toy.far.records.keys()]).toEqual(['release/b'])
  expect(report.findings.map(({ code }) => code)).toEqual(['paused'])
})
