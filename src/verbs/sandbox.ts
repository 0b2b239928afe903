import type { Command } from '@commander-js/extra-typings'
import { once } from 'node:events'
import { EXIT, fail } from '../instance/diagnostic.ts'
import { startSandbox, type Sandbox } from '../sandbox/index.ts'
import type { Io } from '../session/io.ts'
import { HELP, noSuchVersion, notANumber, sandboxGuide } from './sandbox/texts.ts'

const number = (text: string): number => {
  const value = Number(text)
  return Number.isInteger(value) && value >= 0 ? value : fail(EXIT.invalid, 'not-a-number', notANumber(text))
}

export const verb = (command: Command, io: Io) =>
  command
    .option('--port <n>', HELP.port, number)
    .option('--blocks <n>', HELP.blocks, number)
    .option('--version-of <version>', HELP.versionOf, '4.6.5')
    .option('--json', HELP.json)
    .addHelpText('after', HELP.after)
    .action(async (options) => {
      const version = options.versionOf
      if (version !== '4.4.22' && version !== '4.6.5') fail(EXIT.invalid, 'no-such-version', noSuchVersion(version))
      const sandbox = await startSandbox({
        version,
        ...(options.port === undefined ? {} : { port: options.port }),
        ...(options.blocks === undefined ? {} : { blocks: options.blocks }),
      })
      // Its tokens are invented and public, so they bypass the leak scanner.
      io.stdout.write(options.json ? `${JSON.stringify(jsonOf(sandbox), null, 2)}\n` : `${sandboxGuide(sandbox)}\n`)
      if (!io.signal.aborted) await once(io.signal, 'abort')
      await sandbox.close()
    })

/** The sandbox as JSON. */
const jsonOf = ({ url, version, domain, tokens, directory, console, database }: Sandbox) => ({
  url,
  version,
  domain,
  tokens,
  directory,
  console,
  database,
})
