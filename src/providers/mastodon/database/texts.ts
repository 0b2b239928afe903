import type { Advice } from '../../../instance/diagnostic.ts'
import { MINIMUM } from '../../../minimum.ts'
import type { ConnectionName } from '../tables.ts'

const CONNECTIONS: { readonly [name in ConnectionName]: string } = {
  database: 'the database',
  rest: 'the API',
  console: 'the console',
}

export const tableUnread = (table: {
  readonly title: string
  readonly connection: ConnectionName
  readonly why: string
}): string => `${table.title} cannot be read through ${CONNECTIONS[table.connection]}: ${table.why}`

export const noConnectionReads = ({ title, why }: { readonly title: string; readonly why: string }): Advice => ({
  message: `${title} cannot be read: ${why}`,
  hint: 'Add mastodon.database or mastodon.console to instance.yaml.',
})

export const notAskedFor = (title: string): string => `this run did not ask for ${title}`

export const A_ROW = 'a row'
export const THE_LIST = 'the list'
export const notAsExpected = (what: string): string => `${what} is not as expected`
export const ANSWER_NOT_AS_EXPECTED = notAsExpected('the answer')

export const ANSWER_WITHOUT = 'the answer does not have it'

export const MASTODON_TOO_OLD =
  `Herdbook needs Mastodon ${MINIMUM.mastodon} or newer. ` +
  'Upgrade Mastodon, or correct the name of the database in instance.yaml.'

export const LITERAL_NULL_BYTE = 'a literal cannot contain a null byte'

export const databaseUnread = (why: string): string => `the database cannot be read: ${why}`

export const UPGRADE_POSTGRESQL =
  'Upgrade PostgreSQL on the server: https://www.postgresql.org/docs/current/upgrading.html'

export const PERHAPS_OLD = `The server may be too old. Herdbook needs PostgreSQL ${MINIMUM.postgresql} or newer.`

/** Creates the reading role again. An installed reader hides how psql runs, so instance.yaml must say it meanwhile. */
export const recreateRole = ({ reader }: { readonly reader: boolean }): string =>
  'Create again the database role that Herdbook reads with: ' +
  (reader
    ? 'for now, write mastodon: database: { over: ssh, native: { user: mastodon } } in instance.yaml, then type '
    : '') +
  'herdbook reader install'

export const checkDatabase = (recreate: string): string => `Check mastodon.database in instance.yaml. ${recreate}`

export const notJson = (answer: string): string => `the answer is not a JSON document: ${JSON.stringify(answer)}`

export const CREATE_ROLE = 'create the database role herdbook_reader, which may read only the columns that a plan needs'
export const PUT_PROGRAM = 'put the reading program at ~/.herdbook/reader'
export const ALLOW_KEY = 'let the SSH key run the reading program, and nothing else'

/** A comment in the reading program, for those who find it on the server. */
export const PROGRAM_COMMENT =
  "# Herdbook's reader: answers one request on stdin with one JSON document, and can do nothing else."

/** Follows the version that OpenSSH prints. */
export const OPENSSH_TOO_OLD = `is too old. Herdbook needs OpenSSH ${MINIMUM.openssh} or newer on this machine.`

export const NOT_PUBLIC_KEY: Advice = {
  message: 'this is not an SSH public key: a line such as "ssh-ed25519 AAAA…"',
  hint: 'Give the file whose name ends in .pub.',
}

export const NOTHING_TO_CHANGE = 'You do not need to change instance.yaml.'

/** `rest` are more keys of the connection. */
export const writeConnection = (rest: string): string =>
  `In instance.yaml, write under mastodon: database: { over: ssh, reader: true${rest} }`

export const MAKE_KEY_FILE =
  'The file that ends in .bound holds the fingerprint of the machine, then the key. This command makes the file:'
export const STORE_ON_GITHUB =
  'If Herdbook runs on GitHub, write reader_key: { env: HERDBOOK_READER_KEY } instead. ' +
  'These commands store the key there:'
/** `bound` is the command that prints the key with the fingerprint in front. */
export const storeSecret = ({ bound, environment }: { readonly bound: string; readonly environment: string }): string =>
  `  ${bound} | gh secret set HERDBOOK_READER_KEY --env ${environment}`

export const installFailed = ({ title, why }: { readonly title: string; readonly why: string }): Advice => ({
  message: `Herdbook could not ${title}: ${why}`,
  hint: 'Print the commands, then run them as a user who may do this: `herdbook reader install --print`',
})
