import type { Command } from '@commander-js/extra-typings'
import { EXIT, HerdbookError, type ExitCode } from '../instance/diagnostic.ts'
import { version } from '../version.ts'
import type { Io } from './io.ts'
import { own } from '../instance/own.ts'

/** A verb: what it is in a line, and where it is. */
export type Verbs = { readonly [name: string]: readonly [summary: string, load: () => Promise<VerbModule>] }

export interface VerbModule {
  /** The verb with its arguments, options and examples; running it sets `io.exit`. */
  readonly verb: (command: Command, io: Io) => { readonly parseAsync: (argv: readonly string[], options: { readonly from: 'user' }) => Promise<unknown> }
}

/** Runs a command line. Only the verb that is asked for is loaded. `given` stands in for the process's own streams. Answers the exit code. */
export async function main(argv: readonly string[], verbs: Verbs, given?: Io): Promise<ExitCode> {
  const name = argv[0] ?? ''
  const chosen = Object.hasOwn(verbs, name) ? verbs[name] : undefined
  if (chosen === undefined) return program(argv, verbs)
  const [{ Command, CommanderError }, { verb }, { folded, processIo, tell }] = await Promise.all([import('@commander-js/extra-typings'), chosen[1](), import('./io.ts')])
  const io = given ?? processIo()
  try {
    const command = verb(new Command(`herdbook ${name}`).description(`${chosen[0]}.`).exitOverride().configureOutput({ writeErr: (text) => void io.stderr.write(text), writeOut: (text) => void io.stdout.write(folded(io, text)) }), io)
    await command.parseAsync(argv.slice(1), { from: 'user' })
    return io.exit
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.invalid
    return told(error instanceof HerdbookError ? error : (fileRefused(error) ?? defect(error)), (diagnostics) => tell(io, diagnostics))
  }
}

/** Tells why a verb ended. Words that hold a secret are withheld, and what they were about is told in their place. */
function told({ diagnostics, exit }: Told, tell: (diagnostics: Told['diagnostics']) => void): ExitCode {
  try {
    tell(diagnostics)
    return exit
  } catch (withheld) {
    if (!(withheld instanceof HerdbookError)) throw withheld
    tell([...diagnostics.map(({ code, severity }) => ({ code, severity, message: 'The words of this hold a secret, and are not shown.' })), ...withheld.diagnostics])
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
  return { exit: EXIT.invalid, diagnostics: [{ code: 'file-refused', severity: 'error', message: `${String(error.path)}: ${why}.`, hint: 'Put that right, and type the same again.' }] }
}

function defect(error: unknown): Told {
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return { exit: EXIT.defect, diagnostics: [{ code: 'defect', severity: 'error', message, hint: 'This is a defect in Herdbook: please report it with this text.' }] }
}

async function program(argv: readonly string[], verbs: Verbs): Promise<ExitCode> {
  const { Command, CommanderError } = await import('@commander-js/extra-typings')
  const herdbook = new Command('herdbook')
    .description('A Mastodon server as a Git repository: see what a change does before it is live, merge it to apply it, and be told of drift.')
    .version(version(), '-V, --version')
    .helpOption('-h, --help')
    .helpCommand(false)
    .addHelpText('after', '\nEvery verb has its own help with an example: herdbook plan --help')
    .exitOverride()
  for (const [name, [summary]] of Object.entries(verbs)) herdbook.command(name).summary(summary).description(summary)
  try {
    if (argv.length === 0) herdbook.help()
    await herdbook.parseAsync(argv, { from: 'user' })
    return EXIT.ok
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return error.exitCode === 0 ? EXIT.ok : EXIT.invalid
  }
}
