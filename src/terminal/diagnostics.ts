import { MAX_MESSAGE, sorted, totals, type SourceOf } from '../words/diagnostics.ts'
import type { Diagnostic, Severity } from '../instance/diagnostic.ts'
import { codeFrame } from '../words/code-frame.ts'
import { blank, layout, line, paragraph, span, type Line, type Screen, type TextStyle } from '../words/layout.ts'
import { readable } from '../redaction/idn.ts'
import { clip } from '../words/text.ts'
import { inline } from '../redaction/neutralise.ts'

const STYLES: { readonly [severity in Severity]: TextStyle } = {
  error: ['red', 'bold'],
  warning: ['yellow', 'bold'],
  info: ['blue', 'bold'],
}

/** One diagnostic: place, message, code frame, and what to type next. */
export function diagnosticLines(
  { code, severity, message, at, hint }: Diagnostic,
  sourceOf: SourceOf = () => undefined,
): Line[] {
  const source = at && sourceOf(at.file)
  const place = at === undefined ? [] : [span(`${inline(at.file)}:${at.line}:${at.column} `, 'cyan')]
  return [
    line(0, ...place, span(severity, STYLES[severity]), span(` ${inline(code)}`, 'dim')),
    paragraph(2, inline(readable(clip(message, MAX_MESSAGE)))),
    ...(at !== undefined && source !== undefined ? codeFrame(source, at) : []),
    ...(hint === undefined ? [] : [hintLine(hint)]),
  ]
}

/** What to type next; a command after a colon is never folded, so that people can copy it. */
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
