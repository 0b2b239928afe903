import type { Check, Plan } from '../reconcile/types.ts'
import { HIDDEN } from './hush.ts'
import { line, span, type Line, type Style } from './layout.ts'
import { framed, shortening, type Section } from './fit.ts'
import { alert, code, prose } from './markdown-text.ts'
import { heading } from './terminal-steps.ts'
import { clip, count, inline, listed } from './text.ts'

type Told = Pick<Plan, 'checks'>

const STATES = ['red', 'unknown', 'amber', 'green'] as const
const SIGN: { readonly [state in Check['state']]: readonly [sign: string, style: Style] } = {
  red: ['! ', 'red'],
  unknown: ['? ', 'red'],
  amber: ['· ', 'yellow'],
  green: ['', 'green'],
}

/** Those that are not green, the worst first. */
const open = ({ checks }: Told): readonly Check[] =>
  STATES.filter((state) => state !== 'green').flatMap((state) => checks.filter((check) => check.state === state))

/** Whether nothing is to be told of the checks. */
export const areGreen = ({ checks }: Told): boolean => checks.every(({ state }) => state === 'green')

const totals = ({ checks }: Told): [number, Check['state']][] =>
  STATES.map((state): [number, Check['state']] => [
    checks.filter((check) => check.state === state).length,
    state,
  ]).filter(([number]) => number > 0)

/** For a terminal: what is not green, and what to do about it. */
export function checkLines(plan: Told): Line[] {
  if (areGreen(plan)) return []
  const title = heading(
    'Checks',
    totals(plan)
      .map(([number, state]) => `${number} ${state}`)
      .join(', '),
  )
  const items = open(plan).flatMap(({ about, state, message, hint }) => [
    line(2, span(...SIGN[state]), span(inline(about), 'bold'), `: ${inline(message)}`),
    ...(hint === undefined ? [] : [line(4, span('→ ', 'green'), span(inline(hint)))]),
  ])
  return [title, ...items]
}

/** For a comment: what is not green by name; where that may not be shown, how many there are, and how to see them. */
export function checkSection(plan: Told): Section {
  if (areGreen(plan)) return []
  if (open(plan).some(({ message }) => message === HIDDEN)) return [() => counted(plan)]
  const items = open(plan).map(
    ({ about, state, message }) =>
      () =>
        `- ${code(inline(about))} is ${state}: ${prose(clip(inline(message), 300))}`,
  )
  return framed(
    shortening(items, '\n', (rest) => `- and ${count(rest, 'other', 'others')}`),
    (list) => alert('WARNING', `**Checks that are not green:**\n${list}`),
  )
}

/** "2 checks are red and 1 is unknown: run `herdbook plan`." */
function counted(plan: Told): string {
  const parts = totals(plan)
    .filter(([, state]) => state !== 'green')
    .map(
      ([number, state], i) =>
        `${i === 0 ? count(number, 'check', 'checks') : number} ${number === 1 ? 'is' : 'are'} ${state}`,
    )
  return `${listed(parts)}: run ${code('herdbook plan')}.`
}
