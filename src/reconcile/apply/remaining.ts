import { refOf } from '../object-ref.ts'
import { openFields } from './open-fields.ts'
import type { ApplyReport } from '../report.ts'
import type { Plan, Step } from '../plan/types.ts'
import { NOT_READ_AGAIN, NOT_SHOWN, unverifiable } from './texts.ts'

/** What remains of a step that was written when live was not read again. */
export const unverified = ({ kind, id }: Step): ApplyReport['remaining'][number] => ({
  kind,
  id,
  fields: [],
  reason: NOT_READ_AGAIN,
})

/** Finds what was written but does not show when live is read again. */
export function remainders(done: readonly Step[], seen: Plan): ApplyReport['remaining'] {
  const differing = openFields(seen, refOf)
  const unread = new Map(seen.reads.flatMap((read) => (read.complete ? [] : [[read.kind, read.reason]])))
  return done.flatMap((step) => {
    const { kind, id } = step
    if (unread.has(kind)) return [{ kind, id, fields: [], reason: unverifiable(unread.get(kind)) }]
    const open = differing.get(refOf(step))
    if (open === undefined) return []
    // Other fields that differ are not this step's.
    const fields = [...open].filter(
      (field) => step.action !== 'update' || step.changes.some((change) => change.field === field),
    )
    if (step.action === 'update' && fields.length === 0) return []
    return [{ kind, id, fields, reason: NOT_SHOWN }]
  })
}
