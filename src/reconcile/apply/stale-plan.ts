import { EXIT, HerdbookError } from '../../instance/diagnostic.ts'
import { refOf } from '../object-ref.ts'
import { canonicalJson, planDigest1, type Sealing } from '../digest.ts'
import { worseThan } from '../findings.ts'
import type { Ledger } from '../ledger/types.ts'
import type { ObjectRef } from '../values.ts'
import type { Plan } from '../plan/types.ts'
import { commitNamed, stalePlan } from './texts.ts'

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
  const [before, now] = [byObject(saved), byObject(plan)]
  const moved = [...new Set([...before.keys(), ...now.keys()])].filter((ref) => before.get(ref) !== now.get(ref))
  const text = stalePlan({
    moved: moved.length === 0 ? null : listed(moved),
    from: saved.commit === plan.commit ? null : commitNamed(saved.commit?.slice(0, 12) ?? null),
  })
  throw new HerdbookError(EXIT.stale, [
    ...worseThan(saved.findings, plan.findings),
    { code: 'stale-plan', severity: 'error', ...text },
  ])
}

const LISTED = 10
const listed = (refs: readonly ObjectRef[]): string =>
  `${refs.slice(0, LISTED).join(', ')}${refs.length > LISTED ? ` and ${refs.length - LISTED} more` : ''}`

/** Whether a saved plan is still the plan. While the ledger is of version 1, a digest of version 1 counts, too. */
const isSame = (saved: Plan, plan: Plan, { form }: Pick<Ledger, 'form'>, sealing: Sealing): boolean =>
  saved.digest === plan.digest || (form !== 2 && saved.digest === planDigest1(plan, sealing))

/** What a plan says of each object, as text to compare. */
function byObject({ steps, drift, conflicts, takeovers, waiting, unmanaged }: Plan): Map<ObjectRef, string> {
  const digests = steps.map(({ kind, id, digest }) => ({ kind, id, digest }))
  const all = Map.groupBy([...digests, ...drift, ...conflicts, ...takeovers, ...waiting, ...unmanaged], refOf)
  return new Map([...all].map(([ref, entries]) => [ref, canonicalJson(entries)]))
}
