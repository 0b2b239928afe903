import { EXIT, fail } from '../../instance/diagnostic.ts'
import { refInLedger, refOf } from '../object-ref.ts'
import type { SkippedStep } from '../report.ts'
import type { Advice } from '../../instance/diagnostic.ts'
import type { ObjectRef } from '../values.ts'
import { notATime, waitsUntil as waitsUntilText } from './texts.ts'
import type { Step } from './types.ts'

const DAY = /^\d{4}-\d\d-\d\d$/
const refuse = (text: Advice): never => fail(EXIT.defect, 'not-a-time', text.message, text)

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?Z$/

/** Why a step is not done yet; null if it is due. Throws (exit 1) if its time is not a time in UTC. */
export function waitsUntil(step: Step, now: Date): string | null {
  const { notBefore } = step
  if (notBefore === undefined) return null
  const from = DAY.test(notBefore) || TIME.test(notBefore) ? Date.parse(notBefore) : Number.NaN
  // A comparison with NaN would make the step due.
  if (Number.isNaN(from)) return refuse(notATime({ ref: refInLedger(step), text: notBefore }))
  return now.getTime() < from ? waitsUntilText(momentInWords(new Date(from))) : null
}

/** For people: `2026-12-04`, or `2026-12-04, 03:00 UTC`. Seconds round up to the next minute. */
export function momentInWords(from: Date): string {
  const [day = '', time = ''] = new Date(Math.ceil(from.getTime() / MINUTE) * MINUTE).toISOString().split('T')
  return time.startsWith('00:00') ? day : `${day}, ${time.slice(0, 5)} UTC`
}

const MINUTE = 60_000

/** Takes the time off steps that are due. */
export const stillTimed = (steps: readonly Step[], now: Date): Step[] =>
  steps.map((step) => {
    if (step.notBefore === undefined || waitsUntil(step, now) !== null) return step
    const { notBefore: _come, ...due } = step
    return due
  })

/** The steps that are not due, as an apply withholds them. */
export const notDue = (steps: readonly Step[], now: Date): ReadonlyMap<ObjectRef, Omit<SkippedStep, 'step'>> =>
  new Map(
    steps.flatMap((step): [ObjectRef, Omit<SkippedStep, 'step'>][] => {
      const reason = waitsUntil(step, now)
      return reason === null ? [] : [[refOf(step), { why: 'not-yet', reason }]]
    }),
  )
