/** A place in a file of the instance; lines and columns count from 1. */
export interface Position {
  readonly file: string
  readonly line: number
  readonly column: number
  /** Where the place ends, on the same or a later line. */
  readonly end?: { readonly line: number; readonly column: number }
}

export type Severity = 'error' | 'warning' | 'info'

/** What a person is told: what is wrong, where, and what to type next. */
export interface Diagnostic {
  /** Stable, append-only, in kebab-case: `unknown-key`, `consent-missing`, … */
  readonly code: string
  readonly severity: Severity
  /**
   * What it is about: an object (`domain-block/spam.example`) or a kind (`domain-block`), and after a `#` what of it,
   * where a
   * code can be found of it more than once (`domain-block#weaken`). With the code it is what a finding is known by.
   */
  readonly about?: string
  /** How much of it there is, where that can grow: with more of it, it is worse, and still the same finding. */
  readonly by?: number
  readonly message: string
  readonly at?: Position
  /** What to type or do next. */
  readonly hint?: string
}

/** The words of a diagnostic. */
export type Wording = Pick<Diagnostic, 'message' | 'hint'>

/** The same with what to do about it. */
export type Advice = Required<Wording>

/** The exit codes of every verb, append-only. */
export const EXIT = {
  ok: 0,
  defect: 1,
  changes: 2,
  drift: 3,
  conflict: 4,
  refused: 5,
  stale: 6,
  locked: 7,
  partial: 8,
  invalid: 9,
  unreadable: 10,
  red: 11,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

const PRECEDENCE: readonly ExitCode[] = [1, 9, 10, 7, 6, 5, 8, 4, 2, 3, 11, 0]

/** The one exit code to give where several hold. */
export function worstExit(codes: Iterable<ExitCode>): ExitCode {
  const held = new Set(codes)
  return PRECEDENCE.find((code) => held.has(code)) ?? EXIT.ok
}

/** A failure that a person can act on; the edge prints its diagnostics and exits with its code. */
export class HerdbookError extends Error {
  readonly exit: ExitCode
  readonly diagnostics: readonly Diagnostic[]

  constructor(exit: ExitCode, diagnostics: readonly Diagnostic[], options?: ErrorOptions) {
    super(diagnostics.map((d) => d.message).join('\n'), options)
    this.name = 'HerdbookError'
    this.exit = exit
    this.diagnostics = diagnostics
  }
}

/** Throws one error diagnostic with its exit code. */
export function fail(
  exit: ExitCode,
  code: string,
  text: string | Wording,
  rest: { hint?: string; at?: Position; cause?: unknown } = {},
): never {
  const { cause, ...place } = rest
  const words = typeof text === 'string' ? { message: text } : text
  throw new HerdbookError(
    exit,
    [{ code, severity: 'error', ...words, ...place }],
    cause === undefined ? undefined : { cause },
  )
}
