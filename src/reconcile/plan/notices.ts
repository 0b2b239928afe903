import type { PlanInput } from './input.ts'
import type { Ledger, Notice } from '../ledger/types.ts'
import type { ObjectRef } from '../values.ts'
import { announced } from './texts.ts'
import type { Step } from './types.ts'

const DAY = 86_400_000

/** Whether a step cannot be undone and affects people, so that they hear of it first. */
const needsNotice = (step: Step): boolean =>
  step.hazard === 'irreversible' && step.impact !== undefined && step.impact.weight > 0

/** A notice given now. Its step is due at the first midnight (UTC) that is at least so many days away. */
export const noticeOf = ({ kind, id }: Step, now: Date, days: number): Notice => ({
  ref: `${kind}/${id}`,
  at: now.toISOString(),
  from: new Date(Math.ceil((now.getTime() + days * DAY) / DAY) * DAY).toISOString().slice(0, 10),
})

/** Why an announced step still waits; null if its day has come. */
export function waitsFor({ at, from }: Notice, now: Date): string | null {
  return now.getTime() < Date.parse(from) ? announced({ on: at.slice(0, 10), from }) : null
}

/** Adds to steps the notice that they wait for, if the policy gives notice; none if the day has come. */
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

/** The notices whose steps are still in the plan. A step that left and comes back is announced again. */
export function pending(
  notices: readonly Notice[],
  steps: readonly Step[],
  isRead: (ref: ObjectRef) => boolean,
): readonly Notice[] {
  const open = new Set(steps.filter(needsNotice).map(({ kind, id }) => `${kind}/${id}`))
  return notices.filter(({ ref }) => open.has(ref) || !isRead(ref))
}
