import type { Advice } from '../../instance/diagnostic.ts'
import { MINIMUM } from '../../minimum.ts'
import type { WriteConnection } from './tables.ts'

export const NULL_BYTE = 'a command cannot contain a null byte'

export const notAName = (name: string): string =>
  `${JSON.stringify(name)} is not a name, because programs would read it as an option`

export const oneRuntime = ({
  connection,
  runtimes,
}: {
  readonly connection: string
  readonly runtimes: readonly string[]
}): string => `mastodon.${connection} needs exactly one of ${runtimes.join(', ')}`

/** Names of connections, as the subject of a sentence. */
export const THE_DATABASE = 'the database'
export const THE_CONSOLE = 'the console'
export const theApiAt = (origin: string): string => `the API at ${origin}`

/** What else to check if the machine refuses the key for reading. */
export const NO_READER_KEY = 'Name a key that may only read as mastodon.database.reader_key.'
export const OLD_SSHD = `The server needs OpenSSH ${MINIMUM.openssh} or newer.`

export const NO_SSH: Advice = {
  message: 'a connection says over: ssh, but instance.yaml has no ssh',
  hint: 'add ssh: with host, user and host_key',
}

export const NO_API = 'instance.yaml has no mastodon.api'

export const NO_CONSOLE: Advice = {
  message: 'instance.yaml has no mastodon.console',
  hint: 'add mastodon.console to instance.yaml',
}

/** `says` is the domain that the far end names, `wanted` that of instance.yaml. */
export const anotherServer = (server: {
  readonly connection: string
  readonly says: string
  readonly wanted: string
}): Advice => ({
  message: `${server.connection} says that it is ${server.says}, but instance.yaml is for ${server.wanted}`,
  hint: 'correct domain or the connection in instance.yaml',
})

export const mastodonTooOld = ({
  connection,
  version,
}: {
  readonly connection: string
  readonly version: string
}): Advice => ({
  message: `${connection} is Mastodon ${version}, but Herdbook needs Mastodon ${MINIMUM.mastodon} or newer`,
  hint: 'upgrade Mastodon: https://docs.joinmastodon.org/admin/upgrading/',
})

/** `kinds` is the plural of a kind, for example `rules`. */
export const kindUnread = (kinds: string): string => `Herdbook could not read the ${kinds}.`

const WAYS: { readonly [connection in WriteConnection]: string } = { rest: 'the API', console: 'the console' }
const KEYS: { readonly [connection in WriteConnection]: string } = { rest: 'mastodon.api', console: 'mastodon.console' }

/** `writes` are the connections that can write the kind, best first. */
export const noConnection = ({
  kinds,
  writes,
}: {
  readonly kinds: string
  readonly writes: readonly WriteConnection[]
}): Advice => ({
  message: `No connection in instance.yaml can write ${kinds}. The plan shows such changes, but apply leaves them out.`,
  hint: `Herdbook writes them through ${writes.map((one) => WAYS[one]).join(' or ')}: add ${KEYS[writes[0] ?? 'console']} to instance.yaml.`,
})

/** `reinstall` is the hint that creates the reading role again. */
export const namelessDatabase = (reinstall: string): Advice => ({
  message: 'the database does not say which server it belongs to, so Herdbook uses nothing from it',
  hint: `Remove mastodon.database from instance.yaml for now, or write the domain into the database. ${reinstall}`,
})

export const NEEDS_DATABASE_OR_CONSOLE = 'that needs the database or the console, but instance.yaml names neither'

export const SERVER_CHANGED = 'The server has changed since the plan.'

export const ledgerBehind = ({
  actingAccount,
  environment,
}: {
  readonly actingAccount: string | null
  readonly environment: string
}): Advice => ({
  message: `@${actingAccount} changed the server after the last apply in this ledger. Either the ledger is an older one, or someone used that account by hand.`,
  hint: `Compare: git ls-remote REMOTE refs/herdbook/${environment}/ledger, and Mastodon's audit log. To tell the two cases apart, give Herdbook its own bot account as acting_account.`,
})

/** Ways to give the acting account enough rights in Mastodon. */
export const RAISE_ACTOR =
  'Name an owner as acting_account in instance.yaml. Or give the role of that account a higher position in Mastodon.'
export const ENTITLE_ACTOR =
  'Name an owner as acting_account in instance.yaml. Or, in Mastodon, give the role of that account Manage Roles and every permission that it should give to others.'
