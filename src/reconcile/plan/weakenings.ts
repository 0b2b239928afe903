import type { Weakening } from '../ledger/types.ts'
import type { Step } from './types.ts'

const DAY_MS = 86_400_000

/** Weakenings that still count against the budget of today. */
const recent = (weakenings: readonly Weakening[], now: Date): Weakening[] =>
  weakenings.filter(({ at }) => now.getTime() - Date.parse(at) < DAY_MS)

/** Counts the weakenings of a kind in the last 24 hours, and answers when the first of them stops to count. */
export function weakenedLately(
  weakenings: readonly Weakening[],
  kind: string,
  now: Date,
): { readonly count: number; readonly until: Date | null } {
  const own = recent(weakenings, now).filter((one) => one.kind === kind)
  const first = Math.min(...own.map(({ at }) => Date.parse(at)))
  return {
    count: own.reduce((sum, { count }) => sum + count, 0),
    until: own.length === 0 ? null : new Date(first + DAY_MS),
  }
}

/** The ledger's weakenings after a run. A failed step counts, since it may have been done. */
export function weakeningsAfter(
  before: readonly Weakening[],
  { done, failed }: { readonly done: readonly Step[]; readonly failed: readonly { readonly step: Step }[] },
  now: Date,
): Weakening[] {
  const weakened = Map.groupBy(
    [...done, ...failed.map(({ step }) => step)].filter(({ weakens }) => weakens),
    ({ kind }) => kind,
  )
  return [
    ...recent(before, now),
    ...[...weakened].map(([kind, { length }]) => ({ kind, at: now.toISOString(), count: length })),
  ]
}
