import type { Diagnostic, Position } from '../instance/diagnostic.ts'
import { CONSENT_MISSING } from '../reconcile/plan/consent.ts'
import { whyUnread } from '../reconcile/findings.ts'
import type { Plan } from '../reconcile/plan/types.ts'
import { sorted, totals, type SourceOf } from '../words/diagnostics.ts'
import { bullets, framed, type CommentSection } from './fit-comment.ts'
import { codeFrame } from '../words/code-frame.ts'
import { layout } from '../words/layout.ts'
import { alert, code, fence, link, prose } from './markdown.ts'
import { readable } from '../redaction/idn.ts'
import { consentPatches } from './suggestions.ts'

/** Where people can see the files, and their texts to quote. */
export interface QuotableFiles {
  /** The texts of the files, for quoting lines; instance.yaml is never quoted. */
  readonly sourceOf?: SourceOf
  /** The address of the folder of the files, as `https://github.com/herd/instance/blob/COMMIT/instance`. */
  readonly filesAt?: string
}

/** All problems, with code frames if asked for; then without frames; then as many as fit. */
export function problems(list: readonly Diagnostic[], files: QuotableFiles = {}, frames = false): CommentSection {
  const all = sorted(list)
  const plain = bullets(all.map((one) => () => problem(one, files, [])))
  return frames ? [() => all.map((one) => problem(one, files, frameOf(one.at, files))).join('\n'), ...plain] : plain
}

function problem({ at, message, hint }: Diagnostic, files: QuotableFiles, frame: readonly string[]): string {
  const place = at === undefined ? '' : `${placeOf(at, files)} `
  const next = hint === undefined ? [] : [frame.length > 0 ? `  → ${prose(hint)}` : `<br>→ ${prose(hint)}`]
  const head = `- ${place}${prose(readable(message))}`
  return frame.length > 0
    ? [head, '', ...frame.map((line) => `  ${line}`), '', ...next].join('\n')
    : `${head}${next.join('')}`
}

/** A place in the files, as a link if its address is known. */
export function placeOf({ file, line }: Pick<Position, 'file' | 'line'>, { filesAt }: QuotableFiles): string {
  const address =
    filesAt === undefined || file.includes('..')
      ? undefined
      : `${filesAt}/${file.toWellFormed().split('/').map(encodeURIComponent).join('/')}#L${line}`
  return link(code(`${file}:${line}`), address)
}

function frameOf(at: Position | undefined, { sourceOf }: QuotableFiles): string[] {
  // There may be a secret in it.
  const source = at === undefined || at.file === 'instance.yaml' ? undefined : sourceOf?.(at.file)
  if (at === undefined || source === undefined) return []
  const rows = codeFrame(source, at).map((row) => ({ ...row, indent: 0 }))
  return rows.length === 0 ? [] : fence(layout(rows, { colour: false }).trimEnd().split('\n'), 'text').split('\n')
}

/** The errors or the warnings of a plan; kinds that were not read have their own section. */
export function findings(plan: Plan, severity: 'error' | 'warning', files: QuotableFiles): CommentSection {
  const isUnread = whyUnread(plan)
  const list = plan.findings.filter((one) => (one.severity === 'error') === (severity === 'error') && !isUnread(one))
  if (list.length === 0) return []
  if (severity === 'warning') return framed(problems(list, files), (body) => alert('NOTE', body))
  const patch = consentLines(plan, files)
  const shown =
    patch === ''
      ? list
      : list.map(({ hint, ...one }) => (one.code === CONSENT_MISSING || hint === undefined ? one : { ...one, hint }))
  const head = `**Refused: ${totals(list)}.**`
  const whole = framed(problems(shown, files), (body) =>
    alert(
      'CAUTION',
      [
        head,
        body,
        ...(patch === ''
          ? []
          : [
              '',
              'If you accept that these follows are removed for good, add these lines to the file. ' +
                'If not, take the change out of the file.',
              '',
              patch,
            ]),
      ].join('\n'),
    ),
  )
  return [...whole.slice(0, 1), ...framed(problems(list, files), (body) => alert('CAUTION', `${head}\n${body}`))]
}

/** The lines that are missing, as a diff of the file. */
function consentLines(plan: Plan, { sourceOf }: QuotableFiles): string {
  if (sourceOf === undefined) return ''
  return consentPatches(plan, sourceOf)
    .map(({ file, lines }) => fence([`@@ ${file} @@`, ...lines], 'diff'))
    .join('\n\n')
}
