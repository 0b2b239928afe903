import { refOf } from '../object-ref.ts'
import { objectIn, liveStateOf } from '../plan/guard.ts'
import type { LiveState } from '../kind.ts'
import { withNotes, notesOf, type ResolvedStep } from './write-ahead.ts'
import { skip, type ApplyDeps, type StepProgress } from './progress.ts'
import { referencesIn, referenceValue, resolveStep, type Reference, type ValueOf } from '../plan/references.ts'
import { reasonOf } from './sessions.ts'
import type { ObjectRef } from '../values.ts'
import type { Plan, Step } from '../plan/types.ts'
import { needsMissing, needsUnread } from './texts.ts'

/** The references that a step is written with. */
export const referencesOf = ({ changes, target }: Step): Reference[] => [
  ...changes.flatMap(({ after }) => referencesIn(after)),
  ...referencesIn(target),
]

const valueIn =
  (world: LiveState): ValueOf =>
  ({ object, field }) =>
    objectIn(world, object)?.fields[field]

/** The steps whose values are all known before anything is done: no step of the plan changes what they refer to. */
export function knownNow(steps: readonly Step[], plan: Plan, { values, anew }: StepProgress): ResolvedStep[] {
  const changing = new Set(plan.steps.map(refOf))
  return steps.flatMap((step): ResolvedStep[] => {
    const references = referencesOf(step)
    if (references.length === 0) return [{ step, written: anew.get(step) ?? step }]
    if (references.some(({ object }) => changing.has(object))) return []
    const resolved = resolveStep(anew.get(step) ?? step, valueIn(values))
    return resolved.state === 'resolved' ? [{ step, written: resolved.value }] : []
  })
}

/** Writes steps into the ledger before they are sent. */
export async function noteDown(
  sent: readonly ResolvedStep[],
  { commit }: Pick<Plan, 'commit'>,
  progress: StepProgress,
  { kinds, save }: ApplyDeps,
): Promise<void> {
  const notes = notesOf(sent, kinds, commit)
  progress.ledger = await save({ ...progress.ledger, ...withNotes(progress.ledger, notes) }, 'Attempt')
  progress.notes.push(...notes)
  for (const { step, written } of sent) progress.written.set(step, written)
}

/**
 * Fills in the values of steps before they are sent, from live as it is after the steps that they refer to. Skips a
 * step whose value does not exist yet.
 */
export async function resolved(
  steps: readonly Step[],
  plan: Plan,
  progress: StepProgress,
  deps: ApplyDeps,
): Promise<ResolvedStep[]> {
  const late = steps.filter((step) => !progress.written.has(step))
  const fresh = late.length === 0 ? [] : await resolveLate(late, progress, deps)
  if (fresh.length > 0) await noteDown(fresh, plan, progress, deps)
  return steps.flatMap((step): ResolvedStep[] => {
    const written = progress.written.get(step)
    return written === undefined ? [] : [{ step, written }]
  })
}

async function resolveLate(steps: readonly Step[], progress: StepProgress, deps: ApplyDeps): Promise<ResolvedStep[]> {
  const objects = new Set(steps.flatMap(referencesOf).map(({ object }) => object))
  const unread = await readAgain(objects, progress, deps)
  return steps.flatMap((step): ResolvedStep[] => {
    const result = unread === null ? resolveStep(progress.anew.get(step) ?? step, valueIn(progress.values)) : null
    if (result?.state === 'resolved') return [{ step, written: result.value }]
    skip({ step, why: 'blocked', reason: unread ?? withoutValue(result?.references ?? []) }, progress)
    return []
  })
}

/** Reads live again if one of these objects was written since the last reading. Answers why that failed, or null. */
async function readAgain(
  objects: ReadonlySet<ObjectRef>,
  progress: StepProgress,
  { replan }: ApplyDeps,
): Promise<string | null> {
  if (objects.isDisjointFrom(progress.unseen)) return null
  try {
    const { input } = await replan(progress.ledger)
    progress.values = liveStateOf(input.live.observed)
    progress.unseen.clear()
    return null
  } catch (error) {
    return needsUnread(reasonOf(error).message)
  }
}

const withoutValue = (references: readonly Reference[]): string =>
  needsMissing(references.map((one) => referenceValue(one).ref).join(', '))
