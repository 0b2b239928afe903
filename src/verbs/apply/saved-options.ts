import { refOf } from '../../reconcile/object-ref.ts'
import type { Plan } from '../../reconcile/plan/types.ts'
import type { PlanOptions } from '../../reconcile/reconciler.ts'

/** The wishes that a saved plan was made with: the files won where no difference was left to tell. A create or delete of their own needs no wish. */
export function planOptionsIn(saved: Plan): PlanOptions {
  const told = new Set([...saved.drift, ...saved.conflicts, ...saved.takeovers].map(refOf))
  const won = saved.steps.filter(
    (step) => (step.cause !== 'change' || step.action === 'update') && !told.has(refOf(step)),
  )
  return { restore: new Set(won.map(refOf)), takeOver: false }
}
