import type { Command } from '@commander-js/extra-typings'
import type { Console, TokenRequest } from '../providers/mastodon/console/console.ts'
import { openConnections } from '../providers/mastodon/connections.ts'
import { openRest } from '../providers/mastodon/rest/client.ts'
import { type Rest } from '../providers/mastodon/rest/rest.ts'
import { POSTING } from '../providers/mastodon/rest/statuses.ts'
import { NEEDS, renewalOf, tokenFacts } from '../providers/mastodon/rest/token.ts'
import { EXIT, fail, HerdbookError } from '../instance/diagnostic.ts'
import type { Secret } from '../instance/documents.ts'
import { hintLine } from '../terminal/diagnostics.ts'
import { layout, line } from '../words/layout.ts'
import { inline } from '../redaction/neutralise.ts'
import { note, say, screenOf, toldWaits, type Io } from '../session/io.ts'
import { withProgress } from '../session/progress.ts'
import { openFiles, type Files } from '../session/session.ts'
import { refuseToStore, store } from './token/store.ts'

interface Options {
  readonly instance?: string
  readonly read?: true
  readonly storeWith?: string
}

/** The two tokens: what each is called on the server, and the least that it must be able to do. */
const TOKENS = {
  token: {
    application: 'Herdbook',
    scopes: [
      'profile',
      'admin:read',
      'admin:write:domain_blocks',
      'admin:write:email_domain_blocks',
      'admin:write:ip_blocks',
    ],
  },
  read_token: { application: 'Herdbook plan', scopes: ['profile', 'admin:read'] },
} as const

/** Posting is asked for only where the policy announces. */
const scopesOf = ({ instance }: Files, which: Which): readonly string[] => [
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
      .option('--read', 'the token that only reads (mastodon.api.read_token)')
      .option('--store-with <command>', 'give the token to this command on its stdin, instead of writing a file')
      .option('--instance <dir>', 'the folder of the files (default: the nearest instance/ upwards)')
      .addHelpText(
        'after',
        `\nExample:\n  ${example}\n\nThe token is stored where instance.yaml refers, and never printed.`,
      )
  common(
    'create',
    'Make the role, the bot, its application and a token, through the console.',
    'herdbook token create',
  ).action((options) => create(io, options))
  common(
    'rotate',
    'Make a new token, prove it, then destroy the old one.',
    "herdbook token rotate \\\n    --store-with 'gh secret set HERDBOOK_TOKEN --env herdbook-apply'",
  ).action((options) => rotate(io, options))
  command
    .command('check')
    .description('Tell what the tokens may do, against what is needed.')
    .option('--instance <dir>', 'the folder of the files (default: the nearest instance/ upwards)')
    .addHelpText('after', '\nExample:\n  herdbook token check\n\nExit 10 if something is missing.')
    .action((options) => check(io, options))
  return command.addHelpText(
    'after',
    '\nExample:\n  herdbook token create\n\nEach has its own help: herdbook token create --help',
  )
}

type Which = keyof typeof TOKENS

interface Slot {
  readonly which: Which
  readonly url: string
  readonly origin: string
  readonly secret: Secret
}

function slotOf({ config }: Files, options: Options): Slot {
  const which: Which = options.read ? 'read_token' : 'token'
  const api = config.mastodon?.api
  const secret = api?.[which]
  if (!api || !secret) {
    return fail(EXIT.invalid, 'no-api', `instance.yaml does not say where mastodon.api.${which} is kept.`, {
      hint: `Write under mastodon.api: ${which}: { file: /path/outside/of/the/repository }`,
    })
  }
  return { which, url: api.url, origin: new URL(api.url).origin, secret }
}

async function create(io: Io, options: Options): Promise<void> {
  const files = await openFiles(io, options.instance)
  const slot = slotOf(files, options)
  await refuseToStore(slot, options.storeWith, `herdbook token rotate${options.read ? ' --read' : ''}`)
  await withNew(io, files, slot, {
    keep: ({ token }) => store(io, slot, token, options.storeWith),
    kept: async ({ username, role }) =>
      say(io, `@${inline(username)} (${inline(role)}) has a token for ${slot.origin}. Check it: herdbook token check`),
  })
}

async function rotate(io: Io, options: Options): Promise<void> {
  const files = await openFiles(io, options.instance)
  const slot = slotOf(files, options)
  await refuseToStore(slot, options.storeWith)
  const old = await io.secrets.token(slot.secret, `mastodon.api.${slot.which}`, slot.origin)
  await withNew(io, files, slot, {
    keep: ({ token }) => store(io, slot, token, options.storeWith),
    kept: async (_made, console) => {
      const destroyed = await console.destroyToken(old)
      say(
        io,
        destroyed
          ? `The new token works and is stored; the old one is destroyed.`
          : `The new token works and is stored; the server did not know the old one.`,
      )
    },
  })
}

type Made = Awaited<ReturnType<Console['createToken']>>

interface Work {
  readonly keep: (made: Made) => Promise<void>
  /** What is done once it is kept. */
  readonly kept: (made: Made, console: Console) => Promise<void>
}

/** Makes a token, proves it and keeps it. One that does not work, or that could not be kept, is destroyed again. */
async function withNew(io: Io, files: Files, slot: Slot, work: Work): Promise<void> {
  const { console: connection } = files.config.mastodon ?? {}
  if (!connection)
    return fail(EXIT.invalid, 'no-console', 'A token is made through the console, and instance.yaml has none.', {
      hint: 'Make it in the web interface instead: the README says how.',
    })
  // The console alone: who acts there must not depend on a token that is yet to be made.
  const connections = openConnections({ ...files.config, mastodon: { console: connection } }, io.secrets)
  try {
    const { console, made } = await withProgress(io, 'Opening the console', async () => {
      const opened = await connections.console()
      return { console: opened, made: await opened.createToken(wishFor(files, slot, opened)) }
    })
    io.secrets.hold(made.token)
    try {
      await prove(slot, made.token)
      await work.keep(made)
    } catch (error) {
      await console.destroyToken(made.token)
      throw error
    }
    await work.kept(made, console)
  } finally {
    await connections.close()
  }
}

/** The token is the acting account's where that is the bot or is yet to be; a person who acts keeps their account to themselves. */
function wishFor(files: Files, { which }: Slot, { hello: { actor } }: Console): TokenRequest {
  const { application } = TOKENS[which]
  const bot = actor === null || actor.role === ROLE.name ? files.config.acting_account : undefined
  return { username: bot ?? BOT, application, role: ROLE, scopes: scopesOf(files, which) }
}

/** A token counts once the server has answered to it. */
async function prove({ url, which }: Slot, token: string): Promise<void> {
  const rest = await openRest({ url, token, reading: true })
  try {
    const facts = await tokenFacts(rest)
    if (facts.known && facts.username !== null) return
    fail(
      EXIT.unreadable,
      'token-unproved',
      `${url} does not know the new token for mastodon.api.${which}; it was destroyed again.`,
      { hint: 'Is that URL the server that the console belongs to?' },
    )
  } finally {
    await rest.close()
  }
}

async function check(io: Io, options: Pick<Options, 'instance'>): Promise<void> {
  const files = await openFiles(io, options.instance)
  const api = files.config.mastodon?.api
  if (!api) fail(EXIT.invalid, 'no-api', 'instance.yaml has no mastodon.api: there is no token to check.')
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
          onWait: toldWaits(io),
        }),
      )
    } catch (error) {
      if (!(error instanceof HerdbookError)) throw error
      lacking(io, which, error.message, error.diagnostics[0]?.hint)
      io.exit = error.exit
    }
  }
}

const lacking = (io: Io, which: Which, why: string, hint: string | undefined): void =>
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
      lacking(io, which, 'the server knows no such token', rest.renewal)
      io.exit = EXIT.unreadable
      return
    }
    say(
      io,
      `  ${which}: ${facts.username === null ? `nobody (${inline(facts.refusal ?? 'the server does not say who')})` : `@${inline(facts.username)} (${inline(facts.role ?? 'no role')})`}, application ${inline(facts.application ?? 'unknown')}`,
    )
    const scopes = facts.scopes
    const lines = [
      ...wanted.map((scope) => ({
        ok: scopes === null || covers(scopes, scope),
        says: `scope ${scope}${scopes === null ? ' (this server does not tell)' : ''}`,
      })),
      ...needed().map(({ permission, bit }) => ({
        ok: holds(facts.permissions, bit),
        says: `permission ${permission}`,
      })),
    ]
    for (const line of lines) say(io, `${line.ok ? '   ' : '  !'} ${line.ok ? 'has' : 'lacks'} ${line.says}`)
    if (lines.some((line) => !line.ok)) io.exit = EXIT.unreadable
  } finally {
    await rest.close()
  }
}

/** Permissions that the block lists and the measuring need, each once. */
const needed = () => [...new Map(Object.values(NEEDS).map((need) => [need.permission, need])).values()]

const ADMINISTRATOR = 1n
const holds = (mask: bigint | null, bit: bigint): boolean => mask !== null && (mask & (bit | ADMINISTRATOR)) !== 0n

/** `admin:read` covers `admin:read:domain_blocks`, and `read` covers `profile`'s part that is asked for. */
export function covers(scopes: readonly string[], wanted: string): boolean {
  return (
    scopes.some((scope) => scope === wanted || wanted.startsWith(`${scope}:`)) ||
    (wanted === 'profile' && (scopes.includes('read') || scopes.includes('read:accounts')))
  )
}
