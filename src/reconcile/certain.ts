import { refOf, type Batch } from './batches.ts'
import type { Kind } from './kind.ts'
import type { Step } from './types.ts'

/** Whether some step goes through the console whatever becomes of the others: it waits for none of them, and may go out as things are. */
export function isConsoleCertain(todo: readonly Batch[], mayGoOut: (step: Step, kind: Kind) => boolean): boolean {
  const refs = new Set(todo.flatMap(({ steps }) => steps.map(refOf)))
  const waiting = new Set(todo.flatMap(({ kind, steps }) => steps.flatMap((step) => kind.before?.(step) ?? [])))
  const waits = (step: Step, kind: Kind): boolean =>
    waiting.has(refOf(step)) || (kind.after?.(step) ?? []).some((ref) => refs.has(ref))
  return todo.some(
    ({ kind, door, steps }) => door === 'console' && steps.some((step) => !waits(step, kind) && mayGoOut(step, kind)),
  )
}
