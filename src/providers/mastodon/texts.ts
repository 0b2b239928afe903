import type { Advice } from '../../instance/diagnostic.ts'
import { MINIMUM } from '../../minimum.ts'
import type { WriteConnection } from './tables.ts'

export const NULL_BYTE = 'a command cannot contain a null byte'

export const notAName = (name: string): string =>
  `${JSON.stringify(name)} cannot be a name in instance.yaml: it begins with "-", ` +
  'so programs would read it as an option'

export const oneRuntime = ({
  connection,
  runtimes,
}: {
  readonly connection: string
  readonly runtimes: readonly string[]
}): string => `mastodon.${connection} in instance.yaml needs exactly one of ${runtimes.join(', ')}`

/** Names of connections, as the subject of a sentence. */
export const THE_DATABASE = 'the database'
export const THE_CONSOLE = 'the console'
export const theApiAt = (origin: string): string => `the API at ${origin}`

/** What else to check if the machine refuses the key for reading. */
export const NO_READER_KEY = 'If your key may only read, name it as mastodon.database.reader_key in instance.yaml.'
export const OLD_SSHD = `The server needs OpenSSH ${MINIMUM.openssh} or newer.`

export const NO_SSH: Advice = {
  message: 'A connection in instance.yaml says over: ssh, but instance.yaml has no ssh.',
  hint: 'Add ssh: with host, user and host_key to instance.yaml.',
}

export const NO_API = 'instance.yaml has no mastodon.api: add it, with url and token'

export const NO_CONSOLE: Advice = {
  message: 'instance.yaml has no mastodon.console',
  hint: 'Add mastodon.console to instance.yaml.',
}

/** `says` is the domain that the far end names, `wanted` that of instance.yaml. */
export const anotherServer = (server: {
  readonly connection: string
  readonly says: string
  readonly wanted: string
}): Advice => ({
  message: `${server.connection} says that it is the server ${server.says}, but instance.yaml is for ${server.wanted}`,
  hint: 'Correct domain or the connection in instance.yaml.',
})

export const mastodonTooOld = ({
  connection,
  version,
}: {
  readonly connection: string
  readonly version: string
}): Advice => ({
  message: `${connection} runs Mastodon ${version}, but Herdbook needs Mastodon ${MINIMUM.mastodon} or newer`,
  hint: 'Upgrade Mastodon: https://docs.joinmastodon.org/admin/upgrading/',
})

/** `since` is the release that brought the kind, `version` that of the server, `file` the one that lists the kind. */
export const kindTooNew = (old: {
  readonly kinds: string
  readonly since: string
  readonly version: string
  readonly file: string
}): Advice => ({
  message: `${old.kinds} need Mastodon ${old.since} or later, and this server runs ${old.version}`,
  hint: `Delete ${old.file} from the files, or upgrade Mastodon: https://docs.joinmastodon.org/admin/upgrading/`,
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
  hint:
    `Herdbook writes them through ${writes.map((one) => WAYS[one]).join(' or ')}: ` +
    `add ${KEYS[writes[0] ?? 'console']} to instance.yaml.`,
})

/** `reinstall` is the hint that creates the reading role again. */
export const namelessDatabase = (reinstall: string): Advice => ({
  message: 'The database does not say which server it belongs to, so Herdbook uses nothing from it.',
  hint:
    'Remove mastodon.database from instance.yaml for now. ' +
    `Or let Herdbook write the domain into the database. ${reinstall}`,
})

export const NEEDS_DATABASE_OR_CONSOLE =
  'Herdbook needs the database or the console for this, but instance.yaml names neither'

export const SERVER_CHANGED = 'The server has changed since the plan. The next plan shows what changed.'

export const ledgerBehind = (actingAccount: string | null): Advice => ({
  message:
    `@${actingAccount} changed the server after the last apply that the ledger (Herdbook's record in Git) holds. ` +
    'Either someone put an older ledger back, or someone used that account by hand.',
  hint:
    'See when the ledger was written: herdbook status. ' +
    `Then look in Mastodon's audit log for what @${actingAccount} did after that. If Herdbook did it, ` +
    'find the newer ledger in the clone of another admin, and push it. ' +
    'To avoid this question, give Herdbook its own bot account as acting_account in instance.yaml.',
})

/** Ways to give the acting account enough rights in Mastodon. */
export const RAISE_ACTOR =
  'Name an owner as acting_account in instance.yaml. ' +
  'Or, in Mastodon, give the role of the account that Herdbook acts as a higher position.'
export const ENTITLE_ACTOR =
  'Name an owner as acting_account in instance.yaml. Or, in Mastodon, give the role of the account ' +
  'that Herdbook acts as the permission Manage Roles and every permission that it should give to others.'
