import { HerdbookError } from '../../src/instance/diagnostic.ts'
import { refOf } from '../../src/reconcile/object-ref.ts'
import { graphOf, inOrder } from '../../src/reconcile/plan/graph.ts'
import type { KindOrder } from '../../src/reconcile/kind.ts'
import type { Step } from '../../src/reconcile/plan/types.ts'
import { step } from './plans.ts'

type Links = ReadonlyMap<string, readonly string[]>
/** Kinds that put before and after a step what a table says. */
export const kindsOf = (after: Links, before: Links = new Map()): readonly KindOrder[] =>
  ['address', 'machine', 'record'].map((name) => ({
    name,
    after: (one) => after.get(refOf(one)) ?? [],
    before: (one) => before.get(refOf(one)) ?? [],
  }))

/** A step by the reference to its object. */
export const parsed = (ref: string, rest: Partial<Step> = {}): Step => {
  const [kind = '', id = ''] = ref.split('/')
  return step(kind, id, rest)
}
export const refs = (steps: readonly Step[]): string[] => steps.map(refOf)
/** The same in the order of their graph. */
export const sorted = (steps: readonly Step[], kinds: readonly KindOrder[]): string[] =>
  refs(inOrder(graphOf(steps, kinds)))

/** What it throws. */
export function thrown(act: () => unknown): HerdbookError {
  try {
    act()
  } catch (error) {
    if (error instanceof HerdbookError) return error
    throw error
  }
  throw new Error('It threw nothing.')
}
