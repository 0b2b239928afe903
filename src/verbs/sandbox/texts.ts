export const HELP = {
  port: 'the port on this machine (default: a free one)',
  blocks: 'start with this many more domain blocks',
  versionOf: 'behave as Mastodon 4.4.22 or 4.6.5',
  json: 'print the URL, the tokens and the commands as JSON',
  after: `
Example:
  herdbook sandbox --port 3000

This runs an embedded Mastodon until you stop it. All of its content is invented, and so are its tokens.`,
}

export const notANumber = (text: string): string => `"${text}" is not a whole number.`

export const noSuchVersion = (version: string): string =>
  `The embedded Mastodon knows 4.4.22 and 4.6.5, not "${version}".`

/** What a person needs to use a running sandbox. */
export interface SandboxAccess {
  readonly url: string
  readonly version: string
  readonly domain: string
  readonly tokens: { readonly [name: string]: string }
  readonly directory: string
  readonly console: string
  readonly database: string
}

/** How to use a running sandbox. */
export function sandboxGuide({ url, version, domain, tokens, directory, console, database }: SandboxAccess): string {
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
    'and type in a terminal:',
    `  export HERDBOOK_TOKEN='${url} ${tokens['apply']}'`,
    '',
    'Stop it with Ctrl-C.',
  ].join('\n')
}
