import { KINDS } from '../../src/providers/kinds.ts'
import { describe, expect, test } from 'vitest'
import type { ApplyReport } from '../../src/reconcile/report.ts'
import type { Plan, Step } from '../../src/reconcile/plan/types.ts'
import { renderApply } from '../../src/terminal/applied.ts'
import { renderMarkdown } from '../../src/comments/plan.ts'
import { renderPlan } from '../../src/terminal/plan.ts'
import { touching, EMPTY, difference, step } from '../support/plans.ts'
import { regexOf } from '../support/regex-of.ts'

const SCREEN = { kinds: KINDS, colour: false, width: 100 }
const many = <One>(length: number, one: (i: number) => One): One[] => Array.from({ length }, (_, i) => one(i))
const linesOf = (text: string): number => text.split('\n').length - 1
const named = (text: string, name: string): boolean => text.split(/[\s:]+/).includes(name)

const block = (id: string, severity: string, rest: Partial<Step>): Step =>
  step('domain-block', id, {
    target: { severity },
    changes: [
      { field: 'severity', before: null, after: severity },
      { field: 'public_comment', before: null, after: 'Spam' },
    ],
    impact: touching({ follows: 1, followers: 0, accounts: 2 }),
    ...rest,
  })
const limits = many(1867, (i) => block(`limited-${i}.example`, 'silence', { hazard: 'disruptive' }))
const suspensions = many(60, (i) => block(`bad-${i}.example`, 'suspend', { hazard: 'irreversible', consent: 40 }))
const lifts = many(3, (i) =>
  step('domain-block', `lifted-${i}.example`, { action: 'delete', hazard: 'disruptive', weakens: true }),
)
const PLAN: Plan = { ...EMPTY, steps: [...limits, ...suspensions, ...lifts] }

describe('a plan of thousands', () => {
  test('is short: it counts what is alike, names what can’t be undone or weakens, and says how to see all', () => {
    const shown = renderPlan(PLAN, SCREEN)
    expect(linesOf(shown)).toBeLessThan(250)
    expect(shown).toContain('limits 1,867 domains')
    for (const { id } of [...suspensions, ...lifts]) expect(named(shown, id), id).toBe(true)
    expect(named(shown, 'limited-7.example')).toBe(false)
    expect(shown).toMatch(
      regexOf(
        /\nThis list is shortened\. To see all: herdbook plan --verbose\n/,
        /This takes [^\n]*\n(?:[^\n]*\n)?Next: herdbook apply/,
      ),
    )
    const all = renderPlan(PLAN, { ...SCREEN, verbose: true })
    for (const { id } of PLAN.steps) expect(named(all, id), id).toBe(true)
    expect(all).not.toContain('This list is shortened')
  })

  test('names what can’t be undone also where that alone is long, in as few lines as names take', () => {
    const steps = many(2000, (i) => block(`bad-${i}.example`, 'suspend', { hazard: 'irreversible' }))
    const shown = renderPlan({ ...EMPTY, steps }, SCREEN)
    for (const { id } of steps) expect(named(shown, id), id).toBe(true)
    expect(linesOf(shown)).toBeLessThan(450)
    expect(shown).toContain("Blocks 2,000 domains  can't be undone")
    expect(shown).toContain('Removes 2,000 follow relations')
  })

  test('names all that is refused, and the first of each kind with what to do', () => {
    const findings = suspensions.concat(limits.slice(0, 240)).map(({ id }) => ({
      code: 'consent-missing',
      severity: 'error' as const,
      about: `domain-block/${id}`,
      message: `domain-block/${id} severs 1 follow.`,
      hint: `Write it: ${id}`,
    }))
    const shown = renderPlan({ ...PLAN, findings }, SCREEN)
    for (const { about } of findings) expect(shown).toMatch(new RegExp(`${about}\\b`))
    expect(shown).toContain('Write it: bad-0.example')
    expect(shown).toContain('… and 297 more of consent-missing:')
    expect(linesOf(shown)).toBeLessThan(450)
  })

  test('names what was added by hand, kind by kind, so that nobody is lost behind many blocks', () => {
    const blocks = (length: number) =>
      many(length, (i) => ({ kind: 'domain-block', id: `hand-${i}.example`, addedByHand: true, mark: '', fields: {} }))
    const unmanaged = (length: number) => [
      ...blocks(length),
      { kind: 'moderator', id: 'eve', addedByHand: true, mark: '', fields: { role: 'Owner' } },
    ]
    const few = renderPlan({ ...EMPTY, unmanaged: unmanaged(200) }, SCREEN)
    for (const { id } of unmanaged(200)) expect(named(few, id), id).toBe(true)
    expect(few).toContain('· 200 domain blocks\n')
    expect(few).toContain('· 1 moderator\n    eve (Owner)\n')
    expect(linesOf(few)).toBeLessThan(60)
    const more = renderPlan({ ...EMPTY, unmanaged: unmanaged(900) }, SCREEN)
    expect(more).toContain('hand-99.example  … and 800 more; --verbose names them')
    expect(named(more, 'eve')).toBe(true)
    const all = renderPlan({ ...EMPTY, unmanaged: unmanaged(900) }, { ...SCREEN, verbose: true })
    for (const { id } of unmanaged(900)) expect(named(all, id), id).toBe(true)
  })

  test('names what was changed by hand, counts what waits or is only to be known', () => {
    const plan: Plan = {
      ...EMPTY,
      unmanaged: many(900, (i) => ({
        kind: 'domain-block',
        id: `hand-${i}.example`,
        addedByHand: true,
        mark: '',
        fields: {},
      })),
      drift: many(300, (i) =>
        difference('domain-block', `drift-${i}.example`, 'drift', {
          desired: { severity: 'silence' },
          live: { severity: 'suspend' },
          fields: ['severity'],
        }),
      ),
      waiting: many(300, (i) => ({
        kind: 'moderator',
        id: `new${i}`,
        reason: 'there is no account of that name yet',
        source: { file: 'moderators.yaml', path: [] },
      })),
      findings: many(300, (i) => ({ code: 'w', severity: 'warning' as const, message: `Warning ${i}` })),
    }
    const shown = renderPlan(plan, { ...SCREEN, again: 'herdbook drift' })
    expect(linesOf(shown)).toBeLessThan(300)
    for (const title of ['Added or changed by hand', 'Changed by hand', 'Waiting', 'Please note  300 warnings'])
      expect(shown).toContain(title)
    for (const { kind, id } of plan.drift) expect(named(shown, `${kind}/${id}`), id).toBe(true)
    expect(shown).toMatch(/\n {6}herdbook adopt domain-block\/hand-0\.example +copies it into the files\n/)
    expect(shown).toContain('To see all: herdbook drift --verbose')
  })

  test('of a usual length is told whole', () => {
    const shown = renderPlan({ ...EMPTY, steps: [...limits.slice(0, 20), ...lifts] }, SCREEN)
    expect(shown).toContain('public_comment  Spam')
    expect(shown).not.toContain('This list is shortened')
  })
})

describe('an apply of thousands', () => {
  const REPORT: ApplyReport = {
    plan: PLAN,
    done: limits,
    failed: [],
    skipped: [],
    notReached: lifts,
    paid: [],
    ended: [],
    unfinished: [],
    looked: [],
    remaining: [],
    findings: [],
  }

  test('counts what went well, and says a reason once for all that have it', () => {
    const failed = suspensions.concat(many(400, (i) => block(`other-${i}.example`, 'silence', {}))).map((one) => ({
      step: one,
      reason: {
        code: 'refused',
        severity: 'error' as const,
        message: `The token may not write ${one.id}.`,
        hint: 'herdbook token rotate',
      },
    }))
    const shown = renderApply({ ...REPORT, failed }, SCREEN)
    expect(shown).toContain('Done  1,867')
    expect(named(shown, 'limited-7.example')).toBe(false)
    for (const one of [...failed.map(({ step: { id } }) => id), ...lifts.map(({ id }) => id)])
      expect(named(shown, one), one).toBe(true)
    expect(shown.match(/herdbook token rotate/g)).toHaveLength(1)
    expect(shown).toContain('For one object: herdbook why KIND/ID')
    expect(linesOf(shown)).toBeLessThan(250)
    expect(linesOf(renderApply({ ...REPORT, failed }, { ...SCREEN, verbose: true }))).toBeGreaterThan(
      1867 + 3 * failed.length,
    )
  })

  test('counts what went well if its plan is right above, and names what can’t be undone if it is not', () => {
    const done = many(2000, (i) => block(`bad-${i}.example`, 'suspend', { hazard: 'irreversible' }))
    const report = { ...REPORT, done, notReached: [] }
    expect(linesOf(renderApply(report, { ...SCREEN, planShown: true }))).toBeLessThan(10)
    expect(renderApply(report, { ...SCREEN, planShown: true })).toContain('  … Blocks 2,000 domains\n')
    const shown = renderApply(report, SCREEN)
    for (const { id } of done) expect(named(shown, id), id).toBe(true)
  })

  test('names everything that did not hold', () => {
    const remaining = limits.map(({ kind, id }) => ({
      kind,
      id,
      fields: ['severity'],
      reason: 'It was written, and live does not show it.',
    }))
    const shown = renderApply({ ...REPORT, remaining }, SCREEN)
    for (const { id } of remaining) expect(shown).toContain(`domain-block/${id}`)
    expect(shown.match(/live does not show it/g)).toHaveLength(1)
  })
})

test('a command that is to be copied is one that a shell takes', () => {
  const plan: Plan = {
    ...EMPTY,
    drift: [
      difference('role', "Old 'Hands'", 'drift', {
        desired: { position: 1 },
        live: { position: 2 },
        fields: ['position'],
      }),
    ],
    unmanaged: [{ kind: 'rule', id: '#8', addedByHand: true, mark: '', fields: {} }],
  }
  const shown = renderPlan(plan, SCREEN)
  expect(shown).toContain(`herdbook adopt 'role/Old '\\''Hands'\\'''`)
  const simple: Plan = { ...plan, drift: plan.drift.map((one) => ({ ...one, id: 'Old Hands' })) }
  expect(renderMarkdown(simple, { kinds: KINDS, visibility: 'private' })).toContain("herdbook adopt 'role/Old Hands'")
  expect(shown).toContain('· rule/#8\n')
  expect(shown).toContain('herdbook adopt rule/#8        copies')
})

test.each([
  [{}, /\nNext: herdbook apply {2}shows this again and asks before it writes\n/],
  [
    { apply: 'herdbook apply plan.json', saved: true },
    /\nNext: herdbook apply plan\.json {2}applies exactly this plan or nothing, without asking\n/,
  ],
  [{ apply: null }, /\nNext: merge these commits, then apply them\.\n/],
])('what is typed next is what does this: %j', (options, next) => {
  expect(renderPlan({ ...EMPTY, steps: lifts }, { ...SCREEN, ...options })).toMatch(next)
})

test('a hint after an apply names a domain as it is typed', () => {
  const step = block('xn--bcher-kva.example', 'suspend', {})
  const failed = [
    {
      step,
      reason: {
        code: 'refused',
        severity: 'error' as const,
        message: 'No.',
        hint: 'herdbook adopt domain-block/xn--bcher-kva.example',
      },
    },
  ]
  const shown = renderApply(
    {
      plan: { ...EMPTY, steps: [step] },
      done: [],
      failed,
      skipped: [],
      notReached: [],
      paid: [],
      ended: [],
      unfinished: [],
      looked: [],
      remaining: [],
      findings: [],
    },
    SCREEN,
  )
  expect(shown).toContain('→ herdbook adopt domain-block/xn--bcher-kva.example\n')
})
