import type { Command } from '@commander-js/extra-typings'
import { once } from 'node:events'
import { EXIT, fail } from '../instance/diagnostic.ts'
import { startSandbox, type Sandbox } from '../sandbox/index.ts'
import type { Io } from '../session/io.ts'

const number = (text: string): number => {
  const value = Number(text)
  return Number.isInteger(value) && value >= 0
    ? value
    : fail(EXIT.invalid, 'not-a-number', `"${text}" is not a whole number.`)
}

export const verb = (command: Command, io: Io) =>
  command
    .option('--port <n>', 'listen on this port of the loopback (default: a free one)', number)
    .option('--blocks <n>', 'begin with so many more domain blocks', number)
    .option('--version-of <version>', 'behave as Mastodon 4.4.22 or 4.6.5', '4.6.5')
    .option('--json', 'print the URL, the tokens and the commands as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  herdbook sandbox --port 3000\n\nIt serves an embedded Mastodon until it is stopped. Everything in it is made up, its tokens too.',
    )
    .action(async (options) => {
      const version = options.versionOf
      if (version !== '4.4.22' && version !== '4.6.5')
        fail(EXIT.invalid, 'no-such-version', `The embedded Mastodon knows 4.4.22 and 4.6.5, not "${version}".`)
      const sandbox = await startSandbox({
        version,
        ...(options.port === undefined ? {} : { port: options.port }),
        ...(options.blocks === undefined ? {} : { blocks: options.blocks }),
      })
      // Its tokens are made up and meant to be seen: they do not go through the scan for secrets.
      io.stdout.write(options.json ? `${JSON.stringify(described(sandbox), null, 2)}\n` : `${told(sandbox)}\n`)
      if (!io.signal.aborted) await once(io.signal, 'abort')
      await sandbox.close()
    })

const described = ({ url, version, domain, tokens, directory, console, database }: Sandbox) => ({
  url,
  version,
  domain,
  tokens,
  directory,
  console,
  database,
})

function told({ url, version, domain, tokens, directory, console, database }: Sandbox): string {
  const width = Math.max(...Object.keys(tokens).map((name) => name.length))
  return [
    `Mastodon ${version} for ${domain}, embedded: ${url}`,
    '',
    'Tokens:',
    ...Object.entries(tokens).map(([name, token]) => `  ${name.padEnd(width)}  ${token}`),
    '',
    `Console:   ${console}`,
    `Database:  ${database}`,
    `Directory: ${directory}`,
    '',
    'To try Herdbook on it, write in instance.yaml:',
    `  domain: ${domain}`,
    '  mastodon:',
    `    api: { url: '${url}', token: { env: HERDBOOK_TOKEN } }`,
    `    database: { over: local, native: { psql: '${database}' } }`,
    `    console: { over: local, native: { directory: '${directory}' } }`,
    '  acting_account: owner',
    'and in a terminal:',
    `  export HERDBOOK_TOKEN='${url} ${tokens['apply']}'`,
    '',
    'Stop it with Ctrl-C.',
  ].join('\n')
}
