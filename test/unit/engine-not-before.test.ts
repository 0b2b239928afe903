import { expect, test } from 'vitest'
import { refOf } from '../../src/reconcile/object-ref.ts'
import { planDigest } from '../../src/reconcile/digest.ts'
import { exitOfApply } from '../../src/reconcile/exit.ts'
import { planJson } from '../../src/json/plan.ts'
import { renderMarkdown } from '../../src/comments/plan.ts'
import { parsePlan } from '../../src/json/saved-plan.ts'
import { renderPlan } from '../../src/terminal/plan.ts'
import { EMPTY, step } from '../support/plans.ts'
import { sealingWith } from '../support/sealing.ts'
import { look, newToy, run, type Toy } from '../support/toy-run.ts'
import type { Files } from '../support/toy.ts'

/** An upgrade, and what follows it a week later, in one change of the files. */
const FILES: Files = {
  objects: { 'release/main': { version: 2 }, 'migration/post-2': { version: 2 } },
  later: { 'migration/post-2': '2026-12-08' },
}
const start = (): Toy => newToy([{ name: 'migration', after: () => ['release/main'] }, { name: 'release' }])

test('what is not due yet is shown, and done by the first apply once it is', async () => {
  const toy = start()
  const { plan, report } = await run(toy, FILES)
  expect(plan.steps).toMatchObject([{ id: 'main' }, { id: 'post-2', notBefore: '2026-12-08' }])
  expect(report?.skipped).toMatchObject([
    { step: { id: 'post-2' }, why: 'not-yet', reason: 'This step waits until 2026-12-08.' },
  ])
  expect([toy.far.did, report && exitOfApply(report), toy.ledger.attempts]).toEqual([['create release/main'], 0, []])
  toy.now = new Date('2026-12-07T23:59:59Z')
  await run(toy, FILES)
  expect(toy.far.did.length).toBe(1)
  toy.now = new Date('2026-12-08T00:00:00Z')
  const due = await run(toy, FILES)
  expect(due.plan.steps[0]).not.toHaveProperty('notBefore')
  expect(toy.far.did).toEqual(['create release/main', 'create migration/post-2'])
})

test('what needs a step that is not due is not due either', async () => {
  const toy = start()
  const { report } = await run(toy, { ...FILES, later: { 'release/main': '2026-12-08' } })
  expect(report?.skipped.map(({ step: { kind, id }, why }) => [refOf({ kind, id }), why])).toEqual([
    ['release/main', 'not-yet'],
    ['migration/post-2', 'not-yet'],
  ])
})

test('an approval is for the step, whenever it is done', async () => {
  const toy = start()
  const before = (await look(toy, FILES)).plan
  toy.now = new Date('2027-01-01T00:00:00Z')
  const after = (await look(toy, FILES)).plan
  expect(after.steps.map(({ digest }) => digest)).toEqual(before.steps.map(({ digest }) => digest))
  expect(after.digest).toBe(before.digest)
  expect(planDigest({ ...EMPTY, steps: [step('a', 'b', { notBefore: '2026-12-08' })] }, sealingWith(null))).toBe(
    planDigest({ ...EMPTY, steps: [step('a', 'b')] }, sealingWith(null)),
  )
})

test('terminal, comment and JSON say from when on', async () => {
  const { plan } = await look(start(), FILES)
  const kinds = ['migration', 'release'].map((name) => ({
    name,
    title: { one: name, many: `${name}s` },
    sources: [`${name}.yaml`] as const,
  }))
  const said = 'Not applied before 2026-12-08.'
  expect(renderPlan(plan, { kinds, width: 100, colour: false })).toContain(said)
  expect(renderMarkdown(plan, { kinds, visibility: 'private' })).toContain(said)
  expect(planJson(plan)).toContain('"not_before": "2026-12-08"')
  const saved = { ...EMPTY, steps: [step('release', 'main', { notBefore: '2026-12-08' })] }
  expect(parsePlan(planJson(saved))).toEqual(saved)
})
