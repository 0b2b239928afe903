import { refOf } from '../../reconcile/object-ref.ts'
import type { Plan } from '../../reconcile/plan/types.ts'
import type { PlanOptions } from '../../reconcile/reconciler.ts'

/**
 * The options that a saved plan was made with: it restores an object whose difference became a step.
 * A plain create or delete needs no option.
 */
export function planOptionsIn(saved: Plan): PlanOptions {
  const differing = new Set([...saved.drift, ...saved.conflicts, ...saved.takeovers].map(refOf))
  const restored = saved.steps.filter(
    (step) => (step.cause !== 'change' || step.action === 'update') && !differing.has(refOf(step)),
  )
  return { restore: new Set(restored.map(refOf)), takeOver: false }
}
