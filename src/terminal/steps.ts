import { notesOf } from '../words/step-notes.ts'
import type { Step } from '../reconcile/plan/types.ts'
import {
  byDanger,
  capitalised,
  causeInWords,
  phraseOf,
  sentence,
  type KindName,
  type Sentence,
} from '../words/describe-step.ts'
import { deeds, impacts } from '../words/describe-plan.ts'
import { fieldDiffs, type FieldDiff } from '../words/field-changes.ts'
import { line, paragraph, span, type Line, type Span, type TextStyle } from '../words/layout.ts'
import { readable } from '../redaction/idn.ts'
import type { OutputPart } from './fit-output.ts'
import { clip } from '../words/text.ts'
import { inline } from '../redaction/neutralise.ts'

const SIGNS = { create: '+', update: '~', delete: '-' } as const
const SIGN_STYLES: { readonly [action in Step['action']]: TextStyle } = {
  create: 'green',
  update: 'yellow',
  delete: 'red',
}

/** The title of a section. */
export const heading = (title: string, rest: string, style: TextStyle = ['bold', 'underline']): Line =>
  line(0, span(title, style), span(`  ${rest}`, 'dim'))

/** Steps from all details down to the names of what can't be undone or weakens, the rest counted. */
export function stepForms(steps: readonly Step[], kinds: readonly KindName[]): OutputPart {
  const grave = (step: Step): boolean => step.hazard === 'irreversible' || step.weakens
  const serious = (step: Step): boolean => grave(step) || step.hazard === 'disruptive'
  const brief = (step: Step): Line[] => [stepLine(step, kinds), ...noteLines(step)]
  const only = (isNamed: (step: Step) => boolean, shown: (named: readonly Step[]) => Line[]): Line[] => {
    const named = shown(steps.filter(isNamed))
    return [
      ...named,
      ...counted(
        steps.filter((step) => !isNamed(step)),
        kinds,
        named.length > 0,
      ),
    ]
  }
  return [
    () => steps.flatMap((step) => [...brief(step), ...fieldLines(fieldDiffs(step), 6, step.action === 'update')]),
    () => steps.flatMap(brief),
    () => only(serious, (chosen) => chosen.flatMap(brief)),
    () => only(grave, (chosen) => chosen.flatMap(brief)),
    () => only(grave, (chosen) => packed(chosen, kinds)),
  ]
}

/** Steps with one line each, down to those that can't be undone or weaken. */
export function stepLines(steps: readonly Step[], kinds: readonly KindName[]): OutputPart {
  const [, , ...shorter] = stepForms(steps, kinds)
  return [() => steps.map((step) => stepLine(step, kinds)), ...shorter]
}

/** Counts the steps that are not named. */
export function counted(steps: readonly Step[], kinds: readonly KindName[], beside = false): Line[] {
  const words = deeds(steps, kinds)
  return steps.length === 0
    ? []
    : [paragraph(2, span(beside ? '… and ' : '… ', 'dim'), ...spans(beside ? words : capitalised(words), 'dim', 'dim'))]
}

/** Steps that do the same as one line and a paragraph of names. */
export function packed(steps: readonly Step[], kinds: readonly KindName[]): Line[] {
  const groups = Map.groupBy(steps.toSorted(byDanger), (step) =>
    [step.action, step.hazard, step.weakens, step.cause, step.connection === null, phraseOf(step, kinds).many].join(
      ' ',
    ),
  )
  return [...groups.values()].flatMap((group) => {
    const [first] = group
    if (first === undefined) return []
    if (group.length === 1) return [stepLine(first, kinds), ...noteLines(first)]
    const touched = impacts(group).map((text) => paragraph(6, span(`${text}.`)))
    return [
      signed(first, deeds(group, kinds)),
      ...touched,
      paragraph(6, span(group.map(({ id }) => inline(readable(id))).join('  '))),
    ]
  })
}

/** A step in one line: sign, words, hazard. */
export const stepLine = (step: Step, kinds: readonly KindName[]): Line => signed(step, sentence(step, kinds))

function signed(step: Step, words: Sentence): Line {
  return line(
    2,
    span(`${SIGNS[step.action]} `, SIGN_STYLES[step.action]),
    ...spans(capitalised(words), undefined, 'bold'),
    ...tags(step),
  )
}

function tags(step: Step): Span[] {
  const cause = causeInWords(step)
  return [
    ...(step.hazard === 'irreversible' ? [span("can't be undone", ['red', 'bold'])] : []),
    ...(step.hazard === 'disruptive' ? [span('disruptive', 'yellow')] : []),
    ...(step.weakens ? [span('weakens protection', 'yellow')] : []),
    ...(cause === null ? [] : [span(cause, 'magenta')]),
    ...(step.connection === null ? [span('no connection can write it', 'red')] : []),
  ].flatMap((tag) => [span('  '), tag])
}

const noteLines = (step: Step): Line[] =>
  notesOf(step, inline).map((note) => paragraph(6, span(note, step.hazard === 'irreversible' ? undefined : 'dim')))

const MAX_COLUMN = 24

function fieldLines(diffs: readonly FieldDiff[], indent: number, arrow: boolean): Line[] {
  const column = Math.min(MAX_COLUMN, Math.max(0, ...diffs.map(({ field }) => inline(field).length)))
  return diffs.flatMap((diff) => {
    const name = span(inline(diff.field).padEnd(column), 'cyan')
    if (diff.form === 'text')
      return [line(indent, name), ...diff.lines.map(({ sign, text }) => diffLine(indent + 2, sign, text))]
    return [{ ...line(indent, name, span('  '), ...values(diff.before, diff.after, arrow)), hang: indent + column + 2 }]
  })
}

const DIFF_STYLES = { '+': 'green', '-': 'red', ' ': 'dim' } as const
const diffLine = (indent: number, sign: '+' | '-' | ' ', text: string): Line =>
  line(indent, span(`${sign} ${inline(text)}`, DIFF_STYLES[sign]))

function values(before: string | null, after: string | null, arrow: boolean): Span[] {
  const side = (text: string | null, style: TextStyle): Span =>
    text === null ? span('none', 'dim') : span(inline(text), style)
  if (arrow) return [side(before, 'red'), span(' → ', 'dim'), side(after, 'green')]
  return [before === null ? side(after, 'green') : side(before, 'red')]
}

/** A sentence as spans: names are made safe and styled. */
export function spans(parts: Sentence, plain: TextStyle | undefined, named: TextStyle): Span[] {
  return parts.map((part) => (typeof part === 'string' ? span(part, plain) : span(clip(inline(part.name), 120), named)))
}
