import fc from 'fast-check'
import { expect, test } from 'vitest'
import { byText } from '../../src/reconcile/equal.ts'
import { kindsOf, parsed, sorted, thrown } from '../support/links.ts'

const CASES = 500

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
