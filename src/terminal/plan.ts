import { whyUnread } from '../reconcile/findings.ts'
import { protocolInWords } from '../reconcile/protocols.ts'
import type { Plan } from '../reconcile/plan/types.ts'
import { redact, SHOW_ALL, type Disclosure } from '../redaction/redact.ts'
import { checkLines } from './checks.ts'
import { byHandLines } from './added-by-hand.ts'
import { counted } from '../words/added-by-hand.ts'
import { titleOf, wholeOf, type KindName } from '../words/describe-step.ts'
import { differencesInWords, connectionsOf, heldBack, verdict } from '../words/describe-plan.ts'
import type { SourceOf } from '../words/diagnostics.ts'
import { firstApplies } from '../words/first-apply.ts'
import { blank, layout, line, paragraph, span, type Line, type Screen } from '../words/layout.ts'
import { readable } from '../redaction/idn.ts'
import { notYet, unreadIn } from '../words/not-created.ts'
import { leftBehindInWords } from '../reconcile/plan/absence.ts'
import { filesOf, isQuiet, leftInWords, readCount } from '../words/group-steps.ts'
import { notCompared } from '../words/secrets.ts'
import { beginnings, shortened, within, type OutputPart } from './fit-output.ts'
import { findings } from './findings.ts'
import { differences } from './differences.ts'
import { heading, spans, stepForms } from './steps.ts'
import { count, listed } from '../words/text.ts'
import { inline } from '../redaction/neutralise.ts'

export interface TerminalOptions extends Screen {
  readonly kinds: readonly KindName[]
  readonly show?: Disclosure
  /** Lists everything: a long plan in full, and what is left alone. */
  readonly verbose?: boolean
  /** The verb that shows it applies it next: no command to type. */
  readonly applying?: boolean
  /** How many changes of the files are left out, because only changes by hand are asked for. */
  readonly pending?: number
  readonly sourceOf?: SourceOf
  /** The command that shows this again; by default `herdbook plan`. */
  readonly again?: string
  /** The command that applies it, by default `herdbook apply`; null for a proposal. */
  readonly apply?: string | null
  /** It was saved: apply does exactly this, without a question. */
  readonly saved?: boolean
}

/** Renders a plan for a terminal: the verdict first, the most dangerous change next, the next command last. */
export function renderPlan(full: Plan, options: TerminalOptions): string {
  const plan = redact(full, options.show ?? SHOW_ALL)
  const head = paragraph(0, ...spans(verdict(plan, options.kinds), 'bold', 'bold'))
  if (isQuiet(plan)) {
    if (plan.reads.length === 0)
      return layout(
        [
          line(0, 'Nothing is managed yet: the files name no blocks, people, rules, settings or terms.'),
          line(0, 'Next: ', { text: 'herdbook adopt', whole: true }, "  copies the server's state into the files"),
        ],
        options,
      )
    if (options.pending)
      return layout(
        [line(0, `Nothing was changed by hand on ${inline(plan.domain)}.`), blank, ...pending(options)],
        options,
      )
    return layout(
      [
        line(0, span('In sync', ['green', 'bold']), `: ${inline(plan.domain)} matches the files (${readCount(plan)}).`),
        ...uncompared(plan),
      ],
      options,
    )
  }
  const parts: OutputPart[] = [
    [() => [head]],
    findings(plan, 'error', options),
    unfinished(plan),
    ...filesOf(plan.steps, options.kinds).map(([file, steps]) =>
      within([heading(inline(file), count(steps.length, 'change', 'changes'))], stepForms(steps, options.kinds)),
    ),
    differences(plan.conflicts, 'Changed on both sides', 'the files and the server, since the last apply'),
    differences(plan.drift, 'Changed by hand', 'the server no longer has what Herdbook applied'),
    differences(plan.takeovers, 'Already on the server, and different', 'Herdbook does not manage these yet'),
    waiting(plan, options),
    [() => firstApplies(plan, options.kinds).map((text) => paragraph(0, span(text)))],
    [() => checkLines(plan)],
    [() => toCome(plan, options)],
    leftBehind(plan),
    [() => unread(plan, options)],
    [() => byHandLines(plan, options.kinds, BY_HAND, options.verbose === true)],
    [() => leftAlone(plan, options)],
    findings(plan, 'warning', options),
    [() => pending(options)],
  ]
  const { lines, isShortened } = shortened(parts, options.verbose ?? false)
  const last = [
    ...(isShortened ? [allOf(`${options.again ?? 'herdbook plan'} --verbose`)] : []),
    ...next(plan, options),
  ]
  return layout([...lines, ...(last.length > 0 ? [blank, ...last] : [])], options)
}

/** How to see everything. */
const allOf = (text: string): Line =>
  line(0, span('This list is shortened. To see all: ', 'dim'), { text, whole: true })

const pending = ({ pending: changes = 0 }: TerminalOptions): Line[] =>
  changes === 0
    ? []
    : [
        line(
          0,
          `${count(changes, 'change of the files is', 'changes of the files are')} not applied yet. ` +
            `To see ${changes === 1 ? 'it' : 'them'}: `,
          {
            text: 'herdbook plan',
            whole: true,
          },
        ),
      ]

const unfinished = ({ unfinished: all }: Plan): OutputPart =>
  all.length === 0
    ? []
    : within(
        [heading('Unfinished', 'an earlier run did not finish this work; the next apply does it first')],
        beginnings(
          all.map((one) => [paragraph(2, span('! ', 'magenta'), span(inline(readable(protocolInWords(one)))))]),
        ),
      )

function waiting(plan: Plan, { kinds }: TerminalOptions): OutputPart {
  if (plan.waiting.length === 0) return []
  const items = plan.waiting.map(({ kind, id, reason }) => [
    line(
      2,
      span('… ', 'blue'),
      `${titleOf(kind, kinds).one} `,
      span(inline(readable(id)), 'bold'),
      `: ${inline(readable(reason))}`,
    ),
  ])
  return within([heading('Waiting', 'Herdbook cannot apply these yet; everything else goes on')], beginnings(items))
}

/** The kinds that do not exist yet. */
function toCome(plan: Plan, { kinds }: TerminalOptions): Line[] {
  const text = notYet(plan, kinds)
  return text === null ? [] : [paragraph(0, span(text, 'dim'))]
}

/** What is no longer managed, and how a person removes it. */
const leftBehind = (plan: Plan): OutputPart =>
  plan.leftBehind.length === 0
    ? []
    : within(
        [heading('No longer managed', 'these stay where they are')],
        beginnings(leftBehindInWords(plan.leftBehind).map((text) => [paragraph(2, span(inline(text)))])),
      )

/** Kinds that were not read, those with the same reason together, and what to do. */
function unread(plan: Plan, { kinds }: TerminalOptions): Line[] {
  const missing = unreadIn(plan)
  if (missing.length === 0) return []
  const hints = new Map(plan.findings.filter(whyUnread(plan)).map(({ about, hint }) => [about, hint]))
  const items = [...Map.groupBy(missing, (read) => read.reason ?? 'no answer')].flatMap(([reason, reads]) => {
    const hint = reads.map(({ kind }) => hints.get(kind)).find((one) => one !== undefined)
    const names = listed(reads.map((read) => wholeOf(read.kind, kinds)))
    const named = reason.toLowerCase().startsWith(`${names.toLowerCase()} `) ? [] : [span(names, 'bold'), span(': ')]
    return [
      line(2, span('? ', 'red'), ...named, inline(reason)),
      ...(hint === undefined ? [] : [line(4, span('→ ', 'green'), span(inline(hint)))]),
    ]
  })
  return [heading('Not read', 'Herdbook changes none of these'), ...items]
}

const BY_HAND = heading('Added or changed by hand', 'in no file; these stay until you decide')

/** What this run did not compare: secrets that it lacks, and what the files leave alone. */
function uncompared(plan: Plan): Line[] {
  const words = notCompared(plan)
  const left = leftInWords(plan)
  return [words, left].flatMap((text) => (text === null ? [] : [paragraph(0, span(inline(text), 'dim'))]))
}

function leftAlone(plan: Plan, { kinds, verbose }: TerminalOptions): Line[] {
  const rest = plan.unmanaged.filter((one) => !one.addedByHand && !one.spared)
  const released = plan.released.map((kind) => wholeOf(kind, kinds))
  const listing =
    verbose === true ? rest.map(({ kind, id }) => line(2, span(inline(readable(`${kind}/${id}`)), 'dim'))) : []
  return [
    ...(rest.length > 0
      ? [paragraph(0, span(`On the server, in no file, and left alone: ${counted(rest, kinds)}.`, 'dim')), ...listing]
      : []),
    ...(released.length > 0 ? [paragraph(0, span(`Not managed here: ${listed(released)}.`, 'dim'))] : []),
    ...uncompared(plan),
  ]
}

function next(
  plan: Plan,
  { applying = false, again = 'herdbook plan', apply = 'herdbook apply', saved = false }: TerminalOptions,
): Line[] {
  const connections = connectionsOf(plan.steps)
  const later = heldBack(plan.steps)
  const facts = [
    ...(connections.length > 0 ? [`This takes ${listed(connections)}.`] : []),
    ...(later === null ? [] : [later]),
  ]
  const cost = facts.length > 0 ? [paragraph(0, span(facts.join(' '), 'dim'))] : []
  const refused = plan.findings.some((one) => one.severity === 'error')
  const command = (text: string, why: string): Line =>
    line(0, span('Next: ', 'bold'), { text, style: 'bold', whole: true }, span(`  ${why}`, 'dim'))
  const how =
    apply === null
      ? line(0, span('Next: ', 'bold'), 'merge these commits, then apply them.')
      : command(
          apply,
          saved ? 'applies exactly this plan or nothing, without asking' : 'shows this again and asks before it writes',
        )
  if (refused) return [...cost, command(again, 'plans again, when you have fixed the errors')]
  if (plan.unfinished.length + plan.steps.length + plan.owed.length > 0) return [...cost, ...(applying ? [] : [how])]
  if (plan.letGo.length > 0 && !applying)
    return [
      ...cost,
      apply === null ? how : command(apply, 'removes these from the ledger, and changes nothing on the server'),
    ]
  if (differencesInWords({ ...plan, findings: [] }) !== null)
    return [line(0, span('Next: ', 'bold'), 'choose one of the commands under each difference.')]
  return []
}
