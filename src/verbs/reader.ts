import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Command } from '@commander-js/extra-typings'
import { openConnections, type MastodonConnections } from '../providers/mastodon/connections.ts'
import { pinned } from '../ssh/connect.ts'
import { afterwards, asText, install, installSteps, type ReaderKey } from '../providers/mastodon/database/install.ts'
import { EXIT, fail } from '../instance/diagnostic.ts'
import type { DatabaseConnection } from '../instance/documents.ts'
import { asked } from '../command-line/confirm.ts'
import { say, tell, reportWaits, type Io } from '../session/io.ts'
import { sourceOf } from '../session/options.ts'
import { withProgress } from '../session/progress.ts'
import { openFiles, type CheckedFiles } from '../session/session.ts'
import {
  ASKING_DOMAIN,
  CONFIRM,
  done,
  HELP,
  INSTALL_HELP,
  installPlan,
  KEY_WITHOUT_SSH,
  NO_DATABASE,
  NOT_CONFIRMED,
} from './reader/texts.ts'
import { INSTANCE_OPTION } from '../session/option-texts.ts'

interface Options {
  readonly instance?: string
  readonly key?: string
  readonly print?: true
  readonly yes?: true
}

export const verb = (command: Command, io: Io) => {
  command
    .command('install')
    .description(INSTALL_HELP.summary)
    .option('--key <file>', INSTALL_HELP.key)
    .option('--print', INSTALL_HELP.print)
    .option('--yes', 'do not ask')
    .option('--instance <dir>', INSTANCE_OPTION)
    .addHelpText('after', INSTALL_HELP.after)
    .action((options) => run(io, options))
  return command.addHelpText('after', HELP.after)
}

async function run(io: Io, options: Options): Promise<void> {
  const files = await openFiles(io, options.instance)
  tell(io, files.warnings, await sourceOf(files))
  const connection = connectionOf(files)
  if (connection.over === 'local' && options.key !== undefined) fail(EXIT.invalid, 'key-without-ssh', KEY_WITHOUT_SSH)
  const keyFile = options.key === undefined ? null : resolve(io.cwd, options.key)
  const key = keyFile === null ? null : await readFile(keyFile, 'utf8')
  const connections = openConnections(files.config, io.secrets, { verb: 'plan', onWait: reportWaits(io) })
  try {
    const domain = await withProgress(io, ASKING_DOMAIN, () => ownDomain(connections, files))
    const steps = installSteps(connection, domain, key)
    if (options.print) return say(io, asText(steps))
    say(
      io,
      installPlan({
        host: connection.over === 'ssh' ? (files.config.ssh?.host ?? '') : null,
        domain,
        steps: steps.map((step) => step.title),
      }),
    )
    if (!options.yes && !(await asked(io, CONFIRM))) fail(EXIT.refused, 'not-confirmed', NOT_CONFIRMED)
    await install(await connections.database(), steps)
    say(io, done(afterwards(connection, keyFile === null ? null : boundKey(keyFile, files))))
  } finally {
    await connections.close()
  }
}

/** The private key beside a public one, and the host key of the server that it is for. */
function boundKey(publicFile: string, { config }: CheckedFiles): ReaderKey {
  return { file: publicFile.replace(/\.pub$/, ''), fingerprint: pinned(config.ssh?.host_key ?? '').fingerprint }
}

function connectionOf({ config }: CheckedFiles): DatabaseConnection {
  const connection = config.mastodon?.database
  if (connection && connection.reader !== true) return connection
  return fail(EXIT.invalid, 'no-database', NO_DATABASE)
}

/** Proves the domain with Mastodon itself: through the API if there is one, else through the console. */
async function ownDomain(connections: MastodonConnections, { config }: CheckedFiles): Promise<string> {
  if (connections.has.api) await connections.reading()
  else await connections.console()
  return config.domain
}
