import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Command } from '@commander-js/extra-typings'
import { openConnections, type Connections } from '../providers/mastodon/connections.ts'
import { pinned } from '../ssh/connect.ts'
import { afterwards, asText, install, installSteps, type ReaderKey } from '../providers/mastodon/database/install.ts'
import { EXIT, fail } from '../instance/diagnostic.ts'
import type { DatabaseConnection } from '../instance/documents.ts'
import { asked } from '../command-line/confirm.ts'
import { say, tell, toldWaits, type Io } from '../session/io.ts'
import { sourceOf } from '../session/options.ts'
import { withProgress } from '../session/progress.ts'
import { openFiles, type Files } from '../session/session.ts'

interface Options {
  readonly instance?: string
  readonly key?: string
  readonly print?: true
  readonly yes?: true
}

export const verb = (command: Command, io: Io) => {
  command
    .command('install')
    .description(
      'Make the database role that may only read, put the reading program on the server, and let a key do nothing but run it.',
    )
    .option('--key <file>', 'the public key (.pub) that may read and do nothing else')
    .option('--print', 'print the commands for copying, and do nothing')
    .option('--yes', 'do not ask')
    .option('--instance <dir>', 'the folder of the files (default: the nearest instance/ upwards)')
    .addHelpText(
      'after',
      '\nExamples:\n  herdbook reader install --key reader.pub\n  herdbook reader install --print > install.sh',
    )
    .action((options) => run(io, options))
  return command.addHelpText('after', '\nExample:\n  herdbook reader install --key reader.pub')
}

async function run(io: Io, options: Options): Promise<void> {
  const files = await openFiles(io, options.instance)
  tell(io, files.warnings, await sourceOf(files))
  const connection = connectionOf(files)
  if (connection.over === 'local' && options.key !== undefined) {
    fail(EXIT.invalid, 'key-without-ssh', 'A key is for logging in over SSH, and mastodon.database says over: local.', {
      hint: 'Leave --key out.',
    })
  }
  const keyFile = options.key === undefined ? null : resolve(io.cwd, options.key)
  const key = keyFile === null ? null : await readFile(keyFile, 'utf8')
  const connections = openConnections(files.config, io.secrets, { verb: 'plan', onWait: toldWaits(io) })
  try {
    const domain = await withProgress(io, 'Asking Mastodon for its domain', () => ownDomain(connections, files))
    const steps = installSteps(connection, domain, key)
    if (options.print) return say(io, asText(steps))
    say(
      io,
      [
        `On ${connection.over === 'ssh' ? (files.config.ssh?.host ?? '') : 'this machine'}, for ${domain}:`,
        ...steps.map((step) => `  ${step.title}`),
      ].join('\n'),
    )
    if (!options.yes && !(await asked(io, 'Do this? [y/N] ')))
      fail(EXIT.refused, 'not-confirmed', 'Nothing was done.', {
        hint: 'Say yes, give --yes, or print it for copying: --print',
      })
    await install(await connections.database(), steps)
    say(io, `Done. ${afterwards(connection, keyFile === null ? null : boundKey(keyFile, files))}`)
  } finally {
    await connections.close()
  }
}

/** The private half of a key, which lies beside the public one, and the machine that it is for. */
function boundKey(publicFile: string, { config }: Files): ReaderKey {
  return { file: publicFile.replace(/\.pub$/, ''), fingerprint: pinned(config.ssh?.host_key ?? '').fingerprint }
}

function connectionOf({ config }: Files): DatabaseConnection {
  const connection = config.mastodon?.database
  if (connection && connection.reader !== true) return connection
  const hint =
    'Name it while it is installed: mastodon: database: { over: ssh, native: { user: mastodon } }; write reader: true in its place afterwards.'
  return fail(EXIT.invalid, 'no-database', 'instance.yaml does not say how psql is run on the server.', { hint })
}

/** Who Mastodon itself says that it is: the API where there is one, else the console. */
async function ownDomain(connections: Connections, { config }: Files): Promise<string> {
  if (connections.has.api) await connections.reading()
  else await connections.console()
  return config.domain
}
