import type { Batch } from '../plan/batches.ts'
import type { Needs } from '../plan/needs.ts'
import type { Step } from '../plan/types.ts'

/** The connections that are certainly needed, by provider: some step waits for no other one and may go out. */
export function certainConnections(
  todo: readonly Batch[],
  needs: Needs,
  mayGoOut: (step: Step) => boolean,
): ReadonlyMap<string, ReadonlySet<string>> {
  const open = new Set(todo.flatMap(({ steps }) => steps))
  const waits = (step: Step): boolean => needs(step).some((needed) => open.has(needed))
  const certain = todo.filter(({ steps }) => steps.some((step) => !waits(step) && mayGoOut(step)))
  const byProvider = Map.groupBy(certain, ({ kind }) => kind.provider)
  return new Map([...byProvider].map(([provider, all]) => [provider, new Set(all.map(({ connection }) => connection))]))
}
