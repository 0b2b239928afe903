import type { Diagnostic } from '../instance/diagnostic.ts'
import type { Show } from '../instance/documents.ts'
import { endedInWords } from '../reconcile/protocols.ts'
import type { ApplyReport, SkippedStep } from '../reconcile/report.ts'
import type { ObjectRef } from '../reconcile/values.ts'
import type { Step } from '../reconcile/plan/types.ts'
import { redactReport, disclosure } from '../redaction/redact.ts'
import { lookedAt } from '../words/added-by-hand.ts'
import { checkSection } from './checks.ts'
import { byDanger, capitalised, sentence, type KindName } from '../words/describe-step.ts'
import { deeds, differencesInWords, impacts, letGo } from '../words/describe-plan.ts'
import { bullets, enveloped, fit, framed, size, type Envelope, type CommentSection } from './fit-comment.ts'
import { firstApplies } from '../words/first-apply.ts'
import { stepForms, stepItem } from './steps.ts'
import { problems } from './findings.ts'
import { cutOff, differenceItem, unread, waitingItem } from './sections.ts'
import { alert, code, details, link, marked, prose } from './markdown.ts'
import { readable } from '../redaction/idn.ts'
import { capital, count, listed, number } from '../words/text.ts'

export interface AppliedOptions extends Envelope {
  readonly kinds: readonly KindName[]
  readonly visibility: 'public' | 'private'
  readonly show?: Show
  /** Seconds from the merge until it was verified. */
  readonly seconds?: number
  /** Objects with an approval for an earlier step: the server has changed since. */
  readonly moved?: ReadonlySet<ObjectRef>
  /** Objects of a merged pull request that someone changed on the server in the meantime. */
  readonly disputed?: ReadonlySet<ObjectRef>
  /** The page of the run. */
  readonly run?: string
}

/** Renders an apply's result for the merged pull request and the job's summary, with what is left to do. */
export function renderApplied(full: ApplyReport, options: AppliedOptions): string {
  const report = redactReport(full, disclosure(options.visibility, options.show))
  return enveloped(options, (room) => body(report, options, room))
}

function body(whole: ApplyReport, options: AppliedOptions, room: number): string {
  const { kinds } = options
  const [report, disputed] = divided(whole, options)
  const foot = footer(report, options)
  const head = headline(report, disputed.length, options)
  const gone = letGo(report.plan, kinds)
  const skipped = (why: SkippedStep['why']): SkippedStep[] =>
    report.skipped.filter((one) => one.why === why).toSorted((a, b) => byDanger(a.step, b.step))
  const sections: CommentSection[] = [
    [() => head],
    box(
      'CAUTION',
      'Failed',
      report.failed.map(
        ({ step, reason }) =>
          () =>
            failure(step, reason, kinds),
      ),
      RUN_AGAIN,
    ),
    box(
      'WARNING',
      'Written, but different when read again',
      report.remaining.map(
        (one) => () =>
          `- ${code(readable(`${one.kind}/${one.id}`))}` +
          `${one.fields.length === 0 ? '' : ` ${code(one.fields.join(', '))}`}: ${prose(readable(one.reason))}`,
      ),
      RUN_AGAIN,
    ),
    box(
      'WARNING',
      'Not applied: no approval covers these changes',
      skipped('not-approved').map(
        ({ step }) =>
          () =>
            `- ${stepItem(step, kinds)}${moved(step, options)}`,
      ),
      APPROVE,
    ),
    box('WARNING', 'Not applied: changed on the server in the meantime', disputed, DECIDE),
    checkSection(report.plan),
    unread(report.plan, kinds),
    box(
      'WARNING',
      'Not reached',
      report.notReached.map((step) => () => `- ${stepItem(step, kinds)}`),
      RUN_AGAIN,
    ),
    box(
      'WARNING',
      'Held back: a limit or a rule does not allow these changes now',
      skipped('refused').map(reasoned(kinds)),
      RUN_AGAIN,
    ),
    box('NOTE', 'Not applied yet', skipped('not-yet').map(reasoned(kinds)), ''),
    box('NOTE', 'Left out', [...skipped('blocked'), ...skipped('no-door')].map(reasoned(kinds)), ''),
    report.findings.length === 0 ? [] : framed(problems(report.findings), (list) => alert('WARNING', list)),
    box(
      'NOTE',
      'Work of an earlier run that stopped, finished now',
      report.paid.map(
        ({ what }) =>
          () =>
            `- ${prose(readable(capital(what)))}`,
      ),
      '',
    ),
    box(
      'NOTE',
      'Work of an earlier run that stopped, finished or taken back now',
      report.ended.map((one) => () => `- ${prose(readable(endedInWords(one)))}`),
      '',
    ),
    cutOff(report.unfinished, 'Still unfinished'),
    done(report, disputed.length, kinds),
    gone === null || head.includes(gone) ? [] : [() => `**${gone}**`],
    [() => differing(report), () => ''],
    [() => firstApplies(report.plan, kinds).map(prose).join(' '), () => ''],
    [() => looked(report, kinds), () => ''],
    [() => foot],
  ]
  return fit(sections, room) ?? lastResort(head, foot, room)
}

/** A report without the disputed objects, and the disputed objects as items. */
function divided(
  report: ApplyReport,
  { disputed = new Set(), kinds }: AppliedOptions,
): [ApplyReport, readonly (() => string)[]] {
  const isNamed = ({ kind, id }: Pick<Step, 'kind' | 'id'>): boolean => disputed.has(`${kind}/${id}`)
  const rest = <One extends Pick<Step, 'kind' | 'id'>>(list: readonly One[]): One[] =>
    list.filter((one) => !isNamed(one))
  const { conflicts, takeovers, waiting } = report.plan
  const items = [
    ...[...conflicts, ...takeovers].filter(isNamed).map((one) => () => differenceItem(one)),
    ...waiting.filter(isNamed).map((one) => () => waitingItem(one, kinds)),
  ]
  return [
    {
      ...report,
      plan: { ...report.plan, conflicts: rest(conflicts), takeovers: rest(takeovers), waiting: rest(waiting) },
    },
    items,
  ]
}

const lastResort = (head: string, foot: string, room: number): string =>
  size(head) + size(foot) + 2 <= room ? `${head}\n\n${foot}` : foot

const RUN_AGAIN = 'The next apply reads the server, plans again and tries these changes again.'
const DECIDE =
  'To choose a version for each, tick the boxes in the nightly issue, ' +
  'or use the buttons *adopt* and *restore* under Actions, Herdbook button.'
const APPROVE =
  'To approve them, do one of these: merge a pull request whose plan lists them as left over from earlier merges, ' +
  `use the button *approve* under Actions, Herdbook button, or type ${code('herdbook approve "why"')}.`

const notDone = ({ failed, skipped, notReached, remaining }: ApplyReport, disputed = 0): [number, string][] => [
  [failed.length, 'failed'],
  [disputed, 'changed on the server in the meantime'],
  [remaining.length, 'different when read again'],
  [skipped.filter(({ why }) => why === 'not-approved').length, 'not approved'],
  [skipped.filter(({ why }) => why === 'refused').length, 'held back'],
  [notReached.length, 'not reached'],
  [skipped.filter(({ why }) => why === 'not-yet').length, 'to apply on a later day'],
  [skipped.filter(({ why }) => why === 'blocked' || why === 'no-door').length, 'left out'],
]

/** "Applied: blocks spam.example. Verified on herd.example 3 s after the merge." */
function headline(report: ApplyReport, disputed: number, { kinds, seconds }: AppliedOptions): string {
  const { plan, done, paid } = report
  const domain = code(plan.domain)
  const open = notDone(report, disputed).filter(([n]) => n > 0)
  const after =
    seconds === undefined
      ? ''
      : ` ${seconds < 120 ? `${number(Math.round(seconds))} s` : `${number(Math.round(seconds / 60))} minutes`} ` +
        'after the merge'
  const deed = marked([...deeds(done, kinds), '.', ...impacts(done).map((text) => ` ${text}.`)])
  if (open.length > 0) {
    const parts = listed([
      ...(done.length > 0 ? [`${number(done.length)} done`] : []),
      ...open.map(([n, what]) => `${number(n)} ${what}`),
    ])
    return `### ${capital(parts)}, of ${count(plan.steps.length + disputed, 'change', 'changes')} on ${domain}`
  }
  if (done.length === 0 && plan.owed.length > 0)
    return paid.length > 0
      ? `**Applied**: Herdbook finished the work that an earlier run left open on ${domain}.`
      : `### Herdbook could not finish the work that an earlier run left open on ${domain}`
  if (done.length > 0) return `**Applied**: ${deed} Verified on ${domain}${after}.`
  if (plan.reads.some((read) => !read.complete))
    return `### Herdbook could not read all of ${domain}, so it applied nothing`
  const gone = letGo(plan, kinds)
  if (gone !== null) return `**Nothing to apply** to ${domain}. ${gone}`
  return differencesInWords(plan) === null && plan.waiting.length + report.unfinished.length === 0
    ? `**Nothing to apply**: ${domain} matches the files.`
    : `**Nothing to apply** to ${domain}.`
}

/** A list to look at, with what to do about it. */
function box(
  look: Parameters<typeof alert>[0],
  title: string,
  items: readonly (() => string)[],
  next: string,
): CommentSection {
  if (items.length === 0) return []
  return framed(bullets(items), (list) =>
    alert(look, [`**${title}:**`, list, ...(next === '' ? [] : ['', next])].join('\n')),
  )
}

function failure(step: Step, { message, hint }: Diagnostic, kinds: readonly KindName[]): string {
  const why = [prose(readable(message)), ...(hint === undefined ? [] : [`→ ${prose(hint)}`])]
  return `- ${marked(capitalised(sentence(step, kinds)))}<br>${why.join('<br>')}`
}

const reasoned =
  (kinds: readonly KindName[]) =>
  // The reason says what happened to the notice; the step's own words are outdated.
  ({ step: { notice: _planned, ...step }, reason }: SkippedStep) =>
  (): string =>
    `- ${stepItem(step, kinds)}<br>${prose(readable(reason))}`

const moved = ({ kind, id }: Step, options: AppliedOptions): string =>
  options.moved?.has(`${kind}/${id}`)
    ? '<br>It was approved, but the server has changed since. The approval does not cover the new change.'
    : ''

/** A single change is in the headline already. */
function done(report: ApplyReport, disputed: number, kinds: readonly KindName[]): CommentSection {
  const whole = notDone(report, disputed).every(([n]) => n === 0)
  if (report.done.length < (whole ? 2 : 1)) return []
  return framed(stepForms(report.done.toSorted(byDanger), kinds), (list) =>
    details(capital(`${count(report.done.length, 'change', 'changes')} done and verified`), list),
  )
}

function differing({ plan }: ApplyReport): string {
  const words = differencesInWords(plan)
  return words === null
    ? ''
    : `${capital(words)}. This apply changed none of these differences. ` +
        `To decide, run ${code('herdbook drift')} or open the nightly issue.`
}

const looked = (report: ApplyReport, kinds: readonly KindName[]): string => {
  const words = lookedAt(report.looked, kinds)
  return words === null ? '' : prose(words)
}

function footer({ plan }: ApplyReport, { run }: AppliedOptions): string {
  const facts = [
    `${code(plan.domain)} (${prose(plan.environment)})`,
    ...(plan.commit === null ? [] : [`commit ${code(plan.commit.slice(0, 12))}`]),
    ...(run === undefined ? [] : [link('this run', run)]),
  ]
  return `<sub>${facts.join(' · ')}</sub>`
}
