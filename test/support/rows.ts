import type { RowOf } from '../../src/providers/mastodon/table.ts'
import { AUDIT } from '../../src/providers/mastodon/audit.ts'
import { tableIn, type Table, type Tables } from '../../src/providers/mastodon/tables.ts'
import { ACCOUNTS } from '../../src/providers/mastodon/kinds/accounts.ts'
import { ROLES } from '../../src/providers/mastodon/kinds/role/table.ts'
import { ANNOUNCEMENTS } from '../../src/providers/mastodon/kinds/announcement/kind.ts'
import { RULES } from '../../src/providers/mastodon/kinds/rule/kind.ts'
import { SETTINGS_TABLE } from '../../src/providers/mastodon/kinds/setting/kind.ts'
import { TERMS_OF_SERVICES } from '../../src/providers/mastodon/kinds/terms-of-service/kind.ts'
import { DOMAIN_BLOCKS } from '../../src/providers/mastodon/kinds/domain-block/kind.ts'
import { IMPACT } from '../../src/providers/mastodon/kinds/domain-block/impact.ts'
import { EMAIL_DOMAIN_BLOCKS } from '../../src/providers/mastodon/kinds/email-domain-block/kind.ts'
import { IP_BLOCKS } from '../../src/providers/mastodon/kinds/ip-block/kind.ts'

const SHAPES = {
  domain_blocks: DOMAIN_BLOCKS,
  email_domain_blocks: EMAIL_DOMAIN_BLOCKS,
  ip_blocks: IP_BLOCKS,
  roles: ROLES,
  accounts: ACCOUNTS,
  rules: RULES,
  announcements: ANNOUNCEMENTS,
  settings: SETTINGS_TABLE,
  terms_of_services: TERMS_OF_SERVICES,
  audit: AUDIT,
  impact: IMPACT,
}

/** The tables by name, with the types of their rows. */
export type TableRows = { [Name in keyof typeof SHAPES]: RowOf<(typeof SHAPES)[Name]> }
export type TableName = keyof TableRows
export const TABLE_NAMES = Object.keys(SHAPES) as TableName[]

export type ByTable = { readonly [Name in TableName]: Table<TableRows[Name]> } & Pick<Tables, 'version'>

/** What was read, by the names of the tables. */
export const byTable = (tables: Tables): ByTable =>
  ({
    ...Object.fromEntries(
      Object.entries(SHAPES).map(([name, shape]) => [name, tableIn<unknown>(tables, shape as never)]),
    ),
    version: tables.version,
  }) as ByTable

/** The rows of a table. Throws if it was not read. */
export function rowsIn<Row>(table: Table<Row>): readonly Row[] {
  if (table.state === 'unknown') throw new Error(table.reason.message)
  return table.rows
}
