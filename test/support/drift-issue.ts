import { KINDS } from '../../src/providers/kinds.ts'
import type { Plan } from '../../src/reconcile/plan/types.ts'
import { renderDriftIssue, type DriftOptions } from '../../src/comments/drift-issue.ts'
import { SAMPLE } from './plans.ts'

export const RUN = 'https://github.com/herd/instance/actions/runs/7'
export const PULL = 'https://github.com/herd/instance/pull/31'
export const OPTIONS: DriftOptions = { kinds: KINDS, visibility: 'public', run: RUN }
export const PLAN: Plan = { ...SAMPLE, findings: [], steps: SAMPLE.steps.slice(0, 1) }
/** What a box says to us, behind its words. */
export const BOX =
  /^<!-- (?:(?:adopt|restore) [a-z-]+\/[\w.!~*'():/%-]*|leave [a-z-]+\/[\w.!~*'():/%-]* [0-9a-f]{64}) -->$/

/** The nightly issue of a plan. Throws where there is none. */
export const issueOf = (plan: Plan, options: Partial<DriftOptions> = {}): { title: string; body: string } => {
  const issue = renderDriftIssue(plan, { ...OPTIONS, ...options })
  if (issue === null) throw new Error('nothing to tell')
  return issue
}
/** How many boxes there are to tick. */
export const boxesIn = (body: string): number => body.match(/^- \[ \] /gm)?.length ?? 0
