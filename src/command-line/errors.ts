import { EXIT, HerdbookError, type ExitCode } from '../instance/diagnostic.ts'
import { own } from '../instance/get-own.ts'
import { FILE_ERRORS, fileRefused, MESSAGE_WITH_SECRET, REPORT_DEFECT } from './texts.ts'

/**
 * Reports why a run ended, whatever was thrown, and answers the exit code.
 * A message that holds a secret is not shown; its code is.
 */
export function tellEnd(error: unknown, tell: (diagnostics: Failure['diagnostics']) => void): ExitCode {
  const { diagnostics, exit } = error instanceof HerdbookError ? error : (fileError(error) ?? defect(error))
  try {
    tell(diagnostics)
    return exit
  } catch (withheld) {
    if (!(withheld instanceof HerdbookError)) throw withheld
    tell([
      ...diagnostics.map(({ code, severity }) => ({
        code,
        severity,
        message: MESSAGE_WITH_SECRET,
      })),
      ...withheld.diagnostics,
    ])
    return withheld.exit
  }
}

type Failure = Pick<HerdbookError, 'diagnostics' | 'exit'>

/** A file that the machine refused: a person can fix that, so it is no defect. */
function fileError(error: unknown): Failure | undefined {
  if (!(error instanceof Error && 'code' in error && 'path' in error)) return undefined
  const why = own(FILE_ERRORS, String(error.code))
  if (why === undefined) return undefined
  return {
    exit: EXIT.invalid,
    diagnostics: [{ code: 'file-refused', severity: 'error', ...fileRefused({ path: String(error.path), why }) }],
  }
}

function defect(error: unknown): Failure {
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return { exit: EXIT.defect, diagnostics: [{ code: 'defect', severity: 'error', message, hint: REPORT_DEFECT }] }
}
