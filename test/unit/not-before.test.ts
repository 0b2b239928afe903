import fc from 'fast-check'
import { expect, it, test } from 'vitest'
import { notDue, waitsUntil } from '../../src/reconcile/plan/not-before.ts'
import { step } from '../support/plans.ts'

const NOW = new Date('2026-12-01T12:00:00Z')
const timed = (notBefore: string) => ({ ...step('migration', 'post'), notBefore })

it.each([
  ['2026-12-04', 'This step waits until 2026-12-04.'],
  ['2026-12-04T00:00:00Z', 'This step waits until 2026-12-04.'],
  ['2026-12-01T12:00:00.001Z', 'This step waits until 2026-12-01, 12:01 UTC.'],
  ['2026-12-31T23:59:30Z', 'This step waits until 2027-01-01.'],
])('a step that is not before %s waits, and says so in UTC', (notBefore, said) => {
  expect(waitsUntil(timed(notBefore), NOW)).toBe(said)
})

it.each(['2026-12-01', '2026-12-01T12:00:00Z', '1969-12-31'])('a step that is not before %s is due', (notBefore) => {
  expect(waitsUntil(timed(notBefore), NOW)).toBeNull()
})

it('a step without such a time is due', () => {
  expect(waitsUntil(step('migration', 'post'), NOW)).toBeNull()
})

it.each(['', 'tomorrow', '2026-13-01', '2026-12-01T12:00:00', '2026-12-01T12:00:00+02:00', '2026-12-01 12:00Z', '1'])(
  'a step that is not before %j is a defect, and never due',
  (notBefore) => {
    expect(() => waitsUntil(timed(notBefore), NOW)).toThrow(
      /^migration\/post waits for ".*", which is not a time in UTC\.$/,
    )
  },
)

it('an apply withholds what is not due, and that alone', () => {
  expect(notDue([timed('2026-12-04'), { ...timed('2026-12-01'), id: 'due' }, step('machine', 'a')], NOW)).toEqual(
    new Map([['migration/post', { why: 'not-yet', reason: 'This step waits until 2026-12-04.' }]]),
  )
})

test('a step waits before its time and never after it, and at the time that it says it is due', () => {
  const times = fc.date({ min: new Date('2020-01-01'), max: new Date('2050-01-01'), noInvalidDate: true })
  fc.assert(
    fc.property(times, times, (from, now) => {
      const said = waitsUntil(timed(from.toISOString()), now)
      expect(said === null).toBe(now >= from)
      const [, day = '', time = '00:00'] = /from (\S{10})(?:, (\d\d:\d\d) UTC)? on\.$/.exec(said ?? '') ?? []
      if (said !== null) expect(waitsUntil(timed(from.toISOString()), new Date(`${day}T${time}:00Z`))).toBeNull()
    }),
  )
})
