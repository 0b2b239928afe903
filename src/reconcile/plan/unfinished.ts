import { byPolicy, covering } from '../approvals.ts'
import { partsOf, refInLedger, refOf } from '../object-ref.ts'
import { stepDigest } from '../digest.ts'
import { equal } from '../equal.ts'
import type { PlanInput } from './input.ts'
import type { OtherObjects } from '../kind.ts'
import { protocols, stepsMeant, type IntendedStep } from '../protocols.ts'
import { type Protocol } from './types.ts'
import type { ObjectRef } from '../values.ts'
import type { Step } from './types.ts'
import { comparable, type ChangedFields } from './unresolved.ts'

/** What the comparison knew when it made the steps. */
export interface ComparisonResult {
  readonly steps: readonly Step[]
  readonly others: OtherObjects
  readonly changes: ChangedFields
}

/** The protocols that were cut off, each with what the next apply does with it. */
export function unfinishedIn(input: PlanInput, { steps, others, changes }: ComparisonResult): readonly Protocol[] {
  const { ledger, sealing, live, desired } = input
  if (live.unfinished.length === 0) return []
  const known = new Map(steps.map((step) => [refOf(step), step]))
  const meantFor = (ref: ObjectRef): readonly IntendedStep[] | null => {
    const [name, id] = partsOf(ref)
    const [files, observed] = [desired.get(name), live.observed.get(name)]
    if (files?.state !== 'managed') return []
    if (observed?.state !== 'complete') return null
    const wanted = files.objects.find((object) => object.id === id)
    const object = {
      step: known.get(ref),
      files: wanted
        ? { fields: wanted.fields, comparable: comparable(wanted.fields, others.liveOf, changes).fields }
        : null,
      live: others.liveOf(ref) ?? null,
      entry: ledger.entries.get(ref),
      same: input.kinds.find((kind) => kind.name === name)?.same ?? ((_field: string, a, b) => equal(a, b)),
    }
    return stepsMeant({ kind: name, id }, object, (step) => stepDigest(step, sealing))
  }
  return protocols(live.unfinished, meantFor, (step) => isApproved(step, known.get(refOf(step)), input))
}

/** Whether a step is approved: the plan's own, or the one that leads from the ledger to the files. */
function isApproved(meant: IntendedStep, planned: Step | undefined, input: PlanInput): boolean {
  const { needsApproval, ledger, sealing } = input
  if (!needsApproval || (planned?.digest === meant.digest && byPolicy(planned, input))) return true
  const own = ledger.approvals.filter(({ ref }) => ref === refInLedger(meant))
  return covering(meant, own, sealing).length > 0
}
