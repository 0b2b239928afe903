import { partsOf } from '../reconcile/object-ref.ts'
import { KINDS } from '../providers/mastodon/kinds/index.ts'
import { filesBehind, filesOfStep } from '../reconcile/claims.ts'
import type { Ledger, MergeApproval } from '../reconcile/ledger/types.ts'
import type { ObjectRef } from '../reconcile/values.ts'
import type { Step } from '../reconcile/plan/types.ts'
import { isOwned, takesOwnerOf } from './owned-files.ts'

const kindOf = (name: string) => KINDS.find((kind) => kind.name === name)

/** Finds the files behind a step. */
export function filesOf(step: Pick<Step, 'kind' | 'files'>): readonly string[] {
  const kind = kindOf(step.kind)
  return kind ? filesOfStep(kind, step) : (step.files ?? [])
}

/** Finds all files that can hold something about an object. */
export const filesFeeding = (ref: ObjectRef): readonly string[] => kindOf(partsOf(ref)[0])?.sources ?? []

/** Finds the owners' files among those that an object came from; if the ledger does not know it, among all possible. */
export function ownedFilesOf(ref: ObjectRef, { entries }: Pick<Ledger, 'entries'>): readonly string[] {
  const kind = kindOf(partsOf(ref)[0])
  return kind ? filesBehind(kind, {}, entries.get(ref)).filter(isOwned) : []
}

/** Whether only an owner can approve a step. */
export const takesOwner = (step: Pick<Step, 'kind' | 'files'>): boolean => takesOwnerOf(filesOf(step))

/** Whether the approval of a merge is enough for a step. */
export const isEnough = ({ byOwner }: Pick<MergeApproval, 'byOwner'>, step: Pick<Step, 'kind' | 'files'>): boolean =>
  byOwner || !takesOwner(step)
