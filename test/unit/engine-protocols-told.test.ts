import { expect, test } from 'vitest'
import { renderApplied } from '../../src/comments/applied.ts'
import { renderApply } from '../../src/terminal/applied.ts'
import { applyJson, planJson } from '../../src/json/plan.ts'
import { renderMarkdown } from '../../src/comments/plan.ts'
import { parsePlan } from '../../src/json/saved-plan.ts'
import { renderPlan } from '../../src/terminal/plan.ts'
import { EMPTY } from '../support/plans.ts'
import { look, newToy, run } from '../support/toy-run.ts'
import type { Files } from '../support/toy.ts'
import type { ToyKind } from '../support/toy-far-end.ts'

const KINDS: readonly ToyKind[] = [{ name: 'release', phases: ['stage', 'switch', 'prove'] }]
const FILES: Files = { objects: { 'release/main': { version: 2 } } }

test('terminal, comment, report and JSON say how far it got and what comes of it', async () => {
  const toy = newToy(KINDS)
  await run(toy, FILES, { faults: new Map([['switch release/main', 'die-before']]) })
  const kinds = KINDS.map(({ name }) => ({
    name,
    title: { one: name, many: `${name}s` },
    sources: [`${name}.yaml`] as const,
  }))
  const { plan } = await look(toy, FILES)
  const said =
    'An earlier run did not finish its work on release/main: 1 of 3 phases are done. The next apply finishes this work.'
  expect(renderPlan(plan, { kinds, width: 120, colour: false })).toContain(said)
  expect(renderMarkdown(plan, { kinds, visibility: 'private' })).toContain(said)
  const alone = { ...EMPTY, unfinished: plan.unfinished }
  expect(renderPlan(alone, { kinds, width: 120, colour: false })).toContain('Next: herdbook apply')
  expect(parsePlan(planJson(alone))).toEqual(alone)
  const { report } = await run(toy, FILES)
  if (report === null) throw new Error('It broke off.')
  expect(renderApply(report, { kinds, width: 120, colour: false })).toContain(
    'The work on release/main is now finished.',
  )
  const left = { ...report, ended: [], unfinished: plan.unfinished }
  const told = renderApply(left, { kinds, width: 120, colour: false })
  expect(told).toContain(said)
  expect(told).toMatch(/^1 done, of 1 change on herd\.example\. Still unfinished: 1\.\n[^]*Next: herdbook plan/)
  const ended = { ...report, plan: { ...plan, steps: [] }, done: [] }
  expect(renderApply(ended, { kinds, width: 120, colour: false })).toMatch(/^Nothing new to write to /)
  const options = { kinds, visibility: 'private' as const, run: 'https://runs.example/1' }
  expect([renderApplied(report, options), renderApplied(left, options)]).toEqual([
    expect.stringContaining('The work on release/main is now finished.'),
    expect.stringContaining(said),
  ])
  expect(applyJson(report)).toContain('"ended": [')
})

test('what a far end says of how far it got is inert', () => {
  const course = 'on' as const
  const said = 'done\u001b[2J\n### <img src=x> @everyone'
  const one = { kind: 'release', id: 'main', digest: 'f', phase: 'stage', owns: [], said, course }
  const plan = { ...EMPTY, unfinished: [one] }
  expect(renderPlan(plan, { kinds: [], width: 120, colour: false })).not.toContain('\u001b')
  const comment = renderMarkdown(plan, { kinds: [], visibility: 'private' })
  expect(comment.split('\n').some((line) => line.startsWith('### <'))).toBe(false)
  expect(comment).not.toMatch(/(^|[^\\`])<img/)
})
