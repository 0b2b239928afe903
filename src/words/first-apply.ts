import type { Plan } from '../reconcile/plan/types.ts'
import { titleOf, type KindName } from './describe-step.ts'
import { count, listed } from './text.ts'

/** What first applies create, one sentence a provider. */
export const firstApplies = ({ first = [] }: Pick<Plan, 'first'>, kinds: readonly KindName[]): string[] =>
  [...Map.groupBy(first, ({ provider }) => provider)].map(([provider, own]) => {
    const counts = own.map(({ kind, creates }) => {
      const { one, many } = titleOf(kind, kinds)
      return count(creates, one, many)
    })
    return (
      `The first apply to ${provider} creates ${listed(counts)}. ` +
      'The limit for changes in one apply (budgets in policy.yaml) does not count these.'
    )
  })
