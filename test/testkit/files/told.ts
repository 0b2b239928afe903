import type { ConvergeResult } from '../../../src/reconcile/apply/converge.ts'
import type { ApplyReport } from '../../../src/reconcile/report.ts'
import type { Step } from '../../../src/reconcile/plan/types.ts'

/** Steps as a test names them. */
export const refs = (steps: readonly Step[]): string[] => steps.map(({ action, kind, id }) => `${action} ${kind}/${id}`)

/** What an apply came to. Throws where nothing was to be done. */
export function reportOf(came: ConvergeResult): ApplyReport {
  if (came.state !== 'applied') throw new Error('nothing was to be done')
  return came.report
}
