import type { Command } from '@commander-js/extra-typings'
import { openConnections, type MastodonConnections } from '../providers/mastodon/connections.ts'
import { openReader } from '../providers/mastodon/reader.ts'
import { EXIT, fail, HerdbookError, worstExit, type ExitCode } from '../instance/diagnostic.ts'
import { accountId, ACCOUNTS, obstacleOf } from '../providers/mastodon/kinds/accounts.ts'
import { ROLES } from '../providers/mastodon/kinds/role/table.ts'
import { tableIn } from '../providers/mastodon/tables.ts'
import { formsIn } from '../reconcile/approvals.ts'
import { describeHolder } from '../reconcile/lock/holder.ts'
import { standingLock } from '../reconcile/lock/lock.ts'
import { hintLine } from '../terminal/diagnostics.ts'
import { layout, span, type Line } from '../words/layout.ts'
import { inline } from '../redaction/neutralise.ts'
import { say, screenOf, tell, reportWaits, type Io } from '../session/io.ts'
import { sourceOf } from '../session/options.ts'
import { withProgress } from '../session/progress.ts'
import { openDespiteLedger, type Session } from '../session/session.ts'
import {
  apiFact,
  cannotAct,
  consoleFact,
  CONSOLE_NOT_TRIED,
  gitFact,
  HELP,
  instanceFact,
  ledgerFact,
  LOCK_FREE,
  lockFact,
  NO_GIT,
  NO_LEDGER_YET,
  noSuchAccount,
  NOT_CONFIGURED,
  opened,
  pausedFact,
  tokenUnknown,
  TRYING,
  unfinishedFact,
} from './status/texts.ts'
import { INSTANCE_OPTION } from '../session/option-texts.ts'

const minuteOf = (at: string | null): string => `${at?.slice(0, 16).replace('T', ' ') ?? 'never'} UTC`

/** One line of the answer. */
interface Fact {
  readonly what: string
  readonly ok: boolean
  readonly says: string
  /** What to type or do about a problem. */
  readonly hint?: string | undefined
}

export const verb = (command: Command, io: Io) =>
  command
    .option('--instance <dir>', INSTANCE_OPTION)
    .option('--console', HELP.console)
    .option('--json', HELP.json)
    .addHelpText('after', HELP.after)
    .action(async (options) => {
      const { session, ledgerError } = await openDespiteLedger(io, options.instance)
      tell(io, session.warnings, await sourceOf(session))
      const connections = openConnections(session.config, io.secrets, { verb: 'plan', onWait: reportWaits(io) })
      try {
        const tried = await withProgress(io, TRYING, () =>
          tryConnections(session, connections, io, options.console ?? false),
        )
        const facts = [...(await localFacts(session, ledgerError)), ...tried]
        const width = Math.max(...facts.map((fact) => fact.what.length))
        say(
          io,
          options.json
            ? JSON.stringify({ version: 1, facts }, null, 2)
            : layout(
                facts.flatMap((fact) => factLines(fact, width)),
                screenOf(io.stdout),
              ),
        )
        const closed: readonly ExitCode[] = tried.some((fact) => !fact.ok) ? [EXIT.unreadable] : []
        io.exit = worstExit([...closed, ...(ledgerError === null ? [] : [ledgerError.exit])])
      } finally {
        await connections.close()
      }
    })

/** A fact on one line, with its hint below; the rest of a long text is indented under its start. */
function factLines({ ok, what, says, hint }: Fact, width: number): Line[] {
  const hang = width + 4
  const first = {
    indent: 0,
    hang,
    spans: [{ text: `${ok ? ' ' : '!'} ${what.padEnd(width)}  `, whole: true }, span(inline(says))],
  }
  return hint === undefined ? [first] : [first, { ...hintLine(hint), indent: hang, hang: hang + 2 }]
}

/** The facts that need no connection: files, Git, ledger and lock. */
async function localFacts(session: Session, ledgerError: HerdbookError | null): Promise<Fact[]> {
  const { config, environment, repository, head, ledger, instance } = session
  const fact = (what: string, says: string): Fact => ({ what, ok: true, says })
  const files = fact(
    'Instance',
    instanceFact({ domain: config.domain, environment, files: Object.keys(instance.documents).length }),
  )
  if (!repository || !head) return [files, fact('Git', NO_GIT)]
  const git = fact(
    'Git',
    gitFact({
      branch: head.branch,
      commit: head.commit,
      uncommitted: head.uncommitted.length,
      remote: repository.remote,
    }),
  )
  if (ledgerError !== null)
    return [
      files,
      git,
      ...ledgerError.diagnostics.map(({ message, hint }): Fact => ({ what: 'Ledger', ok: false, says: message, hint })),
    ]
  const lock = await standingLock(repository, {
    sealing: session.sealing,
    forms: formsIn(ledger, session.io.now()),
  })
  const open = ledger.attempts.length + ledger.intents.length
  return [
    files,
    git,
    fact(
      'Ledger',
      ledger.head === null
        ? NO_LEDGER_YET
        : ledgerFact({
            objects: ledger.entries.size,
            applied: ledger.taken,
            written: minuteOf(ledger.at),
            signed: ledger.signed,
          }),
    ),
    ...(ledger.paused === null ? [] : [fact('Paused', pausedFact(ledger.paused))]),
    ...(open > 0 ? [fact('Unfinished', unfinishedFact(open))] : []),
    fact(
      'Lock',
      lock === null
        ? LOCK_FREE
        : lockFact({ name: lock.name, holder: lock.holder ? describeHolder(lock.holder) : null }),
    ),
  ]
}

function tryConnections(
  session: Session,
  connections: MastodonConnections,
  { secrets }: Io,
  console: boolean,
): Promise<Fact[]> {
  const { config } = session
  return Promise.all([
    attempt('API', connections.has.api, async () => {
      const { tokenFacts } = await import('../providers/mastodon/rest/token.ts')
      const rest = await connections.reading()
      const { known } = await tokenFacts(rest)
      if (!known) fail(EXIT.unreadable, 'token-unknown', tokenUnknown(rest.origin))
      return apiFact(rest)
    }),
    attempt('Database', connections.has.database, async () => {
      // Any table will do: it shows whether a plan can read through this connection.
      const reader = await openReader(config, secrets, { connections })
      const roles = tableIn(await reader.read({ tables: [ROLES.name], accounts: [], measure: [] }), ROLES)
      if (roles.state === 'unknown') throw new HerdbookError(EXIT.unreadable, [roles.reason])
      return config.domain
    }),
    connections.has.console && !console
      ? { what: 'Console', ok: true, says: CONSOLE_NOT_TRIED }
      : attempt('Console', connections.has.console, async () => {
          const { hello } = await connections.console()
          if (hello.actor === null && config.acting_account !== undefined)
            refuseActor(noSuchAccount(accountId(config.acting_account)))
          return consoleFact(hello)
        }),
    ...(config.acting_account !== undefined && connections.has.database
      ? [actingFact(config.acting_account, session, connections)]
      : []),
  ])
}

const refuseActor = (reason: string): never => fail(EXIT.unreadable, 'no-actor', cannotAct(reason))

/** Checks that the acting account of the files exists and can act. */
function actingFact(
  named: string,
  { config, io: { secrets } }: Session,
  connections: MastodonConnections,
): Promise<Fact> {
  const account = accountId(named)
  return attempt('Acts as', true, async () => {
    const reader = await openReader(config, secrets, { connections })
    const accounts = tableIn(await reader.read({ tables: [ACCOUNTS.name], accounts: [account], measure: [] }), ACCOUNTS)
    if (accounts.state === 'unknown') throw new HerdbookError(EXIT.unreadable, [accounts.reason])
    const obstacle = obstacleOf(
      accounts.rows.find(({ username }) => accountId(username) === account),
      account,
    )
    if (obstacle !== undefined) refuseActor(obstacle)
    return `@${account}`
  })
}

async function attempt(what: string, there: boolean, open: () => Promise<string>): Promise<Fact> {
  if (!there) return { what, ok: true, says: NOT_CONFIGURED }
  const began = performance.now()
  try {
    const text = await open()
    return { what, ok: true, says: opened({ text, seconds: (performance.now() - began) / 1000 }) }
  } catch (error) {
    if (!(error instanceof HerdbookError)) throw error
    return { what, ok: false, says: error.message, hint: error.diagnostics[0]?.hint }
  }
}
