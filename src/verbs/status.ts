import type { Command } from '@commander-js/extra-typings'
import { openConnections, type Connections } from '../providers/mastodon/connections.ts'
import { openReader } from '../providers/mastodon/reader.ts'
import { EXIT, fail, HerdbookError, worstExit, type ExitCode } from '../instance/diagnostic.ts'
import { accountId, obstacleOf } from '../providers/mastodon/kinds/community/accounts.ts'
import { formsIn } from '../reconcile/approvals.ts'
import { describeHolder } from '../reconcile/lock/holder.ts'
import { standingLock } from '../reconcile/lock/lock.ts'
import { hintLine } from '../terminal/diagnostics.ts'
import { layout, span, type Line } from '../words/layout.ts'
import { count } from '../words/text.ts'
import { inline } from '../redaction/neutralise.ts'
import { say, screenOf, tell, toldWaits, type Io } from '../session/io.ts'
import { sourceOf } from '../session/options.ts'
import { withProgress } from '../session/progress.ts'
import { openTorn, type Session } from '../session/session.ts'

const minuteOf = (at: string | null): string => `${at?.slice(0, 16).replace('T', ' ') ?? 'never'} UTC`

/** One line of the answer. */
interface Fact {
  readonly what: string
  readonly ok: boolean
  readonly says: string
  /** What to type or do, where it is not well. */
  readonly hint?: string | undefined
}

export const verb = (command: Command, io: Io) =>
  command
    .option('--instance <dir>', 'the folder of the files (default: the nearest instance/ upwards)')
    .option('--console', 'open the console, too: it takes its time to start')
    .option('--json', 'print it as JSON')
    .addHelpText('after', '\nExample:\n  herdbook status\n\nExit 10 if a connection does not open.')
    .action(async (options) => {
      const { session, torn } = await openTorn(io, options.instance)
      tell(io, session.warnings, await sourceOf(session))
      const opened = openConnections(session.config, io.secrets, { verb: 'plan', onWait: toldWaits(io) })
      try {
        const connections = await withProgress(io, 'Trying the connections', () =>
          tryConnections(session, opened, io, options.console ?? false),
        )
        const facts = [...(await here(session, torn)), ...connections]
        const width = Math.max(...facts.map((fact) => fact.what.length))
        say(
          io,
          options.json
            ? JSON.stringify({ version: 1, facts }, null, 2)
            : layout(
                facts.flatMap((fact) => told(fact, width)),
                screenOf(io.stdout),
              ),
        )
        const closed: readonly ExitCode[] = connections.some((fact) => !fact.ok) ? [EXIT.unreadable] : []
        io.exit = worstExit([...closed, ...(torn === null ? [] : [torn.exit])])
      } finally {
        await opened.close()
      }
    })

/** One fact on a line, what to do below it; what does not fit stands under its beginning. */
function told({ ok, what, says, hint }: Fact, width: number): Line[] {
  const hang = width + 4
  const first = {
    indent: 0,
    hang,
    spans: [{ text: `${ok ? ' ' : '!'} ${what.padEnd(width)}  `, whole: true }, span(inline(says))],
  }
  return hint === undefined ? [first] : [first, { ...hintLine(hint), indent: hang, hang: hang + 2 }]
}

async function here(session: Session, torn: HerdbookError | null): Promise<Fact[]> {
  const { config, environment, repository, head, ledger, instance } = session
  const fact = (what: string, says: string): Fact => ({ what, ok: true, says })
  const files = fact(
    'Instance',
    `${config.domain}, ${environment}, ${count(Object.keys(instance.documents).length, 'file', 'files')}`,
  )
  if (!repository || !head) return [files, fact('Git', 'none: there is no ledger, and nothing is ever deleted')]
  const git = fact(
    'Git',
    `${head.branch ?? 'detached'} at ${head.commit?.slice(0, 12) ?? 'nothing yet'}${head.uncommitted.length > 0 ? `, ${count(head.uncommitted.length, 'file', 'files')} not committed` : ''}; ${repository.remote ?? 'no remote'}`,
  )
  if (torn !== null)
    return [
      files,
      git,
      ...torn.diagnostics.map(({ message, hint }): Fact => ({ what: 'Ledger', ok: false, says: message, hint })),
    ]
  const standing = await standingLock(repository, {
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
        ? 'none yet: the first apply begins it'
        : `${count(ledger.entries.size, 'object', 'objects')}, applied ${ledger.taken?.slice(0, 12) ?? 'nothing'}, written ${minuteOf(ledger.at)}, ${ledger.signed ? 'signed' : 'not signed'}`,
    ),
    ...(ledger.paused === null
      ? []
      : [fact('Paused', `by ${ledger.paused.by} since ${ledger.paused.at}: ${ledger.paused.why}; herdbook resume`)]),
    ...(open > 0
      ? [fact('Unfinished', `${count(open, 'write', 'writes')} of a run that did not end; the next apply finishes it`)]
      : []),
    fact(
      'Lock',
      standing === null
        ? 'free'
        : `${standing.name}, held by ${standing.holder ? describeHolder(standing.holder) : 'somebody who left no name'}`,
    ),
  ]
}

function tryConnections(
  session: Session,
  connections: Connections,
  { secrets }: Io,
  console: boolean,
): Promise<Fact[]> {
  const { config } = session
  return Promise.all([
    attempt('API', connections.has.api, async () => {
      const { tokenFacts } = await import('../providers/mastodon/rest/token.ts')
      const rest = await connections.reading()
      const { known } = await tokenFacts(rest)
      if (!known)
        fail(EXIT.unreadable, 'token-unknown', `${rest.origin} knows no such token`, {
          hint: 'See which it knows: herdbook token check',
        })
      return `Mastodon ${rest.version} at ${rest.origin}`
    }),
    attempt('Database', connections.has.database, async () => {
      // Any table will do: what counts is that a plan could use what this connection answers.
      const { rules } = await (
        await openReader(config, secrets, { connections })
      ).read({ tables: ['rules'], accounts: [], measure: [] })
      if (rules.state === 'unknown') throw new HerdbookError(EXIT.unreadable, [rules.reason])
      return config.domain
    }),
    connections.has.console && !console
      ? { what: 'Console', ok: true, says: 'not tried: herdbook status --console' }
      : attempt('Console', connections.has.console, async () => {
          const { hello } = await connections.console()
          if (hello.actor === null && config.acting_account !== undefined)
            refuseActor(`This server has no account @${accountId(config.acting_account)}`)
          return `Mastodon ${hello.version}, acting as ${hello.actor ? `@${hello.actor.username} (${hello.actor.role})` : 'nobody'}`
        }),
    ...(config.acting_account !== undefined && connections.has.database
      ? [actingFact(config.acting_account, session, connections)]
      : []),
  ])
}

const refuseActor = (why: string): never =>
  fail(EXIT.unreadable, 'no-actor', `${why.replace(/\.$/, '')}: nobody acts.`, {
    hint: 'Name one that is there and can log in as acting_account in instance.yaml',
  })

/** Whether the account that the files name as acting is there. */
function actingFact(named: string, { config, io: { secrets } }: Session, connections: Connections): Promise<Fact> {
  const account = accountId(named)
  return attempt('Acts as', true, async () => {
    const { accounts } = await (
      await openReader(config, secrets, { connections })
    ).read({ tables: ['accounts'], accounts: [account], measure: [] })
    if (accounts.state === 'unknown') throw new HerdbookError(EXIT.unreadable, [accounts.reason])
    const why = obstacleOf(
      accounts.rows.find(({ username }) => accountId(username) === account),
      account,
    )
    if (why !== undefined) refuseActor(why)
    return `@${account}`
  })
}

async function attempt(what: string, there: boolean, open: () => Promise<string>): Promise<Fact> {
  if (!there) return { what, ok: true, says: 'not in instance.yaml' }
  const began = performance.now()
  try {
    const says = await open()
    return { what, ok: true, says: `${says} (${((performance.now() - began) / 1000).toFixed(1)} s)` }
  } catch (error) {
    if (!(error instanceof HerdbookError)) throw error
    return { what, ok: false, says: error.message, hint: error.diagnostics[0]?.hint }
  }
}
