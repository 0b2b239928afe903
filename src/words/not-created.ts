import type { KindRead, Plan } from '../reconcile/plan/types.ts'
import { titleOf, type KindName } from './describe.ts'
import { capital, listed } from './text.ts'

/** Kinds of which nothing is known: what is gone was read, and is refused. */
export const unreadIn = ({ reads }: Pick<Plan, 'reads'>): KindRead[] =>
  reads.filter(({ complete, lost }) => !complete && lost !== true)

/** What is planned before it is there, in a sentence; null where nothing is. */
export function notYet({ reads }: Pick<Plan, 'reads'>, kinds: readonly KindName[]): string | null {
  const names = reads.flatMap(({ kind, by }) => (by === undefined ? [] : [titleOf(kind, kinds).many]))
  return names.length === 0
    ? null
    : `${capital(listed(names))} are not there yet. They are planned as in a new installation, and compared again once they can be read.`
}
