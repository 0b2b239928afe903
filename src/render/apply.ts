import type { ApplyReport, Step } from '../reconcile/types.ts'
import { concealReport, EVERYTHING, type Disclosure } from './conceal.ts'
import { lookedAt } from './by-hand.ts'
import { differences, letGo, type KindName } from './describe.ts'
import { diagnosticLines } from './diagnostics.ts'
import { blank, layout, line, paragraph, span, type Line, type Screen } from './layout.ts'
import { readable } from './names.ts'
import { heading, stepLine } from './terminal.ts'
import { capital, count, inline, listed, number } from './text.ts'

export interface ApplyOptions extends Screen {
  readonly kinds: readonly KindName[]
  readonly show?: Disclosure
}

/** What is done is listed up to here, then counted; what is not done is always listed. */
const LISTED = 100

/** What an apply came to: the verdict, what was done and what was not, and what to type next. */
export function renderApply(full: ApplyReport, options: ApplyOptions): string {
  const { kinds, show = EVERYTHING } = options
  const report = concealReport(full, show)
  const item = (step: Step, ...reason: readonly Line[]): Line[] => [stepLine(step, kinds), ...reason]
  const looked = lookedAt(report.looked, kinds)
  const sections = [
    [paragraph(0, span(verdictOf(report, kinds), isWhole(report) ? ['green', 'bold'] : ['red', 'bold']))],
    list('Done', 'green', report.done.slice(0, LISTED).flatMap((step) => item(step)), report.done.length),
    list('Finished, since an earlier run was broken off', 'green', report.paid.slice(0, LISTED).map(({ what }) => line(2, inline(readable(capital(what))))), report.paid.length),
    list(
      'Failed',
      'red',
      report.failed.flatMap(({ step, reason }) => item(step, ...[readable(reason.message), ...(reason.hint === undefined ? [] : [`→ ${readable(reason.hint)}`])].map((text) => paragraph(6, inline(text))))),
      report.failed.length,
    ),
    list('Skipped', 'yellow', report.skipped.flatMap(({ step, reason }) => item(step, paragraph(6, span(inline(readable(reason)), 'dim')))), report.skipped.length),
    list('Not reached', 'yellow', report.notReached.flatMap((step) => item(step)), report.notReached.length),
    list('Did not converge', 'red', report.remaining.flatMap((one) => remainder(one)), report.remaining.length),
    looked === null ? [] : [paragraph(0, inline(looked))],
    report.findings.flatMap((finding) => diagnosticLines({ ...finding, message: readable(finding.message) })),
    next(report),
  ]
  const shown = sections.filter((section) => section.length > 0)
  return layout(
    shown.flatMap((section, i) => (i === 0 ? section : [blank, ...section])),
    options,
  )
}

const isWhole = ({ failed, skipped, notReached, remaining }: ApplyReport): boolean =>
  [failed, skipped, notReached, remaining].every((group) => group.length === 0)

/** "7 changes done and verified on herd.example." */
function verdictOf(report: ApplyReport, kinds: readonly KindName[]): string {
  const { plan, done, failed, skipped, notReached, paid, remaining } = report
  const domain = inline(plan.domain)
  const known = plan.adjustments.length
  if (plan.steps.length === 0 && plan.owed.length > 0) return paid.length > 0 ? `What was still owed to ${domain} is done.` : `What is still owed to ${domain} could not be finished.`
  const gone = letGo(plan, kinds)
  if (plan.steps.length === 0 && gone !== null) return `Nothing to write to ${domain}. ${gone}`
  if (plan.steps.length === 0) return known === 0 ? `Nothing to write to ${domain}.` : `Nothing to write to ${domain}; the ledger knows it now, ${count(known, 'object', 'objects')}.`
  if (isWhole(report)) return `${count(done.length, 'change', 'changes')} done and verified on ${domain}.`
  const parts = [
    `${number(done.length)} done`,
    ...(failed.length > 0 ? [`${number(failed.length)} failed`] : []),
    ...(skipped.length > 0 ? [`${number(skipped.length)} skipped`] : []),
    ...(notReached.length > 0 ? [`${number(notReached.length)} not reached`] : []),
    ...(remaining.length > 0 ? [`${number(remaining.length)} did not converge`] : []),
  ]
  return `${capital(listed(parts))}, of ${count(plan.steps.length, 'change', 'changes')} on ${domain}.`
}

function list(title: string, colour: 'green' | 'yellow' | 'red', items: readonly Line[], total: number): Line[] {
  if (total === 0) return []
  const more = total > items.length ? [line(4, span(`… and ${number(total - LISTED)} more`, 'dim'))] : []
  return [heading(title, number(total), [colour, 'bold']), ...items, ...more]
}

function remainder({ kind, id, fields, reason }: ApplyReport['remaining'][number]): Line[] {
  const names = fields.length === 0 ? [] : [span('  '), span(inline(fields.join(', ')), 'cyan')]
  return [line(2, span('! ', 'red'), span(inline(readable(`${kind}/${id}`)), 'bold'), ...names), paragraph(6, inline(readable(reason)))]
}

function next(report: ApplyReport): Line[] {
  const command = (text: string, why: string): Line[] => [line(0, span('Next: ', 'bold'), { text, style: 'bold', whole: true }, span(`  ${why}`, 'dim'))]
  if (report.notReached.length > 0) return command('herdbook apply', 'plans from what is live now and finishes the rest')
  if (report.failed.length + report.remaining.length > 0) return command('herdbook plan', 'shows what is left; herdbook apply tries it again')
  if (report.skipped.some(({ why }) => why === 'not-approved')) return command('herdbook approve "why"', 'or merge the pull request that proposes them')
  if (report.skipped.length > 0) return command('herdbook plan', 'shows what is left')
  return differences(report.plan) === null ? [] : command('herdbook drift', 'shows what differs still, with the ways out for each')
}
