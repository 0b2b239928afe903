import { EXIT, HerdbookError } from '../instance/diagnostic.ts'
import { refOf } from '../reconcile/batches.ts'
import { canonicalJson } from '../reconcile/digest.ts'
import { worseThan } from '../reconcile/findings.ts'
import type { ObjectRef, Plan } from '../reconcile/types.ts'
import type { Wishes } from '../reconcile/reconciler.ts'

/** The wishes that a saved plan was made with: the files won where no difference was left to tell. A create or delete of their own needs no wish. */
export function wishesIn(saved: Plan): Wishes {
  const told = new Set([...saved.drift, ...saved.conflicts, ...saved.takeovers].map(refOf))
  const won = saved.steps.filter(
    (step) => (step.cause !== 'change' || step.action === 'update') && !told.has(refOf(step)),
  )
  return { restore: new Set(won.map(refOf)), takeOver: false }
}

/** Refuses a saved plan that is not what would be done now, and names what moved. */
export function refuseStale(saved: Plan, plan: Plan): never {
  const [before, now] = [said(saved), said(plan)]
  const moved = [...new Set([...before.keys(), ...now.keys()])].filter((ref) => before.get(ref) !== now.get(ref))
  const what =
    moved.length > 0
      ? ` Moved: ${moved.slice(0, 10).join(', ')}${moved.length > 10 ? ` and ${moved.length - 10} more` : ''}.`
      : ''
  const reason =
    saved.commit === plan.commit
      ? ''
      : ` It was made of commit ${saved.commit?.slice(0, 12) ?? 'files that were not committed'}.`
  const message = `The saved plan is not what would be done now; nothing was applied.${what}${reason}`
  throw new HerdbookError(EXIT.stale, [
    ...worseThan(saved.findings, plan.findings),
    { code: 'stale-plan', severity: 'error', message, hint: 'Plan again: herdbook plan --out plan.json' },
  ])
}

/** What a plan says of each object. */
function said({ steps, drift, conflicts, takeovers, waiting, unmanaged }: Plan): Map<ObjectRef, string> {
  const digests = steps.map(({ kind, id, digest }) => ({ kind, id, digest }))
  const byObject = Map.groupBy([...digests, ...drift, ...conflicts, ...takeovers, ...waiting, ...unmanaged], refOf)
  return new Map([...byObject].map(([ref, all]) => [ref, canonicalJson(all)]))
}
