import { partsOf } from '../object-ref.ts'
import type { Diagnostic } from '../../instance/diagnostic.ts'
import { sealIn, type Sealing } from '../digest.ts'
import type { PlanInput } from './input.ts'
import type { Removal } from '../ledger/types.ts'
import type { Desired, Observed } from '../objects.ts'
import type { ObjectRef } from '../values.ts'
import { removedButNamed, TAKE_OUT } from './texts.ts'

/** How the ledger names a removed person: by name if a file named them, else by a digest that reveals nothing. */
export function removedName(ref: ObjectRef, isNamed: boolean, sealing: Sealing): ObjectRef {
  if (isNamed) return ref
  return `${partsOf(ref)[0]}/~${sealIn(sealing, 'step', { removed: ref }).slice(0, 32)}`
}

/** The removal of an object, if there is one. */
export function removalOf(ref: ObjectRef, removed: readonly Removal[], sealing: Sealing): Removal | undefined {
  if (removed.length === 0) return undefined
  const hidden = removedName(ref, false, sealing)
  return removed.find((one) => one.ref === ref || one.ref === hidden)
}

type RemovalInput = Pick<PlanInput, 'ledger' | 'sealing'> & {
  readonly desired: ReadonlyMap<string, Desired>
  readonly observed: ReadonlyMap<string, Observed>
}

/** Removals that are not over: the files still name the object, it is still live, or that is unknown. */
export function activeRemovals({ ledger, desired, observed, sealing }: RemovalInput): Removal[] {
  return ledger.removed.filter((removal) => {
    const kind = partsOf(removal.ref)[0]
    const [files, live] = [desired.get(kind), observed.get(kind)]
    if (files?.state !== 'managed' || live?.state !== 'complete') return true
    const isIt = ({ id }: { readonly id: string }): boolean =>
      removalOf(`${kind}/${id}`, [removal], sealing) !== undefined
    return files.objects.some(isIt) || live.objects.some(isIt)
  })
}

/** Warns in every plan while the files still name a removed person. */
export function checkRemoved({
  ledger,
  desired,
  sealing,
  kinds,
}: Pick<RemovalInput, 'ledger' | 'desired' | 'sealing'> & Pick<PlanInput, 'kinds'>): Diagnostic[] {
  if (ledger.removed.length === 0) return []
  return [...desired].flatMap(([kind, files]) =>
    (files.state === 'managed' ? files.objects : []).flatMap(({ id }): Diagnostic[] => {
      const removal = removalOf(`${kind}/${id}`, ledger.removed, sealing)
      if (removal === undefined) return []
      const { by, at, why } = removal
      const message = removedButNamed({ ref: `${kind}/${id}`, by, day: at.slice(0, 10), why })
      return [
        {
          code: 'removed',
          severity: 'warning',
          about: `${kind}/${id}`,
          message,
          hint: kinds.find(({ name }) => name === kind)?.removal?.(id) ?? TAKE_OUT,
        },
      ]
    }),
  )
}
