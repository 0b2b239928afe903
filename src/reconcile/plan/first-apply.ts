import type { PlanInput } from './input.ts'
import type { FirstApply, Plan, Step } from './types.ts'

/** Whether the ledger holds nothing of a provider, so that the next apply there is the first. */
export function isFirstApply(
  provider: string,
  { kinds, ledger, sealing }: Pick<PlanInput, 'kinds' | 'ledger' | 'sealing'>,
): boolean {
  if (ledger.head === null) return true
  const own = new Set(kinds.filter((kind) => kind.provider === provider).map(({ name }) => name))
  // A ledger is never empty for the provider that it is named after, even if it was signed again and holds nothing.
  const isNamed = (kind: string): boolean =>
    (sealing.providers.get(kind) ?? sealing.scope.provider) === sealing.scope.provider
  return (
    ![...own].some((kind) => ledger.applied.has(kind) || isNamed(kind)) &&
    ![...ledger.entries.values()].some(({ kind }) => own.has(kind))
  )
}

/** The providers whose first apply a plan is, with the steps there. */
export function beginnings(
  { steps }: Pick<Plan, 'steps'>,
  input: Pick<PlanInput, 'kinds' | 'ledger' | 'sealing'>,
): readonly { readonly provider: string; readonly steps: readonly Step[] }[] {
  const providerOf = new Map(input.kinds.map(({ name, provider }) => [name, provider]))
  return [...Map.groupBy(steps, ({ kind }) => providerOf.get(kind) ?? '')]
    .filter(([provider]) => isFirstApply(provider, input))
    .map(([provider, own]) => ({ provider, steps: own }))
}

/** Counts by kind what first applies create: no budget limits it. */
export const firstCreates = (plan: Pick<Plan, 'steps'>, input: PlanInput): FirstApply[] =>
  beginnings(plan, input).flatMap(({ provider, steps }) =>
    [...Map.groupBy(steps, ({ kind }) => kind)]
      .map(([kind, own]) => ({ provider, kind, creates: own.filter(({ action }) => action === 'create').length }))
      .filter(({ creates }) => creates > 0),
  )
