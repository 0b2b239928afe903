import type { Check, Plan } from '../reconcile/plan/types.ts'

/** The checks of a plan. */
export type PlanChecks = Pick<Plan, 'checks'>

const STATES = ['red', 'unknown', 'amber', 'green'] as const

/** The checks that are not green, the worst first. */
export const notGreen = ({ checks }: PlanChecks): readonly Check[] =>
  STATES.filter((state) => state !== 'green').flatMap((state) => checks.filter((check) => check.state === state))

/** Whether all checks are green. */
export const areGreen = ({ checks }: PlanChecks): boolean => checks.every(({ state }) => state === 'green')

/** How many checks are in each state, the worst first. */
export const totals = ({ checks }: PlanChecks): [number, Check['state']][] =>
  STATES.map((state): [number, Check['state']] => [
    checks.filter((check) => check.state === state).length,
    state,
  ]).filter(([number]) => number > 0)
