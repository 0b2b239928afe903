import { refOf, type Batch } from './batches.ts'
import type { Kind } from './kind.ts'
import type { Step } from './types.ts'

/** The connections that some step goes through whatever becomes of the others: it waits for none of them, and may go out as things are. By provider. */
export function certainConnections(
  todo: readonly Batch[],
  mayGoOut: (step: Step, kind: Kind) => boolean,
): ReadonlyMap<string, ReadonlySet<string>> {
  const refs = new Set(todo.flatMap(({ steps }) => steps.map(refOf)))
  const waiting = new Set(todo.flatMap(({ kind, steps }) => steps.flatMap((step) => kind.before?.(step) ?? [])))
  const waits = (step: Step, kind: Kind): boolean =>
    waiting.has(refOf(step)) || (kind.after?.(step) ?? []).some((ref) => refs.has(ref))
  const certain = todo.filter(({ kind, steps }) => steps.some((step) => !waits(step, kind) && mayGoOut(step, kind)))
  const byProvider = Map.groupBy(certain, ({ kind }) => kind.provider)
  return new Map([...byProvider].map(([provider, all]) => [provider, new Set(all.map(({ door }) => door))]))
}
