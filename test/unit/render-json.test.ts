import { readFile } from 'node:fs/promises'
import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { HerdbookError } from '../../src/instance/diagnostic.ts'
import { applyJson, planJson } from '../../src/json/plan.ts'
import { parsePlan } from '../../src/json/saved-plan.ts'
import { anyPlan } from '../support/plan-arbitrary.ts'
import { debt, EMPTY, SAMPLE } from '../support/plans.ts'

let check: (text: string) => void

beforeAll(async () => {
  const schema: object = JSON.parse(await readFile(new URL('../../schema/plan.schema.json', import.meta.url), 'utf8'))
  const validate = new Ajv2020({ strict: true, strictRequired: false, allowUnionTypes: true }).compile(schema)
  check = (text) => expect(validate(JSON.parse(text)) ? [] : validate.errors).toEqual([])
})

describe('a plan as JSON', () => {
  test('comes back exactly as it was saved, and is by its schema', () => {
    fc.assert(
      fc.property(anyPlan, (plan) => {
        const saved = planJson(plan, { read: 12.5 })
        check(saved)
        expect(parsePlan(saved)).toEqual(plan)
        expect(planJson(parsePlan(saved), { read: 12.5 })).toBe(saved)
      }),
      { numRuns: 300 },
    )
  })

  test('that the version before saved is read still', async () => {
    const saved = await readFile(new URL('golden/615b2b0/plan.json', import.meta.url), 'utf8')
    check(saved)
    expect(parsePlan(saved)).toMatchObject({
      digest: '159e44bf71ac579bab017c51f439e322c1f035810d351e6d9c0d6623486273ad',
      steps: [{ id: 'two.example' }],
      findings: [],
    })
    // It told findings without what they are about.
    const findings = [
      { code: 'budget', severity: 'error', message: 'x', at: { file: 'a.yaml', line: 1, column: 1 }, hint: 'y' },
    ]
    expect(parsePlan(JSON.stringify({ ...JSON.parse(saved), findings })).findings).toEqual(findings)
  })

  test('counts in its summary', () => {
    expect(JSON.parse(planJson(SAMPLE)).summary).toEqual({
      create: 3,
      update: 3,
      delete: 1,
      drift: 1,
      conflict: 1,
      takeover: 0,
      unmanaged: 3,
      waiting: 1,
    })
  })

  test.each([
    '',
    'null',
    '[]',
    '{"version":2}',
    planJson(EMPTY).replace('"steps": []', '"steps": [{}]'),
    planJson(EMPTY).replace('"version": 1', '"version": 1, "more": 1'),
  ])('is refused with exit 9 where it is something else: %.30s', (text) => {
    expect(() => parsePlan(text)).toThrow(expect.objectContaining({ exit: 9 }) as HerdbookError)
  })
})

test('an apply as JSON is by the same schema', () => {
  const [first, second, third, ...rest] = SAMPLE.steps
  if (!first || !second || !third) throw new Error('three steps')
  const text = applyJson({
    plan: SAMPLE,
    done: [first],
    failed: [{ step: second, reason: { code: 'x', severity: 'error', message: 'no' } }],
    skipped: [{ step: third, why: 'blocked', reason: 'no' }],
    notReached: rest,
    paid: [debt('owed.example')],
    ended: [],
    unfinished: [],
    looked: [],
    remaining: [{ kind: 'rule', id: 'x', fields: ['text'], reason: 'no' }],
    findings: [{ code: 'lock-lost', severity: 'error', message: 'no' }],
  })
  check(text)
  expect(Object.keys(JSON.parse(text))).toEqual(
    expect.arrayContaining(['done', 'failed', 'skipped', 'not_reached', 'paid', 'remaining']),
  )
})
