import { exitOfApply } from '../../reconcile/exit.ts'
import { worstExit, type ExitCode } from '../../instance/diagnostic.ts'
import type { ApplyReport } from '../../reconcile/report.ts'

/** How many applies one run does. Each applies whole merges, as far as the budget goes. */
export const MAX_ROUNDS = 20

/** Whether another apply may do more: this one did something and held back what did not fit the budget. */
export const hasMore = ({ done, skipped }: ApplyReport): boolean =>
  done.length > 0 && skipped.some(({ why }) => why === 'refused')

/** Leaves out what a round left for the next one, which reports it. */
const withoutHeldBack = (report: ApplyReport): ApplyReport => ({
  ...report,
  skipped: report.skipped.filter(({ why }) => why !== 'refused'),
})

/** Combines the reports of several applies. */
export function combined(rounds: readonly ApplyReport[]): ApplyReport | null {
  const last = rounds.at(-1)
  if (last === undefined) return null
  const earlier = rounds.slice(0, -1)
  const steps = earlier.flatMap(({ done, failed }) => [...done, ...failed.map(({ step }) => step)])
  return {
    ...last,
    plan: {
      ...last.plan,
      steps: [...steps, ...last.plan.steps],
      letGo: [...new Map(rounds.flatMap(({ plan }) => plan.letGo).map((one) => [one.kind, one])).values()],
    },
    done: rounds.flatMap(({ done }) => done),
    failed: rounds.flatMap(({ failed }) => failed),
    paid: rounds.flatMap(({ paid }) => paid),
    remaining: rounds.flatMap(({ remaining }) => remaining),
    findings: [
      ...new Map(
        rounds.flatMap(({ findings }) => findings).map((finding) => [JSON.stringify(finding), finding]),
      ).values(),
    ],
  }
}

/** Finds the exit code of all rounds; `last` is that of the last one. */
export const exitOfRounds = (rounds: readonly ApplyReport[], last: ExitCode): ExitCode =>
  worstExit([last, ...rounds.slice(0, -1).map((report) => exitOfApply(withoutHeldBack(report)))])
