import { shellWord } from '../../instance/shell-word.ts'
import type { Diagnostic, Advice } from '../../instance/diagnostic.ts'
import { partsOf, refOf } from '../object-ref.ts'
import type { PlanInput } from './input.ts'
import type { Kind } from '../kind.ts'
import { leftAndRestored, leftIn } from './left-alone.ts'
import { unmanagedOf } from '../seen-list.ts'
import type { LiveObject } from '../objects.ts'
import type { ObjectRef } from '../values.ts'
import { restoresChanged, restoresLeft, restoresNothing, restoresUnknown } from './texts.ts'
import type { Step } from './types.ts'

/** Refuses to restore what is neither managed nor added by hand. Restores of merged pull requests may be over. */
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
      ...restoresNothing(ref),
    }
  return { code: 'not-restorable', severity: 'error', about: ref, ...reason(ref, kind, live, input) }
}

/** Why `restore` cannot take away an object that is on the server and in no file. */
function reason(ref: ObjectRef, kind: Kind, live: LiveObject, input: PlanInput): Advice {
  const one = unmanagedOf(kind, live, input)
  const named = { ref, word: shellWord(ref) }
  if (!one?.addedByHand) return restoresLeft(named)
  return one.changed ? restoresChanged(named) : restoresUnknown(named)
}
