import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { HerdbookError } from '../../src/instance/diagnostic.ts'
import { mergeAll } from '../../src/reconcile/claims.ts'
import {
  checkReferences,
  isReference,
  parseReference,
  referencedBy,
  referencesIn,
  referenceValue,
  resolve,
  resolveStep,
  type Reference,
} from '../../src/reconcile/plan/references.ts'
import type { Fields, Value } from '../../src/instance/values.ts'
import { step } from '../support/plans.ts'

const CASES = 500

const IP = { object: 'address/main', field: 'ip' }
const valueOf = ({ object, field }: Reference): Value | undefined =>
  object === 'address/main' && field === 'ip' ? '192.0.2.7' : undefined

describe('a reference', () => {
  it('is a map with ref as its only key', () => {
    expect(isReference({ ref: 'address/main#ip' })).toBe(true)
    for (const value of [null, 'address/main#ip', ['ref'], {}, { ref: 1 }, { ref: 'a/b#c', of: 1 }, { Ref: 'a/b#c' }])
      expect(isReference(value)).toBe(false)
  })

  it('is of an object whose id may hold slashes and hashes, and of the field after the last of these', () => {
    expect(parseReference('file/etc/a#b.conf#digest')).toEqual({
      is: 'reference',
      reference: { object: 'file/etc/a#b.conf', field: 'digest' },
    })
  })

  it.each([
    '',
    'main',
    'address/main',
    '#ip',
    'main#ip',
    'address/#ip',
    'address/main#',
    '/main#ip',
    'a#b/c',
    'A d/main#ip',
  ])('is not %j, and says why', (text) => {
    const parsed = parseReference(text)
    expect(parsed.is).toBe('wrong')
    expect(parsed.is === 'wrong' && parsed.why).toMatch(/^[a-z].*[A-Zy]$|^it does not begin with a kind$/)
    expect(() => referencesIn({ deep: [{ ref: text }] })).toThrow(HerdbookError)
  })

  test('reads as it was written', () => {
    const kind = fc.stringMatching(/^[a-z][a-z0-9-]{0,5}$/)
    const field = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 5 }).filter((name) => !name.includes('#'))
    const id = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(kind, id, field, (k, i, f) => {
        const reference = { object: `${k}/${i}`, field: f }
        expect(parseReference(referenceValue(reference).ref)).toEqual({ is: 'reference', reference })
      }),
      { numRuns: CASES },
    )
  })
})

describe('references in fields', () => {
  const ref = { ref: 'address/main#ip' }

  it('are found in lists and maps, each once', () => {
    expect(referencesIn({ a: [ref, { b: ref }], c: { ref: 'machine/x#id' }, d: 'machine/y#id' })).toEqual([
      IP,
      { object: 'machine/x', field: 'id' },
    ])
  })

  it('of a step are those that it sets', () => {
    const one = step('record', 'www', {
      changes: [
        { field: 'ips', before: { ref: 'machine/old#ip' }, after: [ref, ref] },
        { field: 'name', before: null, after: { ref: 'address/main#name' } },
      ],
      target: { other: { ref: 'machine/x#id' } },
    })
    expect(referencedBy(one)).toEqual(['address/main'])
  })

  it('that are wrong are told all at once, by the object that has them', () => {
    const fields = { a: ref, b: [{ ref: 'addres/main#ip' }, { ref: 'main' }] }
    expect(checkReferences('record', { id: 'www', fields }, (kind) => kind === 'address')).toEqual([
      {
        code: 'reference-wrong',
        severity: 'error',
        about: 'record/www',
        message: 'The reference "addres/main#ip" cannot be read: there is no such kind.',
      },
      {
        code: 'reference-wrong',
        severity: 'error',
        about: 'record/www',
        message: 'The reference "main" cannot be read: it names no field: write KIND/ID#FIELD.',
      },
    ])
  })

  it('give way to their values', () => {
    expect(resolve({ a: [ref, { b: ref }], c: 1 }, valueOf)).toEqual({
      state: 'resolved',
      value: { a: ['192.0.2.7', { b: '192.0.2.7' }], c: 1 },
    })
  })

  it('are told, each once, where they have no value yet', () => {
    const other = { ref: 'machine/x#id' }
    const unresolved = { state: 'unresolved', references: [{ object: 'machine/x', field: 'id' }] }
    expect(resolve({ a: [ref, other], b: other }, valueOf)).toEqual(unresolved)
    expect(resolve({ a: other }, () => null)).toEqual(unresolved)
  })

  it('are not looked for in what a far end gave', () => {
    const hostile: Value = { ref: 'address/main#ip' }
    expect(resolve({ a: ref }, () => hostile)).toEqual({ state: 'resolved', value: { a: hostile } })
  })

  it('give way in a step as it is written; its digest stays', () => {
    const one = step('record', 'www', {
      changes: [{ field: 'ip', before: null, after: ref }],
      target: { ip: ref, ttl: 60 },
    })
    expect(resolveStep(one, valueOf)).toEqual({
      state: 'resolved',
      value: {
        ...one,
        changes: [{ field: 'ip', before: null, after: '192.0.2.7' }],
        target: { ip: '192.0.2.7', ttl: 60 },
      },
    })
    expect(resolveStep(one, () => undefined)).toEqual({ state: 'unresolved', references: [IP] })
  })

  it('of fields that a step does not set must have a value, too, since its kind may write the whole object', () => {
    expect(resolveStep(step('record', 'www', { target: { ip: ref } }), () => undefined)).toEqual({
      state: 'unresolved',
      references: [IP],
    })
  })

  test('none is left, and nothing else is touched, however they are nested', () => {
    const { value: values } = fc.letrec<{ value: Value }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom<Value>(null, true, 7, { ref: 'a/b#c' }, { ref: 'a/b#d' }),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom('ref', 'x', '__proto__', 'constructor'), tie('value'), { maxKeys: 3 }),
      ),
    }))
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('f', 'g', '__proto__'), values), (raw) => {
        const fields: Fields = raw
        const found = referencesIn(fields)
        const numberOf = (text: string): number => text.charCodeAt(text.length - 1)
        const result = resolve(fields, ({ field }) => numberOf(field))
        expect(result.state).toBe('resolved')
        if (result.state !== 'resolved') return
        expect(referencesIn(result.value)).toEqual([])
        const by = (_key: string, value: unknown): unknown =>
          isReference(value as Value) ? numberOf((value as { ref: string }).ref) : value
        expect(JSON.stringify(result.value)).toBe(JSON.stringify(fields, by))
        if (found.length > 0) {
          const some = resolve(fields, ({ field }) => (field === 'c' ? 1 : undefined))
          expect(some.state === 'unresolved' ? some.references : []).toEqual(found.filter(({ field }) => field !== 'c'))
        }
      }),
      { numRuns: CASES },
    )
  })
})

test('files whose references can not be read, or are of no kind, are refused with the place', () => {
  const objects = [
    { id: 'a', fields: { ip: { ref: 'file/b#ip' } }, source: { file: 'access.yaml', path: ['a'] } },
    {
      id: 'b',
      fields: { ip: { ref: 'no reference' }, port: [{ ref: 'moon/main#port' }] },
      source: { file: 'access.yaml', path: ['b'] },
    },
  ]
  const claims = [{ source: 'access.yaml', managed: true, objects }]
  const at = { file: 'access.yaml', line: 5, column: 1 }
  expect(() => mergeAll(new Map([['file', { claims, others: 'leave' }]]), () => at)).toThrow(
    expect.objectContaining({
      exit: 9,
      diagnostics: [1, 2].map(() => expect.objectContaining({ code: 'reference-wrong', about: 'file/b', at })),
    }),
  )
})
