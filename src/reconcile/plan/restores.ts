import { shellWord } from '../../instance/shell-word.ts'
import type { Diagnostic } from '../../instance/diagnostic.ts'
import { partsOf, refOf } from '../object-ref.ts'
import type { PlanInput } from './input.ts'
import type { Kind } from '../kind.ts'
import { leftAndRestored, leftIn } from './left-alone.ts'
import { unmanagedOf } from '../seen-list.ts'
import type { LiveObject } from '../objects.ts'
import type { ObjectRef } from '../values.ts'
import type { Step } from './types.ts'

/** A restore of what neither the files manage nor somebody added by hand would do nothing but apply all the rest. What a merged pull request wants restored may be over by now. */
export function checkRestores(steps: readonly Step[], input: PlanInput): Diagnostic[] {
  const { restore, kinds, desired, ledger } = input
  if (restore.size === 0) return []
  const managed = kinds.flatMap((kind) => {
    const files = desired.get(kind.name)
    return files?.state === 'managed' ? files.objects.map(({ id }) => `${kind.name}/${id}`) : []
  })
  const merged = ledger.merges.flatMap(({ marks }) => marks.restore)
  const known = new Set<ObjectRef>([...managed, ...ledger.entries.keys(), ...steps.map(refOf), ...merged])
  const left = kinds.flatMap((kind) => leftIn(kind, input))
  return [
    ...[...restore].filter((ref) => !known.has(ref)).map((ref) => whyNot(ref, input)),
    ...leftAndRestored(restore, left),
  ]
}

function whyNot(ref: ObjectRef, input: PlanInput): Diagnostic {
  const [name, id] = partsOf(ref)
  const kind = input.kinds.find((one) => one.name === name)
  const observed = input.live.observed.get(name)
  const live =
    observed?.state === 'complete' && input.desired.get(name)?.state === 'managed'
      ? observed.objects.find((one) => one.id === id)
      : undefined
  if (!kind || !live)
    return {
      code: 'not-managed',
      severity: 'error',
      about: ref,
      message: `${ref} can't be restored: it is not in the files, and nobody added it by hand.`,
      hint: 'Look at its name: herdbook plan',
    }
  return { code: 'not-restorable', severity: 'error', about: ref, ...reason(ref, kind, live, input) }
}

/** What is on the server, in no file, and still not for `restore` to take away. */
function reason(ref: ObjectRef, kind: Kind, live: LiveObject, input: PlanInput): Pick<Diagnostic, 'message' | 'hint'> {
  const one = unmanagedOf(kind, live, input)
  const adopt = `herdbook adopt ${shellWord(ref)}`
  if (!one?.addedByHand)
    return {
      message: `${ref} can't be restored: it was there when Herdbook began to look, or somebody left it, and no file names it.`,
      hint: `To have it taken away by the files, take it over first: ${adopt}`,
    }
  const message = one.changed
    ? `${ref} can't be restored: it was changed by hand, and what it was before is not kept.`
    : `${ref} can't be restored: no file says what it should be.`
  return { message, hint: `To write it into the files: ${adopt}. To leave it: herdbook leave ${shellWord(ref)} "why"` }
}
