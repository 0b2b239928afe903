import { EXIT, fail } from '../../instance/diagnostic.ts'
import { refInLedger, refOf } from '../object-ref.ts'
import type { Skipped } from '../report.ts'
import type { ObjectRef } from '../values.ts'
import type { Step } from './types.ts'

const DAY = /^\d{4}-\d\d-\d\d$/
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?Z$/

/** Why a step is not done yet; null where its time has come, or it has none. Throws (exit 1) where that is no time in UTC. */
export function waitsUntil(step: Step, now: Date): string | null {
  const { notBefore } = step
  if (notBefore === undefined) return null
  const from = DAY.test(notBefore) || TIME.test(notBefore) ? Date.parse(notBefore) : Number.NaN
  // Compared with what is no time, every moment would be late enough.
  if (Number.isNaN(from))
    return fail(EXIT.defect, 'not-a-time', `${refInLedger(step)} waits for "${notBefore}", which is no time in UTC.`, {
      hint: 'This is a defect in Herdbook: please report it with this text.',
    })
  return now.getTime() < from ? `It is done from ${momentInWords(new Date(from))} on.` : null
}

/** For people: `2026-12-04`, or `2026-12-04, 03:00 UTC`; a minute that has begun counts as the next. */
export function momentInWords(from: Date): string {
  const [day = '', time = ''] = new Date(Math.ceil(from.getTime() / MINUTE) * MINUTE).toISOString().split('T')
  return time.startsWith('00:00') ? day : `${day}, ${time.slice(0, 5)} UTC`
}

const MINUTE = 60_000

/** The steps without a time that has come. */
export const stillTimed = (steps: readonly Step[], now: Date): Step[] =>
  steps.map((step) => {
    if (step.notBefore === undefined || waitsUntil(step, now) !== null) return step
    const { notBefore: _come, ...due } = step
    return due
  })

/** The steps whose time has not come, as an apply withholds them. */
export const notDue = (steps: readonly Step[], now: Date): ReadonlyMap<ObjectRef, Omit<Skipped, 'step'>> =>
  new Map(
    steps.flatMap((step): [ObjectRef, Omit<Skipped, 'step'>][] => {
      const reason = waitsUntil(step, now)
      return reason === null ? [] : [[refOf(step), { why: 'not-yet', reason }]]
    }),
  )
