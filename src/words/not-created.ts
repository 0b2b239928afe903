import type { KindRead, Plan } from '../reconcile/plan/types.ts'
import { titleOf, type KindName } from './describe-step.ts'
import { capital, listed } from './text.ts'

/** Kinds that could not be read; lost ones were read, and have an error of their own. */
export const unreadIn = ({ reads }: Pick<Plan, 'reads'>): KindRead[] =>
  reads.filter(({ complete, lost }) => !complete && lost !== true)

/** The kinds that do not exist yet, in sentences; null if there are none. */
export function notYet({ reads }: Pick<Plan, 'reads'>, kinds: readonly KindName[]): string | null {
  const names = reads.flatMap(({ kind, by }) => (by === undefined ? [] : [titleOf(kind, kinds).many]))
  return names.length === 0
    ? null
    : `${capital(listed(names))} do not exist on the server yet. ` +
        'Herdbook plans them as for a new installation. When it can read them, it compares them again.'
}
