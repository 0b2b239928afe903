import { structuredPatch } from 'diff'
import type { Fields, Value } from '../instance/values.ts'
import type { Difference, Step } from '../reconcile/plan/types.ts'
import { secretInWords } from '../reconcile/plan/secret-fields.ts'
import { wordOf } from './describe-step.ts'
import { own } from '../instance/get-own.ts'

export interface DiffLine {
  readonly sign: '+' | '-' | ' '
  readonly text: string
}

/** One field of a step: a short value, or the changed lines of a long one. */
export type FieldDiff =
  | { readonly field: string; readonly form: 'value'; readonly before: string | null; readonly after: string | null }
  | { readonly field: string; readonly form: 'text'; readonly lines: readonly DiffLine[] }

/** A value that is longer, or has several lines, is shown as a diff of lines. */
const MAX_VALUE = 72
const CONTEXT = 2
/** Texts that differ more are not compared line by line: the cost grows with the square. */
const MAX_EDITS = 500
const MAX_LINES = 60
const MAX_LENGTH = 2000

/** The fields of a step, before → after, flattened to what a person reads. */
export function fieldDiffs(step: Step): FieldDiff[] {
  const changes =
    step.action === 'delete' && step.changes.length === 0
      ? Object.entries(step.seen).map(([field, before]) => ({ field, before, after: null }))
      : step.changes
  const all = changes.flatMap(({ field, before, after }) => compare(step.kind, field, before, after))
  const meaningful = all.filter((diff) => step.action === 'update' || !isDefault(diff))
  return meaningful.length > 0 ? meaningful : all
}

/** The sides of a field that differs. */
export interface FieldSides {
  readonly field: string
  readonly file: string | null
  readonly live: string | null
  readonly ledger: string | null
}

/** A difference in words if one side lacks the object; else null. */
export function absence({ live, desired, state }: Difference): string | null {
  if (state === 'absent') return 'It is on the server. The files say that it must not be there.'
  if (live === null) return 'It is in the files, and no longer on the server.'
  return desired === null ? 'It is on the server, and no longer in the files.' : null
}

export function sidesOf(difference: Difference): FieldSides[] {
  const word = (side: Fields | null, field: string): string | null =>
    side === null ? null : wordOf(difference.kind, field, own(side, field) ?? null)
  return difference.fields.map((field) => ({
    field,
    file: word(difference.desired, field),
    live: word(difference.live, field),
    ledger: word(difference.ledger, field),
  }))
}

const isDefault = (diff: FieldDiff): boolean =>
  diff.form === 'value' && [diff.before, diff.after].every((value) => value === null || value === 'false')

const isMap = (value: Value): value is { readonly [key: string]: Value } =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && secretInWords(value) === undefined

function compare(kind: string, field: string, before: Value, after: Value): FieldDiff[] {
  if ((isMap(before) || before === null) && (isMap(after) || after === null) && before !== after) {
    const keys = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])].sort()
    return keys
      .flatMap((key) => compare(kind, `${field}.${key}`, own(before, key) ?? null, own(after, key) ?? null))
      .filter((diff) => !isSame(diff))
  }
  const [old, new_] = [shown(kind, field, before), shown(kind, field, after)]
  const long = [old, new_].some((text) => text !== null && (text.length > MAX_VALUE || text.includes('\n')))
  return [
    long
      ? { field, form: 'text', lines: diffLines(old ?? '', new_ ?? '') }
      : { field, form: 'value', before: old, after: new_ },
  ]
}

const isSame = (diff: FieldDiff): boolean =>
  diff.form === 'value' ? diff.before === diff.after : diff.lines.length === 0

/** A value as text; a list has one line an item. Empty is none. */
function shown(kind: string, field: string, value: Value): string | null {
  if (value === null || value === '') return null
  return Array.isArray(value) ? value.map((item) => wordOf(kind, field, item)).join('\n') : wordOf(kind, field, value)
}

function diffLines(before: string, after: string): DiffLine[] {
  const patch = structuredPatch('', '', ended(before), ended(after), '', '', {
    context: CONTEXT,
    maxEditLength: MAX_EDITS,
  })
  const lines = patch
    ? patch.hunks.flatMap((hunk, i) => [...(i > 0 ? [SKIPPED] : []), ...hunk.lines.flatMap(diffLine)])
    : replaced(before, after)
  return lines.length <= MAX_LINES
    ? lines
    : [...lines.slice(0, MAX_LINES), { sign: ' ', text: `… ${lines.length - MAX_LINES} more lines` }]
}

const SKIPPED: DiffLine = { sign: ' ', text: '…' }
const ended = (text: string): string => (text === '' || text.endsWith('\n') ? text : `${text}\n`)

function diffLine(line: string): DiffLine[] {
  const sign = line.charAt(0)
  return sign === '+' || sign === '-' || sign === ' ' ? [{ sign, text: shortened(line.slice(1)) }] : []
}

const shortened = (text: string): string =>
  text.length <= MAX_LENGTH ? text : `${text.slice(0, MAX_LENGTH)}… ${text.length - MAX_LENGTH} more characters`

function replaced(before: string, after: string): DiffLine[] {
  const size = (text: string): string => `… ${text.split('\n').length} lines, too different to compare line by line`
  return [
    { sign: '-', text: size(before) },
    { sign: '+', text: size(after) },
  ]
}
