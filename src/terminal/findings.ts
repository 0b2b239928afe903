import type { Diagnostic } from '../instance/diagnostic.ts'
import { whyUnread } from '../reconcile/findings.ts'
import type { Plan } from '../reconcile/plan/types.ts'
import { diagnosticLines } from './diagnostics.ts'
import { sorted, totals, type SourceOf } from '../words/diagnostics.ts'
import { line, paragraph, span, type Line } from '../words/layout.ts'
import { readable } from '../redaction/idn.ts'
import { beginnings, within, type OutputPart } from './fit-output.ts'
import { heading } from './steps.ts'
import { inline } from '../redaction/neutralise.ts'
import { number } from '../words/text.ts'

/** The errors or the warnings of a plan; shorter if there are many. */
export function findings(
  plan: Plan,
  severity: 'error' | 'warning',
  { sourceOf }: { readonly sourceOf?: SourceOf | undefined },
): OutputPart {
  const isUnread = whyUnread(plan)
  const list = sorted(
    plan.findings.filter((one) => (one.severity === 'error') === (severity === 'error') && !isUnread(one)),
  )
  if (list.length === 0) return []
  const title = severity === 'error' ? heading('Refused', totals(list)) : heading('Please note', totals(list))
  const linesFor = (one: Diagnostic, from?: SourceOf): Line[] =>
    diagnosticLines(one, from).map((each) => ({ ...each, indent: each.indent + 2, hang: each.hang + 2 }))
  const plain = list.map((one) => linesFor(one))
  const brief: OutputPart =
    severity === 'error' ? [() => plain.flat(), () => byCode(list, linesFor)] : beginnings(plain)
  return within([title], [() => list.flatMap((one) => linesFor(one, sourceOf)), ...brief])
}

/** So many of each code are shown in full. */
const SHOWN_IN_FULL = 3

/** Errors by code: the first ones in full, the others by what they are about. */
function byCode(list: readonly Diagnostic[], linesFor: (one: Diagnostic) => Line[]): Line[] {
  return [...Map.groupBy(list, ({ code }) => code)].flatMap(([code, alike]) => {
    const others = alike
      .slice(SHOWN_IN_FULL)
      .map(({ about, at }) => readable(inline(about ?? (at === undefined ? '' : `${at.file}:${at.line}`))))
    const names = others.filter((name) => name !== '').join('  ')
    return [
      ...alike.slice(0, SHOWN_IN_FULL).flatMap(linesFor),
      ...(others.length === 0
        ? []
        : [line(2, span(`… and ${number(others.length)} more of ${inline(code)}:`, 'dim')), paragraph(6, span(names))]),
    ]
  })
}
