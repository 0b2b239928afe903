import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ABSENT, decide, type MergeInput } from '../../src/reconcile/plan/three-way-merge.ts'
import { equal } from '../../src/reconcile/equal.ts'
import type { Fields } from '../../src/instance/values.ts'

const same: MergeInput['same'] = (_field, a, b) => equal(a, b)
const sides = (
  desired: MergeInput['desired'],
  live: Fields | null,
  ledger: MergeInput['ledger'],
  rest: Partial<MergeInput> = {},
) => decide({ desired, live, ledger, managed: true, attempts: [], same, ...rest })

const a = { severity: 'silence' }
const b = { severity: 'suspend' }
const c = { severity: 'noop' }

describe('the table of cases, row by row', () => {
  test('1 no longer managed: the ledger forgets, live stays', () => {
    expect(sides(null, a, a, { managed: false })).toEqual({ is: 'released' })
    expect(sides(null, null, a, { managed: false })).toEqual({ is: 'released' })
    expect(sides(null, a, null, { managed: false })).toEqual({ is: 'nothing' })
  })
  test('2 the file and live agree: in sync', () => {
    expect(sides(a, a, null)).toEqual({ is: 'in-sync' })
    expect(sides(a, a, b)).toEqual({ is: 'in-sync' })
    expect(sides(null, null, a)).toEqual({ is: 'in-sync' })
  })
  test('3 only live knows it: unmanaged', () => expect(sides(null, a, null)).toEqual({ is: 'unmanaged' }))
  test('4 gone from the file, live as we left it: delete', () => {
    expect(sides(null, a, a)).toEqual({ is: 'step', action: 'delete', fields: [], apart: [] })
  })
  test('5 gone from the file, live changed: both sides', () => {
    expect(sides(null, b, a)).toEqual({
      is: 'difference',
      action: 'delete',
      apart: [{ cause: 'conflict', fields: ['severity'] }],
    })
  })
  test('6 only the file knows it: create', () => {
    expect(sides(a, null, null)).toEqual({ is: 'step', action: 'create', fields: ['severity'], apart: [] })
  })
  test('7 the ledger knows nothing and live differs: takeover', () => {
    expect(sides(a, b, null)).toEqual({
      is: 'difference',
      action: 'update',
      apart: [{ cause: 'takeover', fields: ['severity'] }],
    })
  })
  test('8 live changed or gone: drift', () => {
    expect(sides(a, b, a)).toEqual({
      is: 'difference',
      action: 'update',
      apart: [{ cause: 'drift', fields: ['severity'] }],
    })
    expect(sides(a, null, a)).toEqual({
      is: 'difference',
      action: 'create',
      apart: [{ cause: 'drift', fields: ['severity'] }],
    })
  })
  test('9 the file changed: update', () => {
    expect(sides(b, a, a)).toEqual({ is: 'step', action: 'update', fields: ['severity'], apart: [] })
  })
  test('10 all three differ: both sides', () => {
    expect(sides(a, b, c)).toEqual({
      is: 'difference',
      action: 'update',
      apart: [{ cause: 'conflict', fields: ['severity'] }],
    })
    expect(sides(b, null, a)).toEqual({
      is: 'difference',
      action: 'create',
      apart: [{ cause: 'conflict', fields: ['severity'] }],
    })
  })
})

describe('between the rows', () => {
  test('an edited comment does not lower a severity that somebody raised', () => {
    const verdict = sides(
      { severity: 'silence', comment: 'new' },
      { severity: 'suspend', comment: 'old' },
      { severity: 'silence', comment: 'old' },
    )
    expect(verdict).toEqual({
      is: 'step',
      action: 'update',
      fields: ['comment'],
      apart: [{ cause: 'drift', fields: ['severity'] }],
    })
  })
  test('one field changed on both sides holds back those that belong together with it, and no other', () => {
    const [desired, live, ledger] = [
      { w: 1, x: 1, y: 2, z: 1 },
      { w: 0, x: 0, y: 3, z: 5 },
      { w: 0, x: 0, y: 4, z: 1 },
    ]
    const apart = [
      { cause: 'conflict', fields: ['x', 'y'] },
      { cause: 'drift', fields: ['z'] },
    ]
    expect(sides(desired, live, ledger, { bound: [['x', 'y']] })).toEqual({
      is: 'step',
      action: 'update',
      fields: ['w'],
      apart,
    })
    expect(sides(desired, live, ledger, { bound: [['w', 'x', 'y', 'z']] })).toEqual({
      is: 'difference',
      action: 'update',
      apart: [{ cause: 'conflict', fields: ['w', 'x', 'y', 'z'] }],
    })
  })
  test('each field that stands by itself has a case of its own', () => {
    const verdict = sides({ a: 1, b: 1, c: 1 }, { a: 2, b: 2, c: 2 }, { a: 3, c: 1 })
    const apart = [
      { cause: 'conflict', fields: ['a'] },
      { cause: 'takeover', fields: ['b'] },
      { cause: 'drift', fields: ['c'] },
    ]
    expect(verdict).toEqual({ is: 'difference', action: 'update', apart })
  })
  test('a new field that differs on the server is a takeover alone; what changed beside it goes out', () => {
    const verdict = sides(
      { severity: 'suspend', note: 'ours' },
      { severity: 'silence', note: 'theirs' },
      { severity: 'silence' },
    )
    expect(verdict).toEqual({
      is: 'step',
      action: 'update',
      fields: ['severity'],
      apart: [{ cause: 'takeover', fields: ['note'] }],
    })
  })
  test('a field that is new in the file takes over nothing where live leaves it empty', () => {
    expect(sides({ x: 1, note: 'why' }, { x: 1, note: '' }, { x: 1 })).toMatchObject({ is: 'step', fields: ['note'] })
    expect(sides({ x: 1, note: 'why' }, { x: 1, note: 'theirs' }, { x: 1 })).toMatchObject({
      is: 'difference',
      apart: [{ cause: 'takeover' }],
    })
  })
  test('a field that only one side has is not compared', () => {
    expect(sides({ x: 1, newer: true }, { x: 1 }, { x: 1 })).toEqual({ is: 'in-sync' })
    expect(sides({ x: 1 }, { x: 1, theirs: 2 }, { x: 1, theirs: 3 })).toEqual({ is: 'in-sync' })
  })
  test('released fields do not keep a delete from being one', () => {
    expect(sides(null, { x: 1 }, { x: 1, gone: 2 })).toMatchObject({ is: 'step', action: 'delete' })
  })
})

describe('attempts: what a killed run was about to do counts as ours', () => {
  const attempt = (action: 'create' | 'update' | 'delete', fields: Fields) => ({ attempts: [{ action, fields }] })
  test('a killed create is in sync, not a stranger', () => {
    expect(sides(a, a, null, attempt('create', a))).toEqual({ is: 'in-sync' })
  })
  test('a create that was reverted in the file is taken back', () => {
    expect(sides(null, a, null, attempt('create', a))).toMatchObject({ is: 'step', action: 'delete' })
  })
  test('a create that was edited meanwhile becomes an update', () => {
    expect(sides(b, a, null, attempt('create', a))).toMatchObject({ is: 'step', action: 'update' })
  })
  test('an object with other values than we tried is a stranger', () => {
    expect(sides(null, b, null, attempt('create', a))).toEqual({ is: 'unmanaged' })
    expect(sides(a, b, null, attempt('create', a))).toMatchObject({ apart: [{ cause: 'takeover' }] })
  })
  test('an update that went out and was reverted in the file is undone', () => {
    expect(sides(a, b, a, attempt('update', b))).toMatchObject({ is: 'step', action: 'update', fields: ['severity'] })
  })
  test('an update that never went out is in sync after the revert', () => {
    expect(sides(a, a, a, attempt('update', b))).toEqual({ is: 'in-sync' })
  })
  test('a delete that went out and was reverted in the file is created again', () => {
    expect(sides(a, null, a, attempt('delete', {}))).toMatchObject({ is: 'step', action: 'create' })
  })
  test('somebody who changed it after us is drift', () => {
    expect(sides(b, c, a, attempt('update', b))).toMatchObject({ is: 'difference', apart: [{ cause: 'conflict' }] })
  })
})

describe('the files say that it must not be there, row by row', () => {
  const gone = (cause: 'takeover' | 'conflict' | 'drift', fields: readonly string[]) => ({
    is: 'difference',
    action: 'delete',
    apart: [{ cause, fields }],
  })
  test('1 no longer managed: the ledger forgets, and whoever made it again did so by hand', () => {
    expect(sides(null, null, ABSENT, { managed: false })).toEqual({ is: 'released' })
    expect(sides(null, a, ABSENT, { managed: false })).toEqual({ is: 'released', changed: true })
  })
  test('1 the files say nothing of it any more: the same', () => {
    expect(sides(null, null, ABSENT)).toEqual({ is: 'in-sync' })
    expect(sides(null, a, ABSENT)).toEqual({ is: 'released', changed: true })
  })
  test('2 it is not there: in sync, whatever was last', () => {
    for (const ledger of [null, a, ABSENT] as const) expect(sides(ABSENT, null, ledger)).toEqual({ is: 'in-sync' })
  })
  test('4 live as we left it: delete', () => {
    expect(sides(ABSENT, a, a)).toEqual({ is: 'step', action: 'delete', fields: [], apart: [] })
  })
  test('5 live changed: both sides', () => expect(sides(ABSENT, b, a)).toEqual(gone('conflict', ['severity'])))
  test('6 the ledger has it absent, and the files want it now: create', () => {
    expect(sides(a, null, ABSENT)).toEqual({ is: 'step', action: 'create', fields: ['severity'], apart: [] })
  })
  test('7 it is there and was never ours: takeover, of all that it is', () => {
    expect(sides(ABSENT, { severity: 'noop', comment: '' }, null)).toEqual(gone('takeover', ['comment', 'severity']))
  })
  test('8 it was not there, and is again: drift', () => {
    expect(sides(ABSENT, a, ABSENT)).toEqual(gone('drift', ['severity']))
  })
  test('10 it was not there, and files and live have it now, each in its way: both sides', () => {
    expect(sides(a, b, ABSENT)).toEqual({
      is: 'difference',
      action: 'update',
      apart: [{ cause: 'conflict', fields: ['severity'] }],
    })
    expect(sides(a, a, ABSENT)).toEqual({ is: 'in-sync' })
  })
  test('what a killed run made is ours, and goes', () => {
    const attempts = [{ action: 'create' as const, fields: a }]
    for (const ledger of [null, ABSENT] as const)
      expect(sides(ABSENT, a, ledger, { attempts })).toEqual({ is: 'step', action: 'delete', fields: [], apart: [] })
    expect(sides(ABSENT, b, null, { attempts })).toEqual(gone('takeover', ['severity']))
  })
  test('a killed delete that did nothing is still to be decided', () => {
    const attempts = [{ action: 'delete' as const, fields: {} }]
    expect(sides(ABSENT, a, null, { attempts })).toEqual(gone('takeover', ['severity']))
    expect(sides(ABSENT, a, a, { attempts })).toEqual({ is: 'step', action: 'delete', fields: [], apart: [] })
  })
})

describe('for any three sides', () => {
  const fields = fc.dictionary(fc.constantFrom('w', 'x', 'y'), fc.constantFrom(1, 2), { minKeys: 1 })
  const side = fc.oneof(fields, fc.constantFrom<(typeof ABSENT | null)[]>(ABSENT, null))
  const attempts = fc.array(fc.record({ action: fc.constantFrom('create', 'update', 'delete'), fields }), {
    maxLength: 2,
  })

  test('what must not be there is never made or changed, and is in sync just where it is not there', () => {
    fc.assert(
      fc.property(fc.option(fields), side, attempts, (live, ledger, tried) => {
        const verdict = sides(ABSENT, live, ledger, { attempts: tried })
        if (live === null) expect(verdict).toEqual({ is: 'in-sync' })
        else expect(verdict).toMatchObject({ action: 'delete' })
      }),
    )
  })

  test('nothing goes by itself that the ledger does not have, or that somebody changed', () => {
    fc.assert(
      fc.property(side, fields, side, (desired, live, ledger) => {
        const verdict = sides(desired, live, ledger)
        if (verdict.is !== 'step' || verdict.action !== 'delete') return
        expect(ledger).not.toBeNull()
        expect(ledger).not.toBe(ABSENT)
        expect(sides(ledger, live, ledger)).toEqual({ is: 'in-sync' })
      }),
    )
  })
})
