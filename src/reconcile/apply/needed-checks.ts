import { refOf } from '../object-ref.ts'
import type { Kind } from '../kind.ts'
import type { Withheld } from './outgoing.ts'
import type { Skipped } from '../report.ts'
import type { Check, CheckName, Step } from '../plan/types.ts'
import type { ObjectRef } from '../values.ts'

/** Steps that need a check which is red or unknown, and what the check says. One that nobody made is unknown. */
export function heldByChecks(steps: readonly Step[], kinds: readonly Kind[], checks: readonly Check[]): Withheld {
  const needs = new Map(kinds.map((kind) => [kind.name, kind.needs]))
  return new Map(
    steps.flatMap((step): [ObjectRef, Omit<Skipped, 'step'>][] => {
      const reasons = (needs.get(step.kind)?.(step) ?? []).flatMap((name) => against(name, checks))
      return reasons.length === 0 ? [] : [[refOf(step), { why: 'blocked', reason: reasons.join(' ') }]]
    }),
  )
}

function against({ code, about }: CheckName, checks: readonly Check[]): string[] {
  const named = checks.filter((check) => check.code === code && check.about === about)
  if (named.length === 0) return [`It needs the check ${code} of ${about}, which has no result.`]
  return named
    .filter(({ state }) => state === 'red' || state === 'unknown')
    .map(({ state, message }) => `It needs the check ${code} of ${about}, which is ${state}: ${message}`)
}
