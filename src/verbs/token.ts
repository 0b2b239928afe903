import type { Command } from '@commander-js/extra-typings'
import type { Console, TokenRequest } from '../providers/mastodon/console/console.ts'
import { openConnections } from '../providers/mastodon/connections.ts'
import { openRest } from '../providers/mastodon/rest/open-rest.ts'
import { type Rest } from '../providers/mastodon/rest/types.ts'
import { KINDS } from '../providers/mastodon/kinds/index.ts'
import { POSTING } from '../providers/mastodon/rest/statuses.ts'
import { TABLES } from '../providers/mastodon/database/rows.ts'
import { renewalOf, tokenFacts } from '../providers/mastodon/rest/token.ts'
import { EXIT, fail, HerdbookError } from '../instance/diagnostic.ts'
import type { Secret } from '../instance/documents.ts'
import { hintLine } from '../terminal/diagnostics.ts'
import { layout, line } from '../words/layout.ts'
import { inline } from '../redaction/neutralise.ts'
import { note, say, screenOf, reportWaits, type Io } from '../session/io.ts'
import { withProgress } from '../session/progress.ts'
import { openFiles, type CheckedFiles } from '../session/session.ts'
import { refuseToStore, store } from './token/store.ts'
import {
  created,
  hasOrLacks,
  HELP,
  NO_API,
  NO_CONSOLE,
  noTokenSetting,
  notProved,
  OPENING_CONSOLE,
  permissionLine,
  rotateCommand,
  ROTATED,
  ROTATED_UNKNOWN,
  scopeLine,
  TOKEN_UNKNOWN,
  tokenOwner,
} from './token/texts.ts'
import { INSTANCE_OPTION } from '../session/option-texts.ts'

interface Options {
  readonly instance?: string
  readonly read?: true
  readonly storeWith?: string
}

/** The lists that the API writes. */
const WRITTEN = KINDS.flatMap(({ tables }) => tables.flatMap(({ name, api }) => (api?.list ? [name] : [])))

/** The two tokens: the name of each on the server, and the scopes that it needs at least. */
const TOKENS = {
  token: {
    application: 'Herdbook',
    scopes: ['profile', 'admin:read', ...WRITTEN.map((list) => `admin:write:${list}`)],
  },
  read_token: { application: 'Herdbook plan', scopes: ['profile', 'admin:read'] },
} as const

/** The scopes of a token; posting only if the policy announces. */
const scopesOf = ({ instance }: CheckedFiles, which: Which): readonly string[] => [
  ...TOKENS[which].scopes,
  ...(which === 'token' && instance.documents['policy.yaml']?.announce ? POSTING : []),
]

const ROLE = { name: 'Herdbook', position: 5, permissions: ['view_dashboard', 'manage_federation', 'manage_blocks'] }
const BOT = 'herdbook'

export const verb = (command: Command, io: Io) => {
  const common = (name: string, description: string, example: string) =>
    command
      .command(name)
      .description(description)
      .option('--read', HELP.read)
      .option('--store-with <command>', HELP.storeWith)
      .option('--instance <dir>', INSTANCE_OPTION)
      .addHelpText('after', `\nExample:\n  ${example}\n\n${HELP.stored}`)
  common('create', HELP.create, HELP.createExample).action((options) => create(io, options))
  common('rotate', HELP.rotate, HELP.rotateExample).action((options) => rotate(io, options))
  command
    .command('check')
    .description(HELP.check)
    .option('--instance <dir>', INSTANCE_OPTION)
    .addHelpText('after', HELP.checkAfter)
    .action((options) => check(io, options))
  return command.addHelpText('after', HELP.after)
}

type Which = keyof typeof TOKENS

/** A token as instance.yaml names it. */
interface TokenSetting {
  readonly which: Which
  readonly url: string
  readonly origin: string
  readonly secret: Secret
}

function settingOf({ config }: CheckedFiles, options: Options): TokenSetting {
  const which: Which = options.read ? 'read_token' : 'token'
  const api = config.mastodon?.api
  const secret = api?.[which]
  if (!api || !secret) {
    return fail(EXIT.invalid, 'no-api', noTokenSetting(which))
  }
  return { which, url: api.url, origin: new URL(api.url).origin, secret }
}

async function create(io: Io, options: Options): Promise<void> {
  const files = await openFiles(io, options.instance)
  const setting = settingOf(files, options)
  await refuseToStore(setting, options.storeWith, rotateCommand(options.read ?? false))
  await withNew(io, files, setting, {
    save: ({ token }) => store(io, setting, token, options.storeWith),
    afterSave: async ({ username, role }) =>
      say(io, created({ username: inline(username), role: inline(role), origin: setting.origin })),
  })
}

async function rotate(io: Io, options: Options): Promise<void> {
  const files = await openFiles(io, options.instance)
  const setting = settingOf(files, options)
  await refuseToStore(setting, options.storeWith)
  const old = await io.secrets.token(setting.secret, `mastodon.api.${setting.which}`, setting.origin)
  await withNew(io, files, setting, {
    save: ({ token }) => store(io, setting, token, options.storeWith),
    afterSave: async (_made, console) => {
      const destroyed = await console.destroyToken(old)
      say(io, destroyed ? ROTATED : ROTATED_UNKNOWN)
    },
  })
}

type NewToken = Awaited<ReturnType<Console['createToken']>>

interface Work {
  readonly save: (made: NewToken) => Promise<void>
  /** Runs after the token is saved. */
  readonly afterSave: (made: NewToken, console: Console) => Promise<void>
}

/** Creates a token, proves it and saves it. Destroys it again if it does not work or cannot be saved. */
async function withNew(io: Io, files: CheckedFiles, setting: TokenSetting, work: Work): Promise<void> {
  const { console: connection } = files.config.mastodon ?? {}
  if (!connection) return fail(EXIT.invalid, 'no-console', NO_CONSOLE)
  // Only the console: the acting account must not depend on a token that does not exist yet.
  const connections = openConnections({ ...files.config, mastodon: { console: connection } }, io.secrets)
  try {
    const { console, made } = await withProgress(io, OPENING_CONSOLE, async () => {
      const opened = await connections.console()
      return { console: opened, made: await opened.createToken(requestFor(files, setting, opened)) }
    })
    io.secrets.hold(made.token)
    try {
      await prove(setting, made.token)
      await work.save(made)
    } catch (error) {
      await console.destroyToken(made.token)
      throw error
    }
    await work.afterSave(made, console)
  } finally {
    await connections.close()
  }
}

/** Asks for a token of the acting account if that is the bot or does not exist yet, else of the bot. */
function requestFor(files: CheckedFiles, { which }: TokenSetting, { hello: { actor } }: Console): TokenRequest {
  const { application } = TOKENS[which]
  const bot = actor === null || actor.role === ROLE.name ? files.config.acting_account : undefined
  return { username: bot ?? BOT, application, role: ROLE, scopes: scopesOf(files, which) }
}

/** Proves a token: the server must answer to it. */
async function prove({ url, which }: TokenSetting, token: string): Promise<void> {
  const rest = await openRest({ url, token, reading: true })
  try {
    const facts = await tokenFacts(rest)
    if (facts.known && facts.username !== null) return
    fail(EXIT.unreadable, 'token-unproved', notProved({ url, which }))
  } finally {
    await rest.close()
  }
}

async function check(io: Io, options: Pick<Options, 'instance'>): Promise<void> {
  const files = await openFiles(io, options.instance)
  const api = files.config.mastodon?.api
  if (!api) fail(EXIT.invalid, 'no-api', NO_API)
  for (const which of ['token', 'read_token'] as const) {
    const secret = api[which]
    if (!secret) continue
    try {
      const token = await io.secrets.token(secret, `mastodon.api.${which}`, new URL(api.url).origin)
      await checkOne(
        io,
        { which, scopes: scopesOf(files, which) },
        await openRest({
          url: api.url,
          token,
          reading: true,
          renewal: renewalOf(files.config, which),
          onWait: reportWaits(io),
        }),
      )
    } catch (error) {
      if (!(error instanceof HerdbookError)) throw error
      reportProblem(io, which, error.message, error.diagnostics[0]?.hint)
      io.exit = error.exit
    }
  }
}

const reportProblem = (io: Io, which: Which, why: string, hint: string | undefined): void =>
  note(
    io,
    layout(
      [line(0, `! ${which}: ${inline(why)}`), ...(hint === undefined ? [] : [hintLine(hint)])],
      screenOf(io.stderr),
    ),
  )

async function checkOne(
  io: Io,
  { which, scopes: wanted }: { readonly which: Which; readonly scopes: readonly string[] },
  rest: Rest,
): Promise<void> {
  try {
    const facts = await tokenFacts(rest)
    if (!facts.known) {
      reportProblem(io, which, TOKEN_UNKNOWN, rest.renewal)
      io.exit = EXIT.unreadable
      return
    }
    say(io, `  ${which}: ${inline(tokenOwner(facts))}`)
    const scopes = facts.scopes
    const lines = [
      ...wanted.map((scope) => ({
        ok: scopes === null || covers(scopes, scope),
        what: scopeLine({ scope, isKnown: scopes !== null }),
      })),
      ...needed().map(({ permission, bit }) => ({
        ok: holds(facts.permissions, bit),
        what: permissionLine(permission),
      })),
    ]
    for (const line of lines) say(io, hasOrLacks(line))
    if (lines.some((line) => !line.ok)) io.exit = EXIT.unreadable
  } finally {
    await rest.close()
  }
}

/** The permissions that the block lists and the measuring need, each once. */
const needed = () => [...new Map(TABLES.flatMap(({ api = [] }) => api).map((need) => [need.permission, need])).values()]

const ADMINISTRATOR = 1n
const holds = (mask: bigint | null, bit: bigint): boolean => mask !== null && (mask & (bit | ADMINISTRATOR)) !== 0n

/** Whether scopes include one: `admin:read` covers `admin:read:domain_blocks`, and `read` what is used of `profile`. */
export function covers(scopes: readonly string[], wanted: string): boolean {
  return (
    scopes.some((scope) => scope === wanted || wanted.startsWith(`${scope}:`)) ||
    (wanted === 'profile' && (scopes.includes('read') || scopes.includes('read:accounts')))
  )
}
