import { refOf } from '../object-ref.ts'
import { openFields } from './open-fields.ts'
import type { ApplyReport } from '../report.ts'
import type { Plan, Step } from '../plan/types.ts'

/** What was written, where live was not read again. */
export const unverified = ({ kind, id }: Step): ApplyReport['remaining'][number] => ({
  kind,
  id,
  fields: [],
  reason: 'It was written, and live was not read again.',
})

/** What was written and is not there when read again. */
export function remainders(done: readonly Step[], seen: Plan): ApplyReport['remaining'] {
  const differing = openFields(seen, refOf)
  const unread = new Map(
    seen.reads.flatMap((read) => (read.complete ? [] : [[read.kind, read.reason ?? 'It could not be read again.']])),
  )
  return done.flatMap((step) => {
    const { kind, id } = step
    const lost = unread.get(kind)
    if (lost !== undefined) return [{ kind, id, fields: [], reason: `It could not be read again: ${lost}` }]
    const open = differing.get(refOf(step))
    if (open === undefined) return []
    // What differs beside what was written was told before, and is not this step's.
    const fields = [...open].filter(
      (field) => step.action !== 'update' || step.changes.some((change) => change.field === field),
    )
    if (step.action === 'update' && fields.length === 0) return []
    return [{ kind, id, fields, reason: 'It was written, and live does not show it.' }]
  })
}
