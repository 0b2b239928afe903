import type { Diagnostic } from '../instance/diagnostic.ts'
import { endedInWords, protocolInWords } from '../reconcile/protocols.ts'
import type { ApplyReport } from '../reconcile/report.ts'
import type { Step } from '../reconcile/plan/types.ts'
import { redactReport, SHOW_ALL, type Disclosure } from '../redaction/redact.ts'
import { checkLines } from './checks.ts'
import { lookedAt } from '../words/added-by-hand.ts'
import type { KindName } from '../words/describe-step.ts'
import { differencesInWords, letGo } from '../words/describe-plan.ts'
import { diagnosticLines } from './diagnostics.ts'
import { blank, layout, line, paragraph, span, type Line, type Screen } from '../words/layout.ts'
import { readable } from '../redaction/idn.ts'
import { beginnings, shortened, within, type OutputPart } from './fit-output.ts'
import { heading, packed, stepLine, stepLines, counted } from './steps.ts'
import { capital, count, listed, number } from '../words/text.ts'
import { inline } from '../redaction/neutralise.ts'

export interface ApplyOptions extends Screen {
  readonly kinds: readonly KindName[]
  readonly show?: Disclosure
  /** Its plan is right above: a long list of what was done is not repeated. */
  readonly planShown?: boolean
  /** Lists everything. */
  readonly verbose?: boolean
}

/** Renders an apply's result: the verdict, what was done, what was not, and what to type next. */
export function renderApply(full: ApplyReport, options: ApplyOptions): string {
  const { kinds, show = SHOW_ALL, verbose = false, planShown = false } = options
  const report = redactReport(full, show)
  const looked = lookedAt(report.looked, kinds)
  const parts: OutputPart[] = [
    [() => [paragraph(0, span(verdictOf(report, kinds), isWhole(report) ? ['green', 'bold'] : ['red', 'bold']))]],
    list(
      'Done',
      'green',
      planShown
        ? [...stepLines(report.done, kinds).slice(0, -1), () => counted(report.done, kinds)]
        : stepLines(report.done, kinds),
      report.done.length,
    ),
    list(
      'Work of an earlier run that stopped, finished now',
      'green',
      beginnings(report.paid.map(({ what }) => [line(2, inline(readable(capital(what))))])),
      report.paid.length,
    ),
    list(
      'Work of an earlier run that stopped, finished or taken back now',
      'green',
      beginnings(report.ended.map((one) => [line(2, inline(readable(endedInWords(one))))])),
      report.ended.length,
    ),
    list(
      'Still unfinished',
      'yellow',
      beginnings(report.unfinished.map((one) => [paragraph(2, inline(readable(protocolInWords(one))))])),
      report.unfinished.length,
    ),
    list(
      'Failed',
      'red',
      notDone(
        report.failed.map(({ step, reason }) => ({ step, why: whyFailed(reason) })),
        kinds,
      ),
      report.failed.length,
    ),
    list(
      'Skipped',
      'yellow',
      notDone(
        report.skipped.map(({ step, reason }) => ({
          step,
          why: [paragraph(6, span(inline(readable(reason)), 'dim'))],
        })),
        kinds,
      ),
      report.skipped.length,
    ),
    list(
      'Not reached',
      'yellow',
      [() => report.notReached.map((step) => stepLine(step, kinds)), () => packed(report.notReached, kinds)],
      report.notReached.length,
    ),
    list('Written, but different when read again', 'red', remainders(report.remaining), report.remaining.length),
    ...(planShown ? [] : [[() => checkLines(report.plan)]]),
    looked === null ? [] : [() => [paragraph(0, inline(looked))]],
    [() => report.findings.flatMap((finding) => diagnosticLines({ ...finding, message: readable(finding.message) }))],
  ]
  const { lines, isShortened } = shortened(parts, verbose)
  const last = [
    ...(isShortened
      ? [
          line(0, span('This list is shortened. For one object: ', 'dim'), {
            text: 'herdbook why KIND/ID',
            whole: true,
          }),
        ]
      : []),
    ...next(report),
  ]
  return layout([...lines, ...(last.length > 0 ? [blank, ...last] : [])], options)
}

const whyFailed = ({ message, hint }: Diagnostic): Line[] =>
  [readable(message), ...(hint === undefined ? [] : [`→ ${hint}`])].map((text) => paragraph(6, inline(text)))

interface NotDone {
  readonly step: Step
  readonly why: readonly Line[]
}

/** What was not done, each with its reason; if long, each reason once for all that have it. */
function notDone(all: readonly NotDone[], kinds: readonly KindName[]): OutputPart {
  const alike = (): Line[] =>
    [...Map.groupBy(all, ({ step, why }) => JSON.stringify(why).replaceAll(step.id, ''))].flatMap(([, group]) => [
      ...packed(
        group.map(({ step }) => step),
        kinds,
      ),
      ...(group[0]?.why ?? []),
    ])
  return [() => all.flatMap(({ step, why }) => [stepLine(step, kinds), ...why]), alike]
}

const isWhole = ({ failed, skipped, notReached, unfinished, remaining }: ApplyReport): boolean =>
  [failed, skipped, notReached, unfinished, remaining].every((group) => group.length === 0)

/** "7 changes done and verified on herd.example." */
function verdictOf(report: ApplyReport, kinds: readonly KindName[]): string {
  const { plan, done, failed, skipped, notReached, paid, ended, unfinished, remaining } = report
  const domain = inline(plan.domain)
  const known = plan.adjustments.length
  if (plan.steps.length === 0 && plan.owed.length > 0)
    return paid.length > 0
      ? `Herdbook finished the work that an earlier run left open on ${domain}.`
      : `Herdbook could not finish the work that an earlier run left open on ${domain}.`
  const gone = letGo(plan, kinds)
  if (plan.steps.length === 0 && gone !== null) return `Nothing to write to ${domain}. ${gone}`
  if (plan.steps.length === 0)
    return known === 0
      ? `Nothing ${ended.length + unfinished.length > 0 ? 'new ' : ''}to write to ${domain}.`
      : `Nothing to write to ${domain}. The ledger now records ${count(known, 'object', 'objects')} more.`
  if (isWhole(report)) return `${count(done.length, 'change', 'changes')} done and verified on ${domain}.`
  const parts = [
    `${number(done.length)} done`,
    ...(failed.length > 0 ? [`${number(failed.length)} failed`] : []),
    ...(skipped.length > 0 ? [`${number(skipped.length)} skipped`] : []),
    ...(notReached.length > 0 ? [`${number(notReached.length)} not reached`] : []),
    ...(remaining.length > 0 ? [`${number(remaining.length)} different when read again`] : []),
  ]
  return (
    `${capital(listed(parts))}, of ${count(plan.steps.length, 'change', 'changes')} on ` +
    `${domain}.${unfinished.length > 0 ? ` Still unfinished: ${number(unfinished.length)}.` : ''}`
  )
}

const list = (title: string, colour: 'green' | 'yellow' | 'red', part: OutputPart, total: number): OutputPart =>
  total === 0 ? [] : within([heading(title, number(total), [colour, 'bold'])], part)

type Remaining = ApplyReport['remaining'][number]

/** What differs from what was written, each with its reason; if long, each reason once with the names. */
function remainders(all: readonly Remaining[]): OutputPart {
  const one = ({ kind, id, fields, reason }: Remaining): Line[] => {
    const names = fields.length === 0 ? [] : [span('  '), span(inline(fields.join(', ')), 'cyan')]
    return [
      line(2, span('! ', 'red'), span(inline(readable(`${kind}/${id}`)), 'bold'), ...names),
      paragraph(6, inline(readable(reason))),
    ]
  }
  const alike = (): Line[] =>
    [...Map.groupBy(all, ({ reason }) => reason)].flatMap(([reason, group]) => [
      line(2, span('! ', 'red'), inline(readable(reason))),
      paragraph(6, span(group.map(({ kind, id }) => inline(readable(`${kind}/${id}`))).join('  '))),
    ])
  return [() => all.flatMap(one), alike]
}

function next(report: ApplyReport): Line[] {
  const command = (text: string, why: string): Line[] => [
    line(0, span('Next: ', 'bold'), { text, style: 'bold', whole: true }, span(`  ${why}`, 'dim')),
  ]
  if (report.notReached.length > 0) return command('herdbook apply', 'reads the server again and does the rest')
  if (report.failed.length + report.remaining.length > 0)
    return command('herdbook plan', 'shows what is left; herdbook apply tries again')
  if (report.skipped.some(({ why }) => why === 'not-approved'))
    return command('herdbook approve "why"', 'approves what was skipped; or merge a pull request that shows it')
  if (report.skipped.length + report.unfinished.length > 0) return command('herdbook plan', 'shows what is left')
  return differencesInWords(report.plan) === null
    ? []
    : command('herdbook drift', 'shows what still differs, and how to decide')
}
