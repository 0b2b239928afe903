import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { HerdbookError } from '../../src/instance/diagnostic.ts'
import { refOf } from '../../src/reconcile/batches.ts'
import { byText } from '../../src/reconcile/equal.ts'
import { graphOf, inOrder, unmet, unmetInWords, type Linking } from '../../src/reconcile/graph.ts'
import type { Step } from '../../src/reconcile/types.ts'
import { cpuOf } from '../support/cpu.ts'
import { step } from '../support/plans.ts'

const CASES = 500
const many = Array.from({ length: 100_000 }, (_, i) => step('machine', String(i)))

type Links = ReadonlyMap<string, readonly string[]>
/** Kinds that put before and after a step what a table says. */
const kindsOf = (after: Links, before: Links = new Map()): readonly Linking[] =>
  ['address', 'machine', 'record'].map((name) => ({
    name,
    after: (one) => after.get(refOf(one)) ?? [],
    before: (one) => before.get(refOf(one)) ?? [],
  }))

const parsed = (ref: string, rest: Partial<Step> = {}): Step => {
  const [kind = '', id = ''] = ref.split('/')
  return step(kind, id, rest)
}
const refs = (steps: readonly Step[]): string[] => steps.map(refOf)
const sorted = (steps: readonly Step[], kinds: readonly Linking[]): string[] => refs(inOrder(graphOf(steps, kinds)))

function thrown(act: () => unknown): HerdbookError {
  try {
    act()
  } catch (error) {
    if (error instanceof HerdbookError) return error
    throw error
  }
  throw new Error('It threw nothing.')
}

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

  it('counts what of a long circle it does not name, and names no object that no file names', () => {
    const ring = Array.from({ length: 14 }, (_, i) => `machine/n${i}`)
    const kinds = kindsOf(new Map(ring.map((ref, i) => [ref, [ring[(i + 1) % ring.length] ?? '']])))
    const { message } = thrown(() =>
      sorted(
        ring.map((ref) => parsed(ref, ref === 'machine/n3' ? { unmanaged: true, action: 'delete' } : {})),
        kinds,
      ),
    )
    expect(message).toMatch(/: machine\/n0, machine\/n1, machine\/n2, machine\/~f{32}, .*machine\/n9, 4 more\.$/)
    expect(message).not.toContain('machine/n3')
  })

  it.each([
    ['without a link', () => []],
    ['each after the next one', (i: number) => [`machine/${i + 1}`]],
    ['each after the one before', (i: number) => [`machine/${i - 1}`]],
    [
      'the first after all others',
      (i: number, n: number) => (i > 0 ? [] : Array.from({ length: n - 1 }, (_, j) => `machine/${j + 1}`)),
    ],
    ['in twos', (i: number) => [`machine/${2 * i + 1}`, `machine/${2 * i + 2}`]],
  ])('takes well under a second for 100,000 steps, %s', (_, after) => {
    const kinds: Linking[] = [{ name: 'machine', after: (one) => after(Number(one.id), many.length) }]
    let result: readonly Step[] = []
    expect(cpuOf(() => (result = inOrder(graphOf(many, kinds))))).toBeLessThan(1)
    expect(new Set(result).size).toBe(many.length)
  })
})

describe('properties of the order', () => {
  const ref = fc
    .tuple(fc.constantFrom('address', 'machine', 'record'), fc.constantFrom('a', 'b', 'c', 'd', 'e'))
    .map(([kind, id]) => `${kind}/${id}`)
  const links = fc.dictionary(ref, fc.uniqueArray(ref, { maxLength: 3 }), { maxKeys: 8 })
  const cases = fc.record({
    refs: fc.uniqueArray(ref, { minLength: 1, maxLength: 15 }),
    lowering: fc.uniqueArray(ref),
    after: links,
    before: links,
    /** Objects that a step takes a value of. */
    values: links,
    /** How far from the beginning each may stand that another needs. */
    places: fc.array(fc.nat(), { minLength: 15, maxLength: 15 }),
  })
  type Case = Parameters<
    Parameters<typeof fc.property<[typeof cases extends fc.Arbitrary<infer One> ? One : never]>>[1]
  >[0]

  /** Who must be done before whom, as the case says it, among the steps of it. */
  function pairsOf({ refs: all, lowering, after, before, values }: Case): [string, string][] {
    const pairs = [
      ...[...Object.entries(after), ...Object.entries(values)].flatMap(([one, needed]) =>
        needed.map((other): [string, string] => [other, one]),
      ),
      ...Object.entries(before).flatMap(([one, waiting]) =>
        waiting.filter((other) => !lowering.includes(other)).map((other): [string, string] => [one, other]),
      ),
    ]
    return pairs.filter((pair) => pair.every((one) => all.includes(one)))
  }

  /** The same case without the links that contradict an order of its objects. */
  function straightened(one: Case): Case {
    const rank = new Map(one.refs.map((name, i) => [name, one.places[i] ?? 0]))
    const isBefore = (a: string, b: string): boolean =>
      (rank.get(a) ?? 0) < (rank.get(b) ?? 0) || ((rank.get(a) ?? 0) === (rank.get(b) ?? 0) && byText(a, b) < 0)
    const only = (table: Case['after'], fits: (from: string, to: string) => boolean): Case['after'] =>
      Object.fromEntries(Object.entries(table).map(([from, tos]) => [from, tos.filter((to) => fits(from, to))]))
    return {
      ...one,
      after: only(one.after, (from, to) => isBefore(to, from)),
      values: only(one.values, (from, to) => isBefore(to, from)),
      before: only(one.before, isBefore),
    }
  }

  const run = (one: Case, order: readonly string[] = one.refs): string[] =>
    sorted(
      order.map((name) =>
        parsed(name, {
          weakens: one.lowering.includes(name),
          changes: [{ field: 'f', before: null, after: (one.values[name] ?? []).map((to) => ({ ref: `${to}#ip` })) }],
        }),
      ),
      kindsOf(new Map(Object.entries(one.after)), new Map(Object.entries(one.before))),
    )

  /** The first that can go, again and again, in the plainest words. */
  function plainly(order: readonly string[], pairs: readonly (readonly [string, string])[]): string[] {
    const done: string[] = []
    while (done.length < order.length) {
      const next = order.find(
        (name) => !done.includes(name) && pairs.every(([first, then]) => then !== name || done.includes(first)),
      )
      if (next === undefined) return []
      done.push(next)
    }
    return done
  }

  test('each step once, after all that it needs, and of those that could be next the one that stood first', () => {
    fc.assert(
      fc.property(cases, (raw) => {
        const one = straightened(raw)
        const result = run(one)
        expect(result.toSorted()).toEqual(one.refs.toSorted())
        for (const [first, then] of pairsOf(one)) expect(result.indexOf(first)).toBeLessThan(result.indexOf(then))
        expect(result).toEqual(plainly(one.refs, pairsOf(one)))
      }),
      { numRuns: CASES },
    )
  })

  test('where no link contradicts the order given, it is the order given', () => {
    fc.assert(
      fc.property(cases, (raw) => {
        const one = straightened(raw)
        const order = run(one)
        expect(run(one, order)).toEqual(order)
      }),
      { numRuns: CASES },
    )
  })

  test('law 4: steps that are put in the order of the registry first come out the same, however they came in', () => {
    fc.assert(
      fc.property(cases, fc.nat(), (raw, salt) => {
        const one = straightened(raw)
        const stirred = one.refs.toSorted((a, b) => weight(a, salt) - weight(b, salt))
        expect(run(one, stirred.toSorted(byText))).toEqual(run(one, one.refs.toSorted(byText)))
      }),
      { numRuns: CASES },
    )
  })
  const weight = (name: string, salt: number): number =>
    Array.from(name).reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0) + salt) % 65_521, 7)

  test('it is refused exactly where some need each other, and those are named in their order', () => {
    let [refused, ordered] = [0, 0]
    fc.assert(
      fc.property(cases, (one) => {
        if (plainly(one.refs, pairsOf(one)).length > 0) {
          ordered += 1
          run(one)
          return
        }
        refused += 1
        const named = (/: (.*)\.$/.exec(thrown(() => run(one)).message)?.[1] ?? '').split(', ')
        if (named.length > 10) return
        const pairs = new Set(pairsOf(one).map(([first, then]) => `${then} ${first}`))
        for (const [i, name] of named.entries()) expect(pairs).toContain(`${name} ${named[(i + 1) % named.length]}`)
      }),
      { numRuns: CASES },
    )
    expect(Math.min(refused, ordered)).toBeGreaterThan(CASES / 20)
  })
})

describe('what a step needs and no step brings about', () => {
  const takes = parsed('record/www', { changes: [{ field: 'ip', before: null, after: { ref: 'address/main#ip' } }] })
  const kinds = kindsOf(new Map([['record/www', ['machine/a']]]))
  const standing = (inSync: readonly string[], open: readonly string[] = []) => ({
    inSync: new Set(inSync),
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

  it('is a value of something that is not there, and not something that nobody manages and only would come first', () => {
    expect(found([takes], kinds, standing([]))).toEqual([['address/main', 'missing']])
  })

  it('is a value of something that goes, and not a delete that only comes first', () => {
    const gone = [parsed('address/main', { action: 'delete' }), parsed('machine/a', { action: 'delete' })]
    expect(found([takes, ...gone], kinds, standing([]))).toEqual([['address/main', 'deleted']])
  })

  it('says so for people', () => {
    const [one] = unmet([takes], kinds, standing([]))
    expect(one && unmetInWords(one)).toBe('It needs address/main, which is not there, and no step makes it.')
  })
})
