import type { DatabaseSession } from '../../src/sandbox/database.ts'
import { addressOf } from '../../src/sandbox/kinds/ip-block.ts'
import { domainComplaints, writtenDomain } from '../../src/sandbox/names.ts'

/** A domain as the embedded Mastodon writes it, or why it does not. */
export function nameOf(name: string): unknown {
  const written = writtenDomain(name)
  return domainComplaints(name, written).length === 0 ? written : { refused: ['domain'], as: written }
}

/** An address as it writes it. */
export async function addressIn(session: DatabaseSession, text: string): Promise<unknown> {
  const address = addressOf(text)
  if (address === null) return { refused: ['ip'] }
  const [row] = await session.query<{ ip: string }>(
    "select host(n) || '/' || masklen(n) as ip from (select network($1::inet) as n) one",
    [address],
  )
  return row?.ip
}

/** The columns of a table. */
export async function names(session: DatabaseSession, table: string): Promise<readonly string[]> {
  const rows = await session.query<{ name: string }>(
    'select column_name as name from information_schema.columns where table_name = $1 order by column_name',
    [table],
  )
  return rows.map(({ name }) => name)
}
