import { refOf } from '../object-ref.ts'
import { equal } from '../equal.ts'
import type { Attempt, Ledger } from '../ledger/types.ts'
import type { ObjectRef } from '../values.ts'
import type { Plan, Step } from '../plan/types.ts'

/** The fields that still differ, by object: those of steps and of differences. */
export function openFields(
  { steps, drift, conflicts, takeovers }: Plan,
  nameOf: (step: Step) => ObjectRef,
): ReadonlyMap<ObjectRef, ReadonlySet<string>> {
  const open = [
    ...steps.map((step) => ({ ref: nameOf(step), fields: step.changes.map(({ field }) => field) })),
    ...[...drift, ...conflicts, ...takeovers].map((difference) => ({
      ref: refOf(difference),
      fields: difference.fields,
    })),
  ]
  return new Map(
    [...Map.groupBy(open, ({ ref }) => ref)].map(([ref, all]) => [ref, new Set(all.flatMap(({ fields }) => fields))]),
  )
}

/** Whether the ledger holds all values of an attempted update: then the attempt is over, even if others differ. */
export function isVerified(attempt: Attempt, entries: Ledger['entries']): boolean {
  const fields = entries.get(refOf(attempt))?.fields
  return (
    attempt.action === 'update' &&
    fields !== undefined &&
    Object.entries(attempt.fields).every(
      ([field, value]) => Object.hasOwn(fields, field) && equal(fields[field] ?? null, value),
    )
  )
}
