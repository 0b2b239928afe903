import type { Command } from '@commander-js/extra-typings'
import { EXIT, type ExitCode } from '../instance/diagnostic.ts'
import { version } from '../version.ts'
import { tellEnd } from './errors.ts'
import { HELP } from './texts.ts'
import type { Io } from '../session/io.ts'

/** The verbs by name: each with its line in the help, and its module. */
export type Verbs = { readonly [name: string]: readonly [summary: string, load: () => Promise<VerbModule>] }

export interface VerbModule {
  /** The verb with its arguments, options and examples; running it sets `io.exit`. */
  readonly verb: (
    command: Command,
    io: Io,
  ) => { readonly parseAsync: (argv: readonly string[], options: { readonly from: 'user' }) => Promise<unknown> }
}

/** Runs a command line and answers the exit code. Only its verb is loaded. `given` replaces the process's streams. */
export async function main(argv: readonly string[], verbs: Verbs, given?: Io): Promise<ExitCode> {
  const name = argv[0] ?? ''
  const chosen = Object.hasOwn(verbs, name) ? verbs[name] : undefined
  if (chosen === undefined) return program(argv, verbs)
  const [{ Command, CommanderError }, { verb }, { folded, processIo, tell }] = await Promise.all([
    import('@commander-js/extra-typings'),
    chosen[1](),
    import('../session/io.ts'),
  ])
  const io = given ?? processIo()
  try {
    const command = verb(
      new Command(`herdbook ${name}`)
        .description(`${chosen[0]}.`)
        .exitOverride()
        .configureOutput({
          writeErr: (text) => void io.stderr.write(text),
          writeOut: (text) => void io.stdout.write(folded(io, text)),
        }),
      io,
    )
    await command.parseAsync(argv.slice(1), { from: 'user' })
    return io.exit
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.invalid
    return tellEnd(error, (diagnostics) => tell(io, diagnostics))
  }
}

async function program(argv: readonly string[], verbs: Verbs): Promise<ExitCode> {
  const { Command, CommanderError } = await import('@commander-js/extra-typings')
  const herdbook = new Command('herdbook')
    .description(HELP.summary)
    .version(version(), '-V, --version')
    .helpOption('-h, --help')
    .helpCommand(false)
    .addHelpText('after', HELP.after)
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
