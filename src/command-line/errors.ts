import { EXIT, HerdbookError, type ExitCode } from '../instance/diagnostic.ts'
import { own } from '../instance/get-own.ts'

/** Tells why something ended, whatever was thrown, and answers the exit code. Words that hold a secret are withheld, and what they were about is told in their place. */
export function tellEnd(error: unknown, tell: (diagnostics: Told['diagnostics']) => void): ExitCode {
  const { diagnostics, exit } = error instanceof HerdbookError ? error : (fileRefused(error) ?? defect(error))
  try {
    tell(diagnostics)
    return exit
  } catch (withheld) {
    if (!(withheld instanceof HerdbookError)) throw withheld
    tell([
      ...diagnostics.map(({ code, severity }) => ({
        code,
        severity,
        message: 'The words of this hold a secret, and are not shown.',
      })),
      ...withheld.diagnostics,
    ])
    return withheld.exit
  }
}

type Told = Pick<HerdbookError, 'diagnostics' | 'exit'>

const REFUSALS: Readonly<Record<string, string>> = {
  EACCES: 'you may not read or write it',
  EDQUOT: 'the disk has no more room for you',
  EFBIG: 'it may not become as large as it has to be',
  EISDIR: 'it is a folder',
  ENOENT: 'it does not exist, or the folder that it belongs in does not',
  ENOSPC: 'the disk that it belongs on is full',
  ENOTDIR: 'a part of its path is a file and no folder',
  EPERM: 'you may not read or write it',
  EROFS: 'the disk can only be read',
}

/** A file that the machine refused: that is for the person at the machine, and no defect. */
function fileRefused(error: unknown): Told | undefined {
  if (!(error instanceof Error && 'code' in error && 'path' in error)) return undefined
  const why = own(REFUSALS, String(error.code))
  if (why === undefined) return undefined
  return {
    exit: EXIT.invalid,
    diagnostics: [
      {
        code: 'file-refused',
        severity: 'error',
        message: `${String(error.path)}: ${why}.`,
        hint: 'Put that right, and type the same again.',
      },
    ],
  }
}

function defect(error: unknown): Told {
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return {
    exit: EXIT.defect,
    diagnostics: [
      {
        code: 'defect',
        severity: 'error',
        message,
        hint: 'This is a defect in Herdbook: please report it with this text.',
      },
    ],
  }
}
