import { byTable } from '../../support/rows.ts'
import { openReader } from '../../../src/providers/mastodon/reader.ts'
import { openSecrets } from '../../../src/secrets/secrets.ts'
import type { InstanceFile } from '../../../src/instance/documents.ts'
import { SETTINGS } from './cycle-files.ts'

/** Ours to number and to date, not to manage. */
const OWN = new Set(['id', 'created_at', 'updated_at', 'priority'])
/** Settings that the cycle leaves with a row of their own. */
const LEFT = new Set([...Object.keys(SETTINGS), 'site_contact_username', 'site_contact_email'])
const READ = [
  'domain_blocks',
  'email_domain_blocks',
  'ip_blocks',
  'roles',
  'accounts',
  'rules',
  'announcements',
  'settings',
] as const

/** All that is live and managed, without what a server gives out anew each time. */
export async function managedRows(config: InstanceFile): Promise<{ readonly [table: string]: readonly object[] }> {
  const reader = await openReader(config, openSecrets())
  try {
    const tables = byTable(await reader.read({ tables: READ, accounts: [], measure: [] }))
    return Object.fromEntries(
      READ.map((name) => {
        const table = tables[name]
        if (table.state === 'unknown') throw new Error(table.reason.message)
        const rows: readonly object[] = table.rows
        return [name, rows.filter((row) => !('var' in row && LEFT.has(String(row.var)))).map(own)]
      }),
    )
  } finally {
    await reader.close()
  }
}

const own = (row: object): object => Object.fromEntries(Object.entries(row).filter(([field]) => !OWN.has(field)))
