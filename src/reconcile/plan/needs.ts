import { graphOf, type ReferencesOf } from './graph.ts'
import type { KindOrder } from '../kind.ts'
import type { Ledger } from '../ledger/types.ts'
import type { Step } from './types.ts'

/** The steps of a plan that a step of it needs. */
export type Needs = (step: Step) => readonly Step[]

/** Finds what the steps of a plan need of each other. */
export function needsIn(steps: readonly Step[], kinds: readonly KindOrder[], took: ReferencesOf): Needs {
  const needs = new Map(
    graphOf(steps, kinds, took).flatMap((node): [Step, readonly Step[]][] =>
      node.needs.size === 0 ? [] : [[node.step, [...node.needs].map(({ step }) => step)]],
    ),
  )
  return (step) => needs.get(step) ?? []
}

/** The objects that entries of the ledger took values of when they were last verified. */
export const takesIn =
  ({ entries }: Pick<Ledger, 'entries'>): ReferencesOf =>
  (ref) =>
    entries.get(ref)?.takes ?? []
