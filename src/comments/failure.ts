import { EXIT, type Diagnostic, type ExitCode } from '../instance/diagnostic.ts'
import type { ApplyReport } from '../reconcile/report.ts'
import { renderApplied, type AppliedOptions } from './applied.ts'
import { redactedDiagnostics, disclosure } from '../redaction/redact.ts'
import { totals } from '../words/diagnostics.ts'
import type { IssueText } from './drift-issue.ts'
import { enveloped, fit, type Envelope } from './fit-comment.ts'
import { problems, type QuotableFiles } from './findings.ts'
import { link } from './markdown.ts'
import { clip } from '../words/text.ts'
import { inline } from '../redaction/neutralise.ts'

export interface FailureOptions extends Envelope, QuotableFiles {
  readonly visibility: 'public' | 'private'
  /** The page of the run. */
  readonly run?: string
}

/** What an exit code means, in the words of a heading. */
const MEANING: { readonly [code in ExitCode]?: string } = {
  [EXIT.defect]: 'A defect in Herdbook',
  [EXIT.refused]: 'Refused',
  [EXIT.stale]: 'Not what was approved',
  [EXIT.locked]: 'Another run is working',
  [EXIT.partial]: 'Not everything was done',
  [EXIT.invalid]: 'The files are not valid',
  [EXIT.unreadable]: 'The server could not be read',
}

const meaningOf = (exit: ExitCode): string => MEANING[exit] ?? 'It did not work'

/** Renders a job that ended without a plan or a report: why, the lines that are wrong, and what to do. */
export function renderFailure(exit: ExitCode, list: readonly Diagnostic[], options: FailureOptions): string {
  const shown = redactedDiagnostics(list, disclosure(options.visibility))
  const head = `### ${meaningOf(exit)}${shown.length === 0 ? '' : `: ${totals(shown)}`}`
  const foot = options.run === undefined ? [] : [() => `<sub>${link('This run', options.run)}</sub>`]
  return enveloped(options, (room) => fit([[() => head], problems(shown, options, true), foot], room) ?? head)
}

/** The newest apply, if it had problems. */
export interface FailedApply {
  readonly domain: string
  readonly exit: ExitCode
  /** null if it ended before it wrote anything. */
  readonly report: ApplyReport | null
  readonly diagnostics: readonly Diagnostic[]
}

/** Renders the one issue about a failed apply: each run updates it, one without problems closes it. */
export function renderFailureIssue(
  { domain, exit, report, diagnostics }: FailedApply,
  options: AppliedOptions & FailureOptions,
): IssueText {
  const { marker, hidden, limit, ...inner } = options
  const outcome = (room: number): string =>
    report === null
      ? renderFailure(exit, diagnostics, { ...inner, limit: room })
      : renderApplied(report, { ...inner, limit: room })
  const name = inline(domain).replace(/[^\p{L}\p{N}.:-]/gu, '')
  return {
    title: clip(`${name}: the last apply had problems (${lowered(meaningOf(exit))})`, 250),
    body: enveloped(
      {
        ...(marker === undefined ? {} : { marker }),
        ...(hidden === undefined ? {} : { hidden }),
        ...(limit === undefined ? {} : { limit }),
      },
      (room) => `${outcome(room - FOOT.length - 2).trimEnd()}\n\n${FOOT}`,
    ),
  }
}

const FOOT = '<sub>Every run updates this issue. A run without problems closes it.</sub>'

/** Inside a sentence it begins with a small letter. */
const lowered = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1)
