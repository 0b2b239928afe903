import type { PlanInput } from './input.ts'
import type { Ledger, Notice } from '../ledger/types.ts'
import type { ObjectRef } from '../values.ts'
import type { Step } from './types.ts'

const DAY = 86_400_000

/** Whether a step does something to people for good, so that they are to hear of it before. */
const needsNotice = (step: Step): boolean =>
  step.hazard === 'irreversible' && step.impact !== undefined && step.impact.weight > 0

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

/** The steps with what is to be waited for as things stand now, where the policy gives notice: nothing any more where the day has come. */
export function withNotices(
  steps: readonly Step[],
  { policy, ledger, now }: Pick<PlanInput, 'policy' | 'now'> & { readonly ledger: Pick<Ledger, 'notices'> },
): readonly Step[] {
  const days = policy.announce?.noticeDays ?? null
  if (days === null) return steps
  const given = new Map(ledger.notices.map((notice) => [notice.ref, notice]))
  return steps.map((step) => {
    if (step.connection === null || !needsNotice(step)) return step
    const known = given.get(`${step.kind}/${step.id}`)
    if (known === undefined) return { ...step, notice: { at: null, from: noticeOf(step, now, days).from } }
    return waitsFor(known, now) === null ? step : { ...step, notice: { at: known.at, from: known.from } }
  })
}

/** The notices whose steps are still to be done: what was given up and comes back is announced anew. */
export function pending(
  notices: readonly Notice[],
  steps: readonly Step[],
  isRead: (ref: ObjectRef) => boolean,
): readonly Notice[] {
  const open = new Set(steps.filter(needsNotice).map(({ kind, id }) => `${kind}/${id}`))
  return notices.filter(({ ref }) => open.has(ref) || !isRead(ref))
}
