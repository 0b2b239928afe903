import { KINDS } from '../providers/mastodon/kinds/index.ts'
import { filesBehind, filesOfStep } from '../reconcile/claims.ts'
import type { Ledger, Merge } from '../reconcile/ledger/types.ts'
import type { ObjectRef } from '../reconcile/values.ts'
import type { Step } from '../reconcile/plan/types.ts'
import { isOwned, takesOwnerOf } from './strictest.ts'

const kindOf = (name: string) => KINDS.find((kind) => kind.name === name)

/** The files that a step goes by. */
export function filesOf(step: Pick<Step, 'kind' | 'files'>): readonly string[] {
  const kind = kindOf(step.kind)
  return kind ? filesOfStep(kind, step) : (step.files ?? [])
}

/** All files that may say something of an object. */
export const filesFeeding = (ref: ObjectRef): readonly string[] => kindOf(ref.slice(0, ref.indexOf('/')))?.sources ?? []

/** Of the files that an object came from those that the owners look after; where the ledger does not know it, of all that could. */
export function ownedFilesOf(ref: ObjectRef, { entries }: Pick<Ledger, 'entries'>): readonly string[] {
  const kind = kindOf(ref.slice(0, ref.indexOf('/')))
  return kind ? filesBehind(kind, {}, entries.get(ref)).filter(isOwned) : []
}

/** Whether a step takes an owner. */
export const takesOwner = (step: Pick<Step, 'kind' | 'files'>): boolean => takesOwnerOf(filesOf(step))

/** Whether the approval that a merge gives is enough for a step. */
export const isEnough = ({ byOwner }: Pick<Merge, 'byOwner'>, step: Pick<Step, 'kind' | 'files'>): boolean =>
  byOwner || !takesOwner(step)
