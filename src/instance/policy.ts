import { parseDay } from './dates.ts'
import type { Announce, BudgetLimits } from './documents.ts'
import type { Instance } from './instance.ts'

type Amounts = { readonly [Amount in keyof Required<BudgetLimits>]: number }

/** What happens to a change by hand that the files do not ask for. */
export type DriftPolicy = 'report' | 'correct'

/** What `policy.yaml` says once defaults are filled in and raises in force are added. */
export interface PolicyInForce {
  readonly budgetOf: (kind: string) => Amounts
  readonly driftOf: (kind: string) => DriftPolicy
  readonly minimumOwners: number
  /** How members are told of what is done to other servers; null where nobody tells them. */
  readonly announce: { readonly visibility: Announce['visibility']; readonly noticeDays: number | null } | null
}

const BUDGET: Amounts = { create: 25, update: 25, delete: 5, weaken: 5 }
const MINIMUM_OWNERS = 2

/** The policy at a moment. `drift` holds what each kind does where the file says nothing of it. */
export function policyOf(
  instance: Instance,
  now: Date,
  drift: ReadonlyMap<string, DriftPolicy> = new Map(),
): PolicyInForce {
  const file = instance.documents['policy.yaml'] ?? {}
  const raises = (file.raises ?? []).filter(({ until }) => now < (parseDay(until) ?? now))
  const named = <Value>(map: { readonly [kind: string]: Value } | undefined, kind: string): Value | undefined => {
    const key = kind.replaceAll('-', '_')
    return map !== undefined && Object.hasOwn(map, key) ? map[key] : undefined
  }
  return {
    budgetOf: (kind) =>
      raised(
        { ...BUDGET, ...file.budgets?.default, ...named({ ...file.budgets }, kind) },
        raises.filter((raise) => raise.kind === kind),
      ),
    driftOf: (kind) => named({ ...file.drift }, kind) ?? drift.get(kind) ?? 'report',
    minimumOwners: file.minimum_owners ?? MINIMUM_OWNERS,
    announce:
      file.announce === undefined
        ? null
        : { visibility: file.announce.visibility, noticeDays: file.announce.notice_days ?? null },
  }
}

/** A raise never lowers. */
function raised(budget: Amounts, raises: readonly BudgetLimits[]): Amounts {
  const highest = (amount: keyof Amounts): number =>
    Math.max(budget[amount], ...raises.map((raise) => raise[amount] ?? 0))
  return { create: highest('create'), update: highest('update'), delete: highest('delete'), weaken: highest('weaken') }
}
