import { describe, expect, it } from 'vitest'
import { graphOf, inOrder, unmet, unmetInWords } from '../../src/reconcile/plan/graph.ts'
import type { KindOrder } from '../../src/reconcile/kind.ts'
import type { Step } from '../../src/reconcile/plan/types.ts'
import { tooDear } from '../support/cpu.ts'
import { kindsOf, parsed, refs, sorted, thrown } from '../support/links.ts'
import { step } from '../support/plans.ts'

describe('the order of steps', () => {
  const steps = ['machine/a', 'machine/b', 'record/www', 'address/main'].map((ref) => parsed(ref))

  it('stays as it is where nothing contradicts it', () => {
    expect(sorted(steps, kindsOf(new Map([['address/main', ['machine/a', 'record/www']]])))).toEqual(refs(steps))
  })

  it('puts what a step comes after before it, and leaves the others where they stood', () => {
    const kinds = kindsOf(new Map([['machine/a', ['record/www']]]))
    expect(sorted(steps, kinds)).toEqual(['machine/b', 'record/www', 'machine/a', 'address/main'])
  })

  it('puts a step before those that its kind says wait for it', () => {
    const kinds = kindsOf(new Map(), new Map([['address/main', ['machine/b']]]))
    expect(sorted(steps, kinds)).toEqual(['machine/a', 'record/www', 'address/main', 'machine/b'])
  })

  it('puts nothing before a step that only lowers', () => {
    const kinds = kindsOf(new Map(), new Map([['address/main', ['machine/b']]]))
    const lowers = steps.map((one) => (one.id === 'b' ? { ...one, weakens: true } : one))
    expect(sorted(lowers, kinds)).toEqual(refs(steps))
  })

  it('puts the object whose value a step takes before it, and not that of a value which it gives up or leaves', () => {
    const ref = { ref: 'address/main#ip' }
    const takes = parsed('machine/a', { changes: [{ field: 'hosts', before: null, after: [{ www: ref }] }] })
    const leaves = parsed('machine/b', {
      changes: [{ field: 'size', before: { ref: 'address/main#size' }, after: 'small' }],
      target: { ip: ref, size: 'small' },
    })
    expect(sorted([takes, leaves, parsed('address/main')], [])).toEqual(['machine/b', 'address/main', 'machine/a'])
  })

  it('puts a delete after what is done to those that took values of it, and never before', () => {
    const gone = parsed('address/main', { action: 'delete' })
    const took = (ref: string) => (['record/www', 'record/old'].includes(ref) ? ['address/main', 'machine/a'] : [])
    const kept = parsed('record/www', { changes: [{ field: 'ip', before: '1', after: { ref: 'address/main#ip' } }] })
    const steps = [gone, parsed('machine/a'), kept, parsed('record/old', { action: 'delete' })]
    expect(refs(inOrder(graphOf(steps, [], took)))).toEqual(['machine/a', 'record/www', 'record/old', 'address/main'])
    expect(refs(inOrder(graphOf(steps, [])))).toEqual(refs(steps))
  })

  it('does not wait for what is not in the plan', () => {
    expect(sorted(steps, kindsOf(new Map([['machine/a', ['address/other']]])))).toEqual(refs(steps))
  })

  it('refuses as a defect steps that need each other, and names those alone', () => {
    const kinds = kindsOf(
      new Map([
        ['machine/a', ['machine/b']],
        ['machine/b', ['record/www']],
        ['record/www', ['machine/b']],
        ['address/main', ['machine/a']],
      ]),
    )
    const { exit, diagnostics } = thrown(() => sorted(steps, kinds))
    expect(exit).toBe(1)
    expect(diagnostics).toMatchObject([{ code: 'steps-in-a-circle', severity: 'error' }])
    expect(diagnostics[0]?.message).toMatch(/: machine\/b, record\/www\.$/)
  })

  it('refuses a step that needs itself', () => {
    expect(thrown(() => sorted(steps, kindsOf(new Map([['machine/a', ['machine/a']]])))).message).toMatch(
      /: machine\/a\.$/,
    )
  })

  it('does not wait for what a step needs to go, but for a delete and for a unit that reads it', () => {
    const kinds = kindsOf(new Map([['machine/user', ['machine/role']]]))
    const gone = parsed('machine/role', { action: 'delete' })
    const order = (own: Partial<Step>, restarts: Pick<KindOrder, 'restarts'> = {}) =>
      sorted(
        [parsed('machine/user', own), gone],
        kinds.map((kind) => ({ ...kind, ...restarts })),
      )
    const inputs = { action: 'update', changes: [{ field: 'inputs', before: 'a', after: 'b' }] } as const
    expect(order({ action: 'update' })).toEqual(['machine/user', 'machine/role'])
    expect(order({ action: 'delete' })).toEqual(['machine/role', 'machine/user'])
    expect(order(inputs)).toEqual(['machine/user', 'machine/role'])
    expect(order(inputs, { restarts: 'inputs' })).toEqual(['machine/role', 'machine/user'])
  })

  it('counts what of a long circle it does not name, and names no object that no file names', () => {
    const ring = Array.from({ length: 14 }, (_, i) => `machine/n${i}`)
    const kinds = kindsOf(new Map(ring.map((ref, i) => [ref, [ring[(i + 1) % ring.length] ?? '']])))
    const { message } = thrown(() =>
      sorted(
        ring.map((ref) => parsed(ref, { action: 'delete', ...(ref === 'machine/n3' ? { unmanaged: true } : {}) })),
        kinds,
      ),
    )
    expect(message).toMatch(/: machine\/n0, machine\/n1, machine\/n2, machine\/~f{32}, .*machine\/n9, 4 more\.$/)
    expect(message).not.toContain('machine/n3')
  })

  it.each<[string, (i: number, all: number) => readonly number[]]>([
    ['without a link', () => []],
    ['each after the next one', (i) => [i + 1]],
    ['each after the one before', (i) => [i - 1]],
    ['the first after all others', (i, all) => (i > 0 ? [] : Array.from({ length: all - 1 }, (_, j) => j + 1))],
    ['in twos', (i) => [2 * i + 1, 2 * i + 2]],
  ])('takes under a second for 100,000 steps, and grows no faster than they do, %s', (_, after) => {
    const made = (length: number) => Array.from({ length }, (_none, i) => step('machine', String(i)))
    const act = (many: readonly Step[]): void => {
      const kind = {
        name: 'machine',
        after: ({ id }: Pick<Step, 'id'>) => after(Number(id), many.length).map((i) => `machine/${i}`),
      }
      expect(inOrder(graphOf(many, [kind])).length).toBe(many.length)
    }
    expect(tooDear(made, act, 25_000, 1)).toBeNull()
  })
})

describe('what a step needs and no step brings about', () => {
  const takes = parsed('record/www', { changes: [{ field: 'ip', before: null, after: { ref: 'address/main#ip' } }] })
  const kinds = kindsOf(new Map([['record/www', ['machine/a']]]))
  const standing = (live: readonly string[], open: readonly string[] = []) => ({
    live: new Set(live),
    open: new Set(open),
  })
  const found = (...given: Parameters<typeof unmet>) => unmet(...given).map(({ needs, why }) => [needs, why])

  it('is nothing where all of it is in the plan or in sync', () => {
    expect(unmet([takes, parsed('address/main')], kinds, standing(['machine/a']))).toEqual([])
    expect(unmet([takes, parsed('machine/a')], kinds, standing(['address/main']))).toEqual([])
  })

  it('is what differs from the files, whether it gives a value or only comes first', () => {
    expect(found([takes], kinds, standing([], ['address/main', 'machine/a']))).toEqual([
      ['address/main', 'open'],
      ['machine/a', 'open'],
    ])
  })

  it('is no more than a value where what differs is there: coming first takes nothing of it', () => {
    const differs = ['address/main', 'machine/a']
    expect(found([takes], kinds, standing(differs, differs))).toEqual([['address/main', 'open']])
  })

  it('is a value of something that is not there, not something unmanaged that would only come first', () => {
    expect(found([takes], kinds, standing([]))).toEqual([['address/main', 'missing']])
  })

  it('is a value of something that goes, and not a delete that only comes first', () => {
    const gone = [parsed('address/main', { action: 'delete' }), parsed('machine/a', { action: 'delete' })]
    expect(found([takes, ...gone], kinds, standing([]))).toEqual([['address/main', 'deleted']])
  })

  it('says so for people', () => {
    const [one] = unmet([takes], kinds, standing([]))
    expect(one && unmetInWords(one)).toBe('This step needs address/main, which is not there, and no step makes it.')
  })
})
