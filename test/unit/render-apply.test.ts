import { KINDS } from '../../src/providers/kinds.ts'
import { describe, expect, test } from 'vitest'
import { nothingDone, type ApplyReport } from '../../src/reconcile/report.ts'
import type { Plan } from '../../src/reconcile/plan/types.ts'
import { renderApply } from '../../src/terminal/applied.ts'
import { renderPlan } from '../../src/terminal/plan.ts'
import { debt, EMPTY, step } from '../support/plans.ts'

const PLAIN = { kinds: KINDS, colour: false }

describe('an apply', () => {
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((id) =>
    step('domain-block', `${id}.example`, { target: { severity: 'suspend' } }),
  )
  const plan: Plan = { ...EMPTY, steps: [a, b, c, d].flatMap((one) => one ?? []) }
  test('says what an earlier run owed, and what of it was finished', () => {
    const owed = [debt('spam.example')]
    const report: ApplyReport = {
      plan: { ...EMPTY, owed },
      done: [],
      failed: [],
      skipped: [],
      notReached: [],
      paid: owed,
      ended: [],
      unfinished: [],
      looked: [],
      remaining: [],
      findings: [],
    }
    expect(renderApply(report, PLAIN)).toBe(
      'Herdbook finished the work that an earlier run left open on herd.example.\n\n' +
        'Work of an earlier run that stopped, finished now  1\n  The suspension of spam.example\n',
    )
    expect(renderApply({ ...report, paid: [] }, PLAIN)).toBe(
      'Herdbook could not finish the work that an earlier run left open on herd.example.\n',
    )
    expect(renderPlan({ ...EMPTY, owed }, PLAIN)).toMatch(
      /^No new changes\. The work of an earlier run is not finished yet\.\n[^]*Next: herdbook apply/,
    )
  })

  const nothing = nothingDone(plan)

  test('is told in four lists and what did not converge', () => {
    if (!a || !b || !c || !d) throw new Error('four steps')
    const report: ApplyReport = {
      ...nothing,
      done: [a],
      failed: [
        {
          step: b,
          reason: { code: 'refused', severity: 'error', message: 'The server answered 422.', hint: 'herdbook plan' },
        },
      ],
      skipped: [{ step: c, why: 'blocked', reason: 'it needs domain-block/b.example' }],
      notReached: [d],
      remaining: [{ kind: 'domain-block', id: 'a.example', fields: ['severity'], reason: 'live says limit' }],
    }
    expect(renderApply(report, PLAIN)).toMatchInlineSnapshot(`
      "1 done, 1 failed, 1 skipped, 1 not reached and 1 different when read again, of 4 changes on herd.example.

      Done  1
        + Blocks a.example

      Failed  1
        + Blocks b.example
            The server answered 422.
            → herdbook plan

      Skipped  1
        + Blocks c.example
            it needs domain-block/b.example

      Not reached  1
        + Blocks d.example

      Written, but different when read again  1
        ! domain-block/a.example  severity
            live says limit

      Next: herdbook apply  reads the server again and does the rest
      "
    `)
  })

  test('that did all is one verdict and a list', () => {
    const output = renderApply({ ...nothing, done: plan.steps }, PLAIN)
    expect(output).toContain('4 changes done and verified on herd.example.')
    expect(output).not.toMatch(/Failed|Skipped|Not reached|different when read|Next/)
  })
})
