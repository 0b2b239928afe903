import { refOf } from '../reconcile/batches.ts'
import type { Plan } from '../reconcile/types.ts'
import type { Wishes } from '../reconcile/reconciler.ts'

/** The wishes that a saved plan was made with: the files won where no difference was left to tell. A create or delete of their own needs no wish. */
export function wishesIn(saved: Plan): Wishes {
  const told = new Set([...saved.drift, ...saved.conflicts, ...saved.takeovers].map(refOf))
  const won = saved.steps.filter(
    (step) => (step.cause !== 'change' || step.action === 'update') && !told.has(refOf(step)),
  )
  return { restore: new Set(won.map(refOf)), takeOver: false }
}
