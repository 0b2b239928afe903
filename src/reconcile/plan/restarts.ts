import { refOf } from '../object-ref.ts'
import type { DifferingFields } from './three-way-merge.ts'
import type { KindOrder } from '../kind.ts'
import type { SkippedStep } from '../report.ts'
import type { ObjectRef } from '../values.ts'
import type { Step } from './types.ts'

/** Whether a step only restarts a unit so that it reads its inputs again. */
export const isRestart = (
  { action, changes }: Pick<Step, 'action' | 'changes'>,
  kind: Pick<KindOrder, 'restarts'> | undefined,
): boolean =>
  kind?.restarts !== undefined &&
  action === 'update' &&
  changes.length > 0 &&
  changes.every(({ field }) => field === kind.restarts)

/** The restarts of a plan, each with the steps that cause it. They are approved with these steps. */
export function restartsIn(steps: readonly Step[], kinds: readonly KindOrder[]): ReadonlyMap<Step, readonly Step[]> {
  const byName = new Map(kinds.map((kind) => [kind.name, kind]))
  const restarts = steps.filter((step) => isRestart(step, byName.get(step.kind)))
  if (restarts.length === 0) return new Map()
  return new Map(
    restarts.map((restart) => {
      const reads = new Set(byName.get(restart.kind)?.after?.(restart))
      return [restart, steps.filter((step) => step !== restart && reads.has(refOf(step)))]
    }),
  )
}

/**
 * Whether a restart goes out after its causes were tried: at least one was done. A restart without causes comes from an
 * earlier run or a person.
 */
export const goesOut = (causes: readonly Step[], done: ReadonlySet<ObjectRef>): boolean =>
  causes.length === 0 || causes.some((cause) => done.has(refOf(cause)))

/** Adds to the held-back steps the restarts whose causes are all held back. */
export function withRestarts(
  held: ReadonlyMap<ObjectRef, Omit<SkippedStep, 'step'>>,
  restarts: ReadonlyMap<Step, readonly Step[]>,
): ReadonlyMap<ObjectRef, Omit<SkippedStep, 'step'>> {
  const idle = [...restarts].flatMap(([restart, causes]): [ObjectRef, Omit<SkippedStep, 'step'>][] => {
    const [why] = causes.map((cause) => held.get(refOf(cause)))
    return why !== undefined && causes.every((cause) => held.has(refOf(cause))) ? [[refOf(restart), why]] : []
  })
  return idle.length === 0 ? held : new Map([...idle, ...held])
}

/** Splits differences: the field that holds what a unit read, and all others. */
export function partedByInputs(
  apart: readonly DifferingFields[],
  inputs: string,
): { readonly inputs: DifferingFields | null; readonly others: readonly DifferingFields[] } {
  const stale = apart.find(({ fields }) => fields.includes(inputs))
  return {
    inputs: stale === undefined ? null : { cause: stale.cause, fields: [inputs] },
    others: apart.flatMap(({ cause, fields }): DifferingFields[] => {
      const rest = fields.filter((field) => field !== inputs)
      return rest.length > 0 ? [{ cause, fields: rest }] : []
    }),
  }
}

/**
 * Whether stale inputs are a step: a person asks for it, or a step of the plan changes what the unit reads, so that it
 * reads again anyway. Else they are only shown, whatever the policy for drift says.
 */
export const winsInputs = (
  reads: readonly ObjectRef[],
  isChanging: (ref: ObjectRef) => boolean,
  isRestored: boolean,
): boolean => isRestored || reads.some(isChanging)
