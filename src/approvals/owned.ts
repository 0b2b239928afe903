import { MODERATED } from '../instance/owners.ts'
import { KINDS } from '../providers/mastodon/kinds/index.ts'
import type { Merge } from '../reconcile/ledger-types.ts'
import type { ObjectRef, Step } from '../reconcile/types.ts'

/** Files that are the owners': what changes of them takes an owner's approval. */
export const OWNED: ReadonlySet<string> = new Set(KINDS.map(({ file }) => file)).difference(new Set<string>(MODERATED))

/** The file that holds an object. */
export const fileOf = (ref: ObjectRef): string => KINDS.find(({ name }) => ref.startsWith(`${name}/`))?.file ?? ''

/** Whether what changes of an object takes an owner. */
export const takesOwner = (ref: ObjectRef): boolean => OWNED.has(fileOf(ref))

/** Whether the approval that a merge gives is enough for a step. */
export const isEnough = ({ byOwner }: Pick<Merge, 'byOwner'>, { kind, id }: Pick<Step, 'kind' | 'id'>): boolean =>
  byOwner || !takesOwner(`${kind}/${id}`)
