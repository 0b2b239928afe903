import type { Diagnostic } from '../instance/diagnostic.ts'
import { coveringOf } from '../reconcile/approvals.ts'
import type { Sealing } from '../reconcile/digest.ts'
import type { Approval } from '../reconcile/ledger/types.ts'
import type { Step } from '../reconcile/plan/types.ts'

/** Groups steps by their first approval, the oldest first. Steps that the policy itself approves come last. */
export function byApproval(
  steps: readonly Step[],
  approvals: readonly Approval[],
  sealing: Sealing,
): (readonly Step[])[] {
  const found = coveringOf(steps, approvals, sealing)
  const first = (step: Step): Approval | undefined =>
    found.get(step)?.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at))[0]
  const groups = Map.groupBy(steps, (step) => {
    const { at, source } = step.removal ? { at: FIRST, source: '' } : (first(step) ?? { at: LAST, source: '' })
    return `${new Date(at).toISOString()} ${source}`
  })
  return [...groups].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, members]) => members)
}

/** The removal of a person goes before all others. */
const FIRST = '0001-01-01T00:00:00Z'
const LAST = '9999-12-31T00:00:00Z'

/** The steps that go out now, and those held back with the reasons. */
export interface ChosenSteps {
  readonly sent: readonly Step[]
  readonly held: ReadonlyMap<Step, readonly Diagnostic[]>
}

/** Takes whole groups, in order, as long as all together bring no error. A group that does not fit is left out. */
export function oldestFirst(
  groups: readonly (readonly Step[])[],
  against: (steps: readonly Step[]) => readonly Diagnostic[],
): ChosenSteps {
  const held = new Map<Step, readonly Diagnostic[]>()
  let sent: readonly Step[] = []
  for (const group of groups) {
    const errors = against([...sent, ...group])
    if (errors.length === 0) sent = [...sent, ...group]
    else for (const step of group) held.set(step, errors)
  }
  return { sent, held }
}
