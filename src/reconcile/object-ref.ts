import type { ObjectRef } from './values.ts'

interface Named {
  readonly kind: string
  readonly id: string
}

/** `kind/identity`. */
export const refOf = ({ kind, id }: Named): ObjectRef => `${kind}/${id}`

/** The kind and the id of an object. */
export function partsOf(ref: ObjectRef): readonly [kind: string, id: string] {
  const slash = ref.indexOf('/')
  return [ref.slice(0, slash), ref.slice(slash + 1)]
}

/** What the ledger's name of a step's object needs. */
interface Changing {
  readonly id: string
  readonly digest: string
  readonly unmanaged?: true
}

/** The ledger's name of a step's object: a digest if no file names it, since others may read the repository. */
export const idInLedger = ({ id, digest, unmanaged }: Changing): string => (unmanaged ? `~${digest.slice(0, 32)}` : id)

/** The ledger's name with its kind. */
export const refInLedger = (step: Changing & Named): ObjectRef => refOf({ kind: step.kind, id: idInLedger(step) })
