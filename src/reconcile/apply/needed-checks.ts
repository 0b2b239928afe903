import { refOf } from '../object-ref.ts'
import type { Kind } from '../kind.ts'
import type { WithheldSteps } from './outgoing.ts'
import type { SkippedStep } from '../report.ts'
import type { Check, CheckName, Step } from '../plan/types.ts'
import { checkNotGreen, checkWithoutResult } from './texts.ts'
import type { ObjectRef } from '../values.ts'

/** Finds the steps that need a check which is red or unknown. A check without a result counts as unknown. */
export function heldByChecks(steps: readonly Step[], kinds: readonly Kind[], checks: readonly Check[]): WithheldSteps {
  const needs = new Map(kinds.map((kind) => [kind.name, kind.needs]))
  return new Map(
    steps.flatMap((step): [ObjectRef, Omit<SkippedStep, 'step'>][] => {
      const reasons = (needs.get(step.kind)?.(step) ?? []).flatMap((name) => against(name, checks))
      return reasons.length === 0 ? [] : [[refOf(step), { why: 'blocked', reason: reasons.join(' ') }]]
    }),
  )
}

function against({ code, about }: CheckName, checks: readonly Check[]): string[] {
  const named = checks.filter((check) => check.code === code && check.about === about)
  if (named.length === 0) return [checkWithoutResult({ code, about })]
  return named
    .filter(({ state }) => state === 'red' || state === 'unknown')
    .map(({ state, message }) => checkNotGreen({ code, about, state, message }))
}
