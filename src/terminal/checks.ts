import type { Check } from '../reconcile/plan/types.ts'
import { inline } from '../redaction/neutralise.ts'
import { areGreen, notGreen, totals, type PlanChecks } from '../words/checks.ts'
import { line, span, type Line, type TextStyle } from '../words/layout.ts'
import { heading } from './steps.ts'

const SIGN: { readonly [state in Check['state']]: readonly [sign: string, style: TextStyle] } = {
  red: ['! ', 'red'],
  unknown: ['? ', 'red'],
  amber: ['· ', 'yellow'],
  green: ['', 'green'],
}

/** The checks that are not green, and what to do about each. */
export function checkLines(plan: PlanChecks): Line[] {
  if (areGreen(plan)) return []
  const title = heading(
    'Checks',
    totals(plan)
      .map(([number, state]) => `${number} ${state}`)
      .join(', '),
  )
  const items = notGreen(plan).flatMap(({ about, state, message, hint }) => [
    line(2, span(...SIGN[state]), span(inline(about), 'bold'), `: ${inline(message)}`),
    ...(hint === undefined ? [] : [line(4, span('→ ', 'green'), span(inline(hint)))]),
  ])
  return [title, ...items]
}
