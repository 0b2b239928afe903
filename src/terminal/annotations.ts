import type { Diagnostic, Severity } from '../instance/diagnostic.ts'
import { MAX_MESSAGE, sorted } from '../words/diagnostics.ts'
import { readable } from '../redaction/idn.ts'
import { clip } from '../words/text.ts'
import { lines } from '../redaction/neutralise.ts'

const COMMANDS: { readonly [severity in Severity]: string } = { error: 'error', warning: 'warning', info: 'notice' }

/** Diagnostics as workflow commands of GitHub Actions, one a line. `folder` is the instance's in the repository. */
export function renderAnnotations(list: readonly Diagnostic[], folder = ''): string {
  return sorted(list)
    .map((diagnostic) => `${annotation(diagnostic, folder)}\n`)
    .join('')
}

function annotation({ code, severity, message, at, hint }: Diagnostic, folder: string): string {
  const place = at && {
    file: folder === '' ? at.file : `${folder.replace(/\/$/, '')}/${at.file}`,
    line: at.line,
    col: at.column,
    ...(at.end === undefined ? {} : { endLine: at.end.line, endColumn: at.end.column }),
  }
  const text = readable(clip(message, MAX_MESSAGE))
  const properties = Object.entries({ ...place, title: code }).map(
    ([key, value]) => `${key}=${property(String(value))}`,
  )
  return `::${COMMANDS[severity]} ${properties.join(',')}::${data(hint === undefined ? text : `${text}\n${hint}`)}`
}

/** Escapes as @actions/core does; other control characters are shown by number. */
const data = (text: string): string => lines(text.replaceAll('%', '%25')).join('%0A')
const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
