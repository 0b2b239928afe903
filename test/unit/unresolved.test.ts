import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { boundId } from '../../src/reconcile/made-by.ts'
import { decide } from '../../src/reconcile/plan/three-way-merge.ts'
import { stepDigest } from '../../src/reconcile/digest.ts'
import { equal } from '../../src/reconcile/equal.ts'
import { resolve, resolveStep } from '../../src/reconcile/plan/references.ts'
import {
  changeOf,
  changing,
  comparable,
  sameUnlessPending,
  type ChangedFields,
} from '../../src/reconcile/plan/unresolved.ts'
import type { Fields, Value } from '../../src/instance/values.ts'
import { step } from '../support/plans.ts'
import { sealingWith } from '../support/sealing.ts'

const CASES = 500
const REF = { ref: 'address/main#ip' }
const FILES: Fields = { ip: REF, ttl: 60 }
const NONE: ChangedFields = new Map()
const live =
  (objects: { readonly [ref: string]: Fields }) =>
  (ref: string): Fields | undefined =>
    Object.hasOwn(objects, ref) ? objects[ref] : undefined
const update = (kind: string, id: string, field: string) =>
  step(kind, id, { action: 'update', changes: [{ field, before: 1, after: 2 }] })

describe('what a plan changes', () => {
  const holder = (ref: string, fields: Fields) => {
    const [kind = '', id = ''] = ref.split('/')
    return { kind, id, fields }
  }
  const holders = [
    holder('record/www', { ip: REF, name: { ref: 'address/main#name' } }),
    holder('probe/www', { hosts: [{ at: { ref: 'record/www#ip' } }] }),
    holder('probe/name', { at: { ref: 'record/www#name' } }),
  ]
  const found = (drafts: Parameters<typeof changing>[0], replaced: readonly string[] = []) =>
    Object.fromEntries(
      [...changing(drafts, holders, (kind) => replaced.includes(kind))].map(([ref, fields]) => [
        ref,
        fields === 'all' ? fields : [...fields].toSorted(),
      ]),
    )

  it('is what its drafts set, and what takes a value of that, however far', () => {
    expect(found([update('address', 'main', 'ip')])).toEqual({
      'address/main': ['ip'],
      'record/www': ['ip'],
      'probe/www': ['hosts'],
    })
    expect(found([update('address', 'main', 'all')])).toEqual({ 'address/main': ['all'] })
  })

  it('is all of what comes or goes, and of what is made anew', () => {
    const whole = { 'address/main': 'all', 'record/www': ['ip', 'name'], 'probe/www': ['hosts'], 'probe/name': ['at'] }
    expect(found([step('address', 'main')])).toEqual(whole)
    expect(found([step('address', 'main', { action: 'delete' })])).toEqual(whole)
    expect(found([update('address', 'main', 'other')], ['address'])).toEqual(whole)
  })

  it('is all of what is made anew since it takes another value', () => {
    expect(found([update('address', 'main', 'ip')], ['record'])).toEqual({
      'address/main': ['ip'],
      'record/www': 'all',
      'probe/www': ['hosts'],
      'probe/name': ['at'],
    })
  })

  it('comes to an end where objects take values of each other', () => {
    const ring = [holder('a/1', { f: { ref: 'b/1#f' } }), holder('b/1', { f: { ref: 'a/1#f' } })]
    expect([...changing([update('a', '1', 'f')], ring, () => false).keys()].toSorted()).toEqual(['a/1', 'b/1'])
  })
})

test('what a plan changes is all that its drafts lead to, and no more', () => {
  const ref = fc.constantFrom('a/1', 'a/2', 'b/1', 'b/2', 'b/3')
  const field = fc.constantFrom('f', 'g')
  const links = fc.array(fc.tuple(ref, field, ref, field), { maxLength: 8 })
  const drafts = fc.array(fc.tuple(ref, field, fc.constantFrom('create', 'update', 'delete')), { maxLength: 3 })
  fc.assert(
    fc.property(links, drafts, fc.boolean(), (pairs, given, replacing) => {
      const parts = (name: string) => ({ kind: name.slice(0, 1), id: name.slice(2) })
      const holders = pairs.map(([taker, takes, of, its]) => ({
        ...parts(taker),
        fields: { [takes]: [{ ref: `${of}#${its}` }] },
      }))
      const steps = given.map(([name, its, action]) => {
        const { kind, id } = parts(name)
        return step(kind, id, { action, changes: [{ field: its, before: 1, after: 2 }] })
      })
      const found = changing(steps, holders, (kind) => replacing && kind === 'b')
      const isAll = (name: string): boolean => replacing && name.startsWith('b')
      const reached = new Set(
        given.flatMap(([name, its, action]) =>
          action !== 'update' || isAll(name) ? [`${name}#f`, `${name}#g`] : [`${name}#${its}`],
        ),
      )
      for (const _ of pairs)
        for (const [taker, takes, of, its] of pairs)
          if (reached.has(`${of}#${its}`))
            for (const one of isAll(taker) ? ['f', 'g'] : [takes]) reached.add(`${taker}#${one}`)
      const flat = [...found].flatMap(([name, fields]) =>
        [...(fields === 'all' ? ['f', 'g'] : fields)].map((one) => `${name}#${one}`),
      )
      expect(flat.toSorted()).toEqual([...reached].toSorted())
    }),
    { numRuns: CASES },
  )
})

describe('the files, as they are compared', () => {
  const there = live({ 'address/main': { ip: '192.0.2.7' } })

  it('have the value where it is live and stays', () => {
    expect(comparable(FILES, there, NONE)).toEqual({ fields: { ip: '192.0.2.7', ttl: 60 }, pending: new Set() })
    expect(comparable(FILES, there, new Map([['address/main', new Set(['name'])]])).pending.size).toBe(0)
  })

  it.each<[string, Parameters<typeof comparable>[1], ChangedFields]>([
    ['there is no such object', live({}), NONE],
    ['it has no such field', live({ 'address/main': {} }), NONE],
    ['its field is empty still', live({ 'address/main': { ip: null } }), NONE],
    ['its field changes', there, new Map([['address/main', new Set(['ip'])]])],
    ['it comes, goes or is made anew', there, new Map([['address/main', 'all']])],
  ])('keep the reference, and it differs from whatever is live, where %s', (_, side, changes) => {
    const files = comparable(FILES, side, changes)
    expect(files).toEqual({ fields: FILES, pending: new Set(['ip']) })
    const same = sameUnlessPending(files, (_field, a, b) => equal(a, b))
    const judged = (ledger: Fields | null, ip: Value) =>
      decide({ desired: files.fields, live: { ip, ttl: 60 }, ledger, managed: true, attempts: [], same })
    const [left, other] = [
      { ip: '192.0.2.7', ttl: 60 },
      { ip: '192.0.2.8', ttl: 60 },
    ]
    expect(judged(left, '192.0.2.7')).toEqual({ is: 'step', action: 'update', fields: ['ip'], apart: [] })
    expect(judged(other, '192.0.2.7')).toMatchObject({
      is: 'difference',
      apart: [{ cause: 'conflict', fields: ['ip'] }],
    })
    expect(judged(null, '192.0.2.7')).toMatchObject({
      is: 'difference',
      apart: [{ cause: 'takeover', fields: ['ip'] }],
    })
    // Also what a far end made look like one.
    expect(judged(left, { ref: 'address/main#ip' })).toMatchObject({ is: 'difference' })
  })

  it('find what follows a value that has changed to be a change, and not by hand', () => {
    const files = comparable(FILES, live({ 'address/main': { ip: '192.0.2.8' } }), NONE)
    const [ledger, old] = [
      { ip: '192.0.2.7', ttl: 60 },
      { ip: '192.0.2.7', ttl: 60 },
    ]
    const same = sameUnlessPending(files, (_field, a, b) => equal(a, b))
    expect(decide({ desired: files.fields, live: old, ledger, managed: true, attempts: [], same })).toEqual({
      is: 'step',
      action: 'update',
      fields: ['ip'],
      apart: [],
    })
  })

  test('are as if the values stood there where all are known', () => {
    const values = fc.constantFrom<Value>(1, 'x', { ref: 'a/b#c' }, [{ ref: 'a/b#d' }], { e: { ref: 'a/b#c' } })
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('f', 'g', 'h'), values), (fields) => {
        const side = { c: 3, d: [4] }
        const files = comparable(fields, live({ 'a/b': side }), NONE)
        const whole = resolve(fields, ({ field }) => (field === 'c' ? side.c : side.d))
        expect(whole).toEqual({ state: 'resolved', value: files.fields })
        expect(files.pending.size).toBe(0)
      }),
      { numRuns: CASES },
    )
  })
})

describe('what is approved', () => {
  const sealing = sealingWith(Buffer.from('a key of tests'))

  it('is the reference, whether or not its value is known', () => {
    const change = changeOf('ip', FILES, { ip: '192.0.2.1' })
    expect(change).toEqual({ field: 'ip', before: '192.0.2.1', after: REF })
    expect(changeOf('constructor', FILES, undefined)).toEqual({ field: 'constructor', before: null, after: null })
    const one = step('record', 'www', { changes: [change], target: FILES })
    const written = resolveStep({ ...one, digest: stepDigest(one, sealing) }, () => '192.0.2.7')
    expect(written.state === 'resolved' && written.value.digest).toBe(stepDigest(one, sealing))
  })

  it('is an id by the step that makes it, while there is none', () => {
    const madeBy = 'account/alice'
    expect(boundId({ serverId: null, madeBy })).toBe('made by account/alice')
    expect(boundId({ serverId: '7', madeBy })).toBe('7')
    expect(boundId({ serverId: null })).toBeNull()
  })
})
