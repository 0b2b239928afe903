import type { Diagnostic } from '../diagnostic.ts'
import type { ConsoleConnection, DatabaseConnection } from '../documents.ts'
import { inTheClear } from '../loopback.ts'
import {
  ANNOUNCE_WITHOUT_API,
  FORGE_WITHOUT_KEY,
  NOT_A_URL,
  NOT_ENCRYPTED,
  noSsh,
  notExactlyOne,
  READER_IS_LOCAL,
  READER_KEY_WITHOUT_READER,
} from './connections-texts.ts'
import { error } from './rule.ts'
import type { InstanceRule, RuleInput } from './rule.ts'

const FILE = 'instance.yaml'
const RUNTIMES = ['native', 'podman', 'docker_compose', 'kubernetes'] as const

/** Checks that connections are complete, and that none sends a secret without encryption. */
export const connections: InstanceRule = function* (input) {
  const { mastodon, forge, ledger_key } = input.documents[FILE] ?? {}
  if (mastodon?.api !== undefined) yield* encrypted(input, mastodon.api.url)
  if (mastodon?.database !== undefined) yield* database(input, mastodon.database)
  if (forge !== undefined && ledger_key === undefined)
    yield error('forge-without-key', FORGE_WITHOUT_KEY, input.keyAt(FILE, ['forge']))
  if (mastodon?.console !== undefined) yield* runtime(input, 'console', mastodon.console, RUNTIMES)
  yield* announcements(input)
}

/** Checks that there is an API if anything is announced: posts need it. */
function* announcements({ documents, broken, keyAt }: RuleInput): Generator<Diagnostic> {
  if (
    documents['policy.yaml']?.announce === undefined ||
    documents[FILE] === undefined ||
    documents[FILE].mastodon?.api !== undefined ||
    broken.has(FILE)
  )
    return
  yield error('no-api', ANNOUNCE_WITHOUT_API, keyAt('policy.yaml', ['announce']))
}

function* encrypted({ at }: RuleInput, url: string): Generator<Diagnostic> {
  const place = () => at(FILE, ['mastodon', 'api', 'url'])
  if (!URL.canParse(url)) yield error('not-a-url', NOT_A_URL, place())
  else if (inTheClear(url)) yield error('not-encrypted', NOT_ENCRYPTED, place())
}

function* database(input: RuleInput, connection: DatabaseConnection): Generator<Diagnostic> {
  const at = (key: string) => input.keyAt(FILE, ['mastodon', 'database', key])
  yield* runtime(input, 'database', connection, ['reader', ...RUNTIMES])
  if (connection.reader === true && connection.over === 'local') yield error('door', READER_IS_LOCAL, at('reader'))
  if (connection.reader_key !== undefined && connection.reader !== true)
    yield error('door', READER_KEY_WITHOUT_READER, at('reader_key'))
}

function* runtime(
  { documents, broken, at, keyAt }: RuleInput,
  name: 'database' | 'console',
  connection: ConsoleConnection | DatabaseConnection,
  choices: readonly string[],
): Generator<Diagnostic> {
  // What the schema refused is left out here, and must not count as missing.
  if (broken.has(FILE)) return
  const chosen = choices.filter((choice) => choice in connection)
  if (chosen.length !== 1) yield error('door', notExactlyOne(name, choices, chosen), keyAt(FILE, ['mastodon', name]))
  if (connection.over === 'ssh' && documents[FILE]?.ssh === undefined)
    yield error('door', noSsh(name), at(FILE, ['mastodon', name, 'over']))
}
