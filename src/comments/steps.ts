import { notesOf } from '../words/step-notes.ts'
import type { Step } from '../reconcile/plan/types.ts'
import { capitalised, causeInWords, sentence, type KindName } from '../words/describe-step.ts'
import { heldBack } from '../words/describe-plan.ts'
import { fieldDiffs, type FieldDiff } from '../words/field-changes.ts'
import { framed, type CommentSection } from './fit-comment.ts'
import { details, fence, marked, prose } from './markdown.ts'
import { readable } from '../redaction/idn.ts'
import { count, listed } from '../words/text.ts'
import { inline } from '../redaction/neutralise.ts'

/** Longer diffs than this are folded away. */
const OPEN_LINES = 30

/** Changes that belong together, such as those of one file. */
export interface StepGroup {
  readonly title: string
  readonly intro?: string
  readonly steps: readonly Step[]
  readonly kinds: readonly KindName[]
  /** Where to see the details that have no room, in Markdown. */
  readonly elsewhere: string
}

/** Renders changes, from all details down to the names of what can't be undone. */
export function fileSection({ title, intro, steps, kinds, elsewhere }: StepGroup): CommentSection {
  const head = [
    `#### ${title} · ${count(steps.length, 'change', 'changes')}`,
    ...(intro === undefined ? [] : [intro]),
  ].join('\n\n')
  return [
    () => [head, stepList(steps, kinds), diff(steps, kinds)].filter((part) => part !== '').join('\n\n'),
    ...framed(stepForms(steps, kinds), (list) => [head, list, `Field by field: ${elsewhere}.`].join('\n\n')),
  ]
}

/** Renders steps as a list, from all of them down to the names of what can't be undone. */
export function stepForms(steps: readonly Step[], kinds: readonly KindName[]): CommentSection {
  const grave = steps.filter((step) => step.hazard === 'irreversible')
  const serious = steps.filter((step) => step.hazard !== 'reversible' || step.weakens)
  return [
    () => stepList(steps, kinds),
    () => some(serious, steps, kinds).join('\n\n'),
    () => some(grave, steps, kinds).join('\n\n'),
    () => [...named(grave), rest(steps, grave)].filter((part) => part !== '').join('\n\n'),
  ]
}

const some = (chosen: readonly Step[], all: readonly Step[], kinds: readonly KindName[]): string[] => [
  ...(chosen.length > 0 ? [stepList(chosen, kinds)] : []),
  ...(rest(all, chosen) === '' ? [] : [rest(all, chosen)]),
]

/** Counts the steps that are not named. */
function rest(all: readonly Step[], chosen: readonly Step[]): string {
  const listedAlready = new Set(chosen)
  const groups = Map.groupBy(
    all.filter((step) => !listedAlready.has(step)),
    ({ action }) => action,
  )
  const parts = [...groups].map(([action, members]) => count(members.length, action, `${action}s`))
  return parts.length === 0 ? '' : `Not listed here: ${listed(parts)}.`
}

function named(grave: readonly Step[]): string[] {
  if (grave.length === 0) return []
  const names = grave.map(({ id }) => inline(readable(id)))
  const later = heldBack(grave)
  return [
    details(`${count(grave.length, 'change', 'changes')} that can't be undone`, fence(names, '')),
    ...(later === null ? [] : [prose(later)]),
  ]
}

const SIGNS = { create: '`+`', update: '`~`', delete: '`-`' } as const

const stepList = (steps: readonly Step[], kinds: readonly KindName[]): string =>
  steps.map((step) => `- ${stepItem(step, kinds)}`).join('\n')

/** A step: what it does and how dangerous it is; below it, its impact and what else to know. */
export const stepItem = (step: Step, kinds: readonly KindName[]): string =>
  [
    [SIGNS[step.action], marked(capitalised(sentence(step, kinds))), ...tags(step)].join(' '),
    ...notesOf(step, prose),
  ].join('<br>')

function tags(step: Step): string[] {
  const cause = causeInWords(step)
  const facts = [
    ...(step.hazard === 'irreversible' ? ["**can't be undone**"] : step.hazard === 'disruptive' ? ['disruptive'] : []),
    ...(step.weakens ? ['weakens protection'] : []),
    ...(cause === null ? [] : [cause]),
    ...(step.connection === null ? ['no connection can write it: skipped'] : []),
  ]
  return facts.map((fact) => `· ${fact}`)
}

function diff(steps: readonly Step[], kinds: readonly KindName[]): string {
  const lines = steps.flatMap((step) =>
    (steps.length > 1 ? [titleLine(step, kinds)] : []).concat(fieldDiffs(step).flatMap(fieldLines)),
  )
  if (lines.length === 0) return ''
  const block = fence(lines, 'diff')
  return lines.length <= OPEN_LINES ? block : details('Field by field', block)
}

function titleLine(step: Step, kinds: readonly KindName[]): string {
  const title = sentence(step, kinds).map((part) => (typeof part === 'string' ? part : inline(part.name)))
  return `@@ ${title.join('')} @@`
}

function fieldLines(diff: FieldDiff): string[] {
  const name = inline(diff.field)
  if (diff.form === 'text') return [`  ${name}:`, ...diff.lines.map(({ sign, text }) => `${sign}   ${inline(text)}`)]
  return [
    ...(diff.before === null ? [] : [`- ${name}: ${inline(diff.before)}`]),
    ...(diff.after === null ? [] : [`+ ${name}: ${inline(diff.after)}`]),
  ]
}
