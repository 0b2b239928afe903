import { typed } from '../instance/typed.ts'
import { whyUnread } from '../reconcile/findings.ts'
import type { Plan, Standoff, Step } from '../reconcile/types.ts'
import { conceal, EVERYTHING, type Disclosure } from './conceal.ts'
import { byHandLines, counted } from './by-hand.ts'
import { CAUSES, capitalised, differences, doorsOf, effect, heldBack, sentence, titleOf, toldFirst, verdict, type KindName, type Sentence } from './describe.ts'
import { diagnosticLines, sorted, totals, type SourceOf } from './diagnostics.ts'
import { absence, fieldDiffs, sidesOf, type FieldDiff, type Sides } from './fields.ts'
import { blank, layout, line, paragraph, span, type Line, type Screen, type Span, type Style } from './layout.ts'
import { readable } from './names.ts'
import { filesOf, isQuiet, readCount } from './order.ts'
import { capital, clip, count, inline, listed, number } from './text.ts'

export interface TerminalOptions extends Screen {
  readonly kinds: readonly KindName[]
  readonly show?: Disclosure
  /** Lists what is left alone, too. */
  readonly verbose?: boolean
  /** It is about to be applied: nobody needs to type that. */
  readonly applying?: boolean
  /** How many changes of the files were taken out of the plan, because what was changed by hand is asked for. */
  readonly pending?: number
  readonly sourceOf?: SourceOf
}

/** A plan for a terminal: the verdict first, the most dangerous change next, what to type last. */
export function renderPlan(full: Plan, options: TerminalOptions): string {
  const plan = conceal(full, options.show ?? EVERYTHING)
  const head = paragraph(0, ...spans(verdict(plan, options.kinds), 'bold', 'bold'))
  if (isQuiet(plan)) {
    if (plan.reads.length === 0) return layout([line(0, 'Nothing is managed yet: the files name no blocks, people, rules, settings or terms.'), line(0, 'Next: ', { text: 'herdbook adopt', whole: true }, '  writes what is live into them')], options)
    if (options.pending) return layout([line(0, `Nothing was changed by hand on ${inline(plan.domain)}.`), blank, ...pending(options)], options)
    return layout([line(0, span('In sync', ['green', 'bold']), `: ${inline(plan.domain)} is as the files say (${readCount(plan)}).`)], options)
  }
  const sections = [
    [head],
    findings(plan, 'error', options),
    ...filesOf(plan.steps, options.kinds).map(([file, steps]) => fileSection(file, steps, options)),
    standoffs(plan.conflicts, 'Changed on both sides', 'the file and the live server, since the last apply'),
    standoffs(plan.drift, 'Changed by hand', 'live is no longer what was applied'),
    standoffs(plan.takeovers, 'New to Herdbook', 'live already has it and differs from the file'),
    waiting(plan, options),
    unread(plan, options),
    byHandLines(plan, options.kinds, BY_HAND, options.verbose === true),
    leftAlone(plan, options),
    findings(plan, 'warning', options),
    pending(options),
    next(plan, options),
  ]
  return layout(
    sections.filter((section) => section.length > 0).flatMap((section, i) => (i === 0 ? section : [blank, ...section])),
    options,
  )
}

const pending = ({ pending: changes = 0 }: TerminalOptions): Line[] =>
  changes === 0 ? [] : [line(0, `${count(changes, 'change of the files is', 'changes of the files are')} not live yet: `, { text: 'herdbook plan', whole: true })]

const SIGNS = { create: '+', update: '~', delete: '-' } as const
const SIGN_STYLES: { readonly [action in Step['action']]: Style } = { create: 'green', update: 'yellow', delete: 'red' }

/** The title of a section. */
export const heading = (title: string, rest: string, style: Style = ['bold', 'underline']): Line => line(0, span(title, style), span(`  ${rest}`, 'dim'))

function fileSection(file: string, steps: readonly Step[], { kinds }: TerminalOptions): Line[] {
  return [heading(inline(file), count(steps.length, 'change', 'changes')), ...steps.flatMap((step) => stepLines(step, kinds))]
}

/** A step in one line: sign, words, hazard. */
export function stepLine(step: Step, kinds: readonly KindName[]): Line {
  const words = spans(capitalised(sentence(step, kinds)), undefined, 'bold')
  return line(2, span(`${SIGNS[step.action]} `, SIGN_STYLES[step.action]), ...words, ...tags(step))
}

function tags(step: Step): Span[] {
  return [
    ...(step.hazard === 'irreversible' ? [span("can't be undone", ['red', 'bold'])] : []),
    ...(step.hazard === 'disruptive' ? [span('disruptive', 'yellow')] : []),
    ...(step.weakens ? [span('weakens protection', 'yellow')] : []),
    ...(step.cause === 'change' ? [] : [span(CAUSES[step.cause], 'magenta')]),
    ...(step.door === null ? [span('no door can write it', 'red')] : []),
  ].flatMap((tag) => [span('  '), tag])
}

function stepLines(step: Step, kinds: readonly KindName[]): Line[] {
  return [stepLine(step, kinds), ...notesOf(step).map((note) => paragraph(6, span(note, step.hazard === 'irreversible' ? undefined : 'dim'))), ...fieldLines(fieldDiffs(step), 6, step.action === 'update')]
}

/** What else a person should know of a step. */
function notesOf(step: Step): string[] {
  const [touched, told] = [effect(step), toldFirst(step)]
  const accepted = step.consent === undefined || step.hazard !== 'irreversible' ? '' : `; the file accepts ${number(step.consent)}`
  return [
    ...(touched === null ? [] : [`${capital(touched)}${accepted}.`]),
    ...(step.createdAt === undefined ? [] : [`The account is from ${inline(step.createdAt.slice(0, 10))}.`]),
    ...(step.note === undefined ? [] : [inline(step.note)]),
    ...(told === null ? [] : [told]),
  ]
}

const MAX_COLUMN = 24

function fieldLines(diffs: readonly FieldDiff[], indent: number, arrow: boolean): Line[] {
  const column = Math.min(MAX_COLUMN, Math.max(0, ...diffs.map(({ field }) => inline(field).length)))
  return diffs.flatMap((diff) => {
    const name = span(inline(diff.field).padEnd(column), 'cyan')
    if (diff.form === 'text') return [line(indent, name), ...diff.lines.map(({ sign, text }) => diffLine(indent + 2, sign, text))]
    return [{ ...line(indent, name, span('  '), ...values(diff.before, diff.after, arrow)), hang: indent + column + 2 }]
  })
}

const DIFF_STYLES = { '+': 'green', '-': 'red', ' ': 'dim' } as const
const diffLine = (indent: number, sign: '+' | '-' | ' ', text: string): Line => line(indent, span(`${sign} ${inline(text)}`, DIFF_STYLES[sign]))

function values(before: string | null, after: string | null, arrow: boolean): Span[] {
  const side = (text: string | null, style: Style): Span => (text === null ? span('none', 'dim') : span(inline(text), style))
  if (arrow) return [side(before, 'red'), span(' → ', 'dim'), side(after, 'green')]
  return [before === null ? side(after, 'green') : side(before, 'red')]
}

function standoffs(list: readonly Standoff[], title: string, meaning: string): Line[] {
  return list.length === 0 ? [] : [heading(title, meaning), ...list.flatMap(standoffLines)]
}

/** Values of a difference are cut to this: the way out does not depend on them. */
const SIDE = 200
/** Sides that are no longer than this together stand on one line. */
const TOGETHER = 48

function standoffLines(standoff: Standoff): Line[] {
  const ref = inline(`${standoff.kind}/${standoff.id}`)
  const name = inline(typed(`${standoff.kind}/${standoff.id}`))
  const gone = absence(standoff)
  return [
    line(2, span('! ', 'magenta'), span(readable(ref), 'bold')),
    ...(gone === null ? sidesOf(standoff).flatMap((sides) => sideLines(sides, standoff.cause)) : [line(6, gone)]),
    line(6, { text: `herdbook adopt ${name}`, whole: true }, span('    live wins', 'dim')),
    line(6, { text: `herdbook restore ${name}`, whole: true }, span('  the files win', 'dim')),
  ]
}

function sideLines(sides: Sides, cause: Standoff['cause']): Line[] {
  const shown = (text: string | null): string => (text === null || text === '' ? 'none' : clip(inline(text), SIDE))
  const all: [string, string, Style][] = [
    ['file', shown(sides.file), 'green'],
    ['live', shown(sides.live), 'red'],
    ...(cause === 'conflict' ? ([['last applied', shown(sides.ledger), 'dim']] satisfies [string, string, Style][]) : []),
  ]
  const name = span(`${inline(sides.field)}  `, 'cyan')
  if (all.reduce((sum, [, text]) => sum + text.length, 0) <= TOGETHER) {
    return [line(6, name, ...all.flatMap(([label, text, style], i) => [span(`${i === 0 ? '' : ', '}${label} `, 'dim'), span(text, style)]))]
  }
  const column = Math.max(...all.map(([label]) => label.length)) + 2
  return [line(6, name), ...all.map(([label, text, style]) => ({ ...line(8, span(label.padEnd(column), 'dim'), span(text, style)), hang: 8 + column }))]
}

function waiting(plan: Plan, { kinds }: TerminalOptions): Line[] {
  if (plan.waiting.length === 0) return []
  const items = plan.waiting.map(({ kind, id, reason }) =>
    line(2, span('… ', 'blue'), `${titleOf(kind, kinds).one} `, span(inline(readable(id)), 'bold'), `: ${inline(readable(reason))}`),
  )
  return [heading('Waiting', 'holds nothing else back'), ...items]
}

/** Kinds that were not read, those with the same reason together, and what to do about it. */
function unread(plan: Plan, { kinds }: TerminalOptions): Line[] {
  const missing = plan.reads.filter((read) => !read.complete)
  if (missing.length === 0) return []
  const hints = new Map(plan.findings.filter(whyUnread(plan)).map(({ about, hint }) => [about, hint]))
  const items = [...Map.groupBy(missing, (read) => read.reason ?? 'no answer')].flatMap(([reason, reads]) => {
    const hint = reads.map(({ kind }) => hints.get(kind)).find((one) => one !== undefined)
    const names = listed(reads.map((read) => titleOf(read.kind, kinds).many))
    const named = reason.toLowerCase().startsWith(`${names.toLowerCase()} `) ? [] : [span(names, 'bold'), span(': ')]
    return [
      line(2, span('? ', 'red'), ...named, inline(reason)),
      ...(hint === undefined ? [] : [line(4, span('→ ', 'green'), span(inline(hint)))]),
    ]
  })
  return [heading('Not read', 'nothing of these kinds is changed'), ...items]
}

const BY_HAND = heading('Added or changed by hand', 'in no file; it stays until you decide')

function leftAlone(plan: Plan, { kinds, verbose }: TerminalOptions): Line[] {
  const rest = plan.unmanaged.filter((one) => !one.addedByHand)
  const released = plan.released.map((kind) => titleOf(kind, kinds).many)
  const listing = verbose === true ? rest.map(({ kind, id }) => line(2, span(inline(readable(`${kind}/${id}`)), 'dim'))) : []
  return [
    ...(rest.length > 0 ? [paragraph(0, span(`Live and not in the files: ${counted(rest, kinds)}. Left alone.`, 'dim')), ...listing] : []),
    ...(released.length > 0 ? [paragraph(0, span(`Not managed here: ${listed(released)}.`, 'dim'))] : []),
  ]
}

function findings(plan: Plan, severity: 'error' | 'warning', { sourceOf }: TerminalOptions): Line[] {
  const isUnread = whyUnread(plan)
  const list = sorted(plan.findings.filter((one) => (one.severity === 'error') === (severity === 'error') && !isUnread(one)))
  if (list.length === 0) return []
  const title = severity === 'error' ? heading('Refused', totals(list)) : heading('To know', totals(list))
  return [title, ...list.flatMap((one) => diagnosticLines(one, sourceOf).map((each) => ({ ...each, indent: each.indent + 2, hang: each.hang + 2 })))]
}

function next(plan: Plan, { applying = false }: TerminalOptions): Line[] {
  const doors = doorsOf(plan.steps)
  const later = heldBack(plan.steps)
  const facts = [...(doors.length > 0 ? [`Takes ${listed(doors)}.`] : []), ...(later === null ? [] : [later])]
  const cost = facts.length > 0 ? [paragraph(0, span(facts.join(' '), 'dim'))] : []
  const refused = plan.findings.some((one) => one.severity === 'error')
  const command = (text: string, why: string): Line => line(0, span('Next: ', 'bold'), { text, style: 'bold', whole: true }, span(`  ${why}`, 'dim'))
  if (refused) return [...cost, command('herdbook plan', 'again, once that is settled')]
  if (plan.steps.length + plan.owed.length > 0) return [...cost, ...(applying ? [] : [command('herdbook apply', 'shows this again and asks before it writes')])]
  if (plan.letGo.length > 0 && !applying) return [...cost, command('herdbook apply', 'takes that out of the ledger, and changes nothing on the server')]
  if (differences(plan) !== null) return [line(0, span('Next: ', 'bold'), 'one of the commands under each difference.')]
  return []
}

/** A sentence as spans: names are made safe and set apart. */
export function spans(parts: Sentence, plain: Style | undefined, named: Style): Span[] {
  return parts.map((part) => (typeof part === 'string' ? span(part, plain) : span(clip(inline(part.name), 120), named)))
}
