import type { Diagnostic, Severity } from '../instance/diagnostic.ts'
import { codeFrame } from './frame.ts'
import { blank, layout, line, paragraph, span, type Line, type Screen, type Style } from './layout.ts'
import { readable } from './names.ts'
import { clip, count, inline, listed } from './text.ts'

/** The text of a file of the instance, for code frames; undefined where it can't be had. */
export type SourceOf = (file: string) => string | undefined

const STYLES: { readonly [severity in Severity]: Style } = {
  error: ['red', 'bold'],
  warning: ['yellow', 'bold'],
  info: ['blue', 'bold'],
}

/** By file and place; what has no place comes last, in the order given. */
export function sorted(list: readonly Diagnostic[]): Diagnostic[] {
  return list.toSorted((a, b) => {
    if (a.at === undefined || b.at === undefined) return Number(a.at === undefined) - Number(b.at === undefined)
    if (a.at.file !== b.at.file) return a.at.file < b.at.file ? -1 : 1
    return a.at.line - b.at.line || a.at.column - b.at.column
  })
}

/** Nobody reads a longer sentence, whoever said it. */
export const LONGEST = 4000

/** One diagnostic: place, message, code frame, and what to type next. */
export function diagnosticLines(
  { code, severity, message, at, hint }: Diagnostic,
  sourceOf: SourceOf = () => undefined,
): Line[] {
  const source = at && sourceOf(at.file)
  const place = at === undefined ? [] : [span(`${inline(at.file)}:${at.line}:${at.column} `, 'cyan')]
  return [
    line(0, ...place, span(severity, STYLES[severity]), span(` ${inline(code)}`, 'dim')),
    paragraph(2, inline(readable(clip(message, LONGEST)))),
    ...(at !== undefined && source !== undefined ? codeFrame(source, at) : []),
    ...(hint === undefined ? [] : [hintLine(hint)]),
  ]
}

/** What to type next; a command after a colon is not broken, since people copy it. */
export function hintLine(hint: string): Line {
  const parts = inline(hint).split(/(?<=: )((?:herdbook|git) .*?(?:$|(?=\. [A-Z])))/)
  return line(2, span('→ ', 'green'), ...parts.map((text, i) => ({ text, whole: i % 2 === 1 })))
}

/** All diagnostics at once, for a terminal. */
export function renderDiagnostics(
  list: readonly Diagnostic[],
  options: Screen & { readonly sourceOf?: SourceOf },
): string {
  if (list.length === 0) return ''
  const all = sorted(list).flatMap((diagnostic) => [...diagnosticLines(diagnostic, options.sourceOf), blank])
  return layout([...all, line(0, span(totals(list), 'bold'))], options)
}

/** "2 errors and 1 warning". */
export function totals(list: readonly Diagnostic[]): string {
  const of = (severity: Severity): number => list.filter((diagnostic) => diagnostic.severity === severity).length
  const parts = [
    of('error') && count(of('error'), 'error', 'errors'),
    of('warning') && count(of('warning'), 'warning', 'warnings'),
    of('info') && count(of('info'), 'note', 'notes'),
  ]
  return listed(parts.filter((part) => typeof part === 'string'))
}
