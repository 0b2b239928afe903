import { severed } from './guard.ts'
import type { Notice, ObjectRef, Step } from './types.ts'

const DAY = 86_400_000

/** Whether members lose follows by a step for good, so that they are to hear of it before. */
export const needsNotice = (step: Step): boolean => step.hazard === 'irreversible' && step.impact !== undefined && severed(step.impact) > 0

/** A notice given now: its step may be done from the first midnight on (UTC) that is so many whole days away. */
export const noticeOf = ({ kind, id }: Step, now: Date, days: number): Notice => ({
  ref: `${kind}/${id}`,
  at: now.toISOString(),
  from: new Date(Math.ceil((now.getTime() + days * DAY) / DAY) * DAY).toISOString().slice(0, 10),
})

/** Why a step is held back still; null where its day has come. */
export function waitsFor({ at, from }: Notice, now: Date): string | null {
  return now.getTime() < Date.parse(from) ? `Announced on ${at.slice(0, 10)}, applied from ${from} on.` : null
}

/** The notices whose steps are still to be done: what was given up and comes back is announced anew. */
export function pending(notices: readonly Notice[], steps: readonly Step[], isRead: (ref: ObjectRef) => boolean): readonly Notice[] {
  const open = new Set(steps.filter(needsNotice).map(({ kind, id }) => `${kind}/${id}`))
  return notices.filter(({ ref }) => open.has(ref) || !isRead(ref))
}
