import { refInLedger, refOf } from './object-ref.ts'
import { stepDigest, type ApprovableStep, type Sealing } from './digest.ts'
import { type DigestForm } from './values.ts'
import type { PlanInput } from './plan/input.ts'
import type { Approval, Ledger } from './ledger/types.ts'
import type { ObjectRef } from './values.ts'
import type { Step } from './plan/types.ts'

/** Approves steps, by a person and for a reason. */
export function approve(
  approvals: readonly Approval[],
  steps: readonly Step[],
  by: Pick<Approval, 'by' | 'at' | 'source'>,
): Approval[] {
  return [
    ...approvals,
    ...steps.map((step) => ({ digest: step.digest, ref: refInLedger(step), ...by, form: 2 as const, spent: false })),
  ]
}

/** The approvals that cover a step, by its digest alone or with a pull request. A spent one covers nothing. */
export function covering(
  step: ApprovableStep & Pick<Step, 'digest'>,
  approvals: readonly Approval[],
  sealing: Sealing,
): Approval[] {
  return approvals.filter(
    ({ spent, digest, pullRequest, form }) =>
      !spent &&
      digest ===
        (pullRequest === undefined && form === 2 ? step.digest : stepDigest(step, sealing, pullRequest ?? null, form)),
  )
}

const byRef = (approvals: readonly Approval[]): Map<ObjectRef, Approval[]> => Map.groupBy(approvals, ({ ref }) => ref)

/** The approvals that cover each step; none for a step that is not covered. */
export function coveringOf(
  steps: readonly Step[],
  approvals: readonly Approval[],
  sealing: Sealing,
): Map<Step, readonly Approval[]> {
  const known = byRef(approvals)
  return new Map(steps.map((step) => [step, covering(step, known.get(refInLedger(step)) ?? [], sealing)]))
}

/** The steps that no approval covers. */
export function missing(steps: readonly Step[], approvals: readonly Approval[], sealing: Sealing): Step[] {
  const found = coveringOf(steps, approvals, sealing)
  return steps.filter((step) => found.get(step)?.length === 0)
}

/** Whether the policy approves a step: it corrects drift and is reversible. */
export const byPolicy = (
  step: Pick<Step, 'kind' | 'id' | 'cause' | 'hazard'>,
  { policy, restore }: Pick<PlanInput, 'policy' | 'restore'>,
): boolean =>
  step.cause === 'drift' &&
  step.hazard === 'reversible' &&
  policy.driftOf(step.kind) === 'correct' &&
  !restore.has(refOf(step))

/** Uses up the approvals of these digests and of these objects, for which a killed run left no digest. */
export function spend(
  approvals: readonly Approval[],
  digests: Iterable<string>,
  refs: Iterable<ObjectRef> = [],
): Approval[] {
  const used = new Set([...digests, ...refs])
  return approvals.map((approval) =>
    used.has(approval.digest) || used.has(approval.ref) ? { ...approval, spent: true } : approval,
  )
}

const YEAR = 366 * 86_400_000

/** Whether something was decided in the last year. Older merges approve nothing. */
export const isRecent = ({ at }: { readonly at: string }, now: Date): boolean =>
  !(now.getTime() - Date.parse(at) > YEAR)

const DAYS_OF_FORM_1 = 90

/** The forms of digests that count: version 1 only while the ledger has it, and for 90 days after that. */
export function formsIn({ form, upgraded }: Pick<Ledger, 'form' | 'upgraded'>, now: Date): ReadonlySet<DigestForm> {
  const lasts = form === 1 || (upgraded !== null && now.getTime() < Date.parse(upgraded) + DAYS_OF_FORM_1 * 86_400_000)
  return new Set(lasts ? [2, 1] : [2])
}

/** Drops approvals that no longer count: spent for a year, or of an ended form. */
export const current = (approvals: readonly Approval[], now: Date, forms: ReadonlySet<DigestForm>): Approval[] =>
  approvals.filter((approval) => (approval.spent ? isRecent(approval, now) : forms.has(approval.form)))

/** Who approved these steps, each name once. */
export function approvers(steps: readonly Step[], approvals: readonly Approval[], sealing: Sealing): string[] {
  return [...new Set([...coveringOf(steps, approvals, sealing).values()].flatMap((found) => found.map(({ by }) => by)))]
}
