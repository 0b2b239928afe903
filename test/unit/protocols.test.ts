import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { HerdbookError } from '../../src/instance/diagnostic.ts'
import { refOf } from '../../src/reconcile/object-ref.ts'
import { stepDigest, type ApprovableStep } from '../../src/reconcile/digest.ts'
import { equal } from '../../src/reconcile/equal.ts'
import type { KindOrder } from '../../src/reconcile/kind.ts'
import {
  heldBack,
  isTaken,
  nextTurn,
  protocolInWords,
  protocols,
  stepsMeant,
  type IntendedStep,
  type ProtocolObject,
  type Turn,
} from '../../src/reconcile/protocols.ts'
import { type UnfinishedProtocol } from '../../src/reconcile/plan/types.ts'
import type { Fields } from '../../src/instance/values.ts'
import { step } from '../support/plans.ts'
import { sealingWith } from '../support/sealing.ts'

const SEALING = sealingWith(Buffer.from('a key of tests'))
const digestOf = (one: ApprovableStep): string => stepDigest(one, SEALING)

const unfinished = (rest: Partial<UnfinishedProtocol> = {}): UnfinishedProtocol => ({
  kind: 'release',
  id: 'main',
  digest: 'a'.repeat(64),
  phase: 'switch',
  owns: ['unit/web', 'schema/main'],
  said: 'two of three phases are done',
  ...rest,
})

const ofDigest = (digest: string): IntendedStep => ({
  kind: 'release',
  id: 'main',
  action: 'update',
  serverId: '7',
  changes: [],
  digest,
})
const digestsMeant = (...given: Parameters<typeof stepsMeant>): ReadonlySet<string> =>
  new Set(stepsMeant(...given).map(({ digest }) => digest))

describe('what the next apply does with what was cut off', () => {
  const [of] = [unfinished()]
  const course = (meant: readonly string[], approved: readonly string[]) =>
    protocols(
      [of],
      () => meant.map(ofDigest),
      ({ digest }) => approved.includes(digest),
    )[0]?.course

  it('is to go on where the files still say so and the approval stands', () => {
    expect(course([of.digest, 'other'], [of.digest])).toBe('on')
  })

  it('is to take it back where the files no longer say so, approved or not', () => {
    expect(course(['other'], ['other', of.digest])).toBe('back')
    expect(course([], [])).toBe('back')
  })

  it('is to leave it where the files say so and nobody has approved it', () => {
    expect(course([of.digest], ['other'])).toBe('waits')
  })

  it('is to leave it where its kind was not read: nobody knows what the files mean for it', () => {
    expect(
      protocols(
        [of],
        () => null,
        () => true,
      )[0]?.course,
    ).toBe('waits')
  })

  it('is said for people', () => {
    const said = (meant: readonly string[], approved: boolean) =>
      protocols(
        [of],
        () => meant.map(ofDigest),
        () => approved,
      ).map(protocolInWords)
    expect([...said([of.digest], true), ...said([], true), ...said([of.digest], false)]).toEqual([
      'An earlier run did not finish its work on release/main: two of three phases are done. ' +
        'The next apply finishes this work.',
      'An earlier run did not finish its work on release/main: two of three phases are done. ' +
        'The files no longer ask for this work, so the next apply undoes it.',
      'An earlier run did not finish its work on release/main: two of three phases are done. ' +
        'This work goes on when it is approved and Herdbook can read objects of this kind.',
    ])
  })
})

describe('what the files mean', () => {
  const OLD: Fields = { version: '4.5.0', soak: 1 }
  const NEW: Fields = { version: '4.5.1', soak: 1 }
  const approved = (from: Fields | null, to: Fields | null): string => {
    const changes =
      to === null
        ? []
        : Object.keys(to)
            .filter((field) => from === null || !equal(from[field] ?? null, to[field] ?? null))
            .map((field) => ({ field, before: from?.[field] ?? null, after: to[field] ?? null }))
    const action = to === null ? 'delete' : from === null ? 'create' : 'update'
    return digestOf({ kind: 'release', id: 'main', action, serverId: from === null ? null : '7', changes })
  }
  /**
   * The sides while a protocol stands: live is as before until it writes, then as after; the plan's step goes by that.
   */
  const sides = (ledger: Fields | null, files: Fields | null, live: Fields | null): ProtocolObject => ({
    step: equal(live, files) ? undefined : ofDigest(approved(live, files)),
    files: files && { fields: files, comparable: files },
    live,
    entry: ledger === null ? undefined : { fields: ledger, serverId: '7' },
    same: (_field, a, b) => equal(a, b),
  })
  const meant = (...given: Parameters<typeof sides>) => digestsMeant(unfinished(), sides(...given), digestOf)

  it.each<[string, Fields | null, Fields | null]>([
    ['an update', OLD, NEW],
    ['a create', null, NEW],
    ['a delete', OLD, null],
  ])('is %s that was cut off, wherever that was, until the files take it back', (_, before, after) => {
    const digest = approved(before, after)
    for (const live of [before, after]) {
      expect(meant(before, after, live)).toContain(digest)
      expect(meant(before, before, live)).not.toContain(digest)
      expect(meant(before, { version: '4.6.0', soak: 1 }, live)).not.toContain(digest)
    }
  })

  it('is a value that the files have by reference by that', () => {
    const files: Fields = { version: { ref: 'pin/main#version' }, soak: 1 }
    const changes = [{ field: 'version', before: '4.5.0', after: { ref: 'pin/main#version' } }]
    const digest = digestOf({ kind: 'release', id: 'main', action: 'update', serverId: '7', changes })
    const written = { ...sides(OLD, NEW, NEW), files: { fields: files, comparable: NEW } }
    expect(digestsMeant(unfinished(), written, digestOf)).toContain(digest)
  })

  it('is a field that is new in the files by what it was on the server', () => {
    const changes = [{ field: 'image', before: 'x', after: 'y' }]
    const digest = digestOf({ kind: 'release', id: 'main', action: 'update', serverId: '7', changes })
    const found = digestsMeant(
      unfinished(),
      { ...sides(OLD, { ...OLD, image: 'y', absent: 1 }, { ...OLD, image: 'x' }), step: undefined },
      digestOf,
    )
    expect([...found]).toEqual([digest])
  })

  it('is nothing where neither files nor ledger name it, and where all of it is verified', () => {
    expect([...meant(null, null, null)]).toEqual([])
    expect([...meant(OLD, OLD, OLD)]).toEqual([])
  })
})

describe('while it has not ended', () => {
  const KINDS: readonly KindOrder[] = [
    { name: 'probe', after: () => ['unit/web'] },
    { name: 'page', after: () => ['probe/web'] },
    { name: 'file', before: () => ['unit/web'] },
  ]
  const [one] = protocols(
    [unfinished()],
    () => [],
    () => true,
  )
  const list = one === undefined ? [] : [one]
  const takes = step('record', 'www', {
    changes: [{ field: 'at', before: null, after: { ref: 'release/main#address' } }],
  })

  it('holds back what is done on its object and on what it owns, and whatever needs that, however far', () => {
    const steps = [
      step('release', 'main'),
      step('unit', 'web'),
      step('unit', 'nginx'),
      step('probe', 'web'),
      step('page', 'status'),
      step('file', 'etc'),
      takes,
    ]
    const held = heldBack(list, steps, KINDS)
    expect([...held.keys()].toSorted()).toEqual(['page/status', 'probe/web', 'record/www', 'release/main', 'unit/web'])
    expect(held.get('page/status')).toEqual({
      why: 'blocked',
      reason: 'This step waits for work on release/main that an earlier run did not finish.',
    })
  })

  it('holds back what needs what it owns, also where no step is of that', () => {
    expect([...heldBack(list, [step('page', 'status'), step('probe', 'web')], KINDS).keys()].toSorted()).toEqual([
      'page/status',
      'probe/web',
    ])
  })

  it('holds back nothing else, and nothing where nothing was cut off', () => {
    expect(heldBack(list, [step('unit', 'nginx'), step('file', 'etc')], KINDS)).toEqual(new Map())
    expect(heldBack([], [step('unit', 'web')], KINDS)).toEqual(new Map())
  })

  test('what goes out needs nothing of it', () => {
    const refs = ['a', 'b', 'c', 'd', 'e', 'f']
    const ref = fc.constantFrom(...refs)
    const links = fc.dictionary(ref, fc.uniqueArray(ref, { maxLength: 2 }))
    fc.assert(
      fc.property(fc.uniqueArray(ref), fc.uniqueArray(ref, { minLength: 1 }), links, (planned, owns, after) => {
        const kinds: KindOrder[] = [{ name: 'x', after: ({ id }) => (after[id] ?? []).map((other) => `x/${other}`) }]
        const [protocol] = protocols(
          [unfinished({ owns: owns.map((id) => `x/${id}`) })],
          () => [],
          () => true,
        )
        const held = heldBack(
          protocol ? [protocol] : [],
          planned.map((id) => step('x', id)),
          kinds,
        )
        for (const id of planned) {
          const needed = after[id] ?? []
          const waits =
            owns.includes(id) ||
            needed.some((other) => owns.includes(other) || (planned.includes(other) && held.has(`x/${other}`)))
          if (waits) expect(held.has(`x/${id}`)).toBe(true)
        }
        // No more than what can be reached from what it owns.
        const reached = new Set(owns)
        for (const _ of refs)
          for (const id of planned) if ((after[id] ?? []).some((other) => reached.has(other))) reached.add(id)
        for (const name of held.keys()) expect(reached).toContain(name.slice(2))
      }),
      { numRuns: 500 },
    )
  })

  it('names it as its step is named', () => {
    expect(list.map(refOf)).toEqual(['release/main'])
  })
})

describe('whose turn it is at a far end', () => {
  it('is the first holder, then the next, and one that was there already stays', () => {
    const first = nextTurn('n1', null)
    expect(first).toEqual({ nonce: 'n1', counter: 1 })
    expect(nextTurn('n2', first)).toEqual({ nonce: 'n2', counter: 2 })
    expect(nextTurn('n1', first)).toEqual(first)
  })

  it.each([0, -1, 1.5, Number.NaN, Number.MAX_SAFE_INTEGER, 2 ** 60])('is nobody after %d', (counter) => {
    expect(() => nextTurn('n1', { nonce: 'n0', counter })).toThrow(HerdbookError)
  })

  test('of all that ever had one, the newest alone writes; of two that took the same, the one that came first', () => {
    const nonces = fc.constantFrom('n1', 'n2', 'n3')
    const acts = fc.array(fc.record({ who: nonces, does: fc.constantFrom('look', 'write') }), { maxLength: 40 })
    fc.assert(
      fc.property(acts, (list) => {
        let last: Turn | null = null
        const turns = new Map<string, Turn>()
        const writes: Turn[] = []
        for (const { who, does } of list) {
          const turn = turns.get(who)
          if (does === 'look') turns.set(who, nextTurn(who, last))
          else if (turn !== undefined && isTaken(turn, last)) {
            last = turn
            writes.push(turn)
          }
        }
        expect(writes.map(({ counter }) => counter)).toEqual(
          writes.map(({ counter }) => counter).toSorted((a, b) => a - b),
        )
        const writers = Map.groupBy(writes, ({ counter }) => counter)
        for (const same of writers.values()) expect(new Set(same.map(({ nonce }) => nonce)).size).toBe(1)
        // Whoever looked and wrote last may go on.
        if (last !== null) expect(isTaken(last, last)).toBe(true)
      }),
      { numRuns: 500 },
    )
  })
})
