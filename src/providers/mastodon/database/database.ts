import type { Diagnostic } from '../../../instance/diagnostic.ts'
import type { DatabaseConnection } from '../../../instance/documents.ts'
import type { ReadRequest } from '../tables.ts'
import { psqlLine } from '../commands.ts'
import { stderrTail, type Machine, run } from '../../../ssh/executor.ts'
import { MINIMUM } from '../../../minimum.ts'
import { readerScript } from '../scripts.ts'
import { allUnknown, readSnapshot, type ReaderAnswer } from './rows.ts'
import {
  checkDatabase,
  databaseUnread,
  LITERAL_NULL_BYTE,
  notJson,
  PERHAPS_OLD,
  recreateRole,
  UPGRADE_POSTGRESQL,
} from './texts.ts'

/** Runs the program that `reader install` put into the home folder. */
export const READER = 'exec .herdbook/reader'

/** Quotes a literal of SQL. With standard_conforming_strings on, only a quote has a meaning in it. */
export function literal(text: string): string {
  if (text.includes('\0')) throw new TypeError(LITERAL_NULL_BYTE)
  return `'${text.replaceAll("'", "''")}'`
}

/** Makes the value of `herdbook.request`. Only ASCII, so that no encoding on the way can change it. */
export function requestText(request: ReadRequest): string {
  const { tables, accounts, acting, measure } = request
  const json = JSON.stringify({ tables, accounts, acting, measure })
  return json.replaceAll(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** Makes the SQL that refuses a server that is too old. Every version can run it. */
export const refuseOldServer = (least: string): string => `do $old$ begin
  if current_setting('server_version_num')::int < ${least}0000 then
    raise exception 'PostgreSQL % is too old: Herdbook needs ${least} or newer', current_setting('server_version');
  end if;
end $old$;`

/** Makes what psql reads before the request: a read-only transaction, as herdbook_reader if the user may be that. */
export function beforeRequest(): string {
  return `set standard_conforming_strings = on;
set client_encoding = 'UTF8';
begin transaction isolation level repeatable read read only;
set local idle_in_transaction_session_timeout = '60s';
${refuseOldServer(MINIMUM.postgresql)}
do $role$ begin
  perform set_config('role', rolname, true) from pg_roles
    where rolname = 'herdbook_reader' and pg_has_role(oid, 'MEMBER');
exception when insufficient_privilege then null;
end $role$;
set local herdbook.request = '`
}

/** Makes what psql reads after the quoted request. */
export function afterRequest(): string {
  return `';
${readerScript()}
commit;
`
}

/** Makes all that psql gets on stdin. */
export function readingSession(request: ReadRequest): string {
  return `${beforeRequest()}${literal(requestText(request)).slice(1, -1)}${afterRequest()}`
}

/** Says how to create the reading role of a connection again. */
export const reinstall = ({ reader }: DatabaseConnection): string => recreateRole({ reader: reader === true })

/** Reads a snapshot through the database connection, in one exec. */
export async function readDatabase(
  machine: Machine,
  connection: DatabaseConnection,
  request: ReadRequest,
): Promise<ReaderAnswer> {
  // A key that is bound to the reader runs it for any command. Any other key runs it by name.
  const [command, input] =
    connection.reader === true ? [READER, `${requestText(request)}\n`] : [psqlLine(connection), readingSession(request)]
  const finished = await run(machine, command, input)
  const unread = (message: string, hint?: string): ReaderAnswer => {
    const reason: Diagnostic = {
      code: 'database-failed',
      severity: 'error',
      message: databaseUnread(message),
    }
    return {
      domain: null,
      version: null,
      tables: allUnknown(request, hint === undefined ? reason : { ...reason, hint }),
    }
  }
  if (finished.code !== 0) {
    const [old] = /PostgreSQL \d[^\n]* is too old: [^\n]*/.exec(finished.stderr) ?? []
    if (old !== undefined) return unread(old, UPGRADE_POSTGRESQL)
    if (/syntax error/.test(finished.stderr)) return unread(stderrTail(finished), PERHAPS_OLD)
    return unread(stderrTail(finished), checkDatabase(reinstall(connection)))
  }
  try {
    return readSnapshot(JSON.parse(finished.stdout), request, 'database', reinstall(connection))
  } catch {
    return unread(notJson(finished.stdout.slice(0, 120)))
  }
}
