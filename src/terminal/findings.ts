import type { Diagnostic } from '../instance/diagnostic.ts'
import { whyUnread } from '../reconcile/findings.ts'
import type { Plan } from '../reconcile/plan/types.ts'
import { diagnosticLines } from './diagnostics.ts'
import { sorted, totals, type SourceOf } from '../words/diagnostics.ts'
import { line, paragraph, span, type Line } from '../words/layout.ts'
import { readable } from '../redaction/idn.ts'
import { beginnings, within, type Part } from './shorten.ts'
import { heading } from './steps.ts'
import { inline } from '../redaction/neutralise.ts'
import { number } from '../words/text.ts'

/** What speaks against a plan, or is to be known beside it; in fewer words where there is much. */
export function findings(
  plan: Plan,
  severity: 'error' | 'warning',
  { sourceOf }: { readonly sourceOf?: SourceOf | undefined },
): Part {
  const isUnread = whyUnread(plan)
  const list = sorted(
    plan.findings.filter((one) => (one.severity === 'error') === (severity === 'error') && !isUnread(one)),
  )
  if (list.length === 0) return []
  const title = severity === 'error' ? heading('Refused', totals(list)) : heading('To know', totals(list))
  const told = (one: Diagnostic, from?: SourceOf): Line[] =>
    diagnosticLines(one, from).map((each) => ({ ...each, indent: each.indent + 2, hang: each.hang + 2 }))
  const plain = list.map((one) => told(one))
  const brief: Part = severity === 'error' ? [() => plain.flat(), () => byCode(list, told)] : beginnings(plain)
  return within([title], [() => list.flatMap((one) => told(one, sourceOf)), ...brief])
}

/** Of each code so many are told whole. */
const WHOLE = 3

/** Refusals of a kind: the first ones whole, of the others what they are about. */
function byCode(list: readonly Diagnostic[], told: (one: Diagnostic) => Line[]): Line[] {
  return [...Map.groupBy(list, ({ code }) => code)].flatMap(([code, alike]) => {
    const others = alike
      .slice(WHOLE)
      .map(({ about, at }) => readable(inline(about ?? (at === undefined ? '' : `${at.file}:${at.line}`))))
    const names = others.filter((name) => name !== '').join('  ')
    return [
      ...alike.slice(0, WHOLE).flatMap(told),
      ...(others.length === 0
        ? []
        : [line(2, span(`… and ${number(others.length)} more of ${inline(code)}:`, 'dim')), paragraph(6, span(names))]),
    ]
  })
}
