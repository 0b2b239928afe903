import { EXIT, HerdbookError } from '../../instance/diagnostic.ts'
import { refOf } from '../object-ref.ts'
import { canonicalJson, planDigest1, type Sealing } from '../digest.ts'
import { worseThan } from '../findings.ts'
import type { Ledger } from '../ledger/types.ts'
import type { ObjectRef } from '../values.ts'
import type { Plan } from '../plan/types.ts'

interface Compared {
  readonly saved: Plan | null
  /** What would be done now. */
  readonly plan: Plan
  readonly ledger: Pick<Ledger, 'form'>
  readonly sealing: Sealing
}

/** Refuses a saved plan that is not what would be done now, and names what moved. */
export function refuseStale({ saved, plan, ledger, sealing }: Compared): void {
  if (saved === null || isSame(saved, plan, ledger, sealing)) return
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

/** Whether a saved plan is what would be done now. One that version 1 saved is known by the digest that version 1 gave it, until the ledger is of version 2. */
const isSame = (saved: Plan, plan: Plan, { form }: Pick<Ledger, 'form'>, sealing: Sealing): boolean =>
  saved.digest === plan.digest || (form !== 2 && saved.digest === planDigest1(plan, sealing))

/** What a plan says of each object. */
function said({ steps, drift, conflicts, takeovers, waiting, unmanaged }: Plan): Map<ObjectRef, string> {
  const digests = steps.map(({ kind, id, digest }) => ({ kind, id, digest }))
  const byObject = Map.groupBy([...digests, ...drift, ...conflicts, ...takeovers, ...waiting, ...unmanaged], refOf)
  return new Map([...byObject].map(([ref, all]) => [ref, canonicalJson(all)]))
}
