import { structuredPatch, type StructuredPatchHunk } from 'diff'
import { HerdbookError } from '../instance/diagnostic.ts'
import { edit } from '../instance/edit/edit.ts'
import { consentOf, unconsented } from '../reconcile/plan/consent.ts'
import type { Plan, Step } from '../reconcile/plan/types.ts'
import { effect } from '../words/describe-step.ts'
import type { SourceOf } from '../words/diagnostics.ts'
import { code, fence } from './markdown.ts'
import { readable } from '../redaction/idn.ts'
import { inline } from '../redaction/neutralise.ts'

/** A review comment that offers new lines for a place in a file. */
export interface FileSuggestion {
  readonly file: string
  /** The first line that it replaces, where it replaces more than one; lines count from 1. */
  readonly startLine?: number
  readonly line: number
  readonly body: string
}

/** More in one review would be noise; the plan's comment has them all. */
const MAX_SUGGESTIONS = 20

/**
 * The consent that the plan lacks, as suggestions that one click accepts.
 * Line numbers are those of the text from `textOf`; GitHub accepts only lines that the pull request changes.
 */
export function suggestionsFor(plan: Plan, textOf: SourceOf): FileSuggestion[] {
  return patches(lackingIn(plan).slice(0, MAX_SUGGESTIONS), textOf, 0)
    .flatMap(({ file, text, steps, hunks }) => {
      const old = text.split('\n')
      return hunks.flatMap((hunk, i) =>
        suggestion(file, old, hunk, hunks.length === steps.length ? steps[i] : undefined),
      )
    })
    .slice(0, MAX_SUGGESTIONS)
}

function suggestion(
  file: string,
  old: readonly string[],
  hunk: StructuredPatchHunk,
  step: Step | undefined,
): FileSuggestion[] {
  // GitHub comments on existing lines only: for added lines that is the line above.
  const above = hunk.oldLines === 0 ? 1 : 0
  const start = hunk.oldStart - above
  const end = start + Math.max(hunk.oldLines, 1) - 1
  const lines = [
    ...old.slice(start - 1, start - 1 + above),
    ...hunk.lines.filter((line) => line.startsWith('+')).map((line) => line.slice(1)),
  ]
  if (start < 1 || !lines.every(isPlain)) return []
  const why = step === undefined ? '' : `${code(readable(step.id))}: ${effect(step) ?? ''}. `
  const body =
    `${why}You can't undo this. If you want it, accept this suggestion. ` +
    `If not, take the change out of the file.\n\n${fence(lines, 'suggestion')}\n`
  return [{ file, ...(start === end ? {} : { startLine: start }), line: end, body }]
}

/** The cost grows with the square of their number. */
const MOST_PATCHED = 400

/** The same as a diff of each file with two lines of context; empty if there are too many to show. */
export function consentPatches(
  plan: Plan,
  textOf: SourceOf,
): { readonly file: string; readonly lines: readonly string[] }[] {
  const lacking = lackingIn(plan)
  if (lacking.length > MOST_PATCHED) return []
  return patches(lacking, textOf, 2).map(({ file, hunks }) => ({
    file: inline(file),
    lines: hunks.flatMap((hunk, i) => [
      ...(i === 0 ? [] : ['  …']),
      ...hunk.lines.filter((line) => !line.startsWith('\\')).map(inline),
    ]),
  }))
}

/** The steps that lack consent, in the order of their files. */
function lackingIn(plan: Plan): readonly Step[] {
  const place = (step: Step): number => Number(step.source?.path.at(-1))
  return unconsented(plan)
    .filter((step) => step.source !== undefined)
    .toSorted((a, b) => place(a) - place(b))
}

function patches(lacking: readonly Step[], textOf: SourceOf, context: number) {
  return [...Map.groupBy(lacking, (step) => step.source?.file ?? '')].flatMap(([file, steps]) => {
    const text = textOf(file)
    const patched = text === undefined ? undefined : consented(file, text, steps)
    if (text === undefined || patched === undefined) return []
    return [{ file, text, steps, hunks: structuredPatch('', '', text, patched, '', '', { context }).hunks }]
  })
}

/** The file with the consents in it; undefined where it can't be edited safely. */
function consented(file: string, text: string, steps: readonly Step[]): string | undefined {
  const edits = steps.flatMap((step) =>
    step.source === undefined
      ? []
      : [{ op: 'set' as const, path: [...step.source.path, 'accept_severed_relationships'], value: consentOf(step) }],
  )
  try {
    return edit(file, text, edits)
  } catch (error) {
    if (error instanceof HerdbookError) return undefined
    throw error
  }
}

/** A suggestion must arrive in the file exactly as it was sent. */
const isPlain = (line: string): boolean => inline(line) === line
