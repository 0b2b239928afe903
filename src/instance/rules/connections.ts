import type { Diagnostic } from '../diagnostic.ts'
import type { ConsoleConnection, DatabaseConnection } from '../documents.ts'
import { inTheClear } from '../loopback.ts'
import { error } from './rule.ts'
import type { Rule, RuleInput } from './rule.ts'

const FILE = 'instance.yaml'
const RUNTIMES = ['native', 'podman', 'docker_compose', 'kubernetes'] as const

/** Connections are complete, and none sends a secret in the clear. */
export const connections: Rule = function* (input) {
  const { mastodon, forge, ledger_key } = input.documents[FILE] ?? {}
  if (mastodon?.api !== undefined) yield* encrypted(input, mastodon.api.url)
  if (mastodon?.database !== undefined) yield* database(input, mastodon.database)
  if (forge !== undefined && ledger_key === undefined)
    yield error(
      'forge-without-key',
      'forge needs ledger_key: without it, whoever may write to the repository could forge approvals',
      input.keyAt(FILE, ['forge']),
      'Add ledger_key: { env: HERDBOOK_LEDGER_KEY }, any long random text.',
    )
  if (mastodon?.console !== undefined) yield* runtime(input, 'console', mastodon.console, RUNTIMES)
  yield* posts(input)
}

/** Posts go through the API alone. */
function* posts({ documents, broken, keyAt }: RuleInput): Generator<Diagnostic> {
  if (
    documents['policy.yaml']?.announce === undefined ||
    documents[FILE] === undefined ||
    documents[FILE].mastodon?.api !== undefined ||
    broken.has(FILE)
  )
    return
  yield error(
    'no-api',
    'announce posts through the API, and instance.yaml has no mastodon.api',
    keyAt('policy.yaml', ['announce']),
    'Add mastodon.api to instance.yaml, or delete announce.',
  )
}

function* encrypted({ at }: RuleInput, url: string): Generator<Diagnostic> {
  const place = () => at(FILE, ['mastodon', 'api', 'url'])
  if (!URL.canParse(url))
    yield error('not-a-url', 'url is no address of a web page', place(), 'Write it like https://herd.example.')
  else if (inTheClear(url))
    yield error('not-encrypted', 'url would send the token in the clear', place(), 'Write https: instead of http:.')
}

function* database(input: RuleInput, connection: DatabaseConnection): Generator<Diagnostic> {
  const at = (key: string) => input.keyAt(FILE, ['mastodon', 'database', key])
  yield* runtime(input, 'database', connection, ['reader', ...RUNTIMES])
  if (connection.reader === true && connection.over === 'local')
    yield error(
      'door',
      'reader: true is a key for SSH, and over says local',
      at('reader'),
      'Write over: ssh, or native: {} to run psql here.',
    )
  if (connection.reader_key !== undefined && connection.reader !== true)
    yield error(
      'door',
      'reader_key only goes with reader: true',
      at('reader_key'),
      'Add reader: true, or delete the line.',
    )
}

function* runtime(
  { documents, broken, at, keyAt }: RuleInput,
  name: 'database' | 'console',
  connection: ConsoleConnection | DatabaseConnection,
  choices: readonly string[],
): Generator<Diagnostic> {
  // What is wrong in itself is left out here, and does not count as missing.
  if (broken.has(FILE)) return
  const chosen = choices.filter((choice) => choice in connection)
  const words = choices.join(', ')
  if (chosen.length !== 1)
    yield error(
      'door',
      `${name} needs exactly one of ${words}`,
      keyAt(FILE, ['mastodon', name]),
      chosen.length === 0 ? 'Add the one that tells how it runs.' : `Keep one of ${chosen.join(' and ')}.`,
    )
  if (connection.over === 'ssh' && documents[FILE]?.ssh === undefined)
    yield error(
      'door',
      `${name} goes over ssh, and there is no ssh here`,
      at(FILE, ['mastodon', name, 'over']),
      'Add ssh: with host, user and host_key.',
    )
}
