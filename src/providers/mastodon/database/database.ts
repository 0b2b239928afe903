import type { Diagnostic } from '../../../instance/diagnostic.ts'
import type { DatabaseConnection } from '../../../instance/documents.ts'
import type { ReadRequest } from '../tables.ts'
import { psqlLine } from '../commands.ts'
import { stderrTail, type Machine, run } from '../../../ssh/executor.ts'
import { MINIMUM } from '../../../minimum.ts'
import { readerScript } from '../scripts.ts'
import { allUnknown, readSnapshot, type Snapshot } from './rows.ts'

/** Runs what `reader install` put there, from the home folder that a login begins in. */
export const READER = 'exec .herdbook/reader'

/** A literal of SQL, with standard_conforming_strings on: nothing but a quote means anything in it. */
export function literal(text: string): string {
  if (text.includes('\0')) throw new TypeError("a literal can't hold a null byte")
  return `'${text.replaceAll("'", "''")}'`
}

/** What `herdbook.request` holds. Everything beyond ASCII is escaped, so that no encoding of the way can change it. */
export function requestText(request: ReadRequest): string {
  const { tables, accounts, acting, measure } = request
  const json = JSON.stringify({ tables, accounts, acting, measure })
  return json.replaceAll(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** Refuses a server that is too old to read the rest, in words that any server reads. */
export const refuseOldServer = (least: string): string => `do $old$ begin
  if current_setting('server_version_num')::int < ${least}0000 then
    raise exception 'PostgreSQL % is too old: Herdbook needs ${least} or newer', current_setting('server_version');
  end if;
end $old$;`

/** What psql reads before the request: a read-only transaction, as herdbook_reader where the one who connects may be that. */
export function beforeRequest(): string {
  return `set standard_conforming_strings = on;
set client_encoding = 'UTF8';
begin transaction isolation level repeatable read read only;
set local idle_in_transaction_session_timeout = '60s';
${refuseOldServer(MINIMUM.postgresql)}
do $role$ begin
  perform set_config('role', rolname, true) from pg_roles where rolname = 'herdbook_reader' and pg_has_role(oid, 'MEMBER');
exception when insufficient_privilege then null;
end $role$;
set local herdbook.request = '`
}

/** What psql reads after the request, which stands in quotes. */
export function afterRequest(): string {
  return `';
${readerScript()}
commit;
`
}

/** All that psql gets on stdin. */
export function readingSession(request: ReadRequest): string {
  return `${beforeRequest()}${literal(requestText(request)).slice(1, -1)}${afterRequest()}`
}

const UPGRADE = 'upgrade PostgreSQL on the server: https://www.postgresql.org/docs/current/upgrading.html'
/** Installs the reading role again. While that goes on, instance.yaml has to say how psql is run. */
export const reinstall = ({ reader }: DatabaseConnection): string =>
  `Have the reading role made again: ${reader === true ? 'write mastodon: database: { over: ssh, native: { user: mastodon } } in instance.yaml for as long as it takes, and type ' : ''}herdbook reader install`

/** Reads a snapshot through the database connection, in one exec. */
export async function readDatabase(
  machine: Machine,
  connection: DatabaseConnection,
  request: ReadRequest,
): Promise<Snapshot> {
  // a key that was bound to the reader runs it whatever is asked for, and any other key runs it by name
  const [command, input] =
    connection.reader === true ? [READER, `${requestText(request)}\n`] : [psqlLine(connection), readingSession(request)]
  const finished = await run(machine, command, input)
  const nothing = (message: string, hint?: string): Snapshot => {
    const reason: Diagnostic = {
      code: 'database-failed',
      severity: 'error',
      message: `the database can't be read: ${message}`,
    }
    return {
      domain: null,
      version: null,
      tables: allUnknown(request, hint === undefined ? reason : { ...reason, hint }),
    }
  }
  if (finished.code !== 0) {
    const [old] = /PostgreSQL \d[^\n]* is too old: [^\n]*/.exec(finished.stderr) ?? []
    if (old !== undefined) return nothing(old, UPGRADE)
    if (/syntax error/.test(finished.stderr))
      return nothing(
        stderrTail(finished),
        `if the server is older, that is why: it takes PostgreSQL ${MINIMUM.postgresql} or newer`,
      )
    return nothing(stderrTail(finished), `check mastodon.database in instance.yaml. ${reinstall(connection)}`)
  }
  try {
    return readSnapshot(JSON.parse(finished.stdout), request, 'database', reinstall(connection))
  } catch {
    return nothing(`the answer is no JSON document: ${JSON.stringify(finished.stdout.slice(0, 120))}`)
  }
}
