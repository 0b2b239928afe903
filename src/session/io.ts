import { openSecrets, type Secrets } from '../secrets/secrets.ts'
import { EXIT, type Diagnostic, type ExitCode } from '../instance/diagnostic.ts'
import { renderDiagnostics } from '../terminal/diagnostics.ts'
import { type SourceOf } from '../words/diagnostics.ts'
import { renderAnnotations } from '../terminal/annotations.ts'
import { redactedDiagnostics, redactedText, disclosure, SHOW_ALL, type Disclosure } from '../redaction/redact.ts'
import { safeWrite } from '../redaction/safe-write.ts'
import { layout, paragraph, wantsColour, type Screen } from '../words/layout.ts'
import { inline, steady } from '../redaction/neutralise.ts'
import { waiting } from './texts.ts'

/** What a verb has from outside: streams, environment, time. */
export interface Io {
  readonly cwd: string
  readonly env: { readonly [name: string]: string | undefined }
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
  readonly secrets: Secrets
  readonly now: () => Date
  /** Aborted by SIGINT and SIGTERM. */
  readonly signal: AbortSignal
  /** The exit code of the verb; the last one that is set counts. */
  exit: ExitCode
}

/** The process's own streams and environment, and the signals on which a run ends in good order. */
export function processIo(): Io {
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort(signal))
  const { env, stdin, stdout, stderr } = process
  return {
    cwd: process.cwd(),
    env,
    stdin,
    stdout,
    stderr,
    secrets: openSecrets(env),
    now: () => new Date(),
    signal: stop.signal,
    exit: EXIT.ok,
  }
}

const withNewline = (text: string): string => (text.endsWith('\n') || text === '' ? text : `${text}\n`)

/** Writes to stdout, without secrets and without control characters. */
export function say(io: Io, text: string): void {
  safeWrite(steady(withNewline(text)), io.secrets.abortOnSecret, (out) => io.stdout.write(out))
}

/** Writes sentences to stdout, folded to the width of the terminal; lines that hold a command are for `say`. */
export function prose(io: Io, text: string): void {
  say(
    io,
    layout(
      text.split('\n').map((one) => paragraph(one.search(/\S|$/), one.trimStart())),
      screenOf(io.stdout),
    ),
  )
}

/** Folds the sentences of a help to the width; lines that begin with blanks are commands and columns, and stay. */
export function folded({ stdout }: Io, text: string): string {
  const lines = text
    .split('\n')
    .map((line) =>
      /^\s|^$/.test(line)
        ? `${line}\n`
        : layout([paragraph(0, line)], { colour: false, width: stdout.columns ?? HELP_WIDTH }),
    )
  return lines.join('').slice(0, -1)
}

/** The width of a help for an output without a width. */
const HELP_WIDTH = 80

/** Writes to stderr: what a person should see while stdout is read by a machine. */
export function note(io: Io, text: string): void {
  safeWrite(steady(withNewline(text)), io.secrets.abortOnSecret, (out) => io.stderr.write(out))
}

export const screenOf = (stream: NodeJS.WriteStream): Screen => ({
  colour: wantsColour(stream),
  ...(stream.columns ? { width: stream.columns } : {}),
})

/** What may be shown in this run: anyone may read the log of a pipeline. */
export const shownTo = (io: Io): Disclosure =>
  io.env['CI'] === undefined || io.env['CI'] === '' ? SHOW_ALL : disclosure('public')

/** Where the files are in a repository, for annotations beside their lines. */
const FOLDER = 'instance'

/** Writes diagnostics to stderr, and as annotations in GitHub Actions. */
export function tell(io: Io, all: readonly Diagnostic[], sourceOf?: SourceOf): void {
  if (all.length === 0) return
  // One cause may keep several kinds from being read: it is reported once.
  const distinct = [...new Map(all.map((one) => [JSON.stringify(one), one])).values()]
  const list = redactedDiagnostics(distinct, shownTo(io))
  note(io, renderDiagnostics(list, { ...screenOf(io.stderr), ...(sourceOf === undefined ? {} : { sourceOf }) }))
  // Only the annotations are for the runner.
  if (io.env['GITHUB_ACTIONS'] === 'true')
    safeWrite(renderAnnotations(list, FOLDER), io.secrets.abortOnSecret, (out) => io.stdout.write(out))
}

/** Reports each wait that the server's rate limits cause. */
export const reportWaits =
  (io: Io) =>
  (wait: { readonly seconds: number; readonly reason: string }): void =>
    note(io, waiting({ seconds: Math.ceil(wait.seconds), reason: inline(redactedText(wait.reason, shownTo(io))) }))
