import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import type { DifferingFields } from '../../src/reconcile/plan/three-way-merge.ts'
import { graphOf, inOrder } from '../../src/reconcile/plan/graph.ts'
import type { KindOrder } from '../../src/reconcile/kind.ts'
import { goesOut, isRestart, partedByInputs, restartsIn, winsInputs } from '../../src/reconcile/plan/restarts.ts'
import { step } from '../support/plans.ts'

const READS = ['file/a', 'file/b', 'package/nginx']
const KINDS: readonly KindOrder[] = [
  { name: 'unit', restarts: 'inputs', after: (one) => (one.id === 'nginx' ? READS : []) },
  { name: 'file', before: () => ['unit/other'] },
]
const inputs = { field: 'inputs', before: 'A', after: 'B' }
const UNIT = KINDS[0]
const restart = (id = 'nginx') => step('unit', id, { action: 'update', changes: [inputs] })

describe('a restart', () => {
  it('is an update of the one field that its kind names, alone', () => {
    expect(isRestart(restart(), UNIT)).toBe(true)
    for (const other of [undefined, { name: 'unit' }, { name: 'unit', restarts: 'read' }])
      expect(isRestart(restart(), other)).toBe(false)
    expect(isRestart({ ...restart(), changes: [] }, UNIT)).toBe(false)
    expect(isRestart({ ...restart(), action: 'create' }, UNIT)).toBe(false)
    expect(isRestart({ ...restart(), changes: [inputs, { field: 'enabled', before: false, after: true }] }, UNIT)).toBe(
      false,
    )
  })

  it('is caused by the steps of its plan that change what the unit reads, deletes too', () => {
    const [a, gone, other] = [step('file', 'a'), step('package', 'nginx', { action: 'delete' }), step('file', 'c')]
    const [nginx, alone] = [restart(), restart('other')]
    expect(restartsIn([nginx, a, alone, other, gone], KINDS)).toEqual(
      new Map([
        [nginx, [a, gone]],
        [alone, []],
      ]),
    )
  })

  it('stands after all its causes, and once', () => {
    const steps = [restart(), step('file', 'a'), step('file', 'b', { action: 'delete' })]
    expect(inOrder(graphOf(steps, KINDS)).map(({ id }) => id)).toEqual(['a', 'b', 'nginx'])
  })

  test('goes out where one of its causes was done, and not where none was; without a cause it is as any step', () => {
    const causes = fc.uniqueArray(fc.constantFrom('a', 'b', 'c'))
    fc.assert(
      fc.property(causes, causes, (caused, done) => {
        const result = goesOut(
          caused.map((id) => step('file', id)),
          new Set(done.map((id) => `file/${id}`)),
        )
        expect(result).toBe(caused.length === 0 || caused.some((id) => done.includes(id)))
      }),
    )
  })
})

describe('stale inputs', () => {
  it('are told apart from all else that differs', () => {
    const drift: DifferingFields = { cause: 'drift', fields: ['enabled', 'inputs', 'user'] }
    const conflict: DifferingFields = { cause: 'conflict', fields: ['group'] }
    expect(partedByInputs([conflict, drift], 'inputs')).toEqual({
      inputs: { cause: 'drift', fields: ['inputs'] },
      others: [conflict, { cause: 'drift', fields: ['enabled', 'user'] }],
    })
    expect(partedByInputs([{ cause: 'conflict', fields: ['inputs'] }], 'inputs')).toEqual({
      inputs: { cause: 'conflict', fields: ['inputs'] },
      others: [],
    })
    expect(partedByInputs([conflict], 'inputs')).toEqual({ inputs: null, others: [conflict] })
  })

  it('are a step if the plan changes what the unit reads or somebody asks, and for no other reason', () => {
    const changing =
      (...refs: string[]) =>
      (ref: string) =>
        refs.includes(ref)
    expect(winsInputs(READS, changing('file/b'), false)).toBe(true)
    expect(winsInputs(READS, changing('file/c'), false)).toBe(false)
    expect(winsInputs(READS, changing(), false)).toBe(false)
    expect(winsInputs(READS, changing(), true)).toBe(true)
  })
})
