import { exitOfApply } from '../../reconcile/exit.ts'
import { worstExit, type ExitCode } from '../../instance/diagnostic.ts'
import type { ApplyReport } from '../../reconcile/report.ts'

/** So many applies follow one another in a run: each does whole merges, as far as a budget goes. */
export const MOST_ROUNDS = 20

/** Whether another apply may do more: this one did something, and held something back that did not fit beside it. */
export const isMore = ({ done, skipped }: ApplyReport): boolean =>
  done.length > 0 && skipped.some(({ why }) => why === 'refused')

/** What a round left for the next one is told by that. */
const settled = (report: ApplyReport): ApplyReport => ({
  ...report,
  skipped: report.skipped.filter(({ why }) => why !== 'refused'),
})

/** What several applies came to, as one. */
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

/** The exit code of all of them; `last` is what the last one ended with. */
export const exitOfRounds = (rounds: readonly ApplyReport[], last: ExitCode): ExitCode =>
  worstExit([last, ...rounds.slice(0, -1).map((report) => exitOfApply(settled(report)))])
