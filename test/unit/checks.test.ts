import { KINDS } from '../../src/providers/kinds.ts'
import { describe, expect, it } from 'vitest'
import { EXIT, worstExit } from '../../src/instance/diagnostic.ts'
import { exitOfApply, exitOfPlan } from '../../src/reconcile/exit.ts'
import { nothingDone, type ApplyReport } from '../../src/reconcile/report.ts'
import type { Check, Plan } from '../../src/reconcile/plan/types.ts'
import { redactReport, disclosure } from '../../src/redaction/redact.ts'
import { applyJson, planJson } from '../../src/json/plan.ts'
import { renderMarkdown } from '../../src/comments/plan.ts'
import { isQuiet } from '../../src/words/group-steps.ts'
import { parsePlan } from '../../src/json/saved-plan.ts'
import { renderPlan } from '../../src/terminal/plan.ts'
import { EMPTY, SAMPLE } from '../support/plans.ts'
import { applyTo, look, newRoom, newShelf, stockOf, type Room, type Shelf } from '../support/shelves.ts'

const check = (code: string, state: Check['state'], rest: Partial<Check> = {}): Check => ({
  code,
  about: `backup/${code}`,
  state,
  message: `The ${code} is ${state}.`,
  ...rest,
})

/** A table that moves only while the newest backup is young, and a page that always may. */
function twoShelves(checks: readonly Check[]): { room: Room; base: Shelf; store: Shelf } {
  const base = newShelf('base', ['table', 'page'])
  const store = newShelf('store', ['backup'], { checks })
  const needs = () => [{ code: 'age', about: 'backup/age' }]
  const files = { table: { posts: { size: 1 } }, page: { about: { size: 1 } }, backup: {} }
  return { room: newRoom([base, store], files, { table: { needs } }), base, store }
}

async function applied(room: Room): Promise<ApplyReport> {
  const converged = await applyTo(room)
  return converged.state === 'applied' ? converged.report : expect.fail('nothing was to be done')
}

describe('checks', () => {
  it('stand beside a plan, outside its digest', async () => {
    const { room, store } = twoShelves([check('age', 'green')])
    const green = (await look(room)).plan
    store.checks = [check('age', 'red')]
    const red = (await look(room)).plan
    expect([green.checks, red.checks]).toEqual([[check('age', 'green')], [check('age', 'red')]])
    expect(red.digest).toBe(green.digest)
    expect(red.steps).toEqual(green.steps)
  })

  it.each(['red', 'unknown'] as const)(
    'hold back the step that needs one which is %s, and nothing else',
    async (state) => {
      const { room, base } = twoShelves([check('age', state)])
      const report = await applied(room)
      expect(report.skipped).toMatchObject([{ why: 'blocked', step: { id: 'posts' } }])
      expect(report.skipped[0]?.reason).toContain(`The age is ${state}.`)
      expect(base.written).toEqual(['page/about'])
      expect(exitOfApply(report)).toBe(EXIT.partial)
    },
  )

  it.each(['green', 'amber'] as const)('let through what needs one that is %s', async (state) => {
    const { room, base } = twoShelves([check('age', state)])
    expect((await applied(room)).skipped).toEqual([])
    expect(stockOf(base, 'table')).toEqual({ posts: { size: 1 } })
  })

  it('hold back what needs one that nobody made', async () => {
    const { room } = twoShelves([check('size', 'green')])
    const report = await applied(room)
    expect(report.skipped).toMatchObject([{ why: 'blocked', step: { id: 'posts' } }])
    expect(report.skipped[0]?.reason).toContain('age of backup/age')
  })

  it('of what is not there yet are made once it is', async () => {
    const { room, base, store } = twoShelves([check('age', 'unknown')])
    base.stock.delete('table')
    base.notYet.set('table', { by: 'page/about', initial: new Map() })
    base.meanwhile = () => {
      store.checks = [check('age', 'green')]
    }
    expect((await applied(room)).skipped).toEqual([])
    room.files = { ...room.files, table: { posts: { size: 2 } } }
    base.meanwhile = () => {}
    store.checks = [check('age', 'red')]
    expect((await applied(room)).skipped).toMatchObject([{ step: { id: 'posts' } }])
  })

  it('hold back what is not there yet where they are red once it is', async () => {
    const { room, base } = twoShelves([check('age', 'red')])
    base.stock.delete('table')
    base.notYet.set('table', { by: 'page/about', initial: new Map() })
    const report = await applied(room)
    expect(report.skipped).toMatchObject([{ why: 'blocked', step: { id: 'posts' } }])
    expect(base.written).toEqual(['page/about'])
  })

  it('are red in the exit of a plan with nothing else to say, and not in that of an apply that did all', async () => {
    const { room } = twoShelves([check('size', 'red'), check('age', 'green')])
    expect(exitOfPlan((await look(room)).plan)).toBe(EXIT.changes)
    expect(exitOfApply(await applied(room))).toBe(EXIT.ok)
    const { plan } = await look(room)
    expect(exitOfPlan(plan)).toBe(EXIT.red)
    expect(exitOfPlan({ ...plan, checks: [check('size', 'amber'), check('age', 'unknown')] })).toBe(EXIT.ok)
  })

  it('come after all that can be done about the files, and before nothing at all', () => {
    const order = [1, 9, 10, 7, 6, 5, 8, 4, 2, 3, 11, 0] as const
    expect(order.map((_, i) => worstExit(order.toReversed().slice(0, order.length - i)))).toEqual(order)
  })
})

const RED: Plan = {
  ...EMPTY,
  checks: [
    check('age', 'red', { message: 'The newest backup is 9 days old.', hint: 'Look at the log of the unit.' }),
    check('days', 'amber', { about: 'certificate/herd.example', message: 'It ends in 12 days.' }),
    check('size', 'unknown', { message: 'The bucket did not answer.' }),
    check('room', 'green'),
  ],
}
const SHOWN = { kinds: KINDS, colour: false, width: 120 }

describe('checks beside a plan', () => {
  it('are told on a terminal, the red ones first, and the green ones counted', () => {
    expect(renderPlan(RED, SHOWN)).toBe(
      `No changes.

Checks  1 red, 1 unknown, 1 amber, 1 green
  ! backup/age: The newest backup is 9 days old.
    → Look at the log of the unit.
  ? backup/size: The bucket did not answer.
  · certificate/herd.example: It ends in 12 days.
`,
    )
    expect(renderPlan({ ...EMPTY, reads: SAMPLE.reads.slice(0, 1), checks: [check('age', 'green')] }, SHOWN)).toContain(
      'In sync',
    )
  })

  it('are counted in public, with what to run', () => {
    const text = renderMarkdown(RED, { kinds: KINDS, visibility: 'public' })
    expect(text).toContain('1 check is red, 1 is unknown and 1 is amber. To see them: `herdbook plan`')
    for (const word of ['9 days', 'certificate', 'bucket', 'log of']) expect(text).not.toContain(word)
    const hidden = planJson(redactReport(nothingDone(RED), disclosure('public')).plan)
    for (const word of ['9 days', 'herd.example/', 'bucket', 'log of']) expect(hidden).not.toContain(word)
  })

  it('are told in a private comment, made harmless', () => {
    const hostile = { ...RED, checks: [check('age', 'red', { message: '@everyone <script>' })] }
    const text = renderMarkdown(hostile, { kinds: KINDS, visibility: 'private' })
    expect(text).toContain('backup/age')
    // As code: nobody is called, and nothing is markup.
    expect(text).toContain('is red: `@everyone <script>`')
  })

  it('stand in JSON, and are read back from a saved plan; one of before has none', () => {
    expect(parsePlan(planJson(RED))).toEqual(RED)
    const { checks: _, ...before } = JSON.parse(planJson(RED)) as { checks: unknown }
    expect(parsePlan(JSON.stringify(before))).toEqual({ ...RED, checks: [] })
    expect(JSON.parse(applyJson(nothingDone(RED)))).toMatchObject({ checks: RED.checks })
  })

  it('are nothing to be quiet about', () => {
    expect([isQuiet(RED), isQuiet({ ...RED, checks: [check('age', 'green')] })]).toEqual([false, true])
  })
})
